"""The scans and readings that `foramen demo` left in its folder, put into the record as the worker would have."""

import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from foramen.anatomy import Anatomy, from_labels, read_labels
from foramen.cli.demo_site.story import Story
from foramen.cli.demo_site.worked import moved
from foramen.errors import InputError
from foramen.guidance import NeedleFile
from foramen.guidance.spread_file import SpreadFile
from foramen.imaging import Ct, read_ct
from foramen.pathway.procedure import ProcedureRecord
from foramen.planning import Plan
from foramen.records import SOFTWARE, Role
from foramen.records.events import AnatomyFound, Content, NeedleRead, PlanApproved, Purpose, ScanReceived, SpreadRead
from foramen.web.images.kept import write_anatomy, write_ct
from foramen.web.images.spool import Spool
from foramen.web.images.work import Kind
from foramen.web.images.work.check_needle import summary
from foramen.web.images.work.plan import as_bytes, planned_event
from foramen.web.worker import work_off


@dataclass(frozen=True, eq=False)
class Walk:
    """What the demo left, its procedure moved in time."""

    folder: Path
    ct: Ct
    anatomy: Anatomy
    plan: Plan
    procedure: ProcedureRecord

    @classmethod
    def of(cls, folder: Path, by: timedelta) -> "Walk":
        """Read it back.

        Raises
        ------
        InputError
            If the demo has not been there.
        """
        try:
            told = json.loads((folder / "procedure.json").read_text(encoding="utf-8"))
            plan = Plan.model_validate_json((folder / "plan" / "plan.json").read_text(encoding="utf-8"))
        except OSError:
            missing = f"{folder} does not hold the demo's procedure"
            raise InputError(f"{missing}; run `foramen demo --out {folder}` first.") from None
        ct = read_ct(folder / "patient" / "ct")
        anatomy = from_labels(ct, read_labels(folder / "patient" / "labels.nii.gz", ct))
        return cls(folder, ct, anatomy, plan, ProcedureRecord.from_json(json.dumps(moved(told, by))))

    @property
    def route(self) -> str:
        """The route that was taken."""
        root = self.procedure.booking.root
        (planned,) = (found for found in self.plan.roots if found.root == root)
        return next(route.id for route in planned.routes if route.recommended)


def tell_planning(story: Story, walk: Walk, at: datetime) -> None:
    """The planning scan, its anatomy, the plan, and the approval of the route that was taken."""
    root = walk.procedure.booking.root
    scan = _keep_scan(story, walk.ct, Purpose.PLANNING, at)
    anatomy = _put(story, lambda path: write_anatomy(walk.anatomy, path))
    found = AnatomyFound(
        digest=anatomy, scan=scan, provider=walk.anatomy.provider, warnings=walk.anatomy.warnings, levels_certain=True
    )
    asked = walk.plan.model_copy(update={"roots": tuple(one for one in walk.plan.roots if one.root == root)})
    plan = story.records.store.put(as_bytes(asked))
    approved = PlanApproved(plan=plan, root=root, route_id=walk.route)
    story.tell(found, planned_event(asked, plan, anatomy, scan), by=Role.RADIOGRAPHER, at=at)
    story.tell(approved, by=Role.RADIOLOGIST, at=at)
    by = story.staff[Role.RADIOLOGIST]
    story.records.jobs.queue(Kind.DRAW_VIEW, story.case_id, {"scan": scan, "anatomy": anatomy}, by=by, at=at)
    drawn = {"plan": plan, "root": root, "route": walk.route}
    story.records.jobs.queue(Kind.DRAW_ROUTE, story.case_id, drawn, by=by, at=at)
    work_off(story.records, clock=lambda: at)


def tell_image(story: Story, walk: Walk, name: str, at: datetime) -> None:
    """A control scan or an injection of contrast, by the name of its folder, with its reading."""
    folder = walk.folder / name
    if (folder / "needle.json").exists():
        _tell_needle(story, walk, folder, at)
    elif (folder / "spread.json").exists():
        _tell_spread(story, walk, folder, at)


def _tell_needle(story: Story, walk: Walk, folder: Path, at: datetime) -> None:
    text = (folder / "needle.json").read_bytes()
    found = NeedleFile.model_validate_json(text)
    scan = _keep_scan(story, read_ct(folder / "scan"), Purpose.CONTROL, at)
    result = _keep_reading(story, text, folder / "needle.png")
    root = walk.procedure.booking.root
    read = NeedleRead(
        scan=scan, result=result, root=root, route=found.route, status=found.status, summary=summary(found)
    )
    _tell_as_found(story, read, at)


def _tell_spread(story: Story, walk: Walk, folder: Path, at: datetime) -> None:
    text = (folder / "spread.json").read_bytes()
    found = SpreadFile.model_validate_json(text)
    before = _keep_scan(story, read_ct(folder / "before" / "scan"), Purpose.BEFORE_CONTRAST, at)
    after = _keep_scan(story, read_ct(folder / "after" / "scan"), Purpose.AFTER_CONTRAST, at)
    read = SpreadRead(
        before=before,
        after=after,
        result=_keep_reading(story, text, folder / "spread.png"),
        root=walk.procedure.booking.root,
        route=walk.route,
        pattern=found.pattern,
        release=found.release,
        summary=found.reasons[0] if found.reasons else "",
    )
    _tell_as_found(story, read, at)


def _keep_scan(story: Story, ct: Ct, purpose: Purpose, at: datetime) -> str:
    digest = _put(story, lambda path: write_ct(ct, path))
    x, y, z = (float(v) for v in ct.spacing_mm)
    received = ScanReceived(
        digest=digest,
        purpose=purpose,
        series=ct.identity.series_uid,
        shape=ct.shape,
        spacing=(x, y, z),
        fingerprint=ct.fingerprint,
        warnings=ct.warnings,
    )
    story.tell(received, by=Role.RADIOGRAPHER, at=at)
    return digest


def _tell_as_found(story: Story, content: Content, at: datetime) -> None:
    """What the software found by itself."""
    story.records.append(story.case_id, after=None, contents=[content], by=SOFTWARE, at=at)


def _keep_reading(story: Story, text: bytes, picture: Path) -> str:
    """Store a reading and its picture."""
    digest = story.records.store.put(text)
    with Spool(story.records.store).drawing(digest) as folder:
        shutil.copy(picture, folder / picture.name)
    return digest


def _put(story: Story, write: Callable[[Path], None]) -> str:
    """Store what a function writes to the path it is given."""
    with tempfile.TemporaryDirectory(dir=Spool(story.records.store).folder) as folder:
        path = Path(folder) / "kept"
        write(path)
        return story.records.store.put(path)
