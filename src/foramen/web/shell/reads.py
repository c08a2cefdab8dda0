"""Who looked at what: the audit of reads, and what happened to the site itself. No patient's name stands here."""

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import StringConstraints

from foramen.records import Action, Person
from foramen.web.deps import RecordsDep, requires
from foramen.web.faults import RequestError
from foramen.web.pages import render
from foramen.web.shell.event_words import history
from foramen.web.zone import ZONE

router = APIRouter(prefix="/reads", include_in_schema=False)

Auditing = Annotated[Person, requires(Action.SEE_AUDIT)]
Id = Annotated[str, StringConstraints(max_length=64)]

LIMIT = 100


@router.get("")
def reads(
    request: Request,
    records: RecordsDep,
    by: Auditing,
    person: Id = "",
    case: Id = "",
    since: str = "",
    until: str = "",
    before: int | None = None,
) -> Response:
    """The reads, the last first; of one person, one case or some days."""
    begins, ends = _day(since), _day(until)
    found = records.reads.find(
        case_id=case.strip() or None,
        person=person or None,
        since=_midnight(begins) if begins else None,
        until=_midnight(ends + timedelta(days=1)) if ends else None,
        before=before,
        limit=LIMIT,
    )
    return render(
        request,
        "shell/reads.html",
        reads=found,
        people=[("", "anybody"), *((one.id, one.name) for one in records.people.all())],
        asked={"person": person, "case": case, "since": since, "until": until},
        more=found[-1].position if len(found) == LIMIT else None,
        limit=LIMIT,
    )


@router.get("/site")
def site_history(request: Request, records: RecordsDep, by: Auditing) -> Response:
    """Every change of the settings and of the people."""
    return render(request, "shell/site_history.html", history=history(records.settings.history()))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RequestError(422, "That is not a date; write it like 2026-11-20.") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE.get())
