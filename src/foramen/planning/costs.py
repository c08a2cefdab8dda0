"""What makes one acceptable route better than another: soft costs, 0 best and 1 worst each, and their weighted mean.

No cost depends on a margin: raising a margin only removes routes, and so never lowers the clearance of what is left.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Side
from foramen.kernels import kernel
from foramen.planning.clearance import Obstacle
from foramen.planning.plan import Approach
from foramen.planning.settings import PlanSettings
from foramen.planning.targets import TargetZone

Costs = dict[str, NDArray[np.float64]]

COMFORTABLE_MM = {
    Obstacle.BONE: 5.0,
    Obstacle.THECAL_SAC: 10.0,
    Obstacle.VESSEL: 15.0,
    Obstacle.ORGAN: 20.0,
    Obstacle.LUNG: 20.0,
}
"""Clearance beyond which more gains nothing; judgement."""

BEST_OBLIQUITY_DEG = 28.0
"""Toward the midline, in the axial plane: best ipsilateral oblique 25° in men, 30° in women at L5 (Ra and Min 2015,
doi 10.1111/papr.12187)."""
BEST_OBLIQUITY_S1_DEG = 15.0
"""Judgement between 5 to 10° and 25 ± 1.4°, two published figures for S1 that disagree."""
WORST_OBLIQUITY_AWAY_DEG = 35.0

ARTERY_BY_LEVEL = {"L1": 1.0, "L2": 0.5, "L3": 0.25}
"""How likely the great radiculomedullary artery enters at a level, relative to L1. It does so from T8 to L1 in 92 %
(Murthy) and as low as L3 (Gregg 2017); the steps between are judgement."""
ARTERY_BY_SIDE = {Side.LEFT: 1.0, Side.RIGHT: 32.1 / 67.9}
"""67.9 % left (Gregg 2017)."""
ARTERY_BY_QUADRANT = {(True, True): 1.0, (True, False): 2.6 / 96.2, (False, True): 1.3 / 96.2, (False, False): 0.0}
"""By (upper, anterior): 96.2, 2.6, 1.3 and 0 % (Gregg 2017)."""

ENOUGH_TOLERANCE_DEG = 5.0
"""More than twice the mean freehand error in plane (2.3°, Moser 2013)."""


@dataclass(frozen=True, eq=False)
class Angles:
    """Length and angles of routes, entry to target, by the plan's conventions; arrays of shape (n,)."""

    depth_mm: NDArray[np.float64]
    axial_deg: NDArray[np.float64]
    craniocaudal_deg: NDArray[np.float64]


def angles(entries_mm: NDArray[np.float64], targets_mm: NDArray[np.float64]) -> Angles:
    """Length, angle in the axial plane from straight anterior (positive to the left) and out of it (to the head)."""
    way = targets_mm - entries_mm
    depth = np.linalg.norm(way, axis=1)
    axial = np.degrees(np.arctan2(way[:, 0], -way[:, 1]))
    return Angles(depth, axial, np.degrees(np.arcsin(np.clip(way[:, 2] / depth, -1, 1))))


def plain_costs(
    zone: TargetZone,
    foramen_centre_mm: NDArray[np.float64],
    entries_mm: NDArray[np.float64],
    targets_mm: NDArray[np.float64],
    clearances_mm: NDArray[np.float64],
    settings: PlanSettings,
) -> Costs:
    """All costs that a route's line alone decides, arrays of shape (n,)."""
    lines = np.empty((len(entries_mm), 3))
    _line_costs(targets_mm - entries_mm, line_scales(zone, settings), lines)
    costs = dict(zip(LINE_COSTS, lines.T, strict=True)) | target_costs(zone, foramen_centre_mm, targets_mm)
    for obstacle, enough in COMFORTABLE_MM.items():
        costs[obstacle.name.lower()] = np.clip(1 - clearances_mm[:, obstacle] / enough, 0, 1)
    return costs


LINE_COSTS = ("depth", "out_of_plane", "in_plane")


