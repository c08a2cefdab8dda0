"""Points sorted into a tree of balls, so that what holds for a ball need not be asked of each point in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.kernels import kernel


@dataclass(frozen=True, eq=False)
class Balls:
    """A tree of balls over points.

    Attributes
    ----------
    order
        The points' indices, sorted so that each ball holds a run of them, shape (n,).
    spans
        First and one past last of each ball's run, and its two children (−1: none), shape (m, 4).
    middles
        Centre and radius, shape (m, 4).
    """

    order: NDArray[np.int64]
    spans: NDArray[np.int64]
    middles: NDArray[np.float64]


def grow(points: NDArray[np.float64], leaf: int) -> Balls:
    """Sort points, shape (n, 3), into balls, halving at the median of the longest side down to `leaf` points."""
    count = len(points)
    order = np.arange(count)
    spans, middles = np.full((2 * count, 4), -1, np.int64), np.zeros((2 * count, 4))
    used = _grow(points, order, spans, middles, leaf)
    return Balls(order, spans[:used], middles[:used])


@kernel()
def _grow(
    points: NDArray[np.float64],
    order: NDArray[np.int64],
    spans: NDArray[np.int64],
    middles: NDArray[np.float64],
    leaf: int,
) -> int:
    spans[0, 0], spans[0, 1] = 0, len(order)
    used, node = 1, 0
    while node < used:
        first, last = spans[node, 0], spans[node, 1]
        low, high = points[order[first]].copy(), points[order[first]].copy()
        for n in range(first, last):
            for a in range(3):
                low[a] = min(low[a], points[order[n], a])
                high[a] = max(high[a], points[order[n], a])
        radius2 = 0.0
        for n in range(first, last):
            radius2 = max(radius2, ((points[order[n]] - (low + high) / 2) ** 2).sum())
        middles[node, :3] = (low + high) / 2
        middles[node, 3] = np.sqrt(radius2)
        if last - first > leaf:
            axis = np.argmax(high - low)
            run = order[first:last]
            run[:] = run[np.argsort(points[run, axis], kind="mergesort")]
            spans[node, 2], spans[node, 3] = used, used + 1
            half = (first + last) // 2
            spans[used, 0], spans[used, 1] = first, half
            spans[used + 1, 0], spans[used + 1, 1] = half, last
            used += 2
        node += 1
    return used
