"""The worklist: one line per case, kept in the transaction that writes the events, and made anew from them at will."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, FromClause, ScalarSelect, Select, and_, delete, func, insert, or_, select, update

from foramen.errors import UsageError
from foramen.pathway.facts.base import Facts
from foramen.progress import Progress, silent
from foramen.records.case import Case
from foramen.records.chain import moment, read_moment
from foramen.records.database.tables import events, stage_counts, worklist, worklist_words
from foramen.records.fold import fold
from foramen.records.ledger import SITE, histories
from foramen.records.roles import Role
from foramen.records.search_words import words, words_of
from foramen.records.stage import Stage

LAST = "\U0010ffff"
"""Behind every letter that a word can go on with."""


class Line(Facts):
    """One case in the worklist."""

    case_id: str
    version: int
    name: str
    born: date
    number: str
    roots: tuple[str, ...]
    stage: Stage
    waits_for: str
    next_role: Role | None
    starts_at: AwareDatetime | None
    opened_at: AwareDatetime
    changed_at: AwareDatetime


class Page(Facts):
    """Some lines of the worklist; `next` gives the page behind them, None where there is none."""

    lines: tuple[Line, ...]
    next: str | None


def keep(connection: Connection, case: Case) -> None:
    """Put a case's line and words where its last state is told."""
    row = _row(case)
    was = connection.execute(select(worklist.c.stage).where(worklist.c.case_id == case.id)).scalar()
    if was != row["stage"]:
        _count(connection, was, -1)
        _count(connection, row["stage"], +1)
    connection.execute(delete(worklist).where(worklist.c.case_id == case.id))
    connection.execute(insert(worklist), row)
    connection.execute(delete(worklist_words).where(worklist_words.c.case_id == case.id))
    found = [{"case_id": case.id, "word": word, "stage": row["stage"]} for word in sorted(words_of(case))]
    connection.execute(insert(worklist_words), found)


def _count(connection: Connection, stage: str | None, change: int) -> None:
    if stage is None:
        return
    counted = update(stage_counts).where(stage_counts.c.stage == stage).values(cases=stage_counts.c.cases + change)
    if not connection.execute(counted).rowcount:
        connection.execute(insert(stage_counts), {"stage": stage, "cases": change})


def page(connection: Connection, stage: Stage | None, search: str, after: str | None, limit: int) -> Page:
    """Some lines: the last changed first, or, when searched for, in the order of the words that match."""
    wanted = sorted(words(search), key=len, reverse=True)
    query, key = _matching(stage, wanted, after) if wanted else _changed(stage, after)
    rows = connection.execute(query.limit(limit + 1)).all()
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(
        lines=tuple(_line(row._mapping) for row in shown),
        next=json.dumps([getattr(shown[-1], key), shown[-1].case_id]) if more else None,
    )


def counts(connection: Connection) -> dict[Stage, int]:
    """How many cases there are in each stage."""
    rows = connection.execute(select(stage_counts.c.stage, stage_counts.c.cases))
    found = {row.stage: row.cases for row in rows}
    return {stage: found.get(stage, 0) for stage in Stage}


def _changed(stage: Stage | None, after: str | None) -> tuple[Select[tuple[object, ...]], str]:
    query = select(worklist).order_by(worklist.c.changed_at.desc(), worklist.c.case_id.desc())
    if stage is not None:
        query = query.where(worklist.c.stage == stage)
    if after is not None:
        changed, case_id = _cursor(after)
        query = query.where(
            or_(
                worklist.c.changed_at < changed,
                and_(worklist.c.changed_at == changed, worklist.c.case_id < case_id),
            )
        )
    return query, "changed_at"


def _matching(stage: Stage | None, wanted: list[str], after: str | None) -> tuple[Select[Any], str]:
    """Cases with a word for each one wanted, in the order of the words that match the longest, which has fewest."""
    word = worklist_words.alias("word")
    query = select(worklist, word.c.word).join(word, word.c.case_id == worklist.c.case_id)
    query = query.where(word.c.word >= wanted[0], word.c.word < wanted[0] + LAST)
    query = query.where(word.c.word <= _first_from(word, wanted[0], "own"))  # each case once
    for number, other in enumerate(wanted[1:]):
        query = query.where(_first_from(word, other, f"other{number}") < other + LAST)
    if stage is not None:
        query = query.where(word.c.stage == stage)
    if after is not None:
        last, case_id = _cursor(after)
        query = query.where(or_(word.c.word > last, and_(word.c.word == last, word.c.case_id > case_id)))
    return query.order_by(word.c.word, word.c.case_id), "word"


def _first_from(word: FromClause, beginning: str, name: str) -> ScalarSelect[str]:
    """The first word of the same case from a beginning on: one look at an index, which no planner turns into a join."""
    words = worklist_words.alias(name)
    first = select(func.min(words.c.word)).where(words.c.case_id == word.c.case_id, words.c.word >= beginning)
    return first.scalar_subquery()


def _cursor(text: str) -> tuple[str, str]:
    try:
        key, case_id = json.loads(text)
    except (ValueError, TypeError):
        raise UsageError("This page of the worklist does not exist; begin at its first page.") from None
    return str(key), str(case_id)


def _row(case: Case) -> dict[str, Any]:
    starts = [booking.starts_at for booking in case.bookings.values() if booking.starts_at]
    return {
        "case_id": case.id,
        "version": case.version,
        "name": case.patient.name,
        "born": case.patient.born.isoformat(),
        "number": case.patient.number,
        "roots": " ".join(case.roots),
        "stage": str(case.stage),
        "waits_for": case.waits_for,
        "next_role": str(case.next_role or ""),
        "starts_at": moment(min(starts)) if starts else "",
        "opened_at": moment(case.opened_at),
        "changed_at": moment(case.changed_at),
    }


def line_of(case: Case) -> Line:
    """A case's line, as its events tell it."""
    return _line(_row(case))


def rebuild(connection: Connection, progress: Progress = silent) -> None:
    """Make every line anew from the events."""
    total = connection.execute(select(func.count()).where(events.c.number == 1, events.c.case_id != SITE)).scalar_one()
    for table in (worklist, worklist_words, stage_counts):
        connection.execute(delete(table))
    for number, history in enumerate(histories(connection), start=1):
        keep(connection, fold(history))
        progress("worklist", number / total)


def _line(row: Any) -> Line:
    return Line(
        case_id=row["case_id"],
        version=row["version"],
        name=row["name"],
        born=date.fromisoformat(row["born"]),
        number=row["number"],
        roots=tuple(row["roots"].split()),
        stage=Stage(row["stage"]),
        waits_for=row["waits_for"],
        next_role=Role(row["next_role"]) if row["next_role"] else None,
        starts_at=read_moment(row["starts_at"]) if row["starts_at"] else None,
        opened_at=read_moment(row["opened_at"]),
        changed_at=read_moment(row["changed_at"]),
    )


def all_lines(connection: Connection) -> Iterator[Line]:
    """Every line, in the order of the cases."""
    for row in connection.execute(select(worklist).order_by(worklist.c.case_id)):
        yield _line(row._mapping)
