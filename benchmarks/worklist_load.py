"""Fifty people at once on a record of 100,000 cases: how long each page takes.

The real application runs as one process on loopback, as `foramen serve` runs it, with every look audited and every
commit synced to the disk. Fifty signed-in people click for two minutes; each waits for the answer, looks at it for 2 s
on average, and clicks again. They share the machine's cores with the server. Nine cases in ten are closed; the open
ones stand at every step of a worked patient's way. The cases that people open are open ones.
"""

import asyncio
import math
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import delete, insert

from foramen.records import Actor, Records, Role, fold, worklist
from foramen.records import events as e
from foramen.records.database.tables import metadata
from foramen.records.ledger import append, rows_of
from foramen.records.names import new_id

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

CASES, PEOPLE, SECONDS, LOOKS_S = 100_000, 50, 120.0, 2.0
AT_ONCE = 2000
"""Cases written in one transaction while the record is filled."""

FAMILY = [
    "Müller",
    "Schmidt",
    "Schneider",
    "Fischer",
    "Weber",
    "Meyer",
    "Wagner",
    "Becker",
    "Schulz",
    "Hoffmann",
    "Novák",
    "Rossi",
    "Dubois",
    "Østergaard",
    "Łukasiewicz",
    "García",
    "Yılmaz",
    "Nguyễn",
    "O'Brien",
    "Lindqvist",
]
GIVEN = [
    "Anna",
    "Peter",
    "Maria",
    "Hans",
    "Ursula",
    "Michael",
    "Sabine",
    "Thomas",
    "Renate",
    "Jörg",
    "Änne",
    "José",
    "Zoë",
    "Fatma",
    "Li",
    "Björn",
]

SERVER = """
import sys
from pathlib import Path
import uvicorn
from foramen.web.app import create_app
from foramen.web.app_settings import AppSettings
url, store, port = sys.argv[1:]
settings = AppSettings(record_url=url, store=Path(store), secret="of this benchmark", secure_cookies=False)
uvicorn.run(create_app(settings), host="127.0.0.1", port=int(port), log_level="warning", access_log=False, ws="none")
"""


def run() -> str:
    """One table per database."""
    from support.postgres import programs, running

    with tempfile.TemporaryDirectory(prefix="foramen-load-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'record.sqlite'}"
        filled = Records.open(url, store=folder / "store")
        open_cases = _fill(filled)
        parts = [_measured("SQLite", url, filled, open_cases)]
        if programs() is not None:
            with running(settings=()) as server:
                other = Records.open(server.fresh(), store=folder / "store")
                _copy(filled, other)
                parts.append(_measured("PostgreSQL 15", server.url("record_1"), other, open_cases))
                other.close()
        filled.close()
    return "\n\n".join(parts)


def _fill(records: Records) -> list[str]:
    """Make the cases; gives those that are open."""
    from support.record_path import whole_path

    chance = random.Random(1)
    path = [step.contents for step in whole_path(records.store)]
    me = Actor(name="Dr. Example", role=Role.RADIOLOGIST)
    at = datetime(2020, 1, 1, tzinfo=UTC)
    open_cases = []
    for first in range(0, CASES, AT_ONCE):
        with records.database.writing() as connection:
            for number in range(first, min(first + AT_ONCE, CASES)):
                contents: list[e.Content] = [_opened(number, chance)]
                case_id = new_id()
                if chance.random() < 0.9:
                    contents.append(e.Closed())
                else:
                    contents += [c for step in path[: chance.randrange(len(path))] for c in step]
                    open_cases.append(case_id)
                at += timedelta(minutes=30)
                worklist.keep(connection, fold(append(connection, case_id, 0, contents, me, at)))
    return open_cases


def _opened(number: int, chance: random.Random) -> e.CaseOpened:
    name = f"{chance.choice(FAMILY)}-{chance.choice(FAMILY)}, {chance.choice(GIVEN)} {chance.choice(GIVEN)}"
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(27_000))
    return e.CaseOpened(patient=e.Identity(name=name, born=born, number=f"{number:07d}"), roots=("L5-right",))


def _copy(source: Records, target: Records) -> None:
    """The same rows in the other database."""
    with source.database.reading() as rows, target.database.writing() as connection:
        for table in metadata.sorted_tables:
            connection.execute(delete(table)) if table.name == "heads" else None
            batch = []
            for row in rows_of(rows, table, *table.primary_key.columns.keys()):
                batch.append(dict(row))
                if len(batch) == AT_ONCE:
                    connection.execute(insert(table), batch)
                    batch = []
            if batch:
                connection.execute(insert(table), batch)


