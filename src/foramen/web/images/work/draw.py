"""Pictures that can be made again at any time: what the viewer loads, and the approved route for the scanner room."""

from pathlib import Path

from foramen.reports.axial_view import AxialField, draw_axial_view
from foramen.reports.canvas import Canvas
from foramen.reports.needle_view import NeedleField, draw_needle_view
from foramen.reports.windows import BONE
from foramen.web.images.viewing import write_view
from foramen.web.images.work.task import Task, route_of


def draw_view_job(task: Task) -> dict[str, object]:
    """What the browser loads, where it is not there (any more), as after a backup was brought back."""
    scan, anatomy = task.digest("scan"), task.digest("anatomy")
    task.progress("preparing the pictures", 0.0)
    with task.spool.drawing(anatomy) as folder:
        write_view(task.ct(scan), task.anatomy(anatomy), folder)
    return {}


def draw_route_job(task: Task) -> dict[str, object]:
    """The axial and the along-the-needle picture of an approved route."""
    plan_digest = task.digest("plan")
    planned_event = task.case.planned
    if planned_event is None or planned_event.scan is None:
        return {}
    task.progress("drawing the route", 0.0)
    plan = task.plan(plan_digest)
    planned, route = route_of(plan, task.digest("root"), task.digest("route"))
    ct, anatomy = task.ct(planned_event.scan), task.anatomy(planned_event.anatomy)
    along = draw_needle_view(ct, anatomy, planned, route, NeedleField.of(plan), BONE)
    across = draw_axial_view(ct, anatomy, planned, route, AxialField.of(plan))
    with task.spool.drawing(plan_digest) as folder:
        save(along, folder / f"{route.id}-needle.png")
        save(across, folder / f"{route.id}-axial.png")
    return {}


def save(canvas: Canvas, path: Path) -> None:
    """A picture as a file."""
    canvas.image().save(path, compress_level=4)
