"""`foramen serve`: the application in the browser, on this machine unless told otherwise."""

from __future__ import annotations

import ipaddress
import os
import secrets
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foramen.cli.console import errors, results
from foramen.errors import InputError, UsageError

if TYPE_CHECKING:
    from foramen.web.app_settings import AppSettings, OpenId

LOOPBACK = "127.0.0.1"
SECRET_FILE = "secret"
OPENID = ("FORAMEN_OPENID_ISSUER", "FORAMEN_OPENID_CLIENT_ID", "FORAMEN_OPENID_CLIENT_SECRET")
"""Environment variables that switch on the site's own sign-in; all three or none."""


def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = LOOPBACK,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 for any free one.")] = 8410,
    record: Annotated[
        str, typer.Option("--record", metavar="URL", help="The record: sqlite:///… or postgresql+psycopg://…")
    ] = "",
    store: Annotated[Path, typer.Option("--store", metavar="DIR", help="Folder of images and results.")] = Path(
        "foramen-record"
    ),
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="PEM", help="TLS certificate chain.", exists=True)
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="PEM", help="Its private key.", exists=True)] = None,
    public_name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="A name people reach it by; repeat for several."),
    ] = None,
    behind_tls: Annotated[
        bool, typer.Option("--behind-tls", help="A reverse proxy on this machine speaks HTTPS to the browsers.")
    ] = False,
) -> None:
    """Serve the application on this machine: cases from referral to outcome, in the browser.

    Without `--record` the record is `record.sqlite` in the folder of `--store`. The first start asks for the first
    administrator's name and password.

    **Example**: `foramen serve --store /srv/foramen`
    """
    import uvicorn

    from foramen.web.app import create_app

    if (certificate is None) != (key is None):
        raise UsageError("--certificate and --key belong together: give both, or neither.")
    secure = certificate is not None or behind_tls
    loopback = _is_loopback(host)
    if not loopback and not secure:
        errors.print(
            f"Anyone who can listen on the way to {host} can read what is sent: give --certificate and --key, "
            "or put a reverse proxy with HTTPS in front and say --behind-tls.",
            style="bold yellow",
            soft_wrap=True,
        )
    store.mkdir(parents=True, exist_ok=True)
    settings = _settings(record, store, secure=secure, hosts=_hosts(host, public_name or []))
    listener = _listen(host, port)
    address = _address(
        host if not public_name else public_name[0], listener.getsockname()[1], secure=secure and not behind_tls
    )
    settings = _with_first_administrator(settings, address)
    results.print(f"Foramen is at [bold]{address}[/bold] — stop it with Ctrl-C.", soft_wrap=True)
    config = uvicorn.Config(
        create_app(settings),
        log_level="warning",
        access_log=False,  # addresses name cases and diary links
        server_header=False,
        ws="none",
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_graceful_shutdown=10,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _settings(record: str, store: Path, *, secure: bool, hosts: tuple[str, ...]) -> AppSettings:
    from foramen.web.app_settings import AppSettings

    url = record or f"sqlite:///{(store / 'record.sqlite').resolve()}"
    return AppSettings(
        record_url=url, store=store, secret=_secret(store), secure_cookies=secure, hosts=hosts, openid=_openid()
    )


def _secret(store: Path) -> str:
    """The secret that form tokens are made with, kept beside the record and readable by its owner alone."""
    path = store / SECRET_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    secret = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)
    return secret


def _openid() -> OpenId | None:
    from foramen.web.app_settings import OpenId

    values = [os.environ.get(name, "") for name in OPENID]
    if not any(values):
        return None
    if not all(values):
        raise UsageError(f"For the site's own sign-in all of {', '.join(OPENID)} must be set.")
    label = os.environ.get("FORAMEN_OPENID_LABEL", "")
    return OpenId(*values, **({"label": label} if label else {}))


def _with_first_administrator(settings: AppSettings, address: str) -> AppSettings:
    """Make sure that somebody can sign in: ask on a terminal, or print a link that is good once, for 15 minutes."""
    raise NotImplementedError


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _hosts(host: str, names: list[str]) -> tuple[str, ...]:
    """The names this application answers to: a page that merely resolves to this machine is not one of them."""
    own = ("127.0.0.1", "localhost", "[::1]")
    return (*own, *names) if _is_loopback(host) else (*own, host, socket.getfqdn(), *names)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise InputError(
            f"{host}, port {port} can't be listened on: {error.strerror}. Choose another with --port."
        ) from None
    return listener


def _address(host: str, port: int, *, secure: bool) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{shown}:{port}"
