"""The plan page: send a scan, see its routes, move them by hand, correct a level, approve by name."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from foramen.records import Action, Case, Person, Records
from foramen.web.deps import NowDep, RecordsDep, requires
from foramen.web.faults import RequestError
from foramen.web.images.receive import MOST_BYTES, MOST_FILES
from foramen.web.images.spool import Spool
from foramen.web.images.standing import FOR_PLANNING, Standing, standing
from foramen.web.images.viewing import View
from foramen.web.images.work.kinds import Kind
from foramen.web.pages import built, render

router = APIRouter(prefix="/cases/{case_id}/plan", include_in_schema=False)

Reading = Annotated[Person, requires(Action.READ_CASE)]
Planning = Annotated[Person, requires(Action.PLAN)]


@router.get("")
def plan_page(
    request: Request, case_id: str, records: RecordsDep, person: Reading, at: NowDep, upload: bool = False
) -> Response:
    """The viewer where there is something to view, the upload where there is not, progress in between."""
    case = records.read(case_id, by=person.actor, at=at, what="plan page")
    stands = _with_view(records, case, person, at)
    return render(
        request,
        "images/plan.html",
        case=case,
        standing=stands,
        show_upload=upload or (case.anatomy is None and not stands.is_busy),
        show_viewer=case.anatomy is not None and not stands.is_busy and not upload,
        may_add=person.may(Action.ADD_SCAN),
        viewer_built=built("images.js"),
        most_bytes=MOST_BYTES,
        most_files=MOST_FILES,
    )


@router.post("/again")
def plan_again(case_id: str, records: RecordsDep, person: Planning, at: NowDep) -> Response:
    """Plan anew, as after the site's margins or the roots asked for have changed."""
    case = records.case(case_id)
    if case.anatomy is None or case.anatomy.scan is None:
        raise RequestError(422, "There is no scan to plan on; send one first.")
    if not standing(records, case_id, FOR_PLANNING).is_busy:
        payload = {"scan": case.anatomy.scan, "anatomy": case.anatomy.digest}
        records.jobs.queue(Kind.PLAN, case_id, payload, by=person.actor, at=at)
    return RedirectResponse(f"/cases/{case_id}/plan", 303)


def _with_view(records: Records, case: Case, person: Person, at: datetime) -> Standing:
    """How the work stands; the viewer's files are made again where they are gone, as after a backup came back."""
    stands = standing(records, case.id, FOR_PLANNING)
    found = case.anatomy
    if found is None or found.scan is None or stands.is_busy:
        return stands
    if View.under(Spool(records.store).drawn(found.digest)).is_whole:
        return stands
    payload = {"scan": found.scan, "anatomy": found.digest}
    records.jobs.queue(Kind.DRAW_VIEW, case.id, payload, by=person.actor, at=at)
    return standing(records, case.id, FOR_PLANNING)
