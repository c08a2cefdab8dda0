"""From the straight spine back to the scan: which point of the straight spine each voxel is."""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.anatomy.geometric.straight_spine import LEFT_MM, POSTERIOR_MM, Curve
from foramen.imaging.volume import Grid
from foramen.kernels import kernel

HALVINGS = 14
"""Of the canal's length, until a voxel's height is known to a few hundredths of a millimetre."""


def owners_on(grid: Grid, curve: Curve, owner: NDArray[np.int16]) -> NDArray[np.int16]:
    """Owner of each voxel of a grid, 0 where it lies beside the straight spine, shape of the grid.

    Parameters
    ----------
    grid : Grid
        Any; a region cut out of the scan.
    curve, owner
        The straight spine and its owners.
    """
    found = np.zeros(grid.shape, np.int16)
    for k in range(grid.shape[2]):
        place = straight_coordinates(_slice_of(grid, k), curve)[:, :, 0]
        index = np.rint(place - (0.0, LEFT_MM[0], POSTERIOR_MM[0]))
        inside = np.isfinite(index).all(axis=-1) & (index >= 0).all(axis=-1) & (index < owner.shape).all(axis=-1)
        a, b, c = index[inside].astype(np.int64).T
        found[:, :, k][inside] = owner[a, b, c]
    return found


def _slice_of(grid: Grid, k: int) -> Grid:
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_world((0, 0, k))
    return Grid((grid.shape[0], grid.shape[1], 1), affine)


def straight_coordinates(grid: Grid, curve: Curve) -> NDArray[np.float32]:
    """Coordinates along, left and posterior of each voxel, mm, shape (..., 3); NaN beyond the canal's ends."""
    found = np.empty((*grid.shape, 3), np.float32)
    axes = np.ascontiguousarray(np.stack([curve.centre_mm, curve.left, curve.posterior, curve.cranial]))
    _locate(np.ascontiguousarray(grid.affine), axes, HALVINGS, found)
    return found


@kernel(parallel=True)
def _locate(affine: NDArray[np.float64], axes: NDArray[np.float64], halvings: int, found: NDArray[np.float32]) -> None:
    """Halve the canal until the section through the voxel is found, then look beside it."""
    last = axes.shape[1] - 1.0
    for i in prange(found.shape[0]):
        for j in range(found.shape[1]):
            for k in range(found.shape[2]):
                x = affine[0, 0] * i + affine[0, 1] * j + affine[0, 2] * k + affine[0, 3]
                y = affine[1, 0] * i + affine[1, 1] * j + affine[1, 2] * k + affine[1, 3]
                z = affine[2, 0] * i + affine[2, 1] * j + affine[2, 2] * k + affine[2, 3]
                low, high = 0.0, last
                for _ in range(halvings):
                    middle = (low + high) / 2
                    if _offset(axes, middle, x, y, z, 3) > 0:
                        low = middle
                    else:
                        high = middle
                along = (low + high) / 2
                beyond = along < 0.01 or along > last - 0.01
                found[i, j, k, 0] = np.nan if beyond else along
                found[i, j, k, 1] = _offset(axes, along, x, y, z, 1)
                found[i, j, k, 2] = _offset(axes, along, x, y, z, 2)


@kernel()
def _offset(axes: NDArray[np.float64], along: float, x: float, y: float, z: float, which: int) -> float:
    """How far a point lies from the canal's line at a height, in the direction of one of the axes there."""
    low = min(int(along), axes.shape[1] - 2)
    share = along - low
    total = 0.0
    total += (x - axes[0, low, 0] * (1 - share) - axes[0, low + 1, 0] * share) * (
        axes[which, low, 0] * (1 - share) + axes[which, low + 1, 0] * share
    )
    total += (y - axes[0, low, 1] * (1 - share) - axes[0, low + 1, 1] * share) * (
        axes[which, low, 1] * (1 - share) + axes[which, low + 1, 1] * share
    )
    total += (z - axes[0, low, 2] * (1 - share) - axes[0, low + 1, 2] * share) * (
        axes[which, low, 2] * (1 - share) + axes[which, low + 1, 2] * share
    )
    return float(total)
