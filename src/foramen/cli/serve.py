"""`foramen serve`: the application in the browser, on this machine unless told otherwise."""

from __future__ import annotations

import ipaddress
import os
import secrets
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foramen.cli.console import errors, results
from foramen.errors import InputError, UsageError

if TYPE_CHECKING:
    from datetime import datetime

    from foramen.records import Records
    from foramen.web.app_settings import AppSettings, OpenId

LOOPBACK = "127.0.0.1"
SECRET_FILE = "secret"
WEB_EXTRA = 'pip install "foramen[web]"'
SET_UP_WITHIN = timedelta(minutes=15)
WITHOUT_TLS = (
    "Anyone on the way to {host} can read what is sent: give --certificate and --key, or put a reverse proxy with "
    "HTTPS in front and say --behind-tls."
)
OPENID = ("FORAMEN_OPENID_ISSUER", "FORAMEN_OPENID_CLIENT_ID", "FORAMEN_OPENID_CLIENT_SECRET")
"""Environment variables that switch on the site's own sign-in; all three or none."""


def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = LOOPBACK,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 for any free one.")] = 8410,
    record: Annotated[
        str,
        typer.Option(
            "--record",
            metavar="URL",
            envvar="FORAMEN_RECORD",
            help="sqlite:///… or postgresql+psycopg://…; without it record.sqlite in the store",
        ),
    ] = "",
    store: Annotated[
        Path, typer.Option("--store", metavar="DIR", envvar="FORAMEN_STORE", help="Folder of images and results.")
    ] = Path("foramen-record"),
    names: Annotated[
        list[str] | None, typer.Option("--name", metavar="NAME", help="A name people reach it by; repeat for several.")
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", metavar="PEM", help="TLS certificate chain.", exists=True)
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", metavar="PEM", help="Its private key.", exists=True)] = None,
    behind_tls: Annotated[
        bool, typer.Option("--behind-tls", help="A reverse proxy on this machine speaks HTTPS to the browsers.")
    ] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes for long work.")] = 1,
) -> None:
    """Serve the application: cases from referral to outcome, in the browser.

    The first start asks for the first administrator's name and password; where there is no terminal to ask at, it
    prints a link that is good once, for a quarter of an hour.

    **Example**: `foramen serve --store /srv/foramen`
    """
    try:
        from foramen.web.worker import working
    except ImportError as missing:
        raise UsageError(f"The application needs what is not installed here ({missing.name}): {WEB_EXTRA}") from None

    # Ended by either signal, at whatever moment, the worker beside this process must end as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if (certificate is None) != (key is None):
        raise UsageError("--certificate and --key belong together: give both, or neither.")
    secure = certificate is not None or behind_tls
    if not _is_loopback(host) and not secure:
        errors.print(WITHOUT_TLS.format(host=host), style="bold yellow", soft_wrap=True)
    store.mkdir(parents=True, exist_ok=True)
    with _listening(host, port) as listener:
        address = _address(names[0] if names else host, listener.getsockname()[1], secure=certificate is not None)
        settings = _settings(record, store, secure=secure, hosts=_hosts(host, names or []))
        settings = _with_an_administrator(settings, address)
        with working(settings.record_url, store, processes=workers):
            _run(settings, listener, address, certificate, key)


def _run(
    settings: AppSettings, listener: socket.socket, address: str, certificate: Path | None, key: Path | None
) -> None:
    import uvicorn

    from foramen.web.app import create_app

    class Server(uvicorn.Server):
        """Says where it is once it answers."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            results.print(f"Foramen is at [bold]{address}[/bold]; Ctrl-C stops it.", soft_wrap=True)

    config = uvicorn.Config(
        create_app(settings),
        log_level="warning",
        access_log=False,  # addresses name cases and hold diary links
        server_header=False,
        ws="none",
        ssl_certfile=certificate,
        ssl_keyfile=key,
        timeout_graceful_shutdown=10,
    )
    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])


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


def _with_an_administrator(settings: AppSettings, address: str) -> AppSettings:
    """Make sure that somebody can sign in; there is no default password."""
    from foramen.records import Records
    from foramen.web.app_settings import SetUp

    records = Records.open(settings.record_url, store=settings.store)
    try:
        if records.people.count():
            return settings
        if sys.stdin.isatty():
            _ask_for_an_administrator(records, settings.clock())
            return settings
    finally:
        records.close()
    set_up = SetUp(secrets.token_urlsafe(24), settings.clock() + SET_UP_WITHIN)
    link = f"{address}/set-up/{set_up.secret}"
    results.print(f"Nobody has an account yet. Within 15 minutes, open {link}", soft_wrap=True)
    return replace(settings, set_up=set_up)


def _ask_for_an_administrator(records: Records, at: datetime) -> None:
    results.print("Nobody has an account yet. Who is the first administrator?")
    name = typer.prompt("Full name")
    login = typer.prompt("Name to sign in with")
    while True:
        password = typer.prompt("Password, at least 12 characters", hide_input=True, confirmation_prompt="Once more")
        try:
            records.people.add_first(login=login, name=name, password=password, at=at)
        except UsageError as error:
            errors.print(str(error), style="bold red")
        else:
            return


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _hosts(host: str, names: list[str]) -> tuple[str, ...]:
    """The names this application answers to: a page that merely resolves to this machine is not one of them."""
    own = ("127.0.0.1", "localhost", "[::1]")
    return (*own, *names) if _is_loopback(host) else (*own, host, socket.getfqdn(), *names)


def _listening(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        taken = f"{host}, port {port} can't be listened on: {error.strerror}."
        raise InputError(f"{taken} Choose another with --port.") from None
    return listener


def _address(host: str, port: int, *, secure: bool) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{shown}:{port}"
