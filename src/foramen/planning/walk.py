"""Walking along straight routes through fields of distances: the machine code under the search.

All points are box millimetres. A field holds one value per cell, at the cell's centre, and changes by at most 1 per mm.
What lies between centres is interpolated linearly. By Jensen's inequality an interpolated value at a distance d from a
centre differs from the centre's own by at most √(d² + Σ cell² / 4), so that whole stretches are passed on one look-up.
"""

import numpy as np
from numpy.typing import NDArray

from foramen.kernels import kernel

STEP_MM = 0.25
"""Shortest step: a route is looked at this closely wherever it is near a limit."""

INVERSE_SLOPE = 0.577
"""An interpolated field of slope 1 along each axis changes by at most √3 per mm in any direction."""


@kernel()
def cell_of(u: float, count: int) -> int:
    """Index of the cell that holds a coordinate in cells, the nearest one outside the box."""
    return min(max(int(u), 0), count - 1)


@kernel()
def between(field: NDArray[np.float32], u: float, v: float, w: float) -> float:
    """Value at a point, in cells from the box's corner, interpolated linearly between the eight centres around it."""
    u = min(max(u - 0.5, 0.0), field.shape[0] - 1.001)
    v = min(max(v - 0.5, 0.0), field.shape[1] - 1.001)
    w = min(max(w - 0.5, 0.0), field.shape[2] - 1.001)
    i, j, k = int(u), int(v), int(w)
    u -= i
    v -= j
    w -= k
    low = (field[i, j, k] * (1 - w) + field[i, j, k + 1] * w) * (1 - v)
    low += (field[i, j + 1, k] * (1 - w) + field[i, j + 1, k + 1] * w) * v
    high = (field[i + 1, j, k] * (1 - w) + field[i + 1, j, k + 1] * w) * (1 - v)
    high += (field[i + 1, j + 1, k] * (1 - w) + field[i + 1, j + 1, k + 1] * w) * v
    return float(low * (1 - u) + high * u)


@kernel()
def least_along(
    field: NDArray[np.float32],
    cell: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    floor: float,
    ceiling: float,
) -> float:
    """Least value from start to end, exact to `STEP_MM`, and `ceiling` where it is larger.

    Gives up at the first value below `floor`. Where values above the ceiling don't matter, whole stretches are passed.
    """
    dx, dy, dz = end[0] - start[0], end[1] - start[1], end[2] - start[2]
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    slack = np.sqrt(0.25 * (cell[0] * cell[0] + cell[1] * cell[1] + cell[2] * cell[2]))
    x, y, z = start[0] / cell[0], start[1] / cell[1], start[2] / cell[2]
    dx, dy, dz = dx / (length * cell[0]), dy / (length * cell[1]), dz / (length * cell[2])
    least = ceiling
    s = 0.0
    while True:
        u, v, w = x + dx * s, y + dy * s, z + dz * s
        value = field[cell_of(u, field.shape[0]), cell_of(v, field.shape[1]), cell_of(w, field.shape[2])]
        spare = value - least - 2 * slack
        if spare < STEP_MM:
            value = between(field, u, v, w)
            if value < least:
                least = value
                if least < floor:
                    return least
            spare = max(value - least - 2 * slack, (value - least) * INVERSE_SLOPE)
        if s >= length:
            return least
        s = min(s + max(spare, STEP_MM), length)


@kernel()
def first_forbidden(
    field: NDArray[np.float32],
    cell: NDArray[np.float64],
    start: NDArray[np.float64],
    end: NDArray[np.float64],
) -> float:
    """How far from `start` the first value below 0 lies, in mm; −1 where there is none."""
    dx, dy, dz = end[0] - start[0], end[1] - start[1], end[2] - start[2]
    length = max(np.sqrt(dx * dx + dy * dy + dz * dz), 1e-9)
    spread2 = 0.25 * (cell[0] * cell[0] + cell[1] * cell[1] + cell[2] * cell[2])
    x, y, z = start[0] / cell[0], start[1] / cell[1], start[2] / cell[2]
    dx, dy, dz = dx / (length * cell[0]), dy / (length * cell[1]), dz / (length * cell[2])
    s = 0.0
    while True:
        u, v, w = x + dx * s, y + dy * s, z + dz * s
        i, j, k = cell_of(u, field.shape[0]), cell_of(v, field.shape[1]), cell_of(w, field.shape[2])
        ox, oy, oz = (u - i - 0.5) * cell[0], (v - j - 0.5) * cell[1], (w - k - 0.5) * cell[2]
        off2 = ox * ox + oy * oy + oz * oz
        value = float(field[i, j, k])
        if value * value > off2 + spread2:
            if value < 0:
                return s
            step = np.sqrt(value * value - spread2) - np.sqrt(off2)
        else:
            value = between(field, u, v, w)
            if value < 0:
                return s
            step = value * INVERSE_SLOPE
        if s >= length:
            return -1.0
        s = min(s + max(step, STEP_MM), length)
