"""The people of the site: the administrator makes, changes and ends their accounts."""

import secrets
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from foramen.errors import UsageError
from foramen.records import Action, Person, Records, Role
from foramen.web.deps import NowDep, RecordsDep, SettingsDep, requires
from foramen.web.pages import render

router = APIRouter(prefix="/users", include_in_schema=False)

Managing = Annotated[Person, requires(Action.MANAGE_PEOPLE)]

SYLLABLES = [consonant + vowel for consonant in "bdfklmnprstv" for vowel in "aeiou"]
"""Each is easy to say over the telephone; 16 of these 60 are 94 bits."""


def new_password() -> str:
    """A password that can be read out: four words of four syllables."""
    return " ".join("".join(secrets.choice(SYLLABLES) for _ in range(4)) for _ in range(4))


@router.get("")
def people(request: Request, records: RecordsDep, settings: SettingsDep, by: Managing) -> Response:
    """Everybody, and a form for one more."""
    return _page(request, records, openid=settings.openid is not None)


@router.post("")
def add(
    request: Request,
    records: RecordsDep,
    settings: SettingsDep,
    by: Managing,
    at: NowDep,
    name: Annotated[str, Form(min_length=1, max_length=120)],
    login: Annotated[str, Form(min_length=1, max_length=80)],
    roles: Annotated[list[Role], Form(default_factory=list)],
    sign_in: Annotated[str, Form(pattern="^(password|openid)$")] = "password",
) -> Response:
    """Make an account. Its password is shown once, here, and kept only as a hash."""
    password = new_password() if sign_in == "password" else None
    try:
        person = records.people.add(login=login, name=name, roles=roles, password=password, by=by.actor, at=at)
    except UsageError as error:
        typed = {"name": name, "login": login, "roles": [str(role) for role in roles], "sign_in": sign_in}
        return _page(request, records, openid=settings.openid is not None, fault=str(error), status=422, typed=typed)
    return _made(request, person, password)


@router.get("/{person_id}")
def person_page(request: Request, person_id: str, records: RecordsDep, by: Managing) -> Response:
    """One account, and what can be done with it."""
    return render(request, "shell/person.html", account=records.people.get(person_id), roles=list(Role), fault="")


@router.post("/{person_id}/roles")
def set_roles(
    request: Request,
    person_id: str,
    records: RecordsDep,
    by: Managing,
    at: NowDep,
    roles: Annotated[list[Role], Form(default_factory=list)],
) -> Response:
    """Give other roles."""
    try:
        records.people.set_roles(person_id, roles, by=by.actor, at=at)
    except UsageError as error:
        account = records.people.get(person_id)
        return render(request, "shell/person.html", 422, account=account, roles=list(Role), fault=str(error))
    return RedirectResponse(f"/users/{person_id}", 303)


@router.post("/{person_id}/password")
def set_password(request: Request, person_id: str, records: RecordsDep, by: Managing, at: NowDep) -> Response:
    """Make a new password, shown once; whoever was signed in with the old one no longer is."""
    password = new_password()
    records.people.set_password(person_id, password, by=by.actor, at=at)
    records.sessions.close_all(person_id)
    return _made(request, records.people.get(person_id), password)


@router.post("/{person_id}/unlock")
def unlock(person_id: str, records: RecordsDep, by: Managing, at: NowDep) -> Response:
    """End a lock after wrong passwords."""
    records.people.unlock(person_id, by=by.actor, at=at)
    return RedirectResponse(f"/users/{person_id}", 303)


@router.post("/{person_id}/active")
def set_active(
    request: Request, person_id: str, records: RecordsDep, by: Managing, at: NowDep, active: Annotated[bool, Form()]
) -> Response:
    """End an account, or let it begin again; what the person did stays in the record."""
    try:
        records.people.set_active(person_id, active, by=by.actor, at=at)
    except UsageError as error:
        account = records.people.get(person_id)
        return render(request, "shell/person.html", 422, account=account, roles=list(Role), fault=str(error))
    if not active:
        records.sessions.close_all(person_id)
    return RedirectResponse(f"/users/{person_id}", 303)


def _page(
    request: Request,
    records: Records,
    *,
    openid: bool,
    fault: str = "",
    status: int = 200,
    typed: Mapping[str, object] | None = None,
) -> Response:
    return render(
        request,
        "shell/people.html",
        status,
        people=records.people.all(),
        roles=list(Role),
        openid=openid,
        fault=fault,
        typed=typed or {"name": "", "login": "", "roles": [], "sign_in": "password"},
    )


def _made(request: Request, person: Person, password: str | None) -> Response:
    return render(request, "shell/password_once.html", account=person, password=password)
