"""From a control scan and a plan to what `needle.json` says."""

from dataclasses import asdict

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ValidationError

from foramen import __version__
from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.errors import InputError, UsageError
from foramen.guidance.advice import Action, Step, advise
from foramen.guidance.ahead import ahead
from foramen.guidance.deviation import deviation
from foramen.guidance.needle import NeedleStatus, Reading, SeenNeedle, read_needle
from foramen.guidance.needle_file import (
    AdviceRecord,
    AheadRecord,
    DeviationRecord,
    NeedleFile,
    OtherNeedle,
    Registration,
    WayRecord,
)
from foramen.guidance.registration import Registered, Trust, register
from foramen.guidance.replan import WayOn, plan_from_here, ways_on
from foramen.guidance.rigid import Motion
from foramen.guidance.same_patient import same_patient
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan, PlannedRoot, Route
from foramen.planning.settings import PlanSettings
from foramen.progress import Progress, silent

Vector = NDArray[np.float64]


def check_needle(
    control: Ct,
    plan: Plan,
    *,
    route_id: str | None = None,
    planning: Ct | None = None,
    anatomy: Anatomy | None = None,
    near_mm: ArrayLike | None = None,
    identity_checked: bool = False,
    progress: Progress = silent,
) -> NeedleFile:
    """Read the needle in a control scan against the plan.

    Parameters
    ----------
    control : Ct
    plan : Plan
    route_id : str, optional
        The route that was chosen; else the first recommended one.
    planning : Ct, optional
        The scan the plan was made on. Without it nobody can tell whether the patient moved: positions are given in the
        control scan's own frame only, unless it is the planning scan itself.
    anatomy : Anatomy, optional
        Of the planning scan: for what lies ahead and for the way on.
    near_mm : array-like, shape (3,), optional
        In the control scan's frame; see `read_needle`.
    identity_checked : bool
        Somebody has checked that both scans are this patient's, whatever their files say.

    Raises
    ------
    InputError
        If the scans carry two patients' identities, the control scan is the planning CT itself without a needle, or
        the plan's settings are of another version.
    UsageError
        If the plan has no such route, or belongs to another planning scan than the one given.
    """
    planned, route = _route(plan, route_id)
    if planning is not None and planning.fingerprint != plan.scan.fingerprint:
        raise UsageError("The planning CT is not the scan this plan was made on; give the right one.")
    identity = () if planning is None or identity_checked else same_patient(control, planning)
    entry, target = np.array(route.entry_mm), np.array(route.target_mm)
    laid = _laid(control, planning, plan, target, progress)
    to_control = np.linalg.inv(laid.motion.matrix)
    trusted = laid.status is Trust.TRUSTED
    there = np.array([entry, target]) @ to_control[:3, :3].T + to_control[:3, 3]
    reading = read_needle(control, route_mm=there if trusted else None, near_mm=near_mm, progress=progress)
    if reading.status is NeedleStatus.NOT_FOUND and control.fingerprint == plan.scan.fingerprint:
        raise InputError("The control scan is the planning CT itself and shows no needle; give the scan made with it.")
    told: dict[str, object] = {}
    if trusted and reading.needle is not None:
        seen = reading.needle.in_frame(laid.motion.matrix)
        certain = reading.status is NeedleStatus.FOUND
        told = _told(seen, certain, planned, entry, target, anatomy, plan)
    return NeedleFile(
        route=route.id,
        status=reading.status,
        reason=reading.reason,
        registration=_registration(laid, target),
        **_positions(reading),
        **told,
        control_fingerprint=control.fingerprint,
        plan_fingerprint=plan.scan.fingerprint,
        software={"name": "foramen", "version": __version__},
        warnings=_warnings(control, laid, anatomy, Root.parse(planned.root), identity),
    )


def _route(plan: Plan, route_id: str | None) -> tuple[PlannedRoot, Route]:
    routes = [(root, route) for root in plan.roots for route in root.routes]
    wanted = [p for p in routes if p[1].id == route_id] if route_id else [p for p in routes if p[1].recommended]
    if not wanted:
        names = ", ".join(route.id for _, route in routes) or "none"
        raise UsageError(f"The plan has no route {route_id or 'that it recommends'}; it has {names}.")
    return wanted[0]


