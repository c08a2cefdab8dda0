"""A volume read out on another grid."""

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.imaging.limits import AIR_HU
from foramen.imaging.volume import Grid, Volume
from foramen.kernels import kernel

V = TypeVar("V", bound=Volume)


def resample(volume: V, grid: Grid, *, nearest: bool = False, fill: float = AIR_HU) -> V:
    """Read a volume out on another grid, voxel by voxel, without any copy of it on the way.

    Parameters
    ----------
    volume : Volume
        Of any real type, in any storage order, oblique or sheared.
    grid : Grid
        Where the new voxels lie.
    nearest : bool
        Take the nearest voxel (label maps and masks need it) instead of interpolating linearly between eight.
    fill : float
        What stands where the new grid leaves the box of the old voxels.

    Returns
    -------
    Volume
        Of the same kind and number type; interpolated integers are rounded.

    Raises
    ------
    OverflowError
        If the number type can't hold `fill` (give 0 for label maps and masks).
    """
    source = volume.voxels.view(np.uint8) if volume.voxels.dtype == bool else volume.voxels
    outside = np.array(int(fill) if source.dtype.kind in "iu" else fill, dtype=source.dtype)
    out = np.empty(grid.shape[::-1], dtype=source.dtype).T
    to_source = np.linalg.inv(volume.affine) @ grid.affine
    read_out = _nearest if nearest else _linear
    read_out(source, np.ascontiguousarray(to_source), outside[()], source.dtype.kind in "iu", out)
    voxels = out.view(np.bool_) if volume.voxels.dtype == bool else out
    return replace(volume, voxels=voxels, affine=grid.affine)


@kernel(parallel=True)
def _nearest(
    source: NDArray[Any], to_source: NDArray[np.float64], outside: Any, whole: bool, out: NDArray[Any]
) -> None:
    """Fill `out` with the voxels of `source` nearest to its own; halfway goes to the higher index."""
    ni, nj, nk = source.shape
    m = to_source
    for k in prange(out.shape[2]):
        for j in range(out.shape[1]):
            for i in range(out.shape[0]):
                a = int(np.floor(m[0, 0] * i + m[0, 1] * j + m[0, 2] * k + m[0, 3] + 0.5))
                b = int(np.floor(m[1, 0] * i + m[1, 1] * j + m[1, 2] * k + m[1, 3] + 0.5))
                c = int(np.floor(m[2, 0] * i + m[2, 1] * j + m[2, 2] * k + m[2, 3] + 0.5))
                inside = 0 <= a < ni and 0 <= b < nj and 0 <= c < nk
                out[i, j, k] = source[a, b, c] if inside else outside


@kernel(parallel=True)
def _linear(source: NDArray[Any], to_source: NDArray[np.float64], outside: Any, whole: bool, out: NDArray[Any]) -> None:
    """Fill `out` with `source` interpolated linearly; half a voxel beyond the last centre, its value goes on."""
    ni, nj, nk = source.shape
    m = to_source
    rounding = 0.5 if whole else 0.0
    for k in prange(out.shape[2]):
        for j in range(out.shape[1]):
            for i in range(out.shape[0]):
                x = m[0, 0] * i + m[0, 1] * j + m[0, 2] * k + m[0, 3]
                y = m[1, 0] * i + m[1, 1] * j + m[1, 2] * k + m[1, 3]
                z = m[2, 0] * i + m[2, 1] * j + m[2, 2] * k + m[2, 3]
                if x < -0.5 or y < -0.5 or z < -0.5 or x > ni - 0.5 or y > nj - 0.5 or z > nk - 0.5:
                    out[i, j, k] = outside
                    continue
                x = min(max(x, 0.0), ni - 1.0)
                y = min(max(y, 0.0), nj - 1.0)
                z = min(max(z, 0.0), nk - 1.0)
                a, b, c = int(x), int(y), int(z)
                p, q, r = min(a + 1, ni - 1), min(b + 1, nj - 1), min(c + 1, nk - 1)
                u, v, w = x - a, y - b, z - c
                near = (source[a, b, c] * (1 - u) + source[p, b, c] * u) * (1 - v) + (
                    source[a, q, c] * (1 - u) + source[p, q, c] * u
                ) * v
                far = (source[a, b, r] * (1 - u) + source[p, b, r] * u) * (1 - v) + (
                    source[a, q, r] * (1 - u) + source[p, q, r] * u
                ) * v
                value = near * (1 - w) + far * w
                out[i, j, k] = np.floor(value + rounding) if whole else value
