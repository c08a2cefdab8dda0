"""How a page is rendered: the templates, what each of them can ask for, and where the static files lie."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from foramen.web import csrf
from foramen.web.navigation import navigation
from foramen.web.words import FILTERS

HERE = Path(__file__).parent
STATIC = HERE / "static"
VISITOR_COOKIE_S = 12 * 3600


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(static=static, built=built, navigation=navigation)
    return environment


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page from a template.

    Parameters
    ----------
    request : Request
        Whose page it is; the template sees the signed-in `person`, and `csrf()` for its forms.
    template : str
        Its name under `templates/`, such as `"shell/worklist.html"`.
    status : int
        The HTTP status.
    **context
        What else the template shows.
    """
    token = csrf.token(request)
    shared = {
        "person": getattr(request.state, "person", None),
        "path": request.url.path,
        "csrf_token": token,
        "csrf": lambda: Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, token),
    }
    page = HTMLResponse(_environment().get_template(template).render(shared | context), status)
    _greet(request, page)
    return page


def _greet(request: Request, page: HTMLResponse) -> None:
    """Give a browser without any cookie the one that its forms are known by."""
    visitor = getattr(request.state, "new_visitor", None)
    if visitor is None:
        return
    settings = request.app.state.settings
    page.set_cookie(
        csrf.visitor_cookie(settings),
        visitor,
        max_age=VISITOR_COOKIE_S,
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies,
    )


def static(name: str) -> str:
    """The address of a static file, which changes when the file does."""
    path = STATIC / name
    return f"/static/{name}?{_fingerprint(path, path.stat().st_mtime_ns)}"


@cache
def _fingerprint(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def built(name: str) -> bool:
    """Whether a script that the build makes is there."""
    return (STATIC / "built" / name).is_file()
