"""From parts to voxels, at any spacing, orientation and shear, straight from the formulas.

The grid is cut into small tiles. A part that cannot reach a tile is left out of it; one that fills it hides all behind
it. A voxel's label is that of its centre; its HU is the mean of the parts that share it, each weighed by how much of
the voxel lies on its side of its surface.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.imaging.volume import Grid
from foramen.kernels import kernel
from foramen.simulation.distances import joined
from foramen.simulation.materials import AIR_HU
from foramen.simulation.solids import Operation, Packed
from foramen.simulation.tissue import smooth_noise, tissue_hu

TILE_MM = 7.0
NUDGE_MM = 0.05
"""Over which a surface's slope is taken."""
NEGLIGIBLE = 0.004
"""Share of a voxel that is not worth looking further for."""
SHEAR_STRETCH = 1.23
"""Longest diagonal of a box sheared by 30°, the most a gantry tilts, over that of the straight box: √(1 + sin 30°)."""
_SAFETY = 1.8
"""Distances are exact to first order only; culling trusts them up to this factor."""
_ADD, _CUT = int(Operation.ADD), int(Operation.CUT)
_BLEND, _ROUGH, _SCALE, _SHELL = 4, 5, 6, 10


class Nearby(NamedTuple):
    """What can be seen in one tile: solids by number, and where each part's begin and end in that list."""

    solids: NDArray[np.int64]
    parts: NDArray[np.int64]
    starts: NDArray[np.int64]


def voxelise(
    packed: Packed, body_parts: int, grid: Grid, up: NDArray[np.float64], seed: int
) -> tuple[NDArray[np.float32], NDArray[np.uint8], NDArray[np.bool_]]:
    """HU without noise, labels, and what is within the skin, of parts on a grid (which may be sheared).

    Parameters
    ----------
    packed : Packed
        The parts, first to be seen first.
    body_parts : int
        How many of them, from the first, are the patient.
    grid : Grid
        Where the voxels lie.
    up : array, shape (3,)
        Against gravity, in LPS: where gas gathers.
    seed : int
        Of the texture.
    """
    hu = np.empty(grid.shape[::-1], dtype=np.float32).T
    labels = np.empty(grid.shape[::-1], dtype=np.uint8).T
    body = np.empty(grid.shape[::-1], dtype=np.bool_).T
    tile = np.clip(np.round(TILE_MM / grid.spacing_mm), 1, 24).astype(np.int64)
    _fill(packed, body_parts, np.ascontiguousarray(grid.affine), tile, up, seed, hu, labels, body)
    return hu, labels, body


