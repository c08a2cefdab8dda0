"""Accounts: argon2 passwords, locks, roles, and that somebody stays administrator."""

from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from foramen.errors import InputError, UsageError
from foramen.records import Action, Actor, Person, Records, Role, SignInRefused
from foramen.records.database.tables import people as table
from foramen.records.people import FAILURES_BEFORE_LOCK, LOCKED_FOR, People

PASSWORD = "four quiet words here"


@pytest.fixture
def people(records: Records) -> People:
    """With a hash that costs little."""
    return People(records.database, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def admin(people: People, now: datetime) -> Person:
    return people.add_first(login="Chief", name="Ada First", password=PASSWORD, at=now)


@pytest.fixture
def weiss(people: People, admin: Person, now: datetime) -> Person:
    return people.add(
        login="r.weiss", name="Dr. Ruth Weiss", roles=[Role.RADIOLOGIST], password=PASSWORD, by=admin.actor, at=now
    )


def kept(records: Records, person: Person) -> str:
    with records.database.reading() as connection:
        secret: str = connection.execute(select(table.c.password).where(table.c.id == person.id)).scalar_one()
    return secret


def test_the_first_is_administrator_and_only_the_first_is_made_so(people: People, admin: Person, now: datetime) -> None:
    assert admin.roles == (Role.ADMINISTRATOR,)
    assert people.count() == 1
    with pytest.raises(UsageError, match="people already"):
        people.add_first(login="second", name="Second", password=PASSWORD, at=now)


def test_the_right_password_lets_in_and_the_login_knows_no_case(people: People, weiss: Person, now: datetime) -> None:
    found = people.verify(" R.Weiss ", PASSWORD, at=now)

    assert (found.id, found.seen_at) == (weiss.id, now)
    assert found.actor == Actor(name="Dr. Ruth Weiss", role=Role.RADIOLOGIST, person=weiss.id)


def test_a_password_is_kept_only_as_argon2id(records: Records, people: People, weiss: Person) -> None:
    assert kept(records, weiss).startswith("$argon2id$")
    assert PASSWORD not in kept(records, weiss)
    assert kept(records, weiss) != kept(records, people.all()[0])
    history = records.settings.history()
    assert not any("argon2" in event.content.model_dump_json() for event in history)


def test_the_shipped_hash_is_at_least_what_owasp_asks(records: Records) -> None:
    """OWASP Password Storage Cheat Sheet: argon2id with 19 MiB and 2 passes, or an equal trade of the two."""
    hasher = PasswordHasher()

    assert hasher.memory_cost >= 19 * 1024
    assert hasher.time_cost >= 2
    assert records.people._hasher.memory_cost == hasher.memory_cost


def test_a_wrong_name_and_a_wrong_password_sound_alike(people: People, weiss: Person, now: datetime) -> None:
    told = set()
    for login, password in (("r.weiss", "not the password"), ("nobody", PASSWORD), ("", "")):
        with pytest.raises(SignInRefused) as refused:
            people.verify(login, password, at=now)
        told.add(str(refused.value))
    assert len(told) == 1


def test_a_wrong_name_costs_a_hash_too(people: People, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    asked: list[str] = []
    monkeypatch.setattr(people, "_fits", lambda kept, password: bool(asked.append(kept)))

    with pytest.raises(SignInRefused):
        people.verify("nobody", PASSWORD, at=now)

    assert asked[0].startswith("$argon2id$")


def fail(people: People, times: int, at: datetime) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            people.verify("r.weiss", "wrong", at=at)


def test_five_wrong_passwords_lock_for_a_quarter_of_an_hour(
    records: Records, people: People, weiss: Person, now: datetime
) -> None:
    fail(people, FAILURES_BEFORE_LOCK, now)

    assert people.get(weiss.id).locked_until == now + LOCKED_FOR
    with pytest.raises(SignInRefused):
        people.verify("r.weiss", PASSWORD, at=now + LOCKED_FOR - timedelta(seconds=1))
    assert people.verify("r.weiss", PASSWORD, at=now + LOCKED_FOR + timedelta(seconds=1)).locked_until is None
    last = records.settings.history()[-1].content.model_dump()
    assert (last["person"], last["what"]) == (weiss.id, "locked after wrong passwords")


def test_the_right_password_in_between_begins_the_count_anew(people: People, weiss: Person, now: datetime) -> None:
    fail(people, FAILURES_BEFORE_LOCK - 1, now)
    people.verify("r.weiss", PASSWORD, at=now)
    fail(people, FAILURES_BEFORE_LOCK - 1, now)

    assert people.verify("r.weiss", PASSWORD, at=now)


def test_an_administrator_can_end_a_lock(people: People, weiss: Person, admin: Person, now: datetime) -> None:
    fail(people, FAILURES_BEFORE_LOCK, now)
    people.unlock(weiss.id, by=admin.actor, at=now)

    assert people.verify("r.weiss", PASSWORD, at=now)


def test_a_new_password_takes_the_place_of_the_old(people: People, weiss: Person, now: datetime) -> None:
    people.set_password(weiss.id, "another one, longer", by=weiss.actor, at=now)

    assert people.verify("r.weiss", "another one, longer", at=now)
    with pytest.raises(SignInRefused):
        people.verify("r.weiss", PASSWORD, at=now)


def test_an_older_hash_is_renewed_at_sign_in(records: Records, people: People, weiss: Person, now: datetime) -> None:
    before = kept(records, weiss)
    stronger = People(records.database, PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    stronger.verify("r.weiss", PASSWORD, at=now)

    assert "t=2" in kept(records, weiss)
    assert kept(records, weiss) != before


def test_who_has_ended_can_not_sign_in(people: People, weiss: Person, admin: Person, now: datetime) -> None:
    people.set_active(weiss.id, False, by=admin.actor, at=now)
    with pytest.raises(SignInRefused):
        people.verify("r.weiss", PASSWORD, at=now)

    people.set_active(weiss.id, True, by=admin.actor, at=now)
    assert people.verify("r.weiss", PASSWORD, at=now)


def test_somebody_stays_administrator(people: People, weiss: Person, admin: Person, now: datetime) -> None:
    with pytest.raises(UsageError, match="stay administrator"):
        people.set_active(admin.id, False, by=admin.actor, at=now)
    with pytest.raises(UsageError, match="stay administrator"):
        people.set_roles(admin.id, [Role.NURSE], by=admin.actor, at=now)

    people.set_roles(weiss.id, [Role.ADMINISTRATOR, Role.RADIOLOGIST], by=admin.actor, at=now)
    people.set_active(admin.id, False, by=weiss.actor, at=now)
    assert not people.get(admin.id).active


def test_several_roles_add_up_and_the_acting_one_is_told(
    people: People, weiss: Person, admin: Person, now: datetime
) -> None:
    people.set_roles(weiss.id, [Role.ADMINISTRATOR, Role.RADIOLOGIST], by=admin.actor, at=now)
    person = people.get(weiss.id)

    assert person.roles == (Role.RADIOLOGIST, Role.ADMINISTRATOR)
    assert person.actor.role is Role.RADIOLOGIST
    assert person.may(Action.APPROVE_PLAN)
    assert person.may(Action.MANAGE_PEOPLE)
    assert person.acting(Action.MANAGE_PEOPLE).role is Role.ADMINISTRATOR
    assert not person.may(Action.SEE_AUDIT) or person.acting(Action.SEE_AUDIT).role is Role.ADMINISTRATOR


def test_the_identity_provider_finds_its_own(people: People, admin: Person, now: datetime) -> None:
    nurse = people.add(
        login="o.brandt", name="Ole Brandt", roles=[Role.NURSE], password=None, by=admin.actor, at=now, subject="oidc|7"
    )

    found = people.by_subject("oidc|7")
    assert found == nurse
    assert people.by_subject("oidc|8") is None
    with pytest.raises(SignInRefused):
        people.verify("o.brandt", "", at=now)
    people.set_subject(nurse.id, None, by=admin.actor, at=now)
    assert people.by_subject("oidc|7") is None
    people.set_subject(nurse.id, "oidc|9", by=admin.actor, at=now)
    people.set_active(nurse.id, False, by=admin.actor, at=now)
    assert people.by_subject("oidc|9") is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"login": "CHIEF"}, "taken"),
        ({"subject": "chief@idp"}, "taken"),
        ({"login": "  "}, "sign-in name"),
        ({"login": "x" * 81}, "sign-in name"),
        ({"login": "a\nb"}, "sign-in name"),
        ({"password": "short"}, "12 characters"),
        ({"roles": []}, "at least one role"),
    ],
)
def test_an_account_that_can_not_be_is_refused(
    records: Records, people: People, admin: Person, now: datetime, changed: dict[str, object], told: str
) -> None:
    people.set_subject(admin.id, "chief@idp", by=admin.actor, at=now)
    before = len(records.settings.history())
    account: dict[str, object] = {"login": "n", "name": "N", "roles": [Role.NURSE], "password": PASSWORD}

    with pytest.raises(UsageError, match=told):
        people.add(**{**account, **changed}, by=admin.actor, at=now)  # type: ignore[arg-type]

    assert people.count() == 1
    assert len(records.settings.history()) == before


def test_every_change_of_an_account_is_an_event(
    records: Records, people: People, weiss: Person, admin: Person, now: datetime
) -> None:
    people.set_roles(weiss.id, [Role.NURSE], by=admin.actor, at=now)
    people.set_password(weiss.id, PASSWORD, by=admin.actor, at=now)

    told = [(event.by.name, event.content.model_dump()["what"]) for event in records.settings.history()]
    assert told == [
        ("Foramen", "made with the roles administrator"),
        ("Ada First", "made with the roles radiologist"),
        ("Ada First", "roles are nurse"),
        ("Ada First", "password set"),
    ]
    records.verify()


def test_nobody_is_nobody(people: People, admin: Person, now: datetime) -> None:
    with pytest.raises(InputError, match="no such account"):
        people.get("nobody")
    with pytest.raises(InputError, match="no such account"):
        people.set_password("nobody", PASSWORD, by=admin.actor, at=now)
