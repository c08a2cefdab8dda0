"""The people of the site: accounts, passwords, roles, locks."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from foramen.errors import InputError, UsageError
from foramen.pathway.facts.base import Facts
from foramen.records.actor import SOFTWARE, Actor
from foramen.records.chain import moment, read_moment
from foramen.records.database import Database, Taken
from foramen.records.database.tables import people
from foramen.records.events import PersonChanged
from foramen.records.ledger import SITE, append
from foramen.records.names import new_id
from foramen.records.roles import Action, Role, may

SHORTEST_PASSWORD = 12
FAILURES_BEFORE_LOCK = 5
LOCKED_FOR = timedelta(minutes=15)


class SignInRefused(InputError):
    """Name and password do not fit, or the account is locked or ended; which of these is not told."""

    def __init__(self) -> None:
        super().__init__("Name and password do not fit, or the account is locked for now; try again later.")


class Person(Facts):
    """An account. The first of the roles is the one that stands with what the person does."""

    id: str
    login: str
    name: str
    roles: tuple[Role, ...]
    active: bool
    subject: str | None
    locked_until: AwareDatetime | None
    made_at: AwareDatetime
    seen_at: AwareDatetime | None

    @property
    def actor(self) -> Actor:
        """The person as what they do is signed."""
        return Actor(name=self.name, role=self.roles[0], person=self.id)

    def may(self, action: Action) -> bool:
        """Whether any of the person's roles may do something."""
        return any(may(role, action) for role in self.roles)

    def acting(self, action: Action) -> Actor:
        """The person in the first role that may do something; in their first role where none may."""
        role = next((role for role in self.roles if may(role, action)), self.roles[0])
        return Actor(name=self.name, role=role, person=self.id)


