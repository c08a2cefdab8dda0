"""Who read what: every look at a patient's data, kept as the events are."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import Connection, insert, select

from foramen.pathway.facts.base import Facts
from foramen.records.actor import Actor
from foramen.records.chain import link, moment, read_moment
from foramen.records.database import Database
from foramen.records.database.tables import reads
from foramen.records.ledger import actor_of, move_head, take_head

READS = "reads"
COVERED = ("position", "at", "by_name", "by_role", "by_person", "case_id", "what")


class Read(Facts):
    """One look. `case_id` is empty where many cases were seen at once, as in the worklist."""

    position: int
    at: AwareDatetime
    by: Actor
    case_id: str
    what: str


class Reads:
    """The audit of reading."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, case_id: str, *, by: Actor, at: datetime, what: str) -> None:
        """Keep that somebody looked; `what` names the page, never what stands on it."""
        with self._database.writing() as connection:
            note(connection, case_id, by, at, what)

    def find(
        self,
        *,
        case_id: str | None = None,
        person: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[Read, ...]:
        """Reads, the last first: of one case, by one person, in some time; `before` a position, for the next page."""
        query = select(reads).order_by(reads.c.position.desc()).limit(limit)
        if case_id is not None:
            query = query.where(reads.c.case_id == case_id)
        if person is not None:
            query = query.where(reads.c.by_person == person)
        if since is not None:
            query = query.where(reads.c.at >= moment(since))
        if until is not None:
            query = query.where(reads.c.at < moment(until))
        if before is not None:
            query = query.where(reads.c.position < before)
        with self._database.reading() as connection:
            return tuple(_reads(connection.execute(query).mappings()))


def note(connection: Connection, case_id: str, by: Actor, at: datetime, what: str) -> None:
    """Keep a read, inside a writing transaction."""
    position, seal = take_head(connection, READS)
    row = {
        "position": position + 1,
        "at": moment(at),
        "by_name": by.name,
        "by_role": str(by.role),
        "by_person": by.person,
        "case_id": case_id,
        "what": what,
    }
    row["seal"] = link(seal, {name: row[name] for name in COVERED})
    connection.execute(insert(reads), row)
    move_head(connection, READS, position + 1, str(row["seal"]))


def _reads(rows: Iterator[object]) -> Iterator[Read]:
    for row in rows:
        kept: dict[str, object] = {name: row[name] for name in ("position", "case_id", "what")}  # type: ignore[index]
        at = read_moment(row["at"])  # type: ignore[index]
        yield Read.model_validate({**kept, "at": at, "by": actor_of(row)})
