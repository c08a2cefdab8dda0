"""From a million acceptable routes to the few that a person looks at."""

import numpy as np
from numpy.typing import NDArray

from foramen.planning.targets import TargetZone

CELL_MM = 4.0
"""Of each patch of skin of this size, the best route goes on to the shortlist."""


def shortlist(
    zone: TargetZone, entries_mm: NDArray[np.float64], totals: NDArray[np.float64], most: int
) -> NDArray[np.int64]:
    """The best route of each patch of skin, best first, `most` at most: indices."""
    outward = (entries_mm[:, 0] - zone.centre_mm[0]) * zone.root.side.sign
    up = entries_mm[:, 2] - zone.centre_mm[2]
    order = np.lexsort((up.round(3), outward.round(3), totals))
    patch = np.floor(np.stack([outward, up], axis=1)[order].round(3) / CELL_MM)
    _, first = np.unique(patch, axis=0, return_index=True)
    return np.asarray(order[np.sort(first)[:most]])


def different(entries_mm: NDArray[np.float64], order: NDArray[np.int64], apart_mm: float, most: int) -> list[int]:
    """From the best on, each route whose entry lies apart from all chosen before it."""
    chosen: list[int] = []
    for n in order:
        if len(chosen) < most and all(np.linalg.norm(entries_mm[n] - entries_mm[c]) >= apart_mm for c in chosen):
            chosen.append(int(n))
    return chosen
