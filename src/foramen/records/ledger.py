"""The append-only stream: how an event is written, and how events are read back."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, RowMapping, Table, insert, select, tuple_, update

from foramen import __version__
from foramen.records.actor import Actor
from foramen.records.chain import GENESIS, canonical, link, moment, read_moment
from foramen.records.database.tables import events, heads
from foramen.records.errors import Conflict, Damaged
from foramen.records.event import Event
from foramen.records.events import Content, read_content

EVENTS = "events"

SITE = "site"
"""The stream of the site's own events; no case has this name."""

AT_ONCE = 1000
"""Rows fetched at a time where all are gone through."""


def append(
    connection: Connection, case_id: str, after: int | None, contents: Sequence[Content], by: Actor, at: datetime
) -> tuple[Event, ...]:
    """Write what happened behind what is there.

    Parameters
    ----------
    connection : Connection
        Inside a writing transaction.
    after : int or None
        The version that was built on; None to go behind whatever is there.

    Raises
    ------
    Conflict
        If the case has gone on since.
    """
    position, seal = take_head(connection, EVENTS)
    number, previous = _last_of(connection, case_id)
    if after is not None and after != number:
        raise Conflict(tuple(events_of(connection, case_id, after=after)))
    rows = []
    for content in contents:
        position, number = position + 1, number + 1
        row = _row(position, case_id, number, at, by, content)
        previous = row["hash"] = link(previous, hashed_part(row))
        seal = row["seal"] = link(seal, {"position": position, "hash": previous})
        rows.append(row)
    connection.execute(insert(events), rows)
    move_head(connection, EVENTS, position, seal)
    return tuple(event_of(row) for row in rows)


def take_head(connection: Connection, chain: str) -> tuple[int, str]:
    """Where a chain ends. Nobody else can lengthen it until this transaction is over."""
    query = select(heads.c.position, heads.c.seal).where(heads.c.chain == chain).with_for_update()
    position, seal = connection.execute(query).one()
    return position, seal


def end_of(connection: Connection, chain: str) -> str:
    """The seal of a chain's end, as it is noted: `12-ab34...`."""
    query = select(heads.c.position, heads.c.seal).where(heads.c.chain == chain)
    position, seal = connection.execute(query).one()
    return f"{position}-{seal}"


def move_head(connection: Connection, chain: str, position: int, seal: str) -> None:
    """Note the chain's new end."""
    connection.execute(update(heads).where(heads.c.chain == chain).values(position=position, seal=seal))


def events_of(connection: Connection, case_id: str, after: int = 0) -> Iterator[Event]:
    """The events of a case, in their order."""
    query = select(events).where(events.c.case_id == case_id, events.c.number > after).order_by(events.c.number)
    for row in connection.execute(query):
        yield event_of(row._mapping)


def histories(connection: Connection) -> Iterator[tuple[Event, ...]]:
    """The events of every case, one case after another."""
    for case_id, history in groupby(rows_of(connection, events, "case_id", "number"), key=lambda row: row["case_id"]):
        if case_id != SITE:
            yield tuple(event_of(row) for row in history)


def rows_of(connection: Connection, table: Table, *order: str) -> Iterator[RowMapping]:
    """All rows of a table in the order of a unique key, some at a time, so that no cursor stays open between them."""
    key = tuple_(*(table.c[name] for name in order))
    query = select(table).order_by(*(table.c[name] for name in order)).limit(AT_ONCE)
    rows = connection.execute(query).mappings().all()
    while rows:
        yield from rows
        last = tuple_(*(rows[-1][name] for name in order))
        rows = connection.execute(query.where(key > last)).mappings().all()


def hashed_part(row: Any) -> dict[str, Any]:
    """What an event's hash covers: everything but the hashes themselves and its place among other cases."""
    covered = ("case_id", "number", "at", "by_name", "by_role", "by_person", "software", "kind", "schema", "content")
    return {name: row[name] for name in covered}


def _last_of(connection: Connection, case_id: str) -> tuple[int, str]:
    query = select(events.c.number, events.c.hash).where(events.c.case_id == case_id)
    last = connection.execute(query.order_by(events.c.number.desc()).limit(1)).first()
    return (last.number, last.hash) if last else (0, GENESIS)


def _row(position: int, case_id: str, number: int, at: datetime, by: Actor, content: Content) -> dict[str, Any]:
    return {
        "position": position,
        "case_id": case_id,
        "number": number,
        "at": moment(at),
        "by_name": by.name,
        "by_role": str(by.role),
        "by_person": by.person,
        "software": f"foramen {__version__}",
        "kind": content.kind,
        "schema": content.schema_name,
        "content": canonical(content.model_dump(mode="json", by_alias=True)),
    }


def event_of(row: Any) -> Event:
    """An event of a kept row.

    Raises
    ------
    Damaged
        If its content can't be read: changed around Foramen, or written by a newer version.
    """
    try:
        content = read_content(row["content"])
    except ValidationError:
        raise Damaged(
            f"Event {row['number']} of case {row['case_id']} ({row['schema']}, by {row['software']}) can't be read by "
            f"foramen {__version__}."
        ) from None
    return Event(
        position=row["position"],
        case_id=row["case_id"],
        number=row["number"],
        at=read_moment(row["at"]),
        by=actor_of(row),
        software=row["software"],
        content=content,
        hash=row["hash"],
        seal=row["seal"],
    )


def actor_of(row: Any) -> Actor:
    """Who acted, from a kept row."""
    return Actor.model_validate(
        {"name": row["by_name"], "role": row["by_role"], "person": row["by_person"]}, strict=False
    )
