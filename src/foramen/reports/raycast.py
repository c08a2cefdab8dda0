"""A small renderer: parallel rays meet the smooth surface of a volume, which is lit where they meet it.

Rays march through a field of shares (0 outside, 1 inside) and stop where it crosses one half; the crossing is refined
by bisection and lit by the field's gradient (Levoy 1988, DOI 10.1109/38.511). Hollows are darkened by how much of the
field lies before the surface, a cheap ambient occlusion.
"""

from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from foramen.imaging.volume import Volume
from foramen.kernels import kernel
from foramen.reports.planes import Plane

BISECTIONS = 5
BLOCK = 8


@dataclass(frozen=True, eq=False)
class Surface:
    """What each pixel's ray met.

    Attributes
    ----------
    behind_mm : array, shape (height, width)
        Depth of the surface behind the picture's plane; infinite where the ray met nothing.
    facing : array, shape (height, width)
        Cosine between the surface's normal and the ray, 1 where the surface faces the viewer.
    light : array, shape (height, width)
        Brightness by a lamp above the viewer's left shoulder, and openness, 0 to 1.
    """

    behind_mm: NDArray[np.float32]
    facing: NDArray[np.float32]
    light: NDArray[np.float32]

    @property
    def met(self) -> NDArray[np.bool_]:
        """Where a surface was met."""
        return np.isfinite(self.behind_mm)


def cast(field: Volume, view: Plane) -> Surface:
    """Meet the surface where the field crosses one half.

    Parameters
    ----------
    field : Volume
        float32 shares on a straight grid of equal steps along the world's axes.
    view : Plane
        The picture; rays run from far before it to far behind it along `view.away`.
    """
    step_mm = float(field.spacing_mm[0])
    reach = np.abs((field.grid.corners_mm - view.corner_mm) @ view.away).max()
    start = field.to_index(view.corner_mm - view.away * reach)
    right, down, away = (
        field.to_index(view.corner_mm + axis) - field.to_index(view.corner_mm)
        for axis in (view.right * view.pixel_mm, view.down * view.pixel_mm, view.away * step_mm)
    )
    lamp = -view.away - 0.45 * view.right - 0.75 * view.down
    shape = (view.height, view.width)
    depth, facing, light = (np.full(shape, fill, dtype=np.float32) for fill in (np.inf, 0, 0))
    _cast(
        field.voxels, _empty_blocks(field.voxels), start, right, down, away, lamp / np.linalg.norm(lamp), view.away,
        int(2 * reach / step_mm) + 1, depth, facing, light,
    )  # fmt: skip
    return Surface((depth * step_mm - reach).astype(np.float32), facing, light)


def _empty_blocks(field: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Blocks of voxels from which no surface lies within one block's width: a ray may leap there."""
    shape = tuple(-(-n // BLOCK) for n in field.shape)
    padded = np.zeros([n * BLOCK for n in shape], dtype=bool)
    padded[tuple(slice(n) for n in field.shape)] = field >= 0.5
    filled = padded.reshape(shape[0], BLOCK, shape[1], BLOCK, shape[2], BLOCK).any(axis=(1, 3, 5))
    near: NDArray[np.bool_] = maximum_filter(filled, size=3)
    return ~near


@kernel()
def _at(field: NDArray[np.float32], i: float, j: float, k: float) -> float:
    ni, nj, nk = field.shape
    if i < 0 or j < 0 or k < 0 or i > ni - 1.001 or j > nj - 1.001 or k > nk - 1.001:
        return 0.0
    a, b, c = int(i), int(j), int(k)
    u, v, w = i - a, j - b, k - c
    near = (field[a, b, c] * (1 - u) + field[a + 1, b, c] * u) * (1 - v)
    near += (field[a, b + 1, c] * (1 - u) + field[a + 1, b + 1, c] * u) * v
    far = (field[a, b, c + 1] * (1 - u) + field[a + 1, b, c + 1] * u) * (1 - v)
    far += (field[a, b + 1, c + 1] * (1 - u) + field[a + 1, b + 1, c + 1] * u) * v
    return float(near * (1 - w) + far * w)


@kernel(parallel=True)
def _cast(
    field: NDArray[np.float32],
    empty: NDArray[np.bool_],
    start: NDArray[np.float64],
    right: NDArray[np.float64],
    down: NDArray[np.float64],
    away: NDArray[np.float64],
    lamp: NDArray[np.float64],
    sight: NDArray[np.float64],
    steps: int,
    depth: NDArray[np.float32],
    facing: NDArray[np.float32],
    light: NDArray[np.float32],
) -> None:
    """March each ray in steps of one voxel; the field's axes are the world's, so that gradients need no turning."""
    ni, nj, nk = field.shape
    for y in prange(depth.shape[0]):
        for x in range(depth.shape[1]):
            i0 = start[0] + x * right[0] + y * down[0]
            j0 = start[1] + x * right[1] + y * down[1]
            k0 = start[2] + x * right[2] + y * down[2]
            step = 0
            while step < steps:
                i, j, k = i0 + step * away[0], j0 + step * away[1], k0 + step * away[2]
                if i < 0 or j < 0 or k < 0 or i >= ni or j >= nj or k >= nk:
                    step += 1
                    continue
                if empty[int(i) // BLOCK, int(j) // BLOCK, int(k) // BLOCK]:
                    step += BLOCK
                    continue
                if _at(field, i, j, k) < 0.5:
                    step += 1
                    continue
                low, high = step - 1.0, float(step)
                for _ in range(BISECTIONS):
                    middle = (low + high) / 2
                    if _at(field, i0 + middle * away[0], j0 + middle * away[1], k0 + middle * away[2]) < 0.5:
                        low = middle
                    else:
                        high = middle
                i, j, k = i0 + high * away[0], j0 + high * away[1], k0 + high * away[2]
                nx = _at(field, i - 1, j, k) - _at(field, i + 1, j, k)
                ny = _at(field, i, j - 1, k) - _at(field, i, j + 1, k)
                nz = _at(field, i, j, k - 1) - _at(field, i, j, k + 1)
                length = np.sqrt(nx * nx + ny * ny + nz * nz) + 1e-6
                nx, ny, nz = nx / length, ny / length, nz / length
                shut = 0.0
                for far in (2.0, 4.0, 7.0, 11.0):
                    shut += _at(field, i + far * nx, j + far * ny, k + far * nz)
                lit = max(nx * lamp[0] + ny * lamp[1] + nz * lamp[2], 0.0)
                depth[y, x] = high
                facing[y, x] = abs(nx * sight[0] + ny * sight[1] + nz * sight[2])
                light[y, x] = (0.30 + 0.70 * lit) * (1.0 - 0.2 * shut)
                break
