"""The worklist: every case, what it waits for and who is next. What is searched for never stands in an address."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from foramen.records import Action, Person, Stage
from foramen.web.deps import NowDep, RecordsDep, any_role, requires
from foramen.web.faults import RequestError
from foramen.web.navigation import home
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

LIMIT = 50
SEEN = "worklist"

Beginning = Annotated[Person, any_role("it leads each role to where it begins")]
Looking = Annotated[Person, requires(Action.SEE_WORKLIST)]


@router.get("/")
def begin(request: Request, records: RecordsDep, person: Beginning, at: NowDep, stage: str = "") -> Response:
    """The worklist, or for those who may not see it the first page they may."""
    if not person.may(Action.SEE_WORKLIST):
        return RedirectResponse(home(person), 303)
    return _page(request, records, person, at, stage=_stage(stage))


@router.post("/search")
def search(
    request: Request,
    records: RecordsDep,
    person: Looking,
    at: NowDep,
    search: Annotated[str, Form(max_length=100)] = "",
    stage: Annotated[str, Form()] = "",
    after: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Cases that fit a name or a number, and the pages behind the first."""
    return _page(request, records, person, at, stage=_stage(stage), search=search.strip(), after=after)


def _page(
    request: Request,
    records: RecordsDep,
    person: Person,
    at: NowDep,
    *,
    stage: Stage | None,
    search: str = "",
    after: str = "",
) -> Response:
    page = records.worklist(stage=stage, search=search, after=after or None, limit=LIMIT)
    records.reads.note("", by=person.actor, at=at, what=SEEN)
    return render(
        request,
        "shell/worklist.html",
        page=page,
        stage=stage,
        search=search,
        first=not after,
        limit=LIMIT,
        counts=records.counts(),
        may_open=person.may(Action.OPEN_CASE),
    )


def _stage(name: str) -> Stage | None:
    if not name:
        return None
    try:
        return Stage(name)
    except ValueError:
        raise RequestError(404, "There is no such stage; choose one above the worklist.") from None
