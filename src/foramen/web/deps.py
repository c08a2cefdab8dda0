"""What a route may ask for: the record, the time, and who is signed in and may do this."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, Request

from foramen.records import Action, Person, Records
from foramen.records.roles import MAY
from foramen.web.app_settings import AppSettings
from foramen.web.csrf import session_cookie
from foramen.web.faults import RequestError, SignInFirstError
from foramen.web.limits import Limits
from foramen.web.words import plain


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


def limits_of(request: Request) -> Limits:
    """How often things may be tried here."""
    limits: Limits = request.app.state.limits
    return limits


def address_of(request: Request) -> str:
    """Where a request comes from, for counting tries."""
    return request.client.host if request.client else "unknown"


LimitsDep: TypeAlias = Annotated[Limits, Depends(limits_of)]
AddressDep: TypeAlias = Annotated[str, Depends(address_of)]
SettingsDep: TypeAlias = Annotated[AppSettings, Depends(settings_of)]
RecordsDep: TypeAlias = Annotated[Records, Depends(records_of)]
NowDep: TypeAlias = Annotated[datetime, Depends(now)]


def person_of(request: Request, records: RecordsDep, at: NowDep) -> Person:
    """Who is signed in.

    Raises
    ------
    SignInFirstError
        If nobody is, or the session has ended.
    """
    secret = request.cookies.get(session_cookie(settings_of(request)))
    session = records.sessions.find(secret, at=at) if secret else None
    if session is None:
        raise SignInFirstError
    person = records.people.get(session.person)
    request.state.person = person
    return person


PersonDep: TypeAlias = Annotated[Person, Depends(person_of)]


class MayDo:
    """The dependency of a route that only some roles may use. A test finds every route's `action` here."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def __call__(self, person: PersonDep) -> Person:
        """Give back who is signed in, with the role first in which they do this: their `actor` signs in that role."""
        if not person.may(self.action):
            mine = " and ".join(person.roles)
            raise RequestError(403, f"As {mine} you may not do this ({plain(self.action)}); {_those(self.action)} may.")
        role = person.acting(self.action).role
        return person.model_copy(update={"roles": tuple(sorted(person.roles, key=lambda own: own != role))})


class OpenToAll:
    """The dependency of a route that needs no sign-in, and why it needs none."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __call__(self) -> None:
        """Let everybody in."""


class AnyRole:
    """The dependency of a route for everybody who is signed in, and why no role is asked for."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __call__(self, person: PersonDep) -> Person:
        """Give back who is signed in."""
        return person


def requires(action: Action) -> Any:
    """Let only those through whose role may do this.

    Use it in a route's `dependencies=[requires(Action.X)]`, or, where the route needs to know who it is, as
    `person: Annotated[Person, requires(Action.X)]`.
    """
    return Depends(MayDo(action))


def any_role(why: str) -> Any:
    """Let everybody through who is signed in, and say why."""
    return Depends(AnyRole(why))


def open_to_all(why: str) -> Any:
    """Say that a route needs no sign-in, and why, in its `dependencies=[open_to_all("...")]`."""
    return Depends(OpenToAll(why))


def _those(action: Action) -> str:
    roles = [f"a {role}" if role[0] not in "aeiou" else f"an {role}" for role in MAY[action]]
    return " or ".join(roles) or "nobody"
