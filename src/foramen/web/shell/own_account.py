"""A person's own account: another password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from foramen.errors import UsageError
from foramen.records import Person, SignInRefused
from foramen.web.deps import LimitsDep, NowDep, RecordsDep, any_role
from foramen.web.pages import render
from foramen.web.shell.sign_in import begin_session

router = APIRouter(prefix="/account", include_in_schema=False)

Own = Annotated[Person, any_role("everybody has an account of their own")]


@router.get("")
def own_account(request: Request, person: Own) -> Response:
    """Who is signed in, and a form for another password."""
    return render(request, "shell/own_account.html", account=person, fault="")


@router.post("/password")
def set_own_password(
    request: Request,
    records: RecordsDep,
    person: Own,
    at: NowDep,
    limits: LimitsDep,
    old: Annotated[str, Form(max_length=1000)],
    new: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Set another password; every other session of this person ends."""
    limits.sign_in.spend(person.id, at)
    try:
        records.people.verify(person.login, old, at=at)
        records.people.set_password(person.id, new, by=person.actor, at=at)
    except (SignInRefused, UsageError) as error:
        fault = "That is not your password now." if isinstance(error, SignInRefused) else str(error)
        return render(request, "shell/own_account.html", 422, account=person, fault=fault)
    records.sessions.close_all(person.id)
    return begin_session(request, person, at=at, where="/")
