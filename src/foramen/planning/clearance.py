"""How far every cell is from each tissue, and how much room a needle has left there.

*Room* is what remains at a point when needle radius and margin are taken off the distance to the nearest forbidden
tissue. It is one field for all tissues, so that one walk along a route answers for all of them.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import pairwise

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.anatomy.spine import NerveRoot
from foramen.anatomy.structures import STRUCTURES_OF, Tissue
from foramen.kernels import kernel
from foramen.planning.distance import box_distance
from foramen.planning.region import Region
from foramen.planning.settings import Margins
from foramen.planning.targets import TargetZone

CLEARANCE_LIMIT_MM = 25.0
"""A larger clearance is given as this: no decision depends on it, and the search need not look farther."""

DEPTH_LIMIT_MM = 8.0
"""How deep inside forbidden tissue distances are kept: only the search's early rejections use them."""


class Obstacle(IntEnum):
    """What leaves a needle no room: the tissues in the order of `Tissue`, then the root itself."""

    BONE = 0
    THECAL_SAC = 1
    VESSEL = 2
    ORGAN = 3
    LUNG = 4
    NERVE = 5


@dataclass(frozen=True, eq=False)
class Distances:
    """Distance of each cell from each obstacle, mm, shape (6, ni, nj, nk), in the order of `Obstacle`.

    Tissues are unsigned and cut off at `CLEARANCE_LIMIT_MM`; what was never looked for lies at that limit everywhere,
    and `checked` does not name it. The nerve is signed.
    """

    field: NDArray[np.float32]
    checked: frozenset[Tissue]

    @cached_property
    def of_any(self) -> NDArray[np.float32]:
        """Distance of each cell from the nearest obstacle."""
        return np.asarray(self.field.min(axis=0))

    @cached_property
    def of_tissues(self) -> NDArray[np.float32]:
        """Distance of each cell from the nearest tissue, whatever the nerve does."""
        return np.asarray(self.field[: Obstacle.NERVE].min(axis=0))

    @cached_property
    def of_what_breathes(self) -> NDArray[np.float32]:
        """Distance of each cell from lung and organs."""
        return np.asarray(np.minimum(self.field[Obstacle.ORGAN], self.field[Obstacle.LUNG]))


@dataclass(frozen=True, eq=False)
class Room:
    """What a needle's axis has left, per cell.

    Attributes
    ----------
    field
        Divided by its steepest slope, so that it changes by at most 1 per mm; negative where a needle may not be.
    blame
        The `Obstacle` that leaves the least room.
    """

    field: NDArray[np.float32]
    blame: NDArray[np.uint8]


def measure(region: Region, nerves: tuple[NerveRoot, ...], checked: frozenset[Tissue]) -> Distances:
    """Measure every cell's distance from each tissue that was looked for, and from roots and ganglia."""
    field = np.full((len(Obstacle), *region.shape), CLEARANCE_LIMIT_MM, np.float32)
    for tissue in checked:
        mask = region.mask(STRUCTURES_OF[tissue])
        field[Obstacle[tissue.name]] = box_distance(mask, region.cell_mm, CLEARANCE_LIMIT_MM)
    for nerve in nerves:
        for start, end, radius in _capsules(nerve):
            _add_capsule(field[Obstacle.NERVE], region.cell_mm, region.to_box(start), region.to_box(end), radius)
    return Distances(field, checked)


def room(region: Region, distances: Distances, zone: TargetZone, margins: Margins, needle_radius_mm: float) -> Room:
    """Combine all obstacles into one field.

    Bone's margin shrinks toward the target zone, from full at a distance of `margins.taper` to none in it: the tip
    has to lie between bones 6 to 10 mm apart, where contact with bone is harmless and often sought. No other margin
    shrinks.
    """
    needed = np.array([getattr(margins, o.name.lower()) + needle_radius_mm for o in Obstacle])
    occupied = (distances.field[: Obstacle.NERVE] == 0).any(axis=0)
    depth = box_distance(~occupied, region.cell_mm, DEPTH_LIMIT_MM)
    field, blame = np.empty(region.shape, np.float32), np.empty(region.shape, np.uint8)
    axes = np.ascontiguousarray(zone.axes @ region.world_axes)
    centre = region.to_box(zone.centre_mm)
    taper = (margins.bone, margins.taper)
    _combine(distances.field, needed, depth, region.cell_mm, centre, axes, zone.half_mm, taper, field, blame)
    return Room(field, blame)


