"""Signing in with the site's own accounts (OpenID Connect): code flow with state, nonce and PKCE, as authlib does it.

An account here is made by the administrator first, without a password. The first sign-in ties it to the provider's
subject, by the name it was made under; from then on only the subject counts.
"""

import warnings
from datetime import datetime
from typing import Any

from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.base_client import OAuthError
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from httpx import HTTPError
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware

from foramen.records import SOFTWARE, Person, Records
from foramen.web.app_settings import AppSettings, OpenId
from foramen.web.deps import AddressDep, LimitsDep, NowDep, RecordsDep, open_to_all
from foramen.web.faults import RequestError
from foramen.web.shell.sign_in import begin_session

ADDRESS = "/sign-in/openid"
router = APIRouter(prefix=ADDRESS, include_in_schema=False)

STATE_S = 600
NEXT = "next"

NOT_HERE = "This site has no sign-in of its own; use a name and a password."
UNREACHABLE = "The hospital's sign-in can't be reached. Try again in a minute, or use a name and a password."
NOT_CONFIRMED = "The hospital's sign-in did not confirm who you are. Begin again from the sign-in page."
UNKNOWN = "The hospital knows you, but you have no account here. Ask the administrator to make one in your name."


def install(app: FastAPI, settings: AppSettings) -> None:
    """Give the application the provider's client, and the signed cookie that holds one sign-in's state and nonce."""
    app.state.openid = _client(settings.openid) if settings.openid else None
    app.add_middleware(
        SessionMiddleware,
        secret_key=settings.secret,
        session_cookie="foramen-openid",
        max_age=STATE_S,
        path=ADDRESS,
        same_site="lax",  # the provider leads back with a link
        https_only=settings.secure_cookies,
    )


def _client(openid: OpenId) -> Any:
    with warnings.catch_warnings():
        # authlib asks for httpx's successor, which the libraries beside it do not use yet.
        warnings.simplefilter("ignore", AuthlibDeprecationWarning)
        from authlib.integrations.starlette_client import OAuth

    registry = OAuth()
    registry.register(
        "site",
        client_id=openid.client_id,
        client_secret=openid.client_secret,
        server_metadata_url=f"{openid.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "timeout": 10},
    )
    return registry.site


@router.get("", dependencies=[open_to_all("nobody is signed in yet")])
async def begin(
    request: Request,
    limits: LimitsDep,
    address: AddressDep,
    at: NowDep,
    next: str = "/",  # noqa: A002
) -> Response:
    """Lead to the provider."""
    limits.sign_in.spend(address, at)
    site = _site(request)
    request.session.clear()
    request.session[NEXT] = next[:500]
    try:
        answer: Response = await site.authorize_redirect(request, str(request.url_for("openid_answer")))
    except (HTTPError, OAuthError, ValueError, RuntimeError):
        raise RequestError(502, UNREACHABLE) from None
    return answer


@router.get("/answer", name="openid_answer", dependencies=[open_to_all("the provider leads back here")])
async def answer(request: Request, records: RecordsDep, limits: LimitsDep, address: AddressDep, at: NowDep) -> Response:
    """Take the provider's answer, and open a session for whom it names."""
    limits.sign_in.spend(address, at)
    claims = await _claims(request)
    where = str(request.session.get(NEXT, "/"))
    request.session.clear()
    person = await run_in_threadpool(_person, records, claims, at)
    return await run_in_threadpool(begin_session, request, person, at=at, where=where)


def _site(request: Request) -> Any:
    if request.app.state.openid is None:
        raise RequestError(404, NOT_HERE)
    return request.app.state.openid


async def _claims(request: Request) -> dict[str, Any]:
    """What the provider says, once its signature, issuer, audience, nonce and time have been checked."""
    site = _site(request)
    try:
        token = await site.authorize_access_token(request)
    except HTTPError:
        raise RequestError(502, UNREACHABLE) from None
    except (OAuthError, JoseError, KeyError, ValueError):
        raise RequestError(403, NOT_CONFIRMED) from None
    claims: dict[str, Any] = token.get("userinfo") or {}
    if claims.get("iss") != request.app.state.settings.openid.issuer or not claims.get("sub"):
        raise RequestError(403, NOT_CONFIRMED)
    return claims


def _person(records: Records, claims: dict[str, Any], at: datetime) -> Person:
    """The account tied to this subject, or the untied one made under this name."""
    subject = str(claims["sub"])
    if person := records.people.by_subject(subject):
        return person
    person = records.people.awaiting(str(claims.get("preferred_username", "")))
    if person is None:
        raise RequestError(403, UNKNOWN)
    records.people.set_subject(person.id, subject, by=SOFTWARE, at=at)
    return records.people.get(person.id)