def line_scales(zone: TargetZone, settings: PlanSettings) -> NDArray[np.float64]:
    """What `line_cost` measures depth and angles by, shape (5,)."""
    best = BEST_OBLIQUITY_S1_DEG if zone.approach is Approach.S1_DORSAL else BEST_OBLIQUITY_DEG
    sign, limits = zone.root.side.sign, settings.limits
    return np.array([settings.longest_reach_mm, limits.craniocaudal_deg, best, WORST_OBLIQUITY_AWAY_DEG, sign])


@kernel()
def line_cost(dx: float, dy: float, dz: float, scales: NDArray[np.float64]) -> tuple[float, float, float]:
    """Costs of depth, angle out of plane and angle in plane of the way from entry to target, LPS mm.

    The angle in plane counts squared: some degrees about the best make no difference to the person at the scanner.
    """
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    tilt = np.degrees(np.arcsin(min(abs(dz) / length, 1.0)))
    toward_midline = -np.degrees(np.arctan2(dx, -dy)) * scales[4]
    away = abs(toward_midline - scales[2]) / scales[3]
    return min(length / scales[0], 1.0), min(tilt / scales[1], 1.0), min(away * away, 1.0)


@kernel()
def _line_costs(ways: NDArray[np.float64], scales: NDArray[np.float64], costs: NDArray[np.float64]) -> None:
    for n in range(len(ways)):
        costs[n, 0], costs[n, 1], costs[n, 2] = line_cost(ways[n, 0], ways[n, 1], ways[n, 2], scales)


def target_costs(zone: TargetZone, foramen_centre_mm: NDArray[np.float64], targets_mm: NDArray[np.float64]) -> Costs:
    """Costs that the tip's place alone decides, arrays of shape (n,).

    Off the zone's centre counts squared: a millimetre is less than anyone can place a needle by.
    """
    off_centre = np.mean((zone.to_local(targets_mm) / zone.half_mm) ** 2, axis=1)
    return {"target": np.clip(off_centre, 0, 1), "artery": _artery(zone, foramen_centre_mm, targets_mm)}


def surrounding_costs(
    tolerance_deg: NDArray[np.float64], success: NDArray[np.float64], windowed: NDArray[np.float64]
) -> Costs:
    """The costs that need the surroundings of a route: what it forgives, and its share through narrow windows."""
    forgiving = np.clip(tolerance_deg / ENOUGH_TOLERANCE_DEG, 0, 1)
    return {"tolerance": 1 - forgiving, "success": 1 - success, "windows": windowed}


def total(costs: Costs, settings: PlanSettings) -> NDArray[np.float64]:
    """Weighted mean over all weights; a cost not given counts as 0. Rounded, so that the last bits decide nothing."""
    weights = settings.weights.model_dump()
    whole = sum(weights.values()) or 1.0
    return np.asarray(np.round(sum(weights[name] * cost for name, cost in costs.items()) / whole, 6))


def undominated(costs: Costs) -> NDArray[np.bool_]:
    """The Pareto set: routes that no other beats in one cost without being worse in another."""
    table = np.round(np.stack(list(costs.values()), axis=1), 6)
    keep = np.ones(len(table), np.bool_)
    for n, row in enumerate(table):
        keep[n] = not ((table <= row).all(axis=1) & (table < row).any(axis=1)).any()
    return keep


def _artery(
    zone: TargetZone, foramen_centre_mm: NDArray[np.float64], targets_mm: NDArray[np.float64]
) -> NDArray[np.float64]:
    local = (targets_mm - foramen_centre_mm) @ zone.axes.T
    upper, anterior = local[:, 2] > 0, local[:, 1] < 0
    share = np.zeros(len(targets_mm))
    for (is_upper, is_anterior), value in ARTERY_BY_QUADRANT.items():
        share[(upper == is_upper) & (anterior == is_anterior)] = value
    return share * ARTERY_BY_LEVEL.get(zone.root.level, 0.0) * ARTERY_BY_SIDE[zone.root.side]