def _laid(control: Ct, planning: Ct | None, plan: Plan, target: Vector, progress: Progress) -> Registered:
    if planning is not None:
        return register(control, planning, target, progress=progress)
    still = Motion.none(target)
    if control.fingerprint == plan.scan.fingerprint:
        return Registered(Trust.TRUSTED, "it is the planning scan itself", still, 0.0)
    same = plan.scan.frame_of_reference_uid
    if same and same == control.identity.frame_of_reference_uid:
        reason = "same frame of reference, but without the planning CT nobody can tell whether the patient moved"
    else:
        reason = "without the planning CT the control scan can't be laid onto the plan; give it with --planning-ct"
    return Registered(Trust.REFUSED, reason, still)


def _told(
    seen: SeenNeedle,
    certain: bool,
    planned: PlannedRoot,
    entry: Vector,
    target: Vector,
    anatomy: Anatomy | None,
    plan: Plan,
) -> dict[str, object]:
    """What is said in the planning frame: position always, deviation and advice only of a tip that is certain."""
    told: dict[str, object] = {"tip_mm": _point(seen.tip_mm), "direction": _point(seen.direction)}
    if not certain:
        return told
    root = Root.parse(planned.root)
    off = deviation(seen.tip_mm, seen.direction, entry, target, root.side)
    in_the_way = ahead(anatomy.structures, seen.tip_mm, seen.tip_direction) if anatomy else None
    way = _way(seen, root, target, anatomy, plan)
    steps = advise(off, in_the_way, way, seen.direction, root.side)
    told["deviation"] = DeviationRecord(
        **asdict(off), reachable_without_withdrawing=way is not None and way.without_withdrawing
    )
    if in_the_way is not None:
        told["ahead"] = AheadRecord(
            structure=in_the_way.structure,
            distance_mm=in_the_way.distance_mm,
            not_checked=plan.anatomy.not_checked,
        )
    told["advice"] = tuple(_advice(step) for step in steps)
    if way is not None and any(step.action is Action.ADVANCE for step in steps):
        told["way"] = WayRecord(start_mm=_point(way.start_mm), target_mm=_point(way.target_mm))
    return told


def _way(seen: SeenNeedle, root: Root, target: Vector, anatomy: Anatomy | None, plan: Plan) -> WayOn | None:
    depth = float(np.linalg.norm(seen.tip_mm - seen.entry_mm))
    if anatomy is None or not _visible(root, anatomy):
        return next(iter(ways_on(seen.tip_mm, seen.direction, depth, target[None])), None)
    return plan_from_here(seen.tip_mm, seen.direction, seen.entry_mm, root, anatomy, _settings(plan), target)


def _visible(root: Root, anatomy: Anatomy) -> bool:
    return anatomy.spine.nerve(root) is not None and anatomy.spine.foramen(root).frame is not None


def _settings(plan: Plan) -> PlanSettings:
    try:
        return PlanSettings.model_validate(plan.settings)
    except ValidationError as error:
        raise InputError("The plan was made with settings that this version does not know; plan again.") from error


def _advice(step: Step) -> AdviceRecord:
    return AdviceRecord(**asdict(step))


def _registration(laid: Registered, target: Vector) -> Registration:
    if np.isnan(laid.residual_mm):
        return Registration(status=laid.status, reason=laid.reason)
    rows = tuple(tuple(float(v) for v in row) for row in laid.motion.matrix)
    return Registration(
        status=laid.status,
        reason=laid.reason,
        matrix=rows,
        translation_mm=float(np.linalg.norm(laid.motion(target) - target)),
        rotation_deg=laid.motion.angle_deg,
        residual_mm=laid.residual_mm,
    )


def _positions(reading: Reading) -> dict[str, object]:
    others = tuple(
        OtherNeedle(tip_control_mm=_point(n.tip_mm), direction_control=_point(n.direction)) for n in reading.others
    )
    needle = reading.needle
    if needle is None:
        return {"others": others}
    return {
        "others": others,
        "tip_control_mm": _point(needle.tip_mm),
        "direction_control": _point(needle.direction),
        "entry_control_mm": _point(needle.entry_mm),
        "tip_uncertainty_mm": needle.uncertainty_mm,
        "bend_mm": needle.bend_mm,
    }


def _warnings(
    control: Ct, laid: Registered, anatomy: Anatomy | None, root: Root, identity: tuple[str, ...]
) -> tuple[str, ...]:
    found = [*identity, *control.warnings]
    if laid.status is Trust.REFUSED:
        found.append(f"The needle was not compared with the plan: {laid.reason}.")
    if anatomy is None:
        found.append("No label map was given: neither what lies ahead of the needle nor the way on was checked.")
    elif not _visible(root, anatomy):
        found.append(f"The label map does not show {root}: the way on was not checked against it.")
    return tuple(dict.fromkeys(found))


def _point(values: Vector) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
