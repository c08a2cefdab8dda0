"""Marrow: what is too dark to be told from soft tissue, but lies inside a bone."""

from itertools import product

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.kernels import kernel

DIRECTIONS = np.array([d for d in product((-1, 0, 1), repeat=3) if any(d)], dtype=np.int64)
"""To the 26 neighbours of a voxel."""


def fill_marrow(
    owner: NDArray[np.int16], free: NDArray[np.bool_], *, reach_mm: float, share: float, voxel_mm: float = 1.0
) -> None:
    """Give free voxels to the owner whose bone is met in most directions, in place.

    Foramina and the canal stay open: from them, too many directions lead out.

    Parameters
    ----------
    owner
        Of cubic voxels; above 0 where there is bone.
    free
        Which voxels may be filled.
    reach_mm
        How far away bone may lie.
    share
        Of the 26 directions in which the first bone met must be the same owner's.
    """
    found = np.zeros_like(owner)
    lengths = np.linalg.norm(DIRECTIONS, axis=1) * voxel_mm
    steps = np.maximum((reach_mm / lengths).astype(np.int64), 1)
    _look_around(owner, free & (owner == 0), steps, int(np.ceil(share * len(DIRECTIONS))), found)
    np.copyto(owner, found, where=found > 0)


@kernel(parallel=True)
def _look_around(
    owner: NDArray[np.int16],
    free: NDArray[np.bool_],
    steps: NDArray[np.int64],
    needed: int,
    found: NDArray[np.int16],
) -> None:
    owners = int(owner.max()) + 1
    for i in prange(owner.shape[0]):
        met = np.zeros(owners, np.int64)
        for j in range(owner.shape[1]):
            for k in range(owner.shape[2]):
                if free[i, j, k]:
                    met[:] = 0
                    for d in range(len(steps)):
                        met[_first_met(owner, i, j, k, d, steps[d])] += 1
                    met[0] = 0
                    most = int(np.argmax(met))
                    if met[most] >= needed:
                        found[i, j, k] = most


@kernel()
def _first_met(owner: NDArray[np.int16], i: int, j: int, k: int, direction: int, steps: int) -> int:
    """Owner of the first bone in a direction; 0 where there is none within so many steps."""
    for step in range(1, steps + 1):
        a = np.int64(i) + step * DIRECTIONS[direction, 0]
        b = np.int64(j) + step * DIRECTIONS[direction, 1]
        c = np.int64(k) + step * DIRECTIONS[direction, 2]
        if a < 0 or b < 0 or c < 0 or a >= owner.shape[0] or b >= owner.shape[1] or c >= owner.shape[2]:
            return 0
        if owner[a, b, c] > 0:
            return int(owner[a, b, c])
    return 0
