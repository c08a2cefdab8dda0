"""The application running for a test: a fresh record, somebody of every role, and a browser that is watched.

`site` is one running application on loopback; `client(role)` speaks to it as a program would, `browse(role)` opens a
page in a real browser. A browser page fails its test on any error in its console and on any request that leaves this
machine.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from argon2 import PasswordHasher
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, sync_playwright

from foramen.records import SOFTWARE, Person, Records, Role
from foramen.records.events import CaseOpened, Identity
from foramen.records.people import People
from foramen.web.app import create_app
from foramen.web.app_settings import AppSettings
from foramen.web.csrf import HEADER, session_cookie

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1920, "height": 1080}
PASSWORD = "a long enough password"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing is asked over HTTPS here, and reading the machine's certificates takes a tenth of a second per client."""

MORNING = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


class Clock:
    """A clock that runs, and that a test may move."""

    def __init__(self, begins: datetime = MORNING) -> None:
        self._begins = begins
        self._started = time.monotonic()

    def __call__(self) -> datetime:
        return self._begins + timedelta(seconds=time.monotonic() - self._started)

    def move(self, by: timedelta) -> None:
        self._begins += by


@dataclass
class Site:
    """One running application and what stands behind it."""

    url: str
    app: FastAPI
    settings: AppSettings
    clock: Clock
    people: dict[Role, Person] = field(default_factory=dict)
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def records(self) -> Records:
        records: Records = self.app.state.records
        return records

    def session(self, role: Role) -> str:
        """A session's token, as the cookie of who is signed in holds it."""
        return self.records.sessions.open(self.people[role].id, at=self.clock())

    def open_case(self, name: str = "Lindqvist, Maria", *roots: str) -> str:
        """A case just referred; L5 left where no root is named."""
        opened = CaseOpened(
            patient=Identity(name=name, born=date(1961, 2, 3), number="481021"), roots=roots or ("L5-left",)
        )
        return self.records.open_case(opened, by=self.people[Role.NURSE].actor, at=self.clock())

    def client(self, role: Role | None = None) -> httpx.Client:
        """A program that speaks to the site, signed in where a role is named, with its form token in the header."""
        client = httpx.Client(base_url=self.url, timeout=30, verify=NO_TLS)
        self.clients.append(client)
        if role is not None:
            client.cookies.set(session_cookie(self.settings), self.session(role))
        page = client.get("/sign-in").text
        client.headers[HEADER] = page.split('name="csrf-token" content="')[1].split('"')[0]
        return client


@contextmanager
def running(folder: Path, *, staffed: bool = True, **changes: object) -> Iterator[Site]:
    """An application on a free port of the loopback address, with somebody of every role.

    `changes` are fields of `AppSettings` that shall be otherwise.
    """
    clock = Clock()
    settings = replace(
        AppSettings(
            record_url=f"sqlite:///{folder / 'record.sqlite'}",
            store=folder / "store",
            secret="a secret of the tests",
            secure_cookies=False,
            clock=clock,
        ),
        **changes,  # type: ignore[arg-type]
    )
    app = create_app(settings)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", ws="none", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()
    site = Site(f"http://{host}:{port}", app, settings, clock)
    # Hashing as in earnest takes a tenth of a second each time; `tests/records` holds the record to argon2 as it ships.
    site.records.people = People(site.records.database, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    if staffed:
        site.people = {role: somebody(site.records, role, at=clock()) for role in Role}
    try:
        yield site
    finally:
        for client in site.clients:
            client.close()
        server.should_exit = True
        thread.join(10)


def somebody(records: Records, *roles: Role, at: datetime, login: str = "", password: str | None = None) -> Person:
    """A person of some roles, named after the first."""
    return records.people.add(
        login=login or str(roles[0]), name=f"The {roles[0]}", roles=roles, password=password, by=SOFTWARE, at=at
    )


@pytest.fixture(name="running")
def _running() -> Callable[..., AbstractContextManager[Site]]:
    """`running(folder, ...)`, for a test whose application shall be otherwise."""
    return running


@pytest.fixture(name="somebody")
def _somebody() -> Callable[..., Person]:
    """`somebody(records, role, at=..., login=..., password=...)`."""
    return somebody


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A running application of this test alone."""
    with running(tmp_path) as site:
        yield site


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A running application for all tests of one file, where they do not get in one another's way."""
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, drawing 3-D in software."""
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


class Watch:
    """What a page may not do: complain in its console, fail, or ask another machine."""

    def __init__(self, url: str) -> None:
        self._here = urlsplit(url).netloc
        self.faults: list[str] = []

    def over(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._error)
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _error(self, error: Error) -> None:
        self.faults.append(f"script: {error.message}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._here:
            self.faults.append(f"a request left this machine: {parts.netloc}")


Browse = Callable[..., Page]


@pytest.fixture
def browse(browser: Browser) -> Iterator[Browse]:
    """Open a watched page: `browse(site, Role.NURSE, size=PHONE)`; without a role nobody is signed in.

    Faults that a test means to provoke are taken out of `page.watch.faults` by that test.
    """
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def open_page(site: Site, role: Role | None = None, size: dict[str, int] = DESK, touch: bool = False) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport=size,
            has_touch=touch,
            locale="en-GB",
            timezone_id="UTC",  # type: ignore[arg-type]
        )
        context.set_default_timeout(60_000)  # a busy machine draws slowly
        if role is not None:
            name = session_cookie(site.settings)
            context.add_cookies([{"name": name, "value": site.session(role), "url": site.url}])
        contexts.append(context)
        watch = Watch(site.url)
        watches.append(watch)
        context.on("page", watch.over)
        page = context.new_page()
        page.watch = watch  # type: ignore[attr-defined]
        return page

    yield open_page
    for context in contexts:
        context.close()
    faults = [fault for watch in watches for fault in watch.faults]
    assert not faults, "\n".join(faults)
