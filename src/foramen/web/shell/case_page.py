"""One case: its journey, its history, notes, and corrections."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from foramen.records import Action, Case, Person
from foramen.records.events import Corrected, Noted
from foramen.web.deps import NowDep, RecordsDep, requires
from foramen.web.pages import render
from foramen.web.shell.event_words import history
from foramen.web.shell.journey import journey, next_step

router = APIRouter(include_in_schema=False)

Reading = Annotated[Person, requires(Action.READ_CASE)]
Noting = Annotated[Person, requires(Action.NOTE)]
Correcting = Annotated[Person, requires(Action.CORRECT)]


@router.get("/cases/{case_id}")
def case_page(request: Request, case_id: str, records: RecordsDep, person: Reading, at: NowDep) -> Response:
    """The journey and the history."""
    case = records.read(case_id, by=person.actor, at=at, what="case")
    return _page(request, case, person)


@router.post("/cases/{case_id}/notes")
def note(
    case_id: str, records: RecordsDep, person: Noting, at: NowDep, text: Annotated[str, Form(max_length=20_000)]
) -> Response:
    """Add a remark. It contradicts nobody, so it goes behind whatever is there."""
    return _append(records, case_id, None, Noted(text=text.strip()), person, at)


@router.post("/cases/{case_id}/corrections")
def correct(
    case_id: str,
    records: RecordsDep,
    person: Correcting,
    at: NowDep,
    after: Annotated[int, Form(ge=1)],
    number: Annotated[int, Form(ge=2)],
    reason: Annotated[str, Form(max_length=500)],
) -> Response:
    """Take one earlier event out of what the case adds up to; it stays in the record, marked."""
    return _append(records, case_id, after, Corrected(number=number, reason=reason.strip()), person, at)


def _append(
    records: RecordsDep, case_id: str, after: int | None, content: Noted | Corrected, person: Person, at: datetime
) -> Response:
    records.append(case_id, after=after, contents=[content], by=person.actor, at=at)
    return RedirectResponse(f"/cases/{case_id}", 303)


def _page(request: Request, case: Case, person: Person) -> Response:
    return render(
        request,
        "shell/case.html",
        case=case,
        journey=journey(case),
        next_step=next_step(case),
        history=history(case.history, case.corrected),
        warnings=_warnings(case),
        may_note=person.may(Action.NOTE),
        may_correct=person.may(Action.CORRECT),
    )


def _warnings(case: Case) -> tuple[str, ...]:
    """What must be read before anything else on the page."""
    stopped = (f"This case was stopped: {case.stopped}",) if case.stopped is not None else ()
    return (*stopped, *(case.planned.warnings if case.planned else ()))
