"""Signing in with a name and a password, and out again."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from foramen.records import Person, SignInRefused
from foramen.web.csrf import session_cookie, visitor_cookie
from foramen.web.deps import AddressDep, LimitsDep, NowDep, RecordsDep, open_to_all, settings_of
from foramen.web.faults import RequestError
from foramen.web.navigation import home
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)


@router.get("/sign-in", dependencies=[open_to_all("nobody is signed in yet")])
def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002 - the word everybody uses in the address
    """The form."""
    return _form(request, next)


@router.post("/sign-in", dependencies=[open_to_all("nobody is signed in yet")])
def sign_in(
    request: Request,
    records: RecordsDep,
    at: NowDep,
    limits: LimitsDep,
    address: AddressDep,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Open a session where name and password belong together."""
    try:
        limits.sign_in.spend(address, at)
    except RequestError as error:
        return _form(request, next, name=name, fault=error.sentence, status=error.status)
    try:
        person = records.people.verify(name, password, at=at)
    except SignInRefused as error:
        return _form(request, next, name=name, fault=str(error), status=403)
    return begin_session(request, person, at=at, where=next)


@router.post("/sign-out", dependencies=[open_to_all("whoever has no session has nothing to end")])
def sign_out(request: Request, records: RecordsDep) -> Response:
    """End the session, here and in the record."""
    cookie = session_cookie(settings_of(request))
    if token := request.cookies.get(cookie):
        records.sessions.close(token)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(cookie, secure=settings_of(request).secure_cookies, httponly=True, samesite="lax")
    return answer


def begin_session(request: Request, person: Person, *, at: datetime, where: str) -> Response:
    """Open a session and lead on; what the browser held before is replaced, so that nobody can plant a session."""
    settings = settings_of(request)
    token = request.app.state.records.sessions.open(person.id, at=at)
    target = where if _is_ours(where) and where != "/" else home(person)
    answer = RedirectResponse(target, 303)
    answer.set_cookie(
        session_cookie(settings), token, httponly=True, samesite="lax", secure=settings.secure_cookies, path="/"
    )
    answer.delete_cookie(visitor_cookie(settings), secure=settings.secure_cookies, httponly=True, samesite="lax")
    return answer


def _is_ours(where: str) -> bool:
    """Whether an address leads to this application: a path, and not one that a browser reads as another machine."""
    return where.startswith("/") and not where.startswith("//") and "\\" not in where and where.isprintable()


def _form(request: Request, where: str, *, name: str = "", fault: str = "", status: int = 200) -> Response:
    openid = settings_of(request).openid
    return render(
        request,
        "shell/sign_in.html",
        status=status,
        next=where,
        name=name,
        fault=fault,
        openid=openid.label if openid else "",
    )
