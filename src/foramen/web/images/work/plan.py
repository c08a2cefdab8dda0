"""The routes to the roots of a case."""

from foramen.anatomy.corrections import Corrections
from foramen.anatomy.providers import require_certain_levels
from foramen.anatomy.root import ALL_ROOTS, Root
from foramen.planning import Plan, plan_routes
from foramen.records.events import Planned, RootPlanned
from foramen.web.images.work.task import Task


def plan_job(task: Task) -> dict[str, object]:
    """Plan the case's roots with the site's settings, or every root where the case names none yet."""
    scan, anatomy_digest = task.digest("scan"), task.digest("anatomy")
    task.progress("reading the scan", 0.0)
    ct, anatomy = task.ct(scan), task.anatomy(anatomy_digest)
    require_certain_levels(anatomy)
    roots = tuple(map(Root.parse, task.case.roots)) or ALL_ROOTS
    settings = task.records.settings.current().settings.planning
    made = plan_routes(ct, anatomy, roots, settings, progress=task.progress)
    made = made.model_copy(update={"corrections": _corrections(task, anatomy_digest)})
    digest = task.records.store.put(as_bytes(made))
    task.keep(planned_event(made, digest, anatomy_digest, scan))
    return {"plan": digest}


def _corrections(task: Task, anatomy: str) -> Corrections | None:
    """What a person corrected in this anatomy."""
    found = task.case.anatomy
    if found is None or found.digest != anatomy or found.corrections is None:
        return None
    return Corrections.model_validate_json(task.records.store.read(found.corrections))


def as_bytes(plan: Plan) -> bytes:
    """A plan as the store keeps it, as `plan.json`."""
    return (plan.model_dump_json(indent=2) + "\n").encode()


def planned_event(plan: Plan, digest: str, anatomy: str, scan: str) -> Planned:
    """What the record says of a plan."""
    return Planned(
        plan=digest,
        anatomy=anatomy,
        scan=scan,
        roots=tuple(
            RootPlanned(
                root=planned.root,
                status=planned.status.value,
                reason=planned.reason,
                routes=tuple(route.id for route in planned.routes),
            )
            for planned in plan.roots
        ),
        warnings=plan.warnings,
    )