class People:
    """The accounts. Each change is an event of the site; passwords are kept as argon2id and never anywhere else."""

    def __init__(self, database: Database, hasher: PasswordHasher | None = None) -> None:
        self._database = database
        self._hasher = hasher or PasswordHasher()

    @cached_property
    def _nobodys(self) -> str:
        """What a wrong name's password is compared with, so that it takes as long as a wrong password."""
        return self._hasher.hash(new_id())

    def add(
        self,
        *,
        login: str,
        name: str,
        roles: Iterable[Role],
        password: str | None,
        by: Actor,
        at: datetime,
        subject: str | None = None,
    ) -> Person:
        """Make an account; without a password it can only be used through the identity provider (`subject`).

        Raises
        ------
        UsageError
            If the name is taken, the password too short, or no role is given.
        """
        kept = _roles(roles)
        secret = self._hashed(password) if password is not None else ""
        person = new_id()
        row = {
            "id": person,
            "login": _login(login),
            "name": Actor(name=name, role="software").name,
            "roles": kept,
            "password": secret,
            "subject": subject,
            "active": True,
            "failures": 0,
            "locked_until": "",
            "made_at": moment(at),
            "seen_at": "",
        }
        try:
            with self._database.writing() as connection:
                connection.execute(insert(people), row)
                _tell(connection, person, f"made with the roles {kept}", by, at)
        except Taken:
            raise UsageError("This sign-in name, or this account of the identity provider, is taken.") from None
        return self.get(person)

    def add_first(self, *, login: str, name: str, password: str, at: datetime) -> Person:
        """Make the first administrator.

        Raises
        ------
        UsageError
            If there is anybody already.
        """
        if self.count():
            raise UsageError("There are people already; an administrator adds others under Users.")
        return self.add(login=login, name=name, roles=[Role.ADMINISTRATOR], password=password, by=SOFTWARE, at=at)

    def verify(self, login: str, password: str, *, at: datetime) -> Person:
        """The person whose name and password these are.

        Five wrong passwords in a row lock the account for a quarter of an hour.

        Raises
        ------
        SignInRefused
            If they do not fit, or the account is locked or ended.
        """
        row = self._row(people.c.login == login.strip().casefold())
        fits = self._fits(row["password"] if row and row["password"] else self._nobodys, password)
        if row is None or not row["active"] or row["locked_until"] > moment(at):
            raise SignInRefused
        if not fits:
            self._count_failure(row["id"], at)
            raise SignInRefused
        self._note_success(row, password, at)
        return self.get(row["id"])

    def get(self, person: str) -> Person:
        """A person by id.

        Raises
        ------
        InputError
            If there is none.
        """
        return self._found(people.c.id == person)

    def by_subject(self, subject: str) -> Person | None:
        """The active person whom the identity provider calls so."""
        row = self._row(people.c.subject == subject)
        return _person(row) if row and row["active"] else None

    def awaiting(self, login: str) -> Person | None:
        """The active person made under this name to sign in through the identity provider, and not yet tied to it."""
        row = self._row(people.c.login == login.strip().casefold())
        waits = row is not None and row["active"] and not row["password"] and row["subject"] is None
        return _person(row) if waits else None

    def all(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(people).order_by(people.c.name, people.c.id)).mappings()
            return tuple(_person(row) for row in rows)

    def count(self) -> int:
        """How many accounts there are."""
        with self._database.reading() as connection:
            return connection.execute(select(func.count()).select_from(people)).scalar_one()

    def set_password(self, person: str, password: str, *, by: Actor, at: datetime) -> None:
        """Give a new password; it also ends a lock."""
        values = {"password": self._hashed(password), "failures": 0, "locked_until": ""}
        self._change(person, values, "password set", by, at)

    def set_roles(self, person: str, roles: Iterable[Role], *, by: Actor, at: datetime) -> None:
        """Give other roles; the last active administrator keeps that role."""
        kept = _roles(roles)
        with self._database.writing() as connection:
            if Role.ADMINISTRATOR not in kept.split():
                _refuse_last_administrator(connection, person)
            _update(connection, person, {"roles": kept})
            _tell(connection, person, f"roles are {kept}", by, at)

    def set_subject(self, person: str, subject: str | None, *, by: Actor, at: datetime) -> None:
        """Tie the account to one of the identity provider, or cut it loose."""
        self._change(person, {"subject": subject}, "identity provider " + ("tied" if subject else "cut"), by, at)

    def set_active(self, person: str, active: bool, *, by: Actor, at: datetime) -> None:
        """End an account, or let it begin again; accounts are never removed, since what they did stays."""
        with self._database.writing() as connection:
            if not active:
                _refuse_last_administrator(connection, person)
            _update(connection, person, {"active": active})
            _tell(connection, person, "active again" if active else "ended", by, at)

    def unlock(self, person: str, *, by: Actor, at: datetime) -> None:
        """End a lock before its time."""
        self._change(person, {"failures": 0, "locked_until": ""}, "unlocked", by, at)

    def _change(self, person: str, values: dict[str, Any], what: str, by: Actor, at: datetime) -> None:
        with self._database.writing() as connection:
            _update(connection, person, values)
            _tell(connection, person, what, by, at)

    def _count_failure(self, person: str, at: datetime) -> None:
        with self._database.writing() as connection:
            failures = connection.execute(select(people.c.failures).where(people.c.id == person)).scalar_one() + 1
            locks = failures >= FAILURES_BEFORE_LOCK
            values: dict[str, Any] = {"failures": 0 if locks else failures}
            if locks:
                values["locked_until"] = moment(at + LOCKED_FOR)
                _tell(connection, person, "locked after wrong passwords", SOFTWARE, at)
            _update(connection, person, values)

    def _note_success(self, row: Any, password: str, at: datetime) -> None:
        values: dict[str, Any] = {"failures": 0, "locked_until": "", "seen_at": moment(at)}
        if self._hasher.check_needs_rehash(row["password"]):
            values["password"] = self._hasher.hash(password)
        with self._database.writing() as connection:
            _update(connection, row["id"], values)

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    def _hashed(self, password: str) -> str:
        if len(password) < SHORTEST_PASSWORD:
            raise UsageError(f"A password has at least {SHORTEST_PASSWORD} characters; a few words make a good one.")
        return self._hasher.hash(password)

    def _row(self, which: ColumnElement[bool]) -> Any:
        with self._database.reading() as connection:
            return connection.execute(select(people).where(which)).mappings().first()

    def _found(self, which: ColumnElement[bool]) -> Person:
        row = self._row(which)
        if row is None:
            raise InputError("There is no such account.")
        return _person(row)


def _update(connection: Connection, person: str, values: dict[str, Any]) -> None:
    if not connection.execute(update(people).where(people.c.id == person).values(**values)).rowcount:
        raise InputError("There is no such account.")


def _tell(connection: Connection, person: str, what: str, by: Actor, at: datetime) -> None:
    append(connection, SITE, None, [PersonChanged(person=person, what=what)], by, at)


def _refuse_last_administrator(connection: Connection, person: str) -> None:
    rows = connection.execute(select(people.c.id, people.c.roles).where(people.c.active)).all()
    left = [row.id for row in rows if Role.ADMINISTRATOR in row.roles.split() and row.id != person]
    if not left:
        raise UsageError("Somebody must stay administrator; make another one first.")


def _login(text: str) -> str:
    login = text.strip().casefold()
    if not login or not login.isprintable() or len(login) > 80:
        raise UsageError("A sign-in name has 1 to 80 characters.")
    return login


def _roles(roles: Iterable[Role]) -> str:
    kept = " ".join(role for role in Role if role in set(roles))
    if not kept:
        raise UsageError("A person needs at least one role.")
    return kept


def _person(row: Any) -> Person:
    return Person(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        roles=tuple(Role(role) for role in row["roles"].split()),
        active=row["active"],
        subject=row["subject"],
        locked_until=read_moment(row["locked_until"]) if row["locked_until"] else None,
        made_at=read_moment(row["made_at"]),
        seen_at=read_moment(row["seen_at"]) if row["seen_at"] else None,
    )
