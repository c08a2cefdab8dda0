"""Long work, one file per kind: what a worker process does and a web process never does."""

from collections.abc import Callable

from foramen.web.images.work.check_needle import check_needle_job
from foramen.web.images.work.draw import draw_route_job, draw_view_job
from foramen.web.images.work.find_anatomy import find_anatomy_job
from foramen.web.images.work.kinds import Kind
from foramen.web.images.work.plan import plan_job
from foramen.web.images.work.read_scan import read_scan_job
from foramen.web.images.work.read_spread import read_spread_job
from foramen.web.images.work.task import Task

JOBS: dict[str, Callable[[Task], dict[str, object]]] = {
    Kind.READ_SCAN: read_scan_job,
    Kind.FIND_ANATOMY: find_anatomy_job,
    Kind.PLAN: plan_job,
    Kind.DRAW_VIEW: draw_view_job,
    Kind.DRAW_ROUTE: draw_route_job,
    Kind.CHECK_NEEDLE: check_needle_job,
    Kind.READ_SPREAD: read_spread_job,
}
"""What each kind of job does; what it gives back is kept as the job's result."""

__all__ = ["JOBS", "Kind", "Task"]
