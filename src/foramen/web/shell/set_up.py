"""The first start without a terminal: a link, good once and for a quarter of an hour, makes the first administrator."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from foramen.errors import UsageError
from foramen.web.deps import AddressDep, LimitsDep, NowDep, RecordsDep, SettingsDep, open_to_all
from foramen.web.faults import RequestError
from foramen.web.pages import render
from foramen.web.shell.sign_in import begin_session

router = APIRouter(prefix="/set-up/{secret}", include_in_schema=False)

GONE = "This link is no longer good. Stop Foramen and start it again: it then prints a new one."
Nobody = open_to_all("nobody has an account yet")


def _check(records: RecordsDep, settings: SettingsDep, at: NowDep, secret: str) -> None:
    """Let only the link through that was printed, in its time, and only while nobody has an account."""
    set_up = settings.set_up
    fits = set_up is not None and at <= set_up.until and hmac.compare_digest(set_up.secret.encode(), secret.encode())
    if not fits or records.people.count():
        raise RequestError(404, GONE)


@router.get("", dependencies=[Nobody])
def set_up_page(
    request: Request,
    secret: str,
    records: RecordsDep,
    settings: SettingsDep,
    at: NowDep,
    limits: LimitsDep,
    address: AddressDep,
) -> Response:
    """Ask who the first administrator is."""
    limits.sign_in.spend(address, at)
    _check(records, settings, at, secret)
    return render(request, "shell/set_up.html", fault="", name="", login="")


@router.post("", dependencies=[Nobody])
def set_up(
    request: Request,
    secret: str,
    records: RecordsDep,
    settings: SettingsDep,
    at: NowDep,
    limits: LimitsDep,
    address: AddressDep,
    name: Annotated[str, Form(min_length=1, max_length=120)],
    login: Annotated[str, Form(min_length=1, max_length=80)],
    password: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Make the first administrator and sign them in."""
    limits.sign_in.spend(address, at)
    _check(records, settings, at, secret)
    try:
        person = records.people.add_first(login=login, name=name, password=password, at=at)
    except UsageError as error:
        return render(request, "shell/set_up.html", status=422, fault=str(error), name=name, login=login)
    return begin_session(request, person, at=at, where="/users")
