"""What a route may ask for: the record, the time, and who is signed in and may do this."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Request

from foramen.records import Records
from foramen.records.people import Person
from foramen.records.roles import Action, may, who_may
from foramen.web.app_settings import AppSettings
from foramen.web.csrf import session_cookie
from foramen.web.faults import Refused, SignInFirst


def settings_of(request: Request) -> AppSettings:
    """How this application runs."""
    settings: AppSettings = request.app.state.settings
    return settings


def records_of(request: Request) -> Records:
    """The record that this application keeps."""
    records: Records = request.app.state.records
    return records


def now(request: Request) -> datetime:
    """The time, by this application's clock."""
    return settings_of(request).clock()


SettingsDep: TypeAlias = Annotated[AppSettings, Depends(settings_of)]
RecordsDep: TypeAlias = Annotated[Records, Depends(records_of)]
NowDep: TypeAlias = Annotated[datetime, Depends(now)]


def person_of(request: Request, records: RecordsDep, at: NowDep) -> Person:
    """Who is signed in.

    Raises
    ------
    SignInFirst
        If nobody is, or the session has ended.
    """
    token = request.cookies.get(session_cookie(settings_of(request)))
    person = records.sessions.person(token, at=at) if token else None
    if person is None:
        raise SignInFirst
    request.state.person = person
    return person


PersonDep: TypeAlias = Annotated[Person, Depends(person_of)]


class MayDo:
    """The dependency of a route that only some roles may use. A test finds every route's `action` here."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def __call__(self, person: PersonDep) -> Person:
        """Give back who is signed in, if that person's role may do this."""
        if not may(person.role, self.action):
            raise Refused(403, f"As {person.role} you may not do this ({self.action.value}); {_those(self.action)} may.")
        return person


class OpenToAll:
    """The dependency of a route that needs no sign-in, and why it needs none."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __call__(self) -> None:
        """Let everybody in."""


def requires(action: Action) -> Any:
    """Let only those through whose role may do this.

    Use it in a route's `dependencies=[requires(Action.X)]`, or, where the route needs to know who it is, as
    `person: Annotated[Person, requires(Action.X)]`.
    """
    return Depends(MayDo(action))


def open_to_all(why: str) -> Any:
    """Say that a route needs no sign-in, and why, in its `dependencies=[open_to_all("...")]`."""
    return Depends(OpenToAll(why))


def _those(action: Action) -> str:
    roles = [f"a {role}" if role[0] not in "aeiou" else f"an {role}" for role in who_may(action)]
    return " or ".join(roles) or "nobody"
