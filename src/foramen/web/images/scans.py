"""A scan comes in: the upload, how far the work on it is, and what the viewer loads of it."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse, RedirectResponse, Response

from foramen.errors import InputError
from foramen.records import Action, Case, Person
from foramen.records.events import Purpose
from foramen.web.deps import NowDep, RecordsDep, requires
from foramen.web.faults import RequestError
from foramen.web.images.receive import Received, receive
from foramen.web.images.spool import Spool
from foramen.web.images.standing import FOR_PLANNING, FOR_THE_TABLE, standing
from foramen.web.images.viewing import View
from foramen.web.images.work.kinds import Kind
from foramen.web.images.work.read_scan import before_contrast
from foramen.web.pages import render

router = APIRouter(prefix="/cases/{case_id}", include_in_schema=False)

Sending = Annotated[Person, requires(Action.ADD_SCAN)]
Reading = Annotated[Person, requires(Action.READ_CASE)]

STOP_POLLING = 286
"""What htmx takes for: this was the last answer."""


@router.post("/scans")
async def upload(request: Request, case_id: str, records: RecordsDep, person: Sending, at: NowDep) -> Response:
    """Take the files, and leave reading them to the worker."""
    case, spool = records.case(case_id), Spool(records.store)
    (token, folder), (labels_token, labels_folder) = spool.new_upload(), spool.new_upload()
    try:
        received = await receive(request, {"files": folder, "labels": labels_folder})
        payload = _asked_for(received, case) | {"upload": token}
    except BaseException:
        spool.forget(token)
        spool.forget(labels_token)
        raise
    if received.files.get("labels"):
        payload["labels"] = labels_token
    else:
        spool.forget(labels_token)
    records.jobs.queue(Kind.READ_SCAN, case_id, payload, by=person.actor, at=at)
    page = "plan" if payload["purpose"] == Purpose.PLANNING else f"procedure?root={payload['root']}"
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"next": f"/cases/{case_id}/{page}"}, 202)
    return RedirectResponse(f"/cases/{case_id}/{page}", 303)


@router.get("/work")
def work(request: Request, case_id: str, records: RecordsDep, person: Reading, place: str = "plan") -> Response:
    """How far the work is, as a piece of a page that asks again each second; when all is over the page loads anew."""
    stands = standing(records, case_id, FOR_PLANNING if place == "plan" else FOR_THE_TABLE)
    if not stands.is_busy:
        return Response(status_code=STOP_POLLING, headers={"HX-Refresh": "true"})
    return render(request, "images/work.html", case_id=case_id, standing=stands, place=place)


@router.get("/view/{anatomy}/{name}")
def view_file(case_id: str, anatomy: str, name: str, records: RecordsDep, person: Reading, at: NowDep) -> Response:
    """One of the files that the viewer loads."""
    case = records.read(case_id, by=person.actor, at=at, what=f"images: {name}")
    if case.anatomy is None or case.anatomy.digest != anatomy:
        raise RequestError(404, "This case has no such pictures (any more); load the page again.")
    view = View.under(Spool(records.store).drawn(anatomy))
    path = {path.name: path for path in (view.ct, view.labels, view.bones)}.get(name)
    return _file(path, "application/octet-stream")


@router.get("/pictures/{digest}/{name}")
def picture(case_id: str, digest: str, name: str, records: RecordsDep, person: Reading, at: NowDep) -> Response:
    """A picture drawn of a plan, a needle or a spread of this case."""
    case = records.read(case_id, by=person.actor, at=at, what="picture")
    if digest not in pictured(case) or "/" in name or not name.endswith(".png"):
        raise RequestError(404, "This case has no such picture.")
    return _file(Spool(records.store).drawn(digest) / name, "image/png")


def pictured(case: Case) -> set[str]:
    """Digests of what pictures of this case are drawn of."""
    plans = {approval.plan for approval in case.approvals.values()}
    readings = {reading.result for reading in case.needles} | {reading.result for reading in case.spreads}
    return plans | readings


def _file(path: Path | None, kind: str) -> Response:
    if path is None or not path.is_file():
        raise RequestError(404, "This picture is not drawn yet; load the page again in a moment.")
    return FileResponse(path, media_type=kind)


def _asked_for(received: Received, case: Case) -> dict[str, object]:
    """What the form says beside the files, checked.

    Raises
    ------
    InputError
        If no file came, or a control scan comes for a root without an approved route.
    """
    if not received.files.get("files"):
        raise InputError("Nothing was chosen; choose a folder, a zip or a file and send it again.")
    fields = received.fields
    try:
        purpose = Purpose(fields.get("purpose", ""))
    except ValueError:
        raise InputError("Say what the scan is for: planning, control, or before or after the contrast.") from None
    root = fields.get("root") or None
    if purpose is not Purpose.PLANNING and root not in case.approvals:
        raise InputError("A control scan is read against an approved route; approve one on the plan page first.")
    if purpose is Purpose.AFTER_CONTRAST and before_contrast(case, str(root)) is None:
        raise InputError("There is no scan from before the contrast to compare with; send a control scan first.")
    return {
        "purpose": purpose.value,
        "root": root,
        "series": fields.get("series") or None,
        "identity_checked": fields.get("identity_checked") == "yes",
        "injected_ml": _number(fields, "injected_ml", 0.05, 10, "The contrast that was injected"),
        "iodine_mg_ml": _number(fields, "iodine_mg_ml", 1, 400, "The iodine in the syringe"),
    }


def _number(fields: dict[str, str], name: str, least: float, most: float, what: str) -> float | None:
    text = fields.get(name, "").replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not least <= value <= most:
        raise InputError(f"{what} must be a number from {least:g} to {most:g}.")
    return value