def _capsules(nerve: NerveRoot) -> list[tuple[NDArray[np.float64], NDArray[np.float64], float]]:
    """A root as tubes along its course, its ganglion as the capsule with the same half axes."""
    path = nerve.path_mm
    tubes = [(a, b, nerve.radius_mm) for a, b in pairwise(path)]
    along, across = nerve.ganglion_radii_mm
    nearest = int(np.argmin(np.linalg.norm(path - nerve.ganglion_mm, axis=1)))
    course = path[min(nearest + 1, len(path) - 1)] - path[max(nearest - 1, 0)]
    half = course / max(float(np.linalg.norm(course)), 1e-9) * max(along - across, 0.0)
    return [*tubes, (nerve.ganglion_mm - half, nerve.ganglion_mm + half, across)]


@kernel()
def _add_capsule(
    field: NDArray[np.float32],
    cell: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    radius: float,
) -> None:
    """Lower the distances, box mm, where this capsule is nearer than what they hold; 8 mm around it at most."""
    reach = radius + 8.0
    low, high = np.empty(3, np.int64), np.empty(3, np.int64)
    for a in range(3):
        low[a] = max(int((min(start[a], end[a]) - reach) / cell[a]), 0)
        high[a] = min(int((max(start[a], end[a]) + reach) / cell[a]) + 1, field.shape[a])
    along = end - start
    length2 = max((along**2).sum(), 1e-12)
    point = np.empty(3)
    for i in range(low[0], high[0]):
        point[0] = (i + 0.5) * cell[0] - start[0]
        for j in range(low[1], high[1]):
            point[1] = (j + 0.5) * cell[1] - start[1]
            for k in range(low[2], high[2]):
                point[2] = (k + 0.5) * cell[2] - start[2]
                share = min(max((point * along).sum() / length2, 0.0), 1.0)
                distance = np.sqrt(((point - share * along) ** 2).sum()) - radius
                if distance < 8.0:
                    field[i, j, k] = min(field[i, j, k], np.float32(distance))


@kernel(parallel=True)
def _combine(
    distances: NDArray[np.float32],
    needed: NDArray[np.float64],
    depth: NDArray[np.float32],
    cell: NDArray[np.float64],
    centre: NDArray[np.float64],
    axes: NDArray[np.float64],
    half: NDArray[np.float64],
    taper: tuple[float, float],
    field: NDArray[np.float32],
    blame: NDArray[np.uint8],
) -> None:
    n, ni, nj, nk = distances.shape
    margin, width = taper
    scale = 1.0 / (1.0 + margin / width)
    for i in prange(ni):
        x = (i + 0.5) * cell[0] - centre[0]
        for j in range(nj):
            y = (j + 0.5) * cell[1] - centre[1]
            for k in range(nk):
                z = (k + 0.5) * cell[2] - centre[2]
                away2 = 0.0
                for a in range(3):
                    beyond = abs(axes[a, 0] * x + axes[a, 1] * y + axes[a, 2] * z) - half[a]
                    if beyond > 0:
                        away2 += beyond * beyond
                spared = margin * (1.0 - min(np.sqrt(away2) / width, 1.0))
                least = distances[0, i, j, k] - needed[0] + spared
                worst = 0
                for o in range(1, n):
                    left = distances[o, i, j, k] - needed[o]
                    if left < least:
                        least, worst = left, o
                inside = depth[i, j, k]
                if inside > 0:
                    least = min(least, -inside - needed.min())
                field[i, j, k] = least * scale
                blame[i, j, k] = worst
