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
def cell_of(p: float, cell: float, count: int) -> int:
    """Index of the cell that holds a coordinate, the nearest one outside the box."""
    return min(max(int(p / cell), 0), count - 1)


@kernel()
def between(field: NDArray[np.float32], cell: NDArray[np.float64], x: float, y: float, z: float) -> float:
    """Value at a point, interpolated linearly between the eight centres around it."""
    u = min(max(x / cell[0] - 0.5, 0.0), field.shape[0] - 1.001)
    v = min(max(y / cell[1] - 0.5, 0.0), field.shape[1] - 1.001)
    w = min(max(z / cell[2] - 0.5, 0.0), field.shape[2] - 1.001)
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
    least = ceiling
    s = 0.0
    while True:
        t = s / length
        x, y, z = start[0] + dx * t, start[1] + dy * t, start[2] + dz * t
        i = cell_of(x, cell[0], field.shape[0])
        j = cell_of(y, cell[1], field.shape[1])
        k = cell_of(z, cell[2], field.shape[2])
        spare = field[i, j, k] - least - 2 * slack
        if spare < STEP_MM:
            value = between(field, cell, x, y, z)
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
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    spread2 = 0.25 * (cell[0] * cell[0] + cell[1] * cell[1] + cell[2] * cell[2])
    s = 0.0
    while True:
        t = s / length
        x, y, z = start[0] + dx * t, start[1] + dy * t, start[2] + dz * t
        i = cell_of(x, cell[0], field.shape[0])
        j = cell_of(y, cell[1], field.shape[1])
        k = cell_of(z, cell[2], field.shape[2])
        ox, oy, oz = x - (i + 0.5) * cell[0], y - (j + 0.5) * cell[1], z - (k + 0.5) * cell[2]
        off = np.sqrt(ox * ox + oy * oy + oz * oz)
        value = field[i, j, k]
        step = STEP_MM
        if value * abs(value) > off * off + spread2:
            step = max(np.sqrt(value * value - spread2) - off, STEP_MM)
        elif value < 0 and value * value > off * off + spread2:
            return s
        else:
            value = between(field, cell, x, y, z)
            if value < 0:
                return s
            step = max(value * INVERSE_SLOPE, STEP_MM)
        if s >= length:
            return -1.0
        s = min(s + step, length)
