"""Where the contrast ran, and what may follow it."""

from foramen import __version__
from foramen.anatomy.root import Root
from foramen.errors import InputError
from foramen.guidance.read_spread_scans import read_spread_scans
from foramen.guidance.spread import Given
from foramen.guidance.spread_file import scans_read, spread_file
from foramen.records import events
from foramen.reports.spread_view import draw_spread
from foramen.web.images.work.check_needle import approved_for
from foramen.web.images.work.draw import save
from foramen.web.images.work.task import Task, route_of

DILUTED_MG_ML = 100.0
"""Iodine in the syringe as injected, where nobody said: the default of `foramen spread`."""


def read_spread_job(task: Task) -> dict[str, object]:
    """Compare the scans, draw what was found, and note it."""
    root, case = task.digest("root"), task.case
    approved, planned = approved_for(case, root), case.planned
    if planned is None or planned.scan is None:
        raise InputError("There is no planning scan to lay the contrast scans onto; send it first.")
    task.progress("reading the scans", 0.0)
    before, after = (task.ct(task.digest(name)) for name in ("before", "after"))
    _, route = route_of(task.plan(approved.plan), root, approved.route_id)
    anatomy, given = task.anatomy(planned.anatomy), _given(task)
    read = read_spread_scans(
        before, after, task.ct(planned.scan), anatomy, Root.parse(root), given,
        target_mm=route.target_mm, entry_mm=route.entry_mm, progress=task.progress,
    )  # fmt: skip
    made = spread_file(
        read.spread, given, route=route.id, scans=scans_read(read), version=__version__, warnings=read.warnings
    )
    digest = task.records.store.put((made.model_dump_json(indent=2) + "\n").encode())
    task.progress("drawing the contrast", 0.0)
    with task.spool.drawing(digest) as folder:
        save(draw_spread(read.spread, anatomy), folder / "spread.png")
    task.keep(
        events.SpreadRead(
            before=task.digest("before"),
            after=task.digest("after"),
            result=digest,
            root=root,
            route=route.id,
            pattern=made.pattern,
            release=made.release,
            summary=made.reasons[0] if made.reasons else "",
        )
    )
    return {"spread": digest}


def _given(task: Task) -> Given:
    injected, iodine = task.told("injected_ml"), task.told("iodine_mg_ml")
    return Given(float(injected) if injected else None, float(iodine or DILUTED_MG_ML))
