"""What the plan page's viewer asks for: the plan, a judgement on a route drawn by hand, an approval, a level's name."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, FastAPI, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from foramen.anatomy.corrections import Corrections, NamedLevel
from foramen.anatomy.level_names import Anchor
from foramen.anatomy.spine_file import SpineFile
from foramen.anatomy.structures import structure_name
from foramen.errors import InputError
from foramen.planning.check_route import CheckedRoute
from foramen.planning.plan import Plan, Route
from foramen.records import Action, Case, Person, Records
from foramen.records.events import PlanApproved, RouteMoved
from foramen.records.events.base import RootName
from foramen.reports.palette import OUTLINE
from foramen.web.deps import NowDep, RecordsDep, requires
from foramen.web.faults import RequestError
from foramen.web.images.routes_by_hand import RouteChecker, Where
from foramen.web.images.spool import Spool
from foramen.web.images.viewing import View
from foramen.web.images.work.kinds import Kind
from foramen.web.images.work.task import with_moved


@asynccontextmanager
async def _checking(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
    checker = RouteChecker()
    yield {"route_checker": checker}
    checker.close()


router = APIRouter(prefix="/api/cases/{case_id}", tags=["plan"], lifespan=_checking)

Reading = Annotated[Person, requires(Action.READ_CASE)]
Planning = Annotated[Person, requires(Action.PLAN)]
Approving = Annotated[Person, requires(Action.APPROVE_PLAN)]

Coordinate = Annotated[float, Field(ge=-10_000, le=10_000)]
Place = tuple[Coordinate, Coordinate, Coordinate]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class StructureShown(_Model):
    """How a structure of the label map is drawn."""

    value: int
    name: str
    colour: tuple[int, int, int]


class ApprovalShown(_Model):
    """Who approved which route of a root, and when."""

    route_id: str
    by: str
    at: AwareDatetime


class PlanShown(_Model):
    """Everything the viewer shows of a case."""

    version: int
    roots: tuple[str, ...]
    files: dict[Literal["ct", "labels", "bones"], str]
    structures: tuple[StructureShown, ...]
    spine: SpineFile
    levels_certain: bool
    plan: Plan | None
    approvals: dict[str, ApprovalShown]
    warnings: tuple[str, ...]
    may: dict[Literal["plan", "approve"], bool]


class DrawnRoute(_Model):
    """A route as a person drew it, LPS mm."""

    root: RootName
    entry_mm: Place
    target_mm: Place


class RouteJudged(_Model):
    """What the planner says about a drawn route."""

    route: Route
    acceptable: bool
    objections: tuple[str, ...]
    warnings: tuple[str, ...]
    server_ms: float

    @classmethod
    def of(cls, checked: CheckedRoute, server_ms: float) -> Self:
        """The same, as it is sent."""
        return cls(
            route=checked.route,
            acceptable=checked.acceptable,
            objections=checked.objections,
            warnings=checked.warnings,
            server_ms=round(server_ms, 1),
        )


class Approval(_Model):
    """Which route is approved: one of the plan by its id, or a drawn one by its ends; on top of which version."""

    root: RootName
    after: int = Field(ge=1, description="version of the case that was looked at")
    route_id: str | None = None
    entry_mm: Place | None = None
    target_mm: Place | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        drawn = self.entry_mm is not None and self.target_mm is not None
        if (self.route_id is None) != drawn:
            raise ValueError("give route_id, or entry_mm and target_mm")
        return self

    @property
    def drawn(self) -> DrawnRoute:
        """The drawn route."""
        assert self.entry_mm is not None
        assert self.target_mm is not None
        return DrawnRoute(root=self.root, entry_mm=self.entry_mm, target_mm=self.target_mm)


class NamedVertebra(_Model):
    """A vertebra that a person names, by a point in its body, LPS mm."""

    level: str = Field(pattern=r"^(T([1-9]|1[0-3])|L[1-6])$")
    point_mm: Place


class Accepted(_Model):
    """What was done, in a sentence, and the case's version now."""

    said: str
    version: int


@router.get("/plan")
def read_plan(case_id: str, records: RecordsDep, person: Reading, at: NowDep) -> PlanShown:
    """The scan's files, the spine, the plan and its approvals."""
    case = records.read(case_id, by=person.actor, at=at, what="plan")
    found = case.anatomy
    if found is None:
        raise RequestError(404, "There is no scan yet; send one from the plan page.")
    view = View.under(Spool(records.store).drawn(found.digest))
    if not view.is_whole:
        raise RequestError(404, "The pictures are not ready yet; open the plan page again.")
    at_view = f"/cases/{case.id}/view/{found.digest}"
    return PlanShown(
        version=case.version,
        roots=case.roots,
        files={"ct": f"{at_view}/ct.nii.gz", "labels": f"{at_view}/labels.nii.gz", "bones": f"{at_view}/bones.nii.gz"},
        structures=tuple(
            StructureShown(value=int(s), name=structure_name(s), colour=colour) for s, colour in OUTLINE.items()
        ),
        spine=SpineFile.model_validate_json(view.spine.read_bytes()),
        levels_certain=found.levels_certain is not False,
        plan=_plan(records, case),
        approvals=_approvals(case),
        warnings=_warnings(case),
        may={"plan": person.may(Action.PLAN), "approve": person.may(Action.APPROVE_PLAN)},
    )


