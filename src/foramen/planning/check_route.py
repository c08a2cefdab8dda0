"""A route that a person draws by hand, judged as the search judges its own, fast enough to follow the hand."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.anatomy.skin_surface import Skin
from foramen.anatomy.spine import NerveRoot
from foramen.errors import InputError
from foramen.planning.candidates import REJECTIONS, clearances, try_all
from foramen.planning.clearance import CLEARANCE_LIMIT_MM, Distances, Obstacle, Room, measure, room
from foramen.planning.costs import plain_costs, surrounding_costs, total
from foramen.planning.describe import WORDS, checked_tissues, warnings_of
from foramen.planning.entries import Entries, entries_for
from foramen.planning.pairs import FREE, TOO_FLAT
from foramen.planning.plan import Route
from foramen.planning.plan_root import clearance_of, route_of
from foramen.planning.region import Region
from foramen.planning.robustness import success, tolerance, windowed
from foramen.planning.settings import PlanSettings
from foramen.planning.targets import TargetZone, target_zone
from foramen.planning.walk import STEP_MM

BY_HAND = "by-hand"
"""Ends the id of a route that a person drew, `L5-left-by-hand`."""

ON_SKIN_MM = 5.0
"""An entry asked for farther than this from where one may be is said to have been moved; judgement."""


@dataclass(frozen=True)
class CheckedRoute:
    """What the planner has to say about a route that a person drew.

    Attributes
    ----------
    route
        Its numbers, as for every route of a plan.
    objections
        Each hard constraint that it breaks, in a sentence; none where the search would have accepted it.
    warnings
        What is special about it.
    """

    route: Route
    objections: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def acceptable(self) -> bool:
        """Whether the search itself would have accepted it."""
        return not self.objections


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Everything around one root that a route to it is judged by, measured once.

    Parameters
    ----------
    anatomy, nerve, zone, settings
        As in `plan_root`.
    entries
        Where on the skin a needle may enter.
    region, distances, space
        The box that routes pass through, and what they must keep clear of.
    """

    anatomy: Anatomy
    nerve: NerveRoot
    zone: TargetZone
    settings: PlanSettings
    entries: Entries
    region: Region
    distances: Distances
    space: Room

    @classmethod
    def of(cls, anatomy: Anatomy, skin: Skin, root: Root, settings: PlanSettings) -> "Surroundings":
        """Measure the surroundings of a root.

        Raises
        ------
        InputError
            If the root is not visible, or no skin behind it can be reached.
        """
        nerve = anatomy.spine.nerve(root)
        if nerve is None or not anatomy.spine.foramen(root).visible:
            raise InputError(f"{root} is not visible in this scan: {anatomy.spine.foramen(root).reason}.")
        zone = target_zone(settings.approach_for(root), anatomy.spine, root)
        entries = entries_for(skin, zone, anatomy.spine.canal_centreline_mm, settings)
        if not len(entries.points_mm):
            raise InputError(f"No route to {root} can be drawn: {entries.reason}.")
        points = np.concatenate([entries.points_mm, zone.candidates_mm])
        region = Region.around(anatomy, points, CLEARANCE_LIMIT_MM)
        distances = measure(region, anatomy.spine.roots, checked_tissues(anatomy))
        space = room(region, distances, zone, settings.margins, settings.needle_radius_mm)
        return cls(anatomy, nerve, zone, settings, entries, region, distances, space)

    @cached_property
    def _nearest_entry(self) -> cKDTree:
        return cKDTree(self.entries.points_mm)

    def check(self, entry_mm: ArrayLike, target_mm: ArrayLike) -> CheckedRoute:
        """Judge a route from a point near the skin to a tip position, LPS mm, shape (3,) each.

        The entry is laid onto the nearest skin that a needle may enter through.

        Raises
        ------
        InputError
            If the target lies outside the surroundings.
        """
        asked, target = (np.asarray(p, dtype=np.float64) for p in (entry_mm, target_mm))
        if not self.region.labels.grid.contains(target):
            raise InputError("The target lies too far from the root to be measured; move it nearer.")
        away, number = self._nearest_entry.query(asked)
        route = self._measured(self.entries.points_mm[number], target)
        warnings = [*self._moved(float(away)), *self._off_zone(target), *warnings_of(route)]
        return CheckedRoute(route, self._objections(int(number), target, route), tuple(warnings))

    def _measured(self, entry: NDArray[np.float64], target: NDArray[np.float64]) -> Route:
        one = entry[None], target[None]
        around, settings, zone = (self.distances, self.region), self.settings, self.zone
        centre = self.anatomy.spine.foramen(zone.root).centre_mm
        assert centre is not None
        least = clearances(self.region, self.distances, *one)
        radius = settings.needle_radius_mm
        degrees = tolerance(*around, *one, radius)
        odds = success(*around, zone, *one, settings.spreads, self.nerve.uncertainty_mm, radius)
        costs = plain_costs(zone, centre, *one, least, settings)
        costs |= surrounding_costs(degrees, odds, windowed(*around, *one))
        return route_of(
            f"{zone.root}-{BY_HAND}",
            zone,
            self.anatomy,
            entry,
            target,
            clearance_of(least[0], self.distances),
            (float(degrees[0]), float(odds[0])),
            {name: round(float(cost[0]), 4) for name, cost in costs.items()}
            | {"total": float(total(costs, settings)[0])},
            self.anatomy.spine.canal_centreline_mm,
            settings,
            recommended=False,
        )

    def _objections(self, number: int, target: NDArray[np.float64], route: Route) -> tuple[str, ...]:
        """Every broken constraint; the search's own verdict has the last word."""
        entry, normal = self.entries.points_mm[number][None], self.entries.normals[number][None]
        verdict = int(
            try_all(self.region, Entries(entry, normal), target[None], self.space, self.settings).verdicts[0, 0]
        )
        if verdict == FREE:
            return ()
        found = [*self._beyond_limits(route), *self._too_near(entry[0], target)]
        if verdict == TOO_FLAT:
            found.append(f"The needle meets the skin flatter than {90 - self.settings.limits.skin_deg:.0f}°.")
        return tuple(found) or (f"The route is not acceptable: {REJECTIONS[verdict]}.",)

    def _beyond_limits(self, route: Route) -> list[str]:
        limits, reach = self.settings.limits, self.settings.longest_reach_mm
        found = []
        if route.depth_mm > reach:
            found.append(f"{route.depth_mm:.0f} mm deep: the longest needle on the shelf reaches {reach:.0f} mm.")
        if abs(route.craniocaudal_angle_deg) > limits.craniocaudal_deg:
            tilt = abs(route.craniocaudal_angle_deg)
            found.append(f"{tilt:.0f}° out of the axial plane; {limits.craniocaudal_deg:.0f}° is the limit.")
        if abs(route.axial_angle_deg) > limits.axial_deg:
            found.append(f"{abs(route.axial_angle_deg):.0f}° from vertical; {limits.axial_deg:.0f}° is the limit.")
        return found

    def _too_near(self, entry: NDArray[np.float64], target: NDArray[np.float64]) -> list[str]:
        """What the needle comes nearer to than its margin allows; bone's margin shrinks toward the zone."""
        margins, radius = self.settings.margins, self.settings.needle_radius_mm
        steps = max(2, int(np.linalg.norm(target - entry) / STEP_MM))
        points = np.linspace(entry, target, steps)
        cells = (self.region.to_box(points) / self.region.cell_mm - 0.5).T
        found = []
        for obstacle in Obstacle:
            distance = map_coordinates(self.distances.field[obstacle], cells, order=1, mode="nearest")
            needed = np.full(steps, getattr(margins, obstacle.name.lower()) + radius)
            if obstacle is Obstacle.BONE:
                needed -= margins.bone * (1 - np.minimum(self.zone.distance_mm(points) / margins.taper, 1))
            worst = int(np.argmin(distance - needed))
            if distance[worst] < needed[worst]:
                found.append(_nearness(obstacle, float(distance[worst]), float(needed[worst]), points[worst], entry))
        return found

    def _moved(self, away_mm: float) -> list[str]:
        if away_mm <= ON_SKIN_MM:
            return []
        return [
            f"A needle may enter only through open skin behind the patient on the {self.zone.root.side.upper()}: "
            f"the entry was laid onto the nearest, {away_mm:.0f} mm away."
        ]

    def _off_zone(self, target: NDArray[np.float64]) -> list[str]:
        away = float(self.zone.distance_mm(target))
        return [f"The tip would lie {away:.0f} mm outside the place meant for it."] if away >= 0.5 else []


def _nearness(
    obstacle: Obstacle, distance: float, needed: float, where: NDArray[np.float64], entry: NDArray[np.float64]
) -> str:
    depth = float(np.linalg.norm(where - entry))
    what = f"{distance:.1f} mm from" if distance > 0 else "through"
    return f"Passes {what} {WORDS[obstacle]} at a depth of {depth:.0f} mm; {needed:.1f} mm are needed."
