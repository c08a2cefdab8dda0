"""Secrets that let in: for a time, ended at once when asked, and kept only as their hashes."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from foramen.errors import UsageError
from foramen.records import Actor, Conflict, Person, Records, Role
from foramen.records.database.tables import links as links_table
from foramen.records.database.tables import sessions as sessions_table
from foramen.records.events import DiaryInvited, DiaryLinkRevoked, Noted
from foramen.records.sessions import IDLE, LONGEST


@pytest.fixture
def person(records: Records, doctor: Actor, now: datetime) -> Person:
    return records.people.add(
        login="w", name="W", roles=[Role.ADMINISTRATOR], password=None, subject="s", by=doctor, at=now
    )


def test_a_session_lasts_while_it_is_used(records: Records, person: Person, now: datetime) -> None:
    secret = records.sessions.open(person.id, at=now)
    at = now
    while at + IDLE < now + LONGEST:
        at += IDLE
        session = records.sessions.find(secret, at=at)
        assert session is not None
        assert session.person == person.id

    assert records.sessions.find(secret, at=now + LONGEST + timedelta(seconds=1)) is None
    assert records.sessions.find(secret, at=now) is None, "once over, over"


def test_a_session_left_alone_ends(records: Records, person: Person, now: datetime) -> None:
    secret = records.sessions.open(person.id, at=now)

    assert records.sessions.find(secret, at=now + IDLE + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    "end",
    [
        lambda records, person, secret, now: records.sessions.close(secret),
        lambda records, person, secret, now: records.sessions.close_all(person.id),
    ],
)
def test_signing_out_is_final(
    records: Records,
    person: Person,
    now: datetime,
    end: Callable[[Records, Person, str, datetime], None],
) -> None:
    secret = records.sessions.open(person.id, at=now)
    end(records, person, secret, now)

    assert records.sessions.find(secret, at=now) is None


def test_an_ended_account_has_no_session(records: Records, person: Person, doctor: Actor, now: datetime) -> None:
    other = records.people.add(login="x", name="X", roles=[Role.NURSE], password=None, subject="t", by=doctor, at=now)
    secret = records.sessions.open(other.id, at=now)
    records.people.set_active(other.id, False, by=doctor, at=now)

    assert records.sessions.find(secret, at=now) is None


def test_no_secret_is_kept(records: Records, person: Person, case_id: str, nurse: Actor, now: datetime) -> None:
    secret = records.sessions.open(person.id, at=now)
    invited = records.invite_to_diary(case_id, after=1, until=now + timedelta(days=1), by=nurse, at=now)
    with records.database.reading() as connection:
        kept = str(connection.execute(select(sessions_table)).all())
        kept += str(connection.execute(select(links_table)).all())
        kept += str(connection.execute(text("SELECT content FROM events")).all())

    assert secret not in kept
    assert invited.secret not in kept
    assert len(secret) >= 43  # 256 bits
    assert len(invited.secret) >= 43


def test_sessions_that_ran_out_are_swept(records: Records, person: Person, now: datetime) -> None:
    records.sessions.open(person.id, at=now)
    records.sessions.open(person.id, at=now + 2 * IDLE)
    with records.database.reading() as connection:
        assert len(connection.execute(select(sessions_table)).all()) == 1


def test_a_link_opens_one_case_until_its_time(records: Records, case_id: str, nurse: Actor, now: datetime) -> None:
    until = now + timedelta(days=90)
    invited = records.invite_to_diary(case_id, after=1, until=until, by=nurse, at=now)

    assert invited.event.content == DiaryInvited(link=invited.link, until=until)
    link = records.links.find(invited.secret, at=until - timedelta(seconds=1))
    assert link is not None
    assert (link.id, link.case_id, link.until) == (invited.link, case_id, until)
    assert records.links.find(invited.secret, at=until) is None
    assert records.links.find(invited.link, at=now) is None, "its id opens nothing"
    assert records.links.find("", at=now) is None


def test_a_revoked_link_opens_nothing(records: Records, case_id: str, nurse: Actor, now: datetime) -> None:
    invited = records.invite_to_diary(case_id, after=1, until=now + timedelta(days=1), by=nurse, at=now)
    event = records.revoke_diary_link(case_id, invited.link, "lost", after=2, by=nurse, at=now)

    assert event.content == DiaryLinkRevoked(link=invited.link, reason="lost")
    assert records.links.find(invited.secret, at=now) is None
    with pytest.raises(UsageError, match="no such link, or it was revoked"):
        records.revoke_diary_link(case_id, invited.link, "again", after=3, by=nurse, at=now)


def test_a_link_and_its_event_come_together_or_not_at_all(
    records: Records, case_id: str, nurse: Actor, now: datetime
) -> None:
    invited = records.invite_to_diary(case_id, after=1, until=now + timedelta(days=1), by=nurse, at=now)
    records.append(case_id, after=2, contents=[Noted(text="a")], by=nurse, at=now)

    with pytest.raises(Conflict):
        records.invite_to_diary(case_id, after=2, until=now + timedelta(days=1), by=nurse, at=now)
    with pytest.raises(Conflict):
        records.revoke_diary_link(case_id, invited.link, "x", after=2, by=nurse, at=now)

    assert records.links.find(invited.secret, at=now) is not None
    assert [link.link for link in records.case(case_id).diary_links] == [invited.link]
    with records.database.reading() as connection:
        assert len(connection.execute(select(links_table)).all()) == 1


def test_a_link_of_another_case_can_not_be_revoked(records: Records, case_id: str, nurse: Actor, now: datetime) -> None:
    invited = records.invite_to_diary(case_id, after=1, until=now + timedelta(days=1), by=nurse, at=now)
    other = records.open_case(records.case(case_id).history[0].content, by=nurse, at=now)  # type: ignore[arg-type]

    with pytest.raises(UsageError, match="no such link"):
        records.revoke_diary_link(other, invited.link, "x", after=1, by=nurse, at=now)
