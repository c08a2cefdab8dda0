"""Where the needle lies in a control scan, against the route that was approved."""

from foramen.errors import InputError
from foramen.guidance import NeedleFile, check_needle
from foramen.records import Case
from foramen.records.events import NeedleRead, PlanApproved
from foramen.reports.needle_report import draw_needle
from foramen.web.images.work.draw import save
from foramen.web.images.work.task import Task


def check_needle_job(task: Task) -> dict[str, object]:
    """Read the needle, draw it, and note what was found."""
    scan, root, case = task.digest("scan"), task.digest("root"), task.case
    approved = approved_for(case, root)
    planned = case.planned
    if planned is None or planned.scan is None:
        raise InputError("There is no planning scan to lay the control scan onto; send it first.")
    task.progress("reading the scans", 0.0)
    plan, control = task.plan(approved.plan), task.ct(scan)
    found = check_needle(
        control,
        plan,
        route_id=approved.route_id,
        planning=task.ct(planned.scan),
        anatomy=task.anatomy(planned.anatomy),
        identity_checked=True,  # when the scan came in
        progress=task.progress,
    )
    digest = task.records.store.put((found.model_dump_json(indent=2) + "\n").encode())
    task.progress("drawing the needle", 0.0)
    with task.spool.drawing(digest) as folder:
        save(draw_needle(found, plan, control), folder / "needle.png")
    task.keep(
        NeedleRead(scan=scan, result=digest, root=root, route=found.route, status=found.status, summary=summary(found))
    )
    return {"needle": digest}


def approved_for(case: Case, root: str) -> PlanApproved:
    """The approval that stands for a root.

    Raises
    ------
    InputError
        If there is none.
    """
    approved = case.approvals.get(root)
    if approved is None:
        raise InputError(f"No route to {root} is approved; approve one on the plan page first.")
    return approved


def summary(found: NeedleFile) -> str:
    """The reading in one line."""
    if found.registration.status != "trusted":
        return f"The control scan could not be laid onto the plan: {found.registration.reason}."
    return found.advice_text or found.reason or found.status
