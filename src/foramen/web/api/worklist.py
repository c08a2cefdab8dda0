"""The worklist for programs."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from foramen.records import Action, Page, Person, Stage
from foramen.web.deps import NowDep, RecordsDep, requires

router = APIRouter(prefix="/api", tags=["worklist"])

Looking = Annotated[Person, requires(Action.SEE_WORKLIST)]


class Search(BaseModel):
    """Which cases are looked for. It is sent as a body, so that no name stands in an address."""

    stage: Stage | None = None
    search: str = Field("", max_length=100, description="beginnings of a name, a number or a date of birth")
    after: str | None = Field(None, max_length=400, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=500)


@router.post("/worklist", operation_id="find_cases")
def worklist(records: RecordsDep, person: Looking, at: NowDep, search: Search) -> Page:
    """Cases, the last changed first, or those that a search finds."""
    page = records.worklist(stage=search.stage, search=search.search, after=search.after, limit=search.limit)
    records.reads.note("", by=person.actor, at=at, what="worklist (API)")
    return page
