"""From a million acceptable routes to the few that a person looks at."""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.kernels import kernel
from foramen.planning.candidates import Acceptable
from foramen.planning.clearance import Distances
from foramen.planning.costs import COMFORTABLE_MM, LINE_COSTS, line_cost, line_scales, target_costs
from foramen.planning.pairs import FREE
from foramen.planning.region import Region
from foramen.planning.settings import PlanSettings
from foramen.planning.targets import TargetZone
from foramen.planning.walk import least_along

PATCH_MM = 4.0
"""Of each patch of skin of this size, the best route goes on to the shortlist: less than the freehand entry error."""


def best_of_patches(
    region: Region,
    zone: TargetZone,
    found: Acceptable,
    distances: Distances,
    foramen_centre_mm: NDArray[np.float64],
    settings: PlanSettings,
) -> NDArray[np.int64]:
    """The acceptable route of least plain cost of each patch of skin: indices of entry and target, shape (n, 2).

    Every acceptable route is considered. Clearances are only walked where angles, depth and target do not already cost
    more than the patch's best so far.
    """
    entries = found.entries_mm
    outward = (entries[:, 0] - zone.centre_mm[0]) * zone.root.side.sign
    patch = np.floor(np.stack([outward, entries[:, 2] - zone.centre_mm[2]], axis=1).round(3) / PATCH_MM)
    _, number = np.unique(patch, axis=0, return_inverse=True)
    order = np.lexsort((entries[:, 2].round(3), outward.round(3), number.ravel()))
    first = np.searchsorted(number.ravel()[order], np.arange(number.max() + 2))
    weights = settings.weights.model_dump()
    by_target = sum(
        weights[name] * cost for name, cost in target_costs(zone, foramen_centre_mm, found.targets_mm).items()
    )
    tips = np.argsort(np.round(by_target, 9), kind="stable")
    names = [obstacle.name.lower() for obstacle in COMFORTABLE_MM]
    best = np.full((len(first) - 1, 2), -1, np.int64)
    _best_of_patches(
        found.verdicts,
        (entries, found.targets_mm, region.to_box(entries), region.to_box(found.targets_mm)),
        (order, first, tips),
        (distances.field, region.cell_mm),
        (
            np.asarray(by_target),
            np.array([weights[n] for n in LINE_COSTS]),
            np.array([weights[n] for n in names]),
            np.array(list(COMFORTABLE_MM.values())),
        ),
        line_scales(zone, settings),
        best,
    )
    return best[best[:, 0] >= 0]


def different(entries_mm: NDArray[np.float64], order: NDArray[np.int64], apart_mm: float, most: int) -> list[int]:
    """From the best on, each route whose entry lies apart from all chosen before it."""
    enough = apart_mm - 1e-3  # so that the last bits decide nothing between entries exactly that far apart
    chosen: list[int] = []
    for n in order:
        if len(chosen) < most and all(np.linalg.norm(entries_mm[n] - entries_mm[c]) >= enough for c in chosen):
            chosen.append(int(n))
    return chosen


@kernel(parallel=True)
def _best_of_patches(verdicts, points, groups, fields, costs, scales, best):  # type: ignore[no-untyped-def]
    entries, targets, starts, ends = points
    order, first, tips = groups
    distances, cell = fields
    by_target, by_line, by_tissue, enough = costs
    for patch in prange(len(first) - 1):
        least = np.inf
        for tip in tips:
            if by_target[tip] >= least:
                break
            for n in range(first[patch], first[patch + 1]):
                entry = order[n]
                if verdicts[entry, tip] != FREE:
                    continue
                dx, dy, dz = (
                    targets[tip, 0] - entries[entry, 0],
                    targets[tip, 1] - entries[entry, 1],
                    targets[tip, 2] - entries[entry, 2],
                )
                depth, out, across = line_cost(dx, dy, dz, scales)
                cost = by_target[tip] + by_line[0] * depth + by_line[1] * out + by_line[2] * across
                tissue = 0
                while tissue < len(enough) and cost < least:
                    near = least_along(distances[tissue], cell, ends[tip], starts[entry], -np.inf, enough[tissue])
                    cost += by_tissue[tissue] * min(max(1 - near / enough[tissue], 0.0), 1.0)
                    tissue += 1
                if cost < least - 1e-9:
                    least = cost
                    best[patch, 0], best[patch, 1] = entry, tip
