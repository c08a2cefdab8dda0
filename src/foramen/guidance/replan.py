"""The best way on from where the needle lies: as it is, or withdrawn by some millimetres in the same skin hole."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.guidance.deviation import angle_deg
from foramen.planning.clearance import CLEARANCE_LIMIT_MM, measure, room
from foramen.planning.describe import checked_tissues
from foramen.planning.region import Region
from foramen.planning.settings import PlanSettings
from foramen.planning.targets import target_zone
from foramen.planning.walk import least_along

Vector = NDArray[np.float64]

STEP_MM = 5.0
SHALLOWEST_MM = 10.0
"""Withdrawn to this depth below the skin, the needle turns freely; farther out it would leave its hole. Judgement."""
MOST_TURN_DEG = 5.0
"""By how much a needle that stands deeper can be turned: tissue holds the shaft. Judgement."""
TURN_COST_MM = 2.0
"""What a degree of turning counts against a millimetre of withdrawing; judgement."""


@dataclass(frozen=True, eq=False)
class WayOn:
    """One way to a target from the present needle.

    Attributes
    ----------
    withdraw_mm
        How far back first.
    start_mm, target_mm
        Where the tip then lies, and where it goes.
    turn_deg
        Between the present shaft and the new direction.
    advance_mm
        From there to the target.
    room_mm
        Least distance to anything forbidden beyond its margin; NaN where no anatomy was given.
    """

    withdraw_mm: float
    start_mm: Vector
    target_mm: Vector
    turn_deg: float
    advance_mm: float
    room_mm: float = float("nan")


def ways_on(tip_mm: Vector, direction: Vector, depth_mm: float, targets_mm: NDArray[np.float64]) -> list[WayOn]:
    """All ways from the present needle to any of the targets, shape (n, 3), that its tissue allows; cheapest first."""
    found = []
    steps = np.arange(0.0, max(depth_mm - SHALLOWEST_MM, 0.0) + 1e-6, STEP_MM)
    for withdraw in steps:
        start = tip_mm - withdraw * direction
        free = withdraw + STEP_MM > steps[-1]
        for target in targets_mm:
            way = target - start
            advance = float(np.linalg.norm(way))
            turn = angle_deg(direction, way / max(advance, 1e-9))
            if free or turn <= MOST_TURN_DEG:
                found.append(WayOn(float(withdraw), start, target, turn, advance))
    return sorted(found, key=lambda way: way.withdraw_mm + TURN_COST_MM * way.turn_deg)


def plan_from_here(
    tip_mm: Vector,
    direction: Vector,
    skin_mm: Vector,
    root: Root,
    anatomy: Anatomy,
    settings: PlanSettings,
) -> WayOn | None:
    """The cheapest way on that keeps every margin of the plan, to anywhere in the root's target zone.

    Parameters
    ----------
    tip_mm, direction, skin_mm : arrays, shape (3,)
        The needle in the planning CT's frame: tip, unit vector of its shaft, and where it crosses the skin.
    root : Root
    anatomy : Anatomy
        Of the planning CT.
    settings : PlanSettings
        Those of the plan.

    Returns
    -------
    WayOn
        None where there is no such way through this skin hole: a new entry is needed.
    """
    zone = target_zone(settings.approach_for(root), anatomy.spine, root)
    region = Region.around(anatomy, np.concatenate([zone.candidates_mm, [tip_mm, skin_mm]]), CLEARANCE_LIMIT_MM)
    distances = measure(region, anatomy.spine.roots, checked_tissues(anatomy))
    space = room(region, distances, zone, settings.margins, settings.needle_radius_mm)
    depth = float(np.linalg.norm(tip_mm - skin_mm))
    for way in ways_on(tip_mm, direction, depth, zone.candidates_mm):
        start, end = region.to_box(way.start_mm), region.to_box(way.target_mm)
        least = least_along(space.field, region.cell_mm, end, start, 0.0, CLEARANCE_LIMIT_MM)
        if least >= 0.0:
            return WayOn(way.withdraw_mm, way.start_mm, way.target_mm, way.turn_deg, way.advance_mm, float(least))
    return None
