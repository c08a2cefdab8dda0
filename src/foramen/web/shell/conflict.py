"""What the second of two people sees: what the first one changed, and what they typed themselves, kept."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from foramen.records import Conflict
from foramen.web.error_pages import wants_json
from foramen.web.pages import render
from foramen.web.shell.event_words import history
from foramen.web.words import plain

AFTER = "after"
"""The form field that holds the version of the case that a page was made from."""

NOT_TYPED = (AFTER, "number", "signature", "marks")


def install(app: FastAPI) -> None:
    """Give the application its conflict page."""
    app.add_exception_handler(Conflict, _conflict)


async def _conflict(request: Request, error: Exception) -> Response:
    assert isinstance(error, Conflict)
    missed = history(error.missed)
    if wants_json(request):
        words = [f"{entry.words} ({entry.who})" for entry in missed]
        return JSONResponse({"detail": str(error), "missed": words}, 409)
    typed: list[tuple[str, str]] = request.state.typed
    now_at = str(error.missed[-1].number)
    return render(
        request,
        "shell/conflict.html",
        status=409,
        missed=missed,
        typed=[(plain(name), value) for name, value in typed if value and name not in NOT_TYPED],
        again=[(name, now_at if name == AFTER else value) for name, value in typed],
        back=f"/cases/{error.missed[-1].case_id}",
    )
