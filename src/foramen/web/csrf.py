"""A form counts only if this application gave it to this browser.

The token is an HMAC over the browser's own secret cookie: the session of who is signed in, or else a visitor's cookie
that says nothing but "the same browser". Another site can make a browser send a form, but can read neither.
"""

import hashlib
import hmac
import secrets

from fastapi import Request
from starlette.datastructures import FormData

from foramen.web.app_settings import AppSettings
from foramen.web.faults import RequestError
from foramen.web.zone import ZONE

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
STALE = "This page was open for too long, or came from elsewhere. Go back, load it again and send it once more."
PLAIN_FORM = "application/x-www-form-urlencoded"
UPLOAD = "multipart/form-data"


def session_cookie(settings: AppSettings) -> str:
    """The name of the cookie that holds a session; `__Host-` binds it to this host and to HTTPS."""
    return "__Host-foramen-session" if settings.secure_cookies else "foramen-session"


def visitor_cookie(settings: AppSettings) -> str:
    """The name of the cookie that tells one browser from another before sign-in."""
    return "__Host-foramen-visitor" if settings.secure_cookies else "foramen-visitor"


def token(request: Request) -> str:
    """The token that this browser's forms carry. A browser without any cookie yet is given one with the answer."""
    settings: AppSettings = request.app.state.settings
    bearer = request.cookies.get(session_cookie(settings)) or request.cookies.get(visitor_cookie(settings))
    if not bearer:
        if not hasattr(request.state, "new_visitor"):
            request.state.new_visitor = secrets.token_urlsafe(32)
        bearer = request.state.new_visitor
    return hmac.new(settings.secret.encode(), bearer.encode(), hashlib.sha256).hexdigest()


async def protect(request: Request) -> None:
    """Refuse a request that changes something unless it carries this browser's token, as a field or in the header.

    What was typed is kept at `request.state.typed`, so that a page which must be shown again can show it again. An
    upload whose token is in the header is left unread for the route that takes it.
    """
    request.state.typed = []
    ZONE.set(request.app.state.zone)
    if request.method in HARMLESS:
        return
    given = request.headers.get(HEADER, "")
    kind = request.headers.get("content-type", "")
    if kind.startswith(PLAIN_FORM) or (kind.startswith(UPLOAD) and not given):
        form = await request.form()
        request.state.typed = _words(form)
        given = given or str(form.get(FIELD, ""))
    if not hmac.compare_digest(given.encode(), token(request).encode()):
        raise RequestError(403, STALE)


def _words(form: FormData) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name != FIELD]
