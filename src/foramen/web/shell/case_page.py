"""One case: its journey, its history, notes, corrections, and its end."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from foramen.records import Action, Case, Person
from foramen.records.events import Closed, Content, Corrected, Identity, IdentityCorrected, Noted, Reopened, Stopped
from foramen.web.deps import NowDep, RecordsDep, requires
from foramen.web.pages import render
from foramen.web.shell.event_words import history
from foramen.web.shell.journey import journey, next_step

router = APIRouter(prefix="/cases/{case_id}", include_in_schema=False)

NEWEST = 12
"""Entries of the history that are shown at once; the others are one tap away."""

Reading = Annotated[Person, requires(Action.READ_CASE)]
Noting = Annotated[Person, requires(Action.NOTE)]
Correcting = Annotated[Person, requires(Action.CORRECT)]
Identifying = Annotated[Person, requires(Action.CORRECT_IDENTITY)]
Stopping = Annotated[Person, requires(Action.STOP_CASE)]
Closing = Annotated[Person, requires(Action.CLOSE_CASE)]
After = Annotated[int, Form(ge=1)]
Reason = Annotated[str, Form(min_length=1, max_length=500)]


@router.get("")
def case_page(request: Request, case_id: str, records: RecordsDep, person: Reading, at: NowDep) -> Response:
    """The journey and the history."""
    case = records.read(case_id, by=person.actor, at=at, what="case")
    return render(
        request,
        "shell/case.html",
        case=case,
        journey=journey(case),
        next_step=_for(person, case),
        history=history(case.history, case.corrected),
        newest=NEWEST,
        warnings=_warnings(case),
        may={action: person.may(action) for action in Action},
    )


@router.post("/notes")
def note(
    case_id: str, records: RecordsDep, person: Noting, at: NowDep, text: Annotated[str, Form(max_length=20_000)]
) -> Response:
    """Add a remark. It contradicts nobody, so it goes behind whatever is there."""
    records.append(case_id, after=None, contents=[Noted(text=text)], by=person.actor, at=at)
    return _back(case_id)


@router.post("/corrections")
def correct(
    case_id: str,
    records: RecordsDep,
    person: Correcting,
    at: NowDep,
    after: After,
    number: Annotated[int, Form(ge=2)],
    reason: Reason,
) -> Response:
    """Take one earlier event out of what the case adds up to; it stays in the record, marked."""
    return _decide(case_id, records, person, at, after, Corrected(number=number, reason=reason))


@router.post("/identity")
def identify(
    case_id: str,
    records: RecordsDep,
    person: Identifying,
    at: NowDep,
    after: After,
    name: Annotated[str, Form(min_length=1, max_length=200)],
    born: Annotated[date, Form()],
    reason: Reason,
    number: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Set the patient's name, date of birth and number right."""
    patient = Identity(name=name, born=born, number=number)
    return _decide(case_id, records, person, at, after, IdentityCorrected(patient=patient, reason=reason))


@router.post("/stop")
def stop(case_id: str, records: RecordsDep, person: Stopping, at: NowDep, after: After, reason: Reason) -> Response:
    """End the case without an injection, or with what was done so far."""
    return _decide(case_id, records, person, at, after, Stopped(reason=reason))


@router.post("/close")
def close(
    case_id: str,
    records: RecordsDep,
    person: Closing,
    at: NowDep,
    after: After,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Nothing more is expected of this case."""
    return _decide(case_id, records, person, at, after, Closed(reason=reason))


@router.post("/reopen")
def reopen(case_id: str, records: RecordsDep, person: Closing, at: NowDep, after: After, reason: Reason) -> Response:
    """Let a stopped or closed case go on."""
    return _decide(case_id, records, person, at, after, Reopened(reason=reason))


def _decide(
    case_id: str, records: RecordsDep, person: Person, at: NowDep, after: int, content: Content
) -> RedirectResponse:
    records.append(case_id, after=after, contents=[content], by=person.actor, at=at)
    return _back(case_id)


def _back(case_id: str) -> RedirectResponse:
    return RedirectResponse(f"/cases/{case_id}", 303)


def _for(person: Person, case: Case) -> object:
    """The next step, where it is this person's."""
    step = next_step(case)
    return step if step is not None and person.may(step.action) else None


def _warnings(case: Case) -> tuple[str, ...]:
    """What must be read before anything else on the page."""
    stopped = (f"This case was stopped: {case.stopped}",) if case.stopped is not None else ()
    called = (f"The patient's last signs mean: {case.urgent_call}. Call back.",) if case.urgent_call else ()
    return (*called, *stopped, *(case.planned.warnings if case.planned else ()))
