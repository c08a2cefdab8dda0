"""Distance to what is labelled, taking each voxel as the solid box it stands for.

A Euclidean distance transform between voxel centres is wrong by half a voxel at the surface, and by another amount
along each axis of an anisotropic scan. Here a labelled voxel is its whole box, so that the distance from any cell's
centre to the structure is exact for the labels as they were stored, whatever the spacing.

The squared distance to a union of boxes separates into one minimum per axis, like the distance transform of
Felzenszwalb and Huttenlocher 2012 (doi 10.4086/toc.2012.v008a019), with max(|Δ| − ½, 0)² in place of Δ². Cut off at a
limit, each minimum is over a short window and runs over whole rows at once.
"""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.kernels import kernel


@kernel(parallel=True)
def _along_rows(mask: NDArray[np.bool_], spacing: float, most: float, out: NDArray[np.float32]) -> None:
    """Squared distance along the last axis, cut off at `most`."""
    ni, nj, nk = mask.shape
    far = int(np.sqrt(most) / spacing) + 2
    for i in prange(ni):
        for j in range(nj):
            steps = far
            for k in range(nk):
                steps = 0 if mask[i, j, k] else steps + 1
                apart = max(steps - 0.5, 0.0) * spacing
                out[i, j, k] = min(apart * apart, most)
            steps = far
            for k in range(nk - 1, -1, -1):
                steps = 0 if mask[i, j, k] else steps + 1
                apart = max(steps - 0.5, 0.0) * spacing
                out[i, j, k] = min(np.float32(apart * apart), out[i, j, k])


@kernel(parallel=True)
def _across_rows(near: NDArray[np.float32], spacing: float, most: float, out: NDArray[np.float32]) -> None:
    """Minimum over the middle axis of what lies within the limit."""
    ni, nj, nk = near.shape
    window = int(np.sqrt(most) / spacing + 0.5)
    for i in prange(ni):
        some = np.zeros(nj, np.bool_)
        for j in range(nj):
            some[j] = near[i, j].min() < most
        for j in range(nj):
            row = out[i, j]
            row[:] = near[i, j]
            for other in range(max(j - window, 0), min(j + window + 1, nj)):
                if some[other] and other != j:
                    apart = (abs(other - j) - 0.5) * spacing
                    more = np.float32(apart * apart)
                    for k in range(nk):
                        row[k] = min(row[k], near[i, other, k] + more)


def box_distance(mask: NDArray[np.bool_], spacing_mm: NDArray[np.float64], limit_mm: float) -> NDArray[np.float32]:
    """Distance from each cell's centre to the nearest marked cell's box, in mm.

    Parameters
    ----------
    mask : array of bool, shape (ni, nj, nk)
    spacing_mm : array, shape (3,)
        Extent of a cell along each axis.
    limit_mm : float
        Larger distances are given as this.

    Returns
    -------
    array of float32, shape (ni, nj, nk)
        0 in marked cells.
    """
    most = float(limit_mm**2)
    if not mask.any():
        return np.full(mask.shape, limit_mm, np.float32)
    one, two = np.empty(mask.shape, np.float32), np.empty(mask.shape, np.float32)
    _along_rows(np.ascontiguousarray(mask), float(spacing_mm[2]), most, one)
    _across_rows(one, float(spacing_mm[1]), most, two)
    _across_rows(two.transpose(1, 0, 2), float(spacing_mm[0]), most, one.transpose(1, 0, 2))
    return np.sqrt(one, out=one)