@router.post("/routes/check")
async def check_route(
    request: Request, case_id: str, drawn: DrawnRoute, records: RecordsDep, person: Planning
) -> RouteJudged:
    """Judge a route that a person draws: clearance, tolerance, what it breaks, what is special about it."""
    began = time.perf_counter()
    checked = await _judge(request, records, records.case(case_id), drawn)
    return RouteJudged.of(checked, (time.perf_counter() - began) * 1000)


@router.post("/routes/approve")
async def approve(
    request: Request, case_id: str, asked: Approval, records: RecordsDep, person: Approving, at: NowDep
) -> Accepted:
    """Approve one route of one root, by whoever is signed in."""
    case = records.case(case_id)
    plan = _plan(records, case)
    if case.planned is None or plan is None:
        raise RequestError(422, "There is no plan to approve.")
    _require_requested(case, asked.root)
    if asked.route_id is not None:
        _route(plan, asked.root, asked.route_id)
        contents: list[Any] = [PlanApproved(plan=case.planned.plan, root=asked.root, route_id=asked.route_id)]
    else:
        moved = _moved(asked.root, await _judge(request, records, case, asked.drawn))
        contents = [moved, PlanApproved(plan=case.planned.plan, root=asked.root, route_id=moved.route.id)]
    written = records.append(case_id, after=asked.after, contents=contents, by=person.actor, at=at)
    payload = {"plan": case.planned.plan, "root": asked.root, "route": contents[-1].route_id}
    records.jobs.queue(Kind.DRAW_ROUTE, case_id, payload, by=person.actor, at=at)
    return Accepted(said=f"Approved by {person.name}.", version=written[-1].number)


@router.post("/levels", status_code=202)
def name_level(case_id: str, named: NamedVertebra, records: RecordsDep, person: Planning, at: NowDep) -> Accepted:
    """Name a vertebra: the others are counted from it, and the routes are planned anew."""
    case = records.case(case_id)
    if case.anatomy is None or case.anatomy.scan is None:
        raise RequestError(422, "There is no scan whose levels could be named; send one first.")
    Anchor.parse(f"{named.level}={','.join(map(str, named.point_mm))}")
    corrections = Corrections(level=NamedLevel(level=named.level, point_mm=named.point_mm))
    digest = records.store.put(corrections.model_dump_json(indent=2).encode())
    payload = {"scan": case.anatomy.scan, "labels": None, "corrections": digest}
    records.jobs.queue(Kind.FIND_ANATOMY, case_id, payload, by=person.actor, at=at)
    return Accepted(said=f"{named.level} is taken as you named it; the other levels follow.", version=case.version)


async def _judge(request: Request, records: Records, case: Case, drawn: DrawnRoute) -> CheckedRoute:
    if case.anatomy is None or case.anatomy.scan is None or case.anatomy.levels_certain is False:
        raise RequestError(422, "Routes can be drawn once the levels of a scan are certain.")
    where = Where(
        records.store.folder,
        case.anatomy.scan,
        case.anatomy.digest,
        drawn.root,
        records.settings.current().settings.planning.model_dump_json(),
    )
    checker: RouteChecker = request.state.route_checker
    return await checker.check(where, drawn.entry_mm, drawn.target_mm)


def _require_requested(case: Case, root: str) -> None:
    """Nobody approves a side or level that the referral does not ask for: it is the referral that must change first."""
    if root not in case.roots:
        requested = " and ".join(case.roots) or "no root yet"
        raise RequestError(422, f"The referral asks for {requested}, not for {root}; correct whichever is wrong first.")


def _moved(root: str, checked: CheckedRoute) -> RouteMoved:
    """The moved route as it is kept.

    Raises
    ------
    InputError
        If it breaks a constraint: whoever holds it to be right changes the site's margins, with a reason on record.
    """
    if not checked.acceptable:
        raise InputError(f"This route can't be approved. {' '.join(checked.objections)}")
    return RouteMoved(root=root, route=checked.route, checks=checked.warnings, acceptable=True)


def _plan(records: Records, case: Case) -> Plan | None:
    if case.planned is None or case.anatomy is None or case.planned.anatomy != case.anatomy.digest:
        return None
    return with_moved(Plan.model_validate_json(records.store.read(case.planned.plan)), case)


def _route(plan: Plan, root: str, route_id: str) -> Route:
    for planned in plan.roots:
        for route in planned.routes:
            if planned.root == root and route.id == route_id:
                return route
    raise RequestError(422, "The plan has no such route (any more); load the page again.")


def _approvals(case: Case) -> dict[str, ApprovalShown]:
    shown = {}
    for root, approval in case.approvals.items():
        event = case.last(PlanApproved, root)
        assert event is not None
        shown[root] = ApprovalShown(route_id=approval.route_id, by=event.by.name, at=event.at)
    return shown


def _warnings(case: Case) -> tuple[str, ...]:
    """What must be known before any of it is believed: of the levels first, then of the plan, then of the scan."""
    found = case.anatomy
    if found is None:
        return ()
    scan = next((scan for scan in reversed(case.scans) if scan.digest == found.scan), None)
    planned = case.planned if case.planned is not None and case.planned.anatomy == found.digest else None
    said = (*found.warnings, *(planned.warnings if planned else ()), *(scan.warnings if scan else ()))
    return tuple(dict.fromkeys(said))