def _measured(name: str, url: str, records: Records, open_cases: list[str]) -> str:
    at = datetime.now(UTC)
    sessions = []
    for number in range(PEOPLE):
        role = (Role.RADIOLOGIST, Role.NURSE)[number % 2]
        login = f"person-{number}-{new_id()}"
        by = Actor(name="Administrator", role=Role.ADMINISTRATOR)
        person = records.people.add(login=login, name=login, roles=[role], password=None, by=by, at=at)
        sessions.append(records.sessions.open(person.id, at=at))
    with _served(url, records.store.folder) as address:
        found = asyncio.run(_click(address, sessions, open_cases))
    lines = [
        f"{name}, {CASES:,} cases, {PEOPLE} people, {sum(map(len, found.times.values())) / SECONDS:.0f} clicks a "
        f"second, {found.failed} failed:",
        "",
        "| page | clicks | p50 | p95 | longest |",
        "|---|---:|---:|---:|---:|",
    ]
    for page, times in sorted(found.times.items()):
        p95 = sorted(times)[math.ceil(0.95 * len(times)) - 1]
        lines.append(
            f"| {page} | {len(times)} | {statistics.median(times):.0f} ms | {p95:.0f} ms | {max(times):.0f} ms |"
        )
    return "\n".join(lines)


@contextmanager
def _served(url: str, store: Path) -> Iterator[str]:
    from support.postgres import free_port

    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVER, url, str(store), str(port)])
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(f"{address}/sign-in", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


@dataclass
class Found:
    """Milliseconds by page, and how many clicks failed."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: int = 0


async def _click(address: str, sessions: list[str], open_cases: list[str]) -> Found:
    found = Found()
    ends = time.monotonic() + SECONDS
    async with asyncio.TaskGroup() as people:
        for number, session in enumerate(sessions):
            people.create_task(_person(address, session, open_cases, random.Random(number), ends, found))
    return found


async def _person(
    address: str, session: str, open_cases: list[str], chance: random.Random, ends: float, found: Found
) -> None:
    async with _signed_in(address, session) as client:
        await asyncio.sleep(chance.random() * LOOKS_S)
        while time.monotonic() < ends:
            page, click = chance.choices(list(CLICKS.items()), weights=[click[0] for click in CLICKS.values()])[0]
            began = time.perf_counter()
            try:
                answer = await click[1](client, chance, open_cases)
                found.times[page].append((time.perf_counter() - began) * 1e3)
                found.failed += answer.status_code not in (200, 303)
            except httpx.TransportError:
                found.failed += 1
            await asyncio.sleep(chance.expovariate(1 / LOOKS_S))


@asynccontextmanager
async def _signed_in(address: str, session: str) -> AsyncIterator[httpx.AsyncClient]:
    cookies = {"foramen-session": session}
    async with httpx.AsyncClient(base_url=address, cookies=cookies, timeout=60) as client:
        page = (await client.get("/sign-in")).text
        client.headers["X-CSRF-Token"] = page.split('name="csrf-token" content="')[1].split('"')[0]
        yield client


def _search(client: httpx.AsyncClient, chance: random.Random, _: list[str]) -> Any:
    family = chance.choice(FAMILY)[: chance.randrange(2, 6)]
    text = chance.choice([family, f"{family} {chance.choice(GIVEN)[:3]}", f"{chance.randrange(CASES):07d}"])
    return client.post("/search", data={"search": text})


Click = Callable[[httpx.AsyncClient, random.Random, list[str]], Any]
CLICKS: dict[str, tuple[int, Click]] = {
    "worklist": (25, lambda client, chance, cases: client.get("/")),
    "worklist of one stage": (
        10,
        lambda client, chance, cases: client.get("/", params={"stage": chance.choice(["screening", "finished"])}),
    ),
    "search": (20, _search),
    "case": (30, lambda client, chance, cases: client.get(f"/cases/{chance.choice(cases)}")),
    "screening": (10, lambda client, chance, cases: client.get(f"/cases/{chance.choice(cases)}/screening")),
    "note written": (
        5,
        lambda client, chance, cases: client.post(f"/cases/{chance.choice(cases)}/notes", data={"text": "Called."}),
    ),
}
"""What people click, how often, and how."""
