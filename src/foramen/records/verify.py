"""Whether the record is what was written: every event, every read, every file, and the worklist drawn from them.

A change made around Foramen breaks the chain where it was made. Somebody who can rewrite the whole database can also
compute every hash anew; only a seal that was noted elsewhere, on paper or in a backup, shows that.
"""

from collections import Counter
from typing import Any

from sqlalchemy import Connection, select

from foramen.errors import UsageError
from foramen.pathway.facts.base import Facts
from foramen.progress import Progress, silent
from foramen.records import worklist
from foramen.records.chain import GENESIS, link
from foramen.records.database.tables import events, heads, reads
from foramen.records.errors import Damaged
from foramen.records.events import read_content
from foramen.records.fold import fold
from foramen.records.ledger import EVENTS, hashed_part, histories, rows_of
from foramen.records.reads import COVERED, READS
from foramen.records.store import Store


class Verified(Facts):
    """What was found whole. Note the seal somewhere else: `12-ab34...` says what the record held up to event 12."""

    events: int
    cases: int
    reads: int
    files: int
    seal: str


def verify(
    connection: Connection, store: Store, *, noted_seal: str | None = None, progress: Progress = silent
) -> Verified:
    """Go through everything.

    Parameters
    ----------
    connection : Connection
        One view of the database.
    noted_seal : str or None
        A seal as an earlier verification or backup gave it.

    Raises
    ------
    Damaged
        At the first thing that is not what was written, named in one sentence.
    """
    noted = _noted(noted_seal)
    ends: dict[str, tuple[int, str]] = {}
    files: set[str] = set()
    position, seal = 0, GENESIS
    total, _ = _head(connection, EVENTS)
    for row in rows_of(connection, events, "position"):
        position, seal = _check_event(row, position, seal, ends)
        if position == noted[0] and seal != noted[1]:
            raise Damaged(
                f"Event {position} of the record is sealed otherwise than was noted: what came before changed."
            )
        files.update(read_content(row["content"]).digests())
        progress("events", position / max(total, 1))
    _check_end(connection, EVENTS, position, seal, "event")
    if noted[0] > position:
        raise Damaged(f"The record ends at event {position}, but event {noted[0]} was noted: its end is cut off.")
    read = _check_reads(connection, progress)
    _check_files(store, files, progress)
    cases = _check_worklist(connection, progress)
    return Verified(events=position, cases=cases, reads=read, files=len(files), seal=f"{position}-{seal}")


def _noted(text: str | None) -> tuple[int, str]:
    position, _, seal = (text or f"0-{GENESIS}").partition("-")
    if not position.isdecimal() or len(seal) != len(GENESIS):
        raise UsageError("A seal reads like 1234-ab12...; give all of it, as it was noted.")
    return int(position), seal


def _check_event(row: Any, position: int, seal: str, ends: dict[str, tuple[int, str]]) -> tuple[int, str]:
    if row["position"] != position + 1:
        raise Damaged(f"Event {position + 1} of the record is missing.")
    number, previous = ends.get(row["case_id"], (0, GENESIS))
    where = f"Event {row['number']} of case {row['case_id']} (event {row['position']} of the record)"
    if row["number"] != number + 1:
        raise Damaged(f"{where} follows event {number}: what stood between is missing.")
    if row["hash"] != link(previous, hashed_part(row)):
        raise Damaged(f"{where} is not what was written.")
    if row["seal"] != link(seal, {"position": row["position"], "hash": row["hash"]}):
        raise Damaged(f"{where} does not stand where it was written.")
    ends[row["case_id"]] = (row["number"], row["hash"])
    return row["position"], row["seal"]


def _check_reads(connection: Connection, progress: Progress) -> int:
    position, seal = 0, GENESIS
    total, _ = _head(connection, READS)
    for row in rows_of(connection, reads, "position"):
        if row["position"] != position + 1:
            raise Damaged(f"Entry {position + 1} of the audit of reading is missing.")
        if row["seal"] != link(seal, {name: row[name] for name in COVERED}):
            raise Damaged(f"Entry {row['position']} of the audit of reading is not what was written.")
        position, seal = row["position"], row["seal"]
        progress("reads", position / max(total, 1))
    _check_end(connection, READS, position, seal, "entry of the audit of reading")
    return position


def _head(connection: Connection, chain: str) -> tuple[int, str]:
    row = connection.execute(select(heads.c.position, heads.c.seal).where(heads.c.chain == chain)).first()
    if row is None:
        raise Damaged("The record does not say where it ends: that line was removed.")
    return row.position, row.seal


def _check_end(connection: Connection, chain: str, position: int, seal: str, what: str) -> None:
    ends_at, ends_with = _head(connection, chain)
    if ends_at > position:
        raise Damaged(f"The last {what} is {position}, but {ends_at} were written: the end is cut off.")
    if (ends_at, ends_with) != (position, seal):
        raise Damaged(f"The last {what} is {position}, which the record's own count does not know.")


def _check_files(store: Store, files: set[str], progress: Progress) -> None:
    for number, digest in enumerate(sorted(files), start=1):
        if digest not in store:
            raise Damaged(f"The file {digest[:12]}, which an event names, is missing from the store.")
        store.path(digest)
        progress("files", number / len(files))


def _check_worklist(connection: Connection, progress: Progress) -> int:
    shown = {line.case_id: line for line in worklist.all_lines(connection)}
    counted = Counter(line.stage for line in shown.values())
    if {stage: cases for stage, cases in worklist.counts(connection).items() if cases} != counted:
        raise Damaged("The worklist's counts are not those of its cases; build the worklist anew.")
    cases = 0
    for case in map(fold, histories(connection)):
        if shown.pop(case.id, None) != worklist.line_of(case):
            raise Damaged(f"The worklist does not show case {case.id} as its events tell it; build the worklist anew.")
        cases += 1
        progress("worklist", cases / (cases + len(shown)))
    if shown:
        raise Damaged(f"The worklist shows case {min(shown)}, which the record does not hold.")
    return cases
