"""What a person or a program sees when a request can't be done: one clear sentence, no trace, no patient data."""

import logging
import traceback
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from foramen.errors import ForamenError
from foramen.records import Conflict, Damaged, NoSuchCase
from foramen.web.faults import RequestError, SignInFirstError
from foramen.web.pages import render

log = logging.getLogger("foramen.web")

HEADINGS = {
    400: "That can't be used",
    401: "Sign in first",
    403: "Not for this role",
    404: "Not found",
    405: "Not possible here",
    409: "Somebody was first",
    413: "Too large",
    422: "That can't be used",
    429: "Too often",
    500: "A fault of Foramen's own",
}
NOT_NOW = "Not possible now"
"""Above the sentence where nothing was sent: a page that was opened before its time."""

SENTENCES = {
    404: "There is nothing at this address. It may have been moved or was mistyped.",
    405: "This address can't be used in this way.",
}
STATUS: dict[type[ForamenError], int] = {NoSuchCase: 404, Conflict: 409, Damaged: 500}
"""What an error of the record is called in HTTP; every other input that can't be used is 422."""

OWN_FAULT = "Foramen met a fault of its own; nothing was changed. Please tell whoever runs it, with the time."


def install(app: FastAPI) -> None:
    """Give the application its error pages."""
    app.add_exception_handler(RequestError, _refused)
    app.add_exception_handler(SignInFirstError, _sign_in_first)
    app.add_exception_handler(ForamenError, _foramen_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def sentence(request: Request, status: int, words: str) -> Response:
    """Answer with one sentence: a page for a person, `{"detail": ...}` for a program."""
    if wants_json(request):
        return JSONResponse({"detail": words}, status)
    heading = NOT_NOW if status == 422 and request.method == "GET" else HEADINGS.get(status, "That did not work")
    return render(request, "shell/sentence.html", status=status, heading=heading, sentence=words)


def wants_json(request: Request) -> bool:
    """Whether the one who asks is a program."""
    return request.url.path.startswith("/api/") or "application/json" in request.headers.get("accept", "")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestError)
    return sentence(request, error.status, error.sentence)


async def _sign_in_first(request: Request, error: Exception) -> Response:
    if wants_json(request):
        return JSONResponse({"detail": "Sign in first."}, 401)
    where = request.url.path if request.method == "GET" else "/"
    target = f"/sign-in?next={quote(where, safe='')}"
    if request.headers.get("HX-Request"):
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


async def _foramen_error(request: Request, error: Exception) -> Response:
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)
    return sentence(request, status, str(error))


async def _invalid(request: Request, error: Exception) -> Response:
    """Name the fields at fault, not what stands in them."""
    assert isinstance(error, RequestValidationError)
    faults = "; ".join(f"{_field(fault['loc'])}{fault['msg']}" for fault in error.errors())
    return sentence(request, 422, f"This can't be used: {faults}.")


def _field(place: tuple[int | str, ...]) -> str:
    """The field's name and a colon; nothing where the whole request is meant."""
    return ".".join(str(part) for part in place[1:]) + ": " if place[1:] else ""


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = sentence(request, error.status_code, SENTENCES.get(error.status_code, error.detail))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


class OwnFaults:
    """Middleware that turns a fault of Foramen's own into a sentence.

    Starlette's own would hand the exception on to the server, whose log would then hold whatever its message names.

    Parameters
    ----------
    app : ASGI application
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; log where a fault happened, but not what it was about, which could be a patient."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as fault:
            where = traceback.extract_tb(fault.__traceback__)[-1]
            log.error("%s in %s, line %s", type(fault).__name__, Path(where.filename).name, where.lineno)
            if scope["type"] != "http" or begun:
                return
            await sentence(Request(scope), 500, OWN_FAULT)(scope, receive, send)
