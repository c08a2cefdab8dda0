"""Processes killed (SIGKILL) in the middle of writing, and what must be true of the record afterwards.

A writer says on a pipe what has been acknowledged to it, and is killed either by itself, at one of its own writes, or
from outside, at any moment. Writers are forked from a server that has imported everything, so that a kill costs little.
"""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from foramen.records import Actor, Records, Role
from foramen.records.backup import back_up
from foramen.records.events import CaseOpened, Content, Identity, Noted, Purpose, ScanReceived
from foramen.records.restore import restore

ME = Actor(name="Writer", role=Role.NURSE)
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WRITE_POINTS = 120
"""A writer that kills itself does so before one of this many statements, commits, syncs and renames."""

LONGEST_S = 0.05
"""A process that is killed from outside lives at most so long after it has said what was waited for."""

Work = Callable[..., None]


@dataclass
class Outcome:
    """What came of one killed process."""

    said: list[Any] = field(default_factory=list)
    killed: bool = False


@cache
def context() -> Any:
    """A server of processes that has everything ready; it finds its modules only by PYTHONPATH (Python 3.11)."""
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload(["support.warm"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).parents[1]), before]))
    try:
        forkserver.ensure_running()
    finally:
        os.environ.pop("PYTHONPATH")
        if before is not None:
            os.environ["PYTHONPATH"] = before
    return forks


def killed(work: Work, seed: int, *arguments: Any, most_said: int = 1) -> Outcome:
    """Run some work in a process of its own and kill it; `seed` decides where, after `most_said` words at most."""
    chance = random.Random(seed)
    itself = chance.randrange(WRITE_POINTS) if chance.random() < 0.5 else None
    patience = chance.randint(1, most_said)
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = context().Process(target=_run, args=(work, itself, theirs, seed, *arguments))
    process.start()
    theirs.close()
    outcome = Outcome()
    deadline: float | None = None
    while True:
        left = None if deadline is None else max(deadline - time.monotonic(), 0)
        if not ours.poll(left):
            os.kill(process.pid, signal.SIGKILL)
            deadline = time.monotonic() + 60  # whatever it had said still arrives
            continue
        try:
            outcome.said.append(ours.recv())
        except EOFError:
            break
        if deadline is None and itself is None and len(outcome.said) >= patience:
            deadline = time.monotonic() + chance.random() * LONGEST_S
    process.join()
    outcome.killed = process.exitcode == -signal.SIGKILL
    assert outcome.killed or process.exitcode == 0, f"the writer ended by itself with {process.exitcode}"
    process.close()
    ours.close()
    return outcome


def _run(work: Work, itself: int | None, say: Connection, seed: int, *arguments: Any) -> None:
    with killed_at(itself):
        work(say.send, random.Random(seed), *arguments)


@contextmanager
def killed_at(point: int | None) -> Iterator[None]:
    """Count every write of this process, and die at one of them."""
    left = point

    def count(*_: Any, **__: Any) -> None:
        nonlocal left
        if left is not None:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "after_cursor_execute", "commit", "rollback"):
        event.listen(Engine, name, count)
    for name in ("fsync", "fdatasync"):
        setattr(os, name, _counted(getattr(os, name), count))
    Path.rename = _counted(Path.rename, count)  # type: ignore[method-assign]
    yield


def _counted(original: Any, count: Callable[[], None]) -> Any:
    def counted(*arguments: Any, **named: Any) -> Any:
        count()
        done = original(*arguments, **named)
        count()
        return done

    return counted


def write(say: Callable[[Any], None], chance: random.Random, url: str, store: str) -> None:
    """Write as a busy clinic does, and say of each piece that it was acknowledged; never ends by itself for long."""
    records = Records.open(url, store=Path(store))
    records.jobs.claim("writer", at=AT)
    case_id = records.open_case(_opening(chance), by=ME, at=AT)
    say(("case", case_id))
    for number in range(400):
        batch = f"{case_id} {number}"
        after = records.case(case_id).version
        match chance.randrange(5):
            case 0:
                invited = records.invite_to_diary(case_id, after=after, until=AT + timedelta(9), by=ME, at=AT)
                say(("link", case_id, invited.secret))
            case 1:
                records.read(case_id, by=ME, at=AT, what=batch)
                say(("read", batch))
            case 2:
                digest = records.store.put(chance.randbytes(chance.randrange(1, 200_000)))
                scan = ScanReceived(digest=digest, purpose=Purpose.CONTROL, shape=(1, 1, 1), spacing=(1.0, 1.0, 1.0))
                written = records.append(case_id, after=after, contents=[scan], by=ME, at=AT)
                say(("events", case_id, [e.number for e in written]))
            case _:
                size = chance.randrange(1, 6)
                notes: list[Content] = [Noted(text=f"{batch}: {n} of {size}") for n in range(size)]
                written = records.append(case_id, after=after, contents=notes, by=ME, at=AT)
                say(("events", case_id, [e.number for e in written]))


def _opening(chance: random.Random) -> CaseOpened:
    born = date(1950, 1, 1) + timedelta(days=chance.randrange(20_000))
    return CaseOpened(patient=Identity(name=f"Nobody, {chance.randrange(999)}", born=born), roots=("L5-left",))


def lost(records: Records, said: list[Any]) -> list[str]:
    """What was acknowledged and is not there, or is there by half; must be empty. The chain is verified too."""
    records.verify()
    wrong = []
    for what, *rest in said:
        match what:
            case "case" | "events":
                numbers = {event.number for event in records.case(rest[0]).history}
                missing = set(rest[1] if what == "events" else [1]) - numbers
                wrong += [f"events {missing} of {rest[0]}"] if missing else []
            case "link":
                wrong += [] if records.links.find(rest[1], at=AT) else [f"a link of {rest[0]}"]
            case "read":
                case_id = rest[0].split()[0]
                seen = {read.what for read in records.reads.find(case_id=case_id, limit=1000)}
                wrong += [] if rest[0] in seen else [f"the read {rest[0]}"]
    for case_id in {rest[0] for what, *rest in said if what == "case"}:
        wrong += half_seen(records, case_id)
    return wrong


def half_seen(records: Records, case_id: str) -> list[str]:
    """Batches that are there in part."""
    case = records.case(case_id)
    batches: dict[tuple[str, int], int] = {}
    for noted in case.history:
        if isinstance(noted.content, Noted):
            batch, _, part = noted.content.text.partition(": ")
            key = (batch, int(part.split()[-1]))
            batches[key] = batches.get(key, 0) + 1
    return [f"{count} of {size} of {batch}" for (batch, size), count in batches.items() if count != size]


def back_up_once(say: Callable[[Any], None], chance: random.Random, url: str, store: str, target: str) -> None:
    records = Records.open(url, store=Path(store))
    say(("began",))
    back_up(records.database, records.store, Path(target), by=ME, at=AT)
    say(("done",))


def restore_once(say: Callable[[Any], None], chance: random.Random, url: str, store: str, source: str) -> None:
    records = Records.open(url, store=Path(store))
    say(("began",))
    restore(Path(source), records.database, records.store, by=ME, at=AT)
    say(("done",))