def part_distances(packed: Packed, part: int, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Signed distance (mm, negative inside) from world points, shape (n, 3), to one part."""
    return _distances(packed, part, np.ascontiguousarray(points_mm, dtype=np.float64))


@kernel()
def _distances(p: Packed, part: int, points: NDArray[np.float64]) -> NDArray[np.float64]:
    result = np.empty(len(points))
    start, stop = p.part_ints[part, 0], p.part_ints[part, 1]
    every = np.arange(start, stop)
    blend = p.part_floats[part, _BLEND]
    for n in range(len(points)):
        x, y, z = points[n, 0], points[n, 1], points[n, 2]
        result[n] = joined(x, y, z, every, 0, stop - start, blend, p.solid_floats, p.solid_ints, p.tables)
    return result


@kernel()
def _distance(
    x: float, y: float, z: float, p: Packed, part: int, solids: NDArray[np.int64], start: int, stop: int, seed: int
) -> float:
    m = p.part_floats[part]
    d = joined(x, y, z, solids, start, stop, m[_BLEND], p.solid_floats, p.solid_ints, p.tables)
    if m[_ROUGH] > 0.0 and abs(d) < 3.0 * m[_ROUGH]:
        s = m[_SCALE]
        d += m[_ROUGH] * smooth_noise(x / s, y / s, z / s, seed + part)
    return d


@kernel()
def _look_around(x: float, y: float, z: float, reach: float, p: Packed, seed: int) -> Nearby:
    """The solids that can be seen within `reach` of a point."""
    solids = np.empty(len(p.solid_ints), dtype=np.int64)
    parts = np.empty(len(p.part_ints), dtype=np.int64)
    starts = np.empty(len(p.part_ints) + 1, dtype=np.int64)
    found, count = 0, 0
    starts[0] = 0
    for part in range(len(p.part_ints)):
        m = p.part_floats[part]
        limit = reach + m[_BLEND]
        if sqrt((x - m[0]) ** 2 + (y - m[1]) ** 2 + (z - m[2]) ** 2) > m[3] + limit:
            continue
        stop, added = found, False
        for s in range(p.part_ints[part, 0], p.part_ints[part, 1]):
            f = p.solid_floats[s]
            near = sqrt((x - f[28]) ** 2 + (y - f[29]) ** 2 + (z - f[30]) ** 2) < f[31] + limit
            operation = p.solid_ints[s, 1]
            if near or operation > _CUT:
                solids[stop] = s
                stop += 1
                added = added or operation == _ADD
        if not added:
            continue
        d = _distance(x, y, z, p, part, solids, found, stop, seed)
        if d > _SAFETY * reach + m[_ROUGH]:
            continue
        found, parts[count] = stop, part
        count += 1
        starts[count] = found
        if d < -_SAFETY * reach - m[_ROUGH]:
            break
    return Nearby(solids[:found], parts[:count], starts[: count + 1])


@kernel()
def _width_across(
    x: float,
    y: float,
    z: float,
    d: float,
    a: NDArray[np.float64],
    p: Packed,
    part: int,
    near: Nearby,
    k: int,
    seed: int,
) -> float:
    """How wide a voxel is (mm) across the surface of a part: its extent along that surface's normal."""
    first, last = near.starts[k], near.starts[k + 1]
    gx = (_distance(x + NUDGE_MM, y, z, p, part, near.solids, first, last, seed) - d) / NUDGE_MM
    gy = (_distance(x, y + NUDGE_MM, z, p, part, near.solids, first, last, seed) - d) / NUDGE_MM
    gz = (_distance(x, y, z + NUDGE_MM, p, part, near.solids, first, last, seed) - d) / NUDGE_MM
    width = 0.0
    for axis in range(3):
        width += abs(gx * a[0, axis] + gy * a[1, axis] + gz * a[2, axis])
    return max(width / sqrt(gx * gx + gy * gy + gz * gz + 1e-9), 0.1)


@kernel()
def _look_at(
    x: float, y: float, z: float, half: float, a: NDArray[np.float64], near: Nearby, p: Packed,
    up: NDArray[np.float64], seed: int,
) -> tuple[int, float]:  # fmt: skip
    """Which part a voxel's centre lies in (−1 for air), and its mean HU.

    Every part covers the share of the voxel that a flat surface at its distance would; what it leaves is for those
    behind.
    """
    seen, left, total = -1, 1.0, 0.0
    for k in range(len(near.parts)):
        part = near.parts[k]
        d = _distance(x, y, z, p, part, near.solids, near.starts[k], near.starts[k + 1], seed)
        if d >= half:
            continue
        if d < 0.0 and seen < 0:
            seen = part
        m = p.part_floats[part]
        covered, width = 1.0, 0.0
        if d > -half - m[_SHELL]:
            width = _width_across(x, y, z, d, a, p, part, near, k, seed)
            covered = min(max(0.5 - d / width, 0.0), 1.0)
        if covered > 0.0:
            total += left * covered * tissue_hu(x, y, z, -d, width, p.part_ints[part, 3], m, up, seed)
            left *= 1.0 - covered
            if left < NEGLIGIBLE and seen >= 0:
                break
    return seen, total + left * AIR_HU


@kernel()
def _fill_tile(
    first: tuple[int, int, int], last: tuple[int, int, int], p: Packed, body_parts: int, a: NDArray[np.float64],
    up: NDArray[np.float64], seed: int, hu: NDArray[np.float32],
    labels: NDArray[np.uint8], body: NDArray[np.bool_],
) -> None:  # fmt: skip
    half = np.empty(3)
    middle = np.empty(3)
    voxel = reach = 0.0
    for axis in range(3):
        half[axis] = 0.5 * (last[axis] - first[axis])
        middle[axis] = first[axis] + half[axis] - 0.5
        length = sqrt(a[0, axis] ** 2 + a[1, axis] ** 2 + a[2, axis] ** 2)
        voxel += (length / 2) ** 2
        reach += (length * half[axis]) ** 2
    voxel, reach = SHEAR_STRETCH * sqrt(voxel), SHEAR_STRETCH * sqrt(reach)
    cx = a[0, 0] * middle[0] + a[0, 1] * middle[1] + a[0, 2] * middle[2] + a[0, 3]
    cy = a[1, 0] * middle[0] + a[1, 1] * middle[1] + a[1, 2] * middle[2] + a[1, 3]
    cz = a[2, 0] * middle[0] + a[2, 1] * middle[1] + a[2, 2] * middle[2] + a[2, 3]
    near = _look_around(cx, cy, cz, reach, p, seed)
    for k in range(first[2], last[2]):
        for j in range(first[1], last[1]):
            for i in range(first[0], last[0]):
                x = a[0, 0] * i + a[0, 1] * j + a[0, 2] * k + a[0, 3]
                y = a[1, 0] * i + a[1, 1] * j + a[1, 2] * k + a[1, 3]
                z = a[2, 0] * i + a[2, 1] * j + a[2, 2] * k + a[2, 3]
                part, hu[i, j, k] = _look_at(x, y, z, voxel, a, near, p, up, seed)
                labels[i, j, k] = p.part_ints[part, 2] if part >= 0 else 0
                body[i, j, k] = 0 <= part < body_parts


@kernel(parallel=True)
def _fill(
    p: Packed, body_parts: int, a: NDArray[np.float64], tile: NDArray[np.int64],
    up: NDArray[np.float64], seed: int, hu: NDArray[np.float32], labels: NDArray[np.uint8], body: NDArray[np.bool_],
) -> None:  # fmt: skip
    ni, nj, nk = hu.shape
    ti, tj, tk = (ni + tile[0] - 1) // tile[0], (nj + tile[1] - 1) // tile[1], (nk + tile[2] - 1) // tile[2]
    for t in prange(ti * tj * tk):
        i, j, k = (t % ti) * tile[0], (t // ti % tj) * tile[1], (t // ti // tj) * tile[2]
        last = (min(i + tile[0], ni), min(j + tile[1], nj), min(k + tile[2], nk))
        _fill_tile((i, j, k), last, p, body_parts, a, up, seed, hu, labels, body)
