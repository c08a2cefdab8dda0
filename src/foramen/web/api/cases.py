"""Cases and their events for programs."""

from typing import Annotated, TypeAlias

from fastapi import APIRouter
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from foramen.records import Action, Case, Event, Person
from foramen.records.events import (
    CaseOpened,
    Closed,
    Content,
    Corrected,
    IdentityCorrected,
    Noted,
    PainDrawn,
    ReferralRecorded,
    Reopened,
    Stopped,
)
from foramen.web.api.answers import OVERTAKEN
from foramen.web.api.from_json import from_json
from foramen.web.deps import MayDo, NowDep, RecordsDep, any_role, requires

router = APIRouter(prefix="/api/cases", tags=["cases"])

Reading = Annotated[Person, requires(Action.READ_CASE)]
Opening = Annotated[Person, requires(Action.OPEN_CASE)]
Writing = Annotated[Person, any_role("each content asks for its own action, see ACTIONS")]
CaseId = Annotated[str, InPath(pattern=r"^[0-9a-z-]{1,64}$", description="the case's own number")]

Writable: TypeAlias = Annotated[
    ReferralRecorded | PainDrawn | IdentityCorrected | Noted | Corrected | Stopped | Closed | Reopened,
    Field(discriminator="kind"),
]

ACTIONS: dict[type[Content], Action] = {
    ReferralRecorded: Action.RECORD_REFERRAL,
    PainDrawn: Action.RECORD_REFERRAL,
    IdentityCorrected: Action.CORRECT_IDENTITY,
    Noted: Action.NOTE,
    Corrected: Action.CORRECT,
    Stopped: Action.STOP_CASE,
    Closed: Action.CLOSE_CASE,
    Reopened: Action.CLOSE_CASE,
}
"""Who may write what a person tells; what is decided from it is not written from outside."""


class Append(BaseModel):
    """Something new, on top of the version of the case that was looked at."""

    after: int = Field(ge=1, le=2**31, description="`version` of the case")
    content: Writable


NewCase = Annotated[CaseOpened, from_json(CaseOpened)]
Entry = Annotated[Append, from_json(Append)]


class Opened(BaseModel):
    """A new case."""

    id: str
    version: int


@router.post("", status_code=201, operation_id="open_case")
def open_case(records: RecordsDep, person: Opening, at: NowDep, content: NewCase) -> Opened:
    """Open a case."""
    return Opened(id=records.open_case(content, by=person.actor, at=at), version=1)


@router.get("/{case_id}", operation_id="read_case")
def read_case(case_id: CaseId, records: RecordsDep, person: Reading, at: NowDep) -> Case:
    """A case as it stands, with all its history."""
    return records.read(case_id, by=person.actor, at=at, what="case (API)")


@router.get("/{case_id}/events", operation_id="read_events")
def read_events(case_id: CaseId, records: RecordsDep, person: Reading, at: NowDep) -> tuple[Event, ...]:
    """Everything that happened to a case, corrected or not."""
    return records.read(case_id, by=person.actor, at=at, what="events (API)").history


@router.post("/{case_id}/events", status_code=201, operation_id="append_event", responses=OVERTAKEN)
def append_event(case_id: CaseId, records: RecordsDep, person: Writing, at: NowDep, entry: Entry) -> Event:
    """Write one thing that a person tells."""
    by = MayDo(ACTIONS[type(entry.content)])(person).actor
    (event,) = records.append(case_id, after=entry.after, contents=[entry.content], by=by, at=at)
    return event
