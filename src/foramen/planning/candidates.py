"""All routes to one root: which are acceptable, what rejected the rest, and how the acceptable ones measure."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.kernels import kernel
from foramen.planning.clearance import CLEARANCE_LIMIT_MM, Distances, Obstacle, Room
from foramen.planning.entries import Entries
from foramen.planning.pairs import FREE, TOO_FLAT, TOO_LONG, TOO_OBLIQUE, TOO_TILTED, judge
from foramen.planning.region import Region
from foramen.planning.settings import PlanSettings
from foramen.planning.walk import least_along

LEAVES_BODY = 104
"""Verdict on a route that runs outside the patient on its way."""

SKIN_MM = 10.0
"""Along a route from the skin, from where on it must stay inside the body: a flat entry at the edge of thick voxels
runs along the skin's own roughness until there."""

REJECTIONS = {
    Obstacle.BONE: "bone",
    Obstacle.THECAL_SAC: "thecal sac",
    Obstacle.VESSEL: "vessel",
    Obstacle.ORGAN: "organ",
    Obstacle.LUNG: "lung",
    Obstacle.NERVE: "nerve root or ganglion",
    TOO_LONG: "longer than any needle",
    TOO_TILTED: "craniocaudal angle",
    TOO_OBLIQUE: "axial angle",
    TOO_FLAT: "too flat to the skin",
    LEAVES_BODY: "leaves the body on the way",
}


@dataclass(frozen=True, eq=False)
class Acceptable:
    """The verdicts on all routes.

    Attributes
    ----------
    entries_mm, targets_mm
        All entries and targets, LPS mm, shape (n, 3) and (m, 3).
    verdicts
        `FREE` or why not, shape (n, m).
    nearest
        Entry, target and obstacle of the route that came nearest to acceptance, where none is free.
    """

    entries_mm: NDArray[np.float64]
    targets_mm: NDArray[np.float64]
    verdicts: NDArray[np.uint8]
    nearest: tuple[NDArray[np.float64], NDArray[np.float64], Obstacle] | None = None

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        return np.bincount(self.verdicts.ravel(), minlength=256)

    @property
    def any(self) -> bool:
        """Whether some route is acceptable."""
        return bool(self._counts[FREE])

    @property
    def rejected(self) -> dict[str, int]:
        """How many routes each reason rejected; each counts once, under the first reason found."""
        return {name: int(self._counts[code]) for code, name in REJECTIONS.items() if self._counts[code]}


def try_all(
    region: Region,
    entries: Entries,
    targets_mm: NDArray[np.float64],
    room: Room,
    settings: PlanSettings,
) -> Acceptable:
    """Judge every entry × every target."""
    starts, tips = region.to_box(entries.points_mm), region.to_box(targets_mm)
    normals = entries.normals @ region.world_axes
    limits = settings.limits
    bounds = np.array(
        [
            settings.longest_reach_mm,
            np.sin(np.radians(limits.craniocaudal_deg)),
            np.sin(np.radians(limits.axial_deg)),
            np.cos(np.radians(limits.skin_deg)),
        ]
    )
    verdicts = judge(room.field, room.blame, region.cell_mm, starts, normals, tips, region.world_axes, bounds)
    middle = tips.mean(axis=0)
    wide = float(np.linalg.norm(tips - middle, axis=1).max())
    _leave_body(region.skin_depth, region.cell_mm, starts, tips, middle, wide, verdicts)
    nearest = None if (verdicts == FREE).any() else _nearest_miss(region, room, entries, targets_mm, verdicts)
    return Acceptable(entries.points_mm, targets_mm, verdicts, nearest)


def _nearest_miss(
    region: Region, room: Room, entries: Entries, targets_mm: NDArray[np.float64], verdicts: NDArray[np.uint8]
) -> tuple[NDArray[np.float64], NDArray[np.float64], Obstacle] | None:
    """The route within all limits of angle and length whose tightest place leaves the most room."""
    best, which = np.empty(len(verdicts)), np.empty(len(verdicts), np.int64)
    starts, tips = region.to_box(entries.points_mm), region.to_box(targets_mm)
    _least_bad(room.field, region.cell_mm, starts, tips, verdicts, best, which)
    entry = int(np.argmax(best)) if len(best) else 0
    if not len(best) or which[entry] < 0:
        return None
    start, tip = entries.points_mm[entry], targets_mm[which[entry]]
    return start, tip, _at_the_tightest(region, room, start, tip)


def _at_the_tightest(
    region: Region, room: Room, entry_mm: NDArray[np.float64], target_mm: NDArray[np.float64]
) -> Obstacle:
    """What leaves the least room on a route: not always what was met first."""
    line = region.to_box(np.linspace(entry_mm, target_mm, 400))
    cells = tuple(np.clip((line / region.cell_mm).astype(int), 0, np.array(region.shape) - 1).T)
    return Obstacle(int(room.blame[cells][np.argmin(room.field[cells])]))


@kernel(parallel=True)
def _leave_body(
    depth: NDArray[np.float32],
    cell: NDArray[np.float64],
    starts: NDArray[np.float64],
    tips: NDArray[np.float64],
    middle: NDArray[np.float64],
    wide: float,
    verdicts: NDArray[np.uint8],
) -> None:
    """Mark free routes that leave the body; one walk along the middle answers for all tips of most entries."""
    for entry in prange(len(starts)):
        start = starts[entry]
        below = start + (middle - start) * min(SKIN_MM / np.sqrt(((middle - start) ** 2).sum()), 1.0)
        if least_along(depth, cell, middle, below, wide, wide + 1.0) > wide:
            continue
        for tip in range(len(tips)):
            if verdicts[entry, tip] == FREE:
                length = np.sqrt(((start - tips[tip]) ** 2).sum())
                below = start + (tips[tip] - start) * min(SKIN_MM / length, 1.0)
                if least_along(depth, cell, tips[tip], below, 0.01, 1.0) <= 0.01:
                    verdicts[entry, tip] = LEAVES_BODY


def clearances(
    region: Region, distances: Distances, entries_mm: NDArray[np.float64], targets_mm: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Least distance of each route's axis from each tissue, mm, up to `CLEARANCE_LIMIT_MM`, shape (n, 5)."""
    least = np.empty((len(entries_mm), Obstacle.NERVE))
    most = np.full(Obstacle.NERVE, CLEARANCE_LIMIT_MM)
    starts, tips = region.to_box(entries_mm), region.to_box(targets_mm)
    _measure(distances.field, region.cell_mm, starts, tips, most, least)
    return least


@kernel(parallel=True)
def _measure(
    distances: NDArray[np.float32],
    cell: NDArray[np.float64],
    starts: NDArray[np.float64],
    tips: NDArray[np.float64],
    enough: NDArray[np.float64],
    clearances: NDArray[np.float64],
) -> None:
    for n in prange(len(starts)):
        for o in range(len(enough)):
            clearances[n, o] = least_along(distances[o], cell, tips[n], starts[n], -1e9, enough[o])


@kernel(parallel=True)
def _least_bad(
    field: NDArray[np.float32],
    cell: NDArray[np.float64],
    starts: NDArray[np.float64],
    tips: NDArray[np.float64],
    verdicts: NDArray[np.uint8],
    best: NDArray[np.float64],
    which: NDArray[np.int64],
) -> None:
    for entry in prange(len(starts)):
        best[entry], which[entry] = -1e9, -1
        for tip in range(len(tips)):
            if verdicts[entry, tip] < 100:
                least = least_along(field, cell, tips[tip], starts[entry], best[entry], 0.0)
                if least > best[entry]:
                    best[entry], which[entry] = least, tip
