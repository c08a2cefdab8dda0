"""One job in the hands of a worker."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from foramen.anatomy.anatomy import Anatomy
from foramen.errors import InputError
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan, PlannedRoot, Route
from foramen.progress import Progress
from foramen.records import Actor, Case, Records
from foramen.records.actor import SOFTWARE
from foramen.records.events import Content
from foramen.records.jobs import Job
from foramen.web.images.kept import read_anatomy, read_ct_kept
from foramen.web.images.spool import Spool
from foramen.web.images.work.kinds import Kind


@dataclass(frozen=True)
class Task:
    """A job, the record it belongs to, and whom to tell how far it is.

    A job that was begun and not ended is begun again from the start, so everything it does may be done twice: files of
    the store are the same files, and an event that is there already is not written again.
    """

    records: Records
    job: Job
    progress: Progress
    clock: Callable[[], datetime]

    @property
    def case(self) -> Case:
        """The case as it stands now."""
        return self.records.case(self.job.case_id)

    @property
    def spool(self) -> Spool:
        """Uploads and drawings."""
        return Spool(self.records.store)

    def told(self, name: str) -> Any:
        """What the job was told, by name; None where nothing was."""
        return self.job.payload.get(name)

    def digest(self, name: str) -> str:
        """A digest that the job was told.

        Raises
        ------
        InputError
            If it was not.
        """
        value = self.told(name)
        if not isinstance(value, str):
            raise InputError(f"The job was not told which {name} to work on; start it again from its page.")
        return value

    def keep(self, content: Content, by: Actor = SOFTWARE) -> None:
        """Write to the case what was found, unless an earlier attempt of this job has."""
        written = [event.content for event in self.case.history if event.at >= self.job.queued_at]
        if content not in written:
            self.records.append(self.job.case_id, after=None, contents=[content], by=by, at=self.clock())

    def then(self, kind: Kind, **payload: Any) -> None:
        """Ask for what follows, unless an earlier attempt of this job has."""
        asked = [job for job in self.records.jobs.of_case(self.job.case_id) if job.queued_at >= self.job.queued_at]
        if not any(job.kind == kind and job.payload == payload for job in asked):
            self.records.jobs.queue(kind, self.job.case_id, payload, by=self.job.by, at=self.clock())

    def ct(self, digest: str) -> Ct:
        """A scan from the store."""
        return read_ct_kept(self.records.store.path(digest))

    def anatomy(self, digest: str) -> Anatomy:
        """An anatomy from the store."""
        return read_anatomy(self.records.store.path(digest))

    def plan(self, digest: str) -> Plan:
        """A plan from the store, with the routes that were moved by hand."""
        return with_moved(Plan.model_validate_json(self.records.store.read(digest)), self.case)

    def put(self, write: Callable[[Path], None]) -> str:
        """Store what a function writes to the path it is given."""
        with tempfile.TemporaryDirectory(dir=self.spool.folder) as folder:
            path = Path(folder) / "kept"
            write(path)
            return self.records.store.put(path)


def with_moved(plan: Plan, case: Case) -> Plan:
    """The plan with the routes that were moved by hand behind the others of their roots."""
    roots = []
    for planned in plan.roots:
        moved = case.moved.get(planned.root)
        routes = (*planned.routes, moved.route) if moved else planned.routes
        roots.append(planned.model_copy(update={"routes": routes}))
    return plan.model_copy(update={"roots": tuple(roots)})


def route_of(plan: Plan, root: str, route_id: str) -> tuple[PlannedRoot, Route]:
    """One route of a plan.

    Raises
    ------
    InputError
        If the plan has no such route.
    """
    for planned in plan.roots:
        for route in planned.routes:
            if planned.root == root and route.id == route_id:
                return planned, route
    raise InputError(f"The plan has no route {route_id} to {root}; open the plan page and approve one.")
