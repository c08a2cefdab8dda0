"""The best way on from where the needle lies: as it is, or withdrawn by some millimetres in the same skin hole."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.guidance.deviation import angle_deg
from foramen.planning.clearance import CLEARANCE_LIMIT_MM, Room, measure, room
from foramen.planning.describe import checked_tissues
from foramen.planning.region import Region
from foramen.planning.settings import PlanSettings
from foramen.planning.targets import TargetZone, target_zone
from foramen.planning.walk import least_along

Vector = NDArray[np.float64]

STEP_MM = 5.0
SHALLOWEST_MM = 10.0
"""Withdrawn to this depth below the skin, the needle turns freely; farther out it would leave its hole. Judgement."""
MOST_TURN_DEG = 5.0
"""By how much a needle that stands deeper can be turned: tissue holds the shaft. Judgement."""
TURN_COST_MM = 2.0
"""What a degree of turning counts against a millimetre of withdrawing; judgement."""
NEAR_MM = 2.0
"""A way on leads first to places this near to the approved target, so that with the hand's own error the tip still ends
within what radiologists accept (2.7 mm: de Jong 2018); judgement."""
ON_THE_LINE_MM = 1.0
"""A target this near to the shaft behind the tip is reached by withdrawing alone."""


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
    without_withdrawing
        Whether some way leads on from the tip as it is, if not this one.
    """

    withdraw_mm: float
    start_mm: Vector
    target_mm: Vector
    turn_deg: float
    advance_mm: float
    room_mm: float = float("nan")
    without_withdrawing: bool = False


def ways_on(tip_mm: Vector, direction: Vector, depth_mm: float, targets_mm: NDArray[np.float64]) -> list[WayOn]:
    """All ways from the present needle to any of the targets, shape (n, 3), that its tissue allows; cheapest first."""
    steps = np.arange(0.0, max(depth_mm - SHALLOWEST_MM, 0.0) + 1e-6, STEP_MM)
    found = _backward(tip_mm, direction, float(steps[-1]), targets_mm)
    for withdraw in steps:
        start = tip_mm - withdraw * direction
        free = withdraw + STEP_MM > steps[-1]
        for target in targets_mm:
            way = target - start
            advance = float(np.linalg.norm(way))
            turn = angle_deg(direction, way / max(advance, 1e-9))
            if free or turn <= MOST_TURN_DEG:
                found.append(WayOn(float(withdraw), start, target, turn, advance))
    as_it_is = any(way.withdraw_mm == 0.0 for way in found)
    return sorted(
        (replace(way, without_withdrawing=as_it_is) for way in found),
        key=lambda way: way.withdraw_mm + TURN_COST_MM * way.turn_deg,
    )


def _backward(tip_mm: Vector, direction: Vector, most_mm: float, targets_mm: NDArray[np.float64]) -> list[WayOn]:
    """Ways to targets that the needle has passed."""
    along = (tip_mm - targets_mm) @ direction
    places = tip_mm - along[:, None] * direction
    passed = (along > 0) & (along <= most_mm) & (np.linalg.norm(targets_mm - places, axis=1) <= ON_THE_LINE_MM)
    return [WayOn(float(along[n]), places[n], places[n], 0.0, 0.0) for n in np.flatnonzero(passed)]


@dataclass(frozen=True, eq=False)
class Ground:
    """What lies around a root's target zone, measured once for any number of ways."""

    zone: TargetZone
    region: Region
    space: Room

    @classmethod
    def around(cls, points_mm: NDArray[np.float64], root: Root, anatomy: Anatomy, settings: PlanSettings) -> "Ground":
        """The ground that holds the target zone and other points, shape (n, 3)."""
        zone = target_zone(settings.approach_for(root), anatomy.spine, root)
        region = Region.around(anatomy, np.concatenate([zone.candidates_mm, points_mm]), CLEARANCE_LIMIT_MM)
        distances = measure(region, anatomy.spine.roots, checked_tissues(anatomy))
        return cls(zone, region, room(region, distances, zone, settings.margins, settings.needle_radius_mm))

    def way(self, tip_mm: Vector, direction: Vector, skin_mm: Vector, targets_mm: NDArray[np.float64]) -> WayOn | None:
        """The cheapest way from the present needle to any of the targets, shape (n, 3), that keeps every margin."""
        depth = float(np.linalg.norm(tip_mm - skin_mm))
        ways = ways_on(tip_mm, direction, depth, targets_mm)
        best = next((way for way in ways if self._room(way, direction) >= 0.0), None)
        if best is None:
            return None
        as_it_is = any(way.withdraw_mm == 0.0 and self._room(way, direction) >= 0.0 for way in ways)
        return replace(best, room_mm=self._room(best, direction), without_withdrawing=as_it_is)

    def way_to(self, planned_mm: Vector | None, tip_mm: Vector, direction: Vector, skin_mm: Vector) -> WayOn | None:
        """The cheapest way to within `NEAR_MM` of the planned target; where there is none, to anywhere in the zone."""
        places = self.zone.candidates_mm
        near = places if planned_mm is None else places[np.linalg.norm(places - planned_mm, axis=1) <= NEAR_MM]
        return self.way(tip_mm, direction, skin_mm, near) or self.way(tip_mm, direction, skin_mm, places)

    def _room(self, way: WayOn, direction: Vector) -> float:
        """Least distance to anything forbidden beyond its margin, negative where that is not kept."""
        start = way.start_mm if way.advance_mm > 0.0 else way.start_mm - direction
        return float(
            least_along(
                self.space.field,
                self.region.cell_mm,
                self.region.to_box(way.target_mm),
                self.region.to_box(start),
                0.0,
                CLEARANCE_LIMIT_MM,
            )
        )


def plan_from_here(
    tip_mm: Vector,
    direction: Vector,
    skin_mm: Vector,
    root: Root,
    anatomy: Anatomy,
    settings: PlanSettings,
    planned_mm: Vector | None = None,
) -> WayOn | None:
    """The cheapest way on that keeps every margin of the plan: to the planned target, else anywhere in its zone.

    Parameters
    ----------
    tip_mm, direction, skin_mm : arrays, shape (3,)
        The needle in the planning CT's frame: tip, unit vector of its shaft, and where it crosses the skin.
    root : Root
    anatomy : Anatomy
        Of the planning CT.
    settings : PlanSettings
        Those of the plan.
    planned_mm : array, shape (3,), optional
        The target that was approved.

    Returns
    -------
    WayOn
        None where there is no such way through this skin hole: a new entry is needed.
    """
    ground = Ground.around(np.array([tip_mm, skin_mm]), root, anatomy, settings)
    return ground.way_to(planned_mm, tip_mm, direction, skin_mm)


def elsewhere(
    tip_mm: Vector,
    direction: Vector,
    skin_mm: Vector,
    root: Root,
    anatomy: Anatomy,
    settings: PlanSettings,
    *,
    least_mm: float,
) -> WayOn | None:
    """The cheapest way to another place in the target zone, for a tip whose contrast ran astray; see `plan_from_here`.

    The place lies `least_mm` or more from the present tip, and no farther from the root.
    """
    nerve = anatomy.spine.nerve(root)
    ground = Ground.around(np.array([tip_mm, skin_mm]), root, anatomy, settings)
    places = ground.zone.candidates_mm
    if nerve is not None:
        to_root, now = (
            np.linalg.norm(at[:, None] - nerve.path_mm, axis=2).min(axis=1) for at in (places, tip_mm[None])
        )
        places = places[to_root <= now]
    return ground.way(tip_mm, direction, skin_mm, places[np.linalg.norm(places - tip_mm, axis=1) >= least_mm])
