"""Events are added behind one another and never changed; of two people at once, one is first and the other is told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from foramen import __version__
from foramen.errors import ForamenError
from foramen.records import Actor, Conflict, Damaged, NoSuchCase, Records, Refused, ledger
from foramen.records.database import Unavailable
from foramen.records.events import CaseOpened, Closed, Content, Corrected, Identity, Noted, Planned, Stopped


def noted(*texts: str) -> list[Noted]:
    return [Noted(text=text) for text in texts]


def test_an_event_says_who_when_what_and_with_which_software(
    records: Records, case_id: str, doctor: Actor, now: datetime
) -> None:
    at = now + timedelta(minutes=3)
    (event,) = records.append(case_id, after=1, contents=noted("Called the patient. ÄÖ \u2028 \x00"), by=doctor, at=at)

    assert (event.number, event.at, event.by, event.kind) == (2, at, doctor, "noted")
    assert event.software == f"foramen {__version__}"
    assert event.content == Noted(text="Called the patient. ÄÖ \u2028 \x00")
    assert records.case(case_id).history[-1] == event


def test_a_moment_without_a_time_zone_is_refused(records: Records, case_id: str, doctor: Actor, now: datetime) -> None:
    with pytest.raises(ValueError, match="time zone"):
        records.append(case_id, after=1, contents=noted("a"), by=doctor, at=now.replace(tzinfo=None))


def test_who_comes_second_is_told_what_was_missed_and_writes_nothing(
    records: Records, case_id: str, doctor: Actor, nurse: Actor, now: datetime
) -> None:
    first = records.append(case_id, after=1, contents=noted("one", "two"), by=nurse, at=now)

    with pytest.raises(Conflict) as told:
        records.append(case_id, after=1, contents=noted("three"), by=doctor, at=now)

    assert told.value.missed == first
    assert records.case(case_id).version == 3


def test_several_contents_are_written_all_or_none(records: Records, case_id: str, doctor: Actor, now: datetime) -> None:
    never_stored = Planned(plan="a" * 64, anatomy="b" * 64)

    with pytest.raises(Refused, match="not in the store"):
        records.append(case_id, after=1, contents=[Noted(text="a"), never_stored], by=doctor, at=now)

    assert records.case(case_id).version == 1


def test_what_contradicts_nobody_may_go_behind_whatever_is_there(
    records: Records, case_id: str, doctor: Actor, nurse: Actor, now: datetime
) -> None:
    records.append(case_id, after=1, contents=noted("one"), by=nurse, at=now)
    (event,) = records.append(case_id, after=None, contents=noted("two"), by=doctor, at=now)

    assert event.number == 3
    with pytest.raises(Refused, match="which version"):
        records.append(case_id, after=None, contents=[Stopped(reason="moved away")], by=doctor, at=now)


def test_what_can_not_follow_is_refused(
    records: Records, case_id: str, opened: CaseOpened, doctor: Actor, now: datetime
) -> None:
    for contents, why in (
        ([], "Nothing"),
        ([opened], "opened once"),
        ([Corrected(number=1, reason="x")], "opening"),
        ([Corrected(number=2, reason="x")], "no event 2"),
        ([Corrected(number=9, reason="x")], "no event 9"),
    ):
        with pytest.raises(Refused, match=why):
            records.append(case_id, after=1, contents=contents, by=doctor, at=now)
    assert records.case(case_id).version == 1


@pytest.mark.parametrize("number", ["site", "nobody", "", "'; drop table events; --"])
def test_there_is_no_such_case(records: Records, number: str, doctor: Actor, now: datetime) -> None:
    records.settings.change(records.settings.current().settings, after=0, by=doctor, at=now)

    for attempt in (
        lambda: records.case(number),
        lambda: records.read(number, by=doctor, at=now, what="case"),
        lambda: records.append(number, after=None, contents=noted("a"), by=doctor, at=now),
        lambda: records.append(number, after=1, contents=[Closed()], by=doctor, at=now),
        lambda: records.append(number, after=0, contents=noted("a"), by=doctor, at=now),
    ):
        with pytest.raises((NoSuchCase, Conflict)):
            attempt()
    assert records.verify().events == 1
    assert not records.reads.find()


def test_of_many_at_once_exactly_one_is_first(
    url: str, tmp_path: Path, opened: CaseOpened, doctor: Actor, now: datetime
) -> None:
    """Eight writers with their own connections, each on the version that it saw."""
    one, other = (Records.open(url, store=tmp_path / "store") for _ in range(2))
    case_id = one.open_case(opened, by=doctor, at=now)
    start = threading.Barrier(8)

    def write(number: int) -> bool:
        start.wait()
        try:
            (one, other)[number % 2].append(case_id, after=1, contents=noted(str(number)), by=doctor, at=now)
        except Conflict as conflict:
            return [event.number for event in conflict.missed] != [2]
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1
    assert one.case(case_id).version == 2
    one.close()
    other.close()


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE events SET content = replace(content, 'leg', 'arm')",
        "UPDATE events SET by_name = 'nobody'",
        "DELETE FROM events",
        "DELETE FROM events WHERE number = 1",
        "UPDATE reads SET by_name = 'nobody'",
        "DELETE FROM reads",
        "INSERT OR REPLACE INTO events SELECT * FROM events",
        "INSERT OR REPLACE INTO reads SELECT * FROM reads",
        "TRUNCATE events",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_written(
    records: Records, case_id: str, doctor: Actor, now: datetime, tampering: str
) -> None:
    on_sqlite_only, elsewhere_only = "OR REPLACE" in tampering, "TRUNCATE" in tampering
    if (records.database.dialect == "sqlite" and elsewhere_only) or (
        records.database.dialect == "postgresql" and on_sqlite_only
    ):
        pytest.skip("not a statement of this database")
    before = records.read(case_id, by=doctor, at=now, what="case")

    with pytest.raises(Unavailable, match="never changed"), records.database.writing() as connection:
        connection.execute(text(tampering))

    assert records.case(case_id) == before
    assert len(records.reads.find()) == 1


def test_a_content_that_can_not_be_does_not_tell_what_was_typed() -> None:
    for wrong in (
        lambda: Identity(name="Müller", born="1961-13-45", number="4711"),  # type: ignore[arg-type]
        lambda: CaseOpened(patient={"name": "Müller"}, roots=("Müller",)),  # type: ignore[arg-type]
        lambda: Noted(text=["Müller"]),  # type: ignore[arg-type]
    ):
        with pytest.raises(ValidationError) as told:
            wrong()
        assert "Müller" not in str(told.value)


def test_what_could_not_be_read_back_is_never_written(
    records: Records, case_id: str, doctor: Actor, now: datetime
) -> None:
    class Teleported(Content):
        kind: Literal["teleported"] = "teleported"

    with pytest.raises(Damaged, match="can't be read"):
        records.append(case_id, after=1, contents=[Teleported()], by=doctor, at=now)

    assert records.case(case_id).version == 1


def test_an_event_of_a_newer_version_is_named(
    records: Records, case_id: str, doctor: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Teleported(Content):
        kind: Literal["teleported"] = "teleported"

    with monkeypatch.context() as newer, records.database.writing() as connection:
        newer.setattr(ledger, "event_of", lambda row: row)
        ledger.append(connection, case_id, 1, [Teleported()], doctor, now)

    with pytest.raises(
        Damaged, match=r"Event 2 of case .* \(foramen\.event\.teleported/1, by foramen .*\) can't be read"
    ):
        records.case(case_id)


def test_no_error_tells_what_was_being_written(
    records: Records, case_id: str, doctor: Actor, now: datetime, opened: CaseOpened
) -> None:
    with pytest.raises(ForamenError) as told, records.database.writing() as connection:
        connection.execute(
            text("INSERT INTO worklist (case_id, name) VALUES ('x', :name)"), {"name": opened.patient.name}
        )

    assert "Müller" not in str(told.value)
    assert told.value.__suppress_context__
