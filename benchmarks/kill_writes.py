"""What is left after 1,000 kills (SIGKILL) in the middle of writing, on each database.

Writers open cases, append batches of events, store files, note reads and make diary links, and say on a pipe what was
acknowledged to them. Half of them kill themselves before or after one of their own statements, commits, disk syncs or
renames; the other half are killed from outside at any moment. A reader looks at the record all the while. Afterwards
everything acknowledged must be there, every batch whole, and every hash, file and line of the worklist verified. Both
databases sync every commit to the disk. A power cut is another matter: SIGKILL leaves the operating system alive.
"""

import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

KILLS, AT_ONCE = 1000, 50
"""Kills on each database, and on one record before it is verified and another one begun."""

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))


def run() -> str:
    """One line per database."""
    from support.postgres import programs, running

    lines = [
        "| database | kills | acknowledged | lost | seen by half | events verified | looks meanwhile |",
        "|---|---:|---:|---:|---:|---:|---:|",
        _line("SQLite", _rounds(lambda folder: f"sqlite:///{folder / 'record.sqlite'}")),
    ]
    if programs() is not None:
        with running(settings=()) as server:
            lines.append(_line("PostgreSQL 15", _rounds(lambda folder: server.fresh())))
    return "\n".join(lines)


def _line(name: str, found: Counter[str]) -> str:
    columns = ("kills", "acknowledged", "lost", "half", "events", "looks")
    return f"| {name} | " + " | ".join(f"{found[column]:,}" for column in columns) + " |"


def _rounds(fresh: Any) -> Counter[str]:
    found: Counter[str] = Counter()
    for first in range(0, KILLS, AT_ONCE):
        folder = Path(tempfile.mkdtemp(prefix="foramen-kills-"))
        try:
            found += _round(range(first, first + AT_ONCE), fresh(folder), folder / "store")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return found


def _round(seeds: range, url: str, store: Path) -> Counter[str]:
    from foramen.records import Records
    from support.killing import killed, lost, write

    records = Records.open(url, store=store)
    found: Counter[str] = Counter()
    said: list[Any] = []
    with _looking(records, found):
        for seed in seeds:
            outcome = killed(write, seed, url, str(store), most_said=8)
            said += outcome.said
            found["kills"] += outcome.killed
    missing = lost(records, said)
    found["half"] += sum(" of " in what and what[0].isdigit() for what in missing)
    found["lost"] += len(missing) - found["half"]
    found["acknowledged"] += len(said)
    found["events"] += records.verify().events
    records.close()
    return found


@contextmanager
def _looking(records: Any, found: Counter[str]) -> Iterator[None]:
    """Read the newest cases all the while, and count batches that are there in part."""
    from support.killing import half_seen

    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            for line in records.worklist(limit=3).lines:
                found["half"] += len(half_seen(records, line.case_id))
                found["looks"] += 1
            time.sleep(0.05)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        yield
    finally:
        over.set()
        reader.join()
