"""What one running application is told: where the record lies, and how people reach it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class OpenId:
    """A site's own sign-in (OpenID Connect), beside the names and passwords that Foramen keeps.

    Parameters
    ----------
    issuer : str
        The provider's address; its `/.well-known/openid-configuration` says the rest.
    client_id, client_secret : str
        As the provider registered this application.
    label : str
        What stands on the button.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str = "Sign in with the hospital's account"


@dataclass(frozen=True)
class SetUp:
    """A link that makes the first administrator, where nobody sits at a terminal to be asked."""

    secret: str = field(repr=False)
    until: datetime


@dataclass(frozen=True)
class AppSettings:
    """How one application runs.

    Parameters
    ----------
    record_url : str
        The database: `sqlite:////path/record.sqlite` or `postgresql+psycopg://...`.
    store : Path
        The folder of images and results.
    secret : str
        What form tokens are made with. Kept across restarts, so that an open form still counts after one.
    secure_cookies : bool
        Cookies go over HTTPS only; False is for the loopback address alone.
    hosts : tuple of str
        The names this application answers to, without port; `("*",)` for any.
    set_up : SetUp, optional
        Opens the page that makes the first administrator, while nobody has an account. Without it that page is closed.
    openid : OpenId, optional
        The site's own sign-in.
    clock : callable
        The time now, aware. A test moves it.
    """

    record_url: str
    store: Path
    secret: str = field(repr=False)
    secure_cookies: bool = True
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "::1")
    set_up: SetUp | None = None
    openid: OpenId | None = None
    clock: Callable[[], datetime] = _utc_now
