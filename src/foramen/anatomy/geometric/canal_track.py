"""The spinal canal in a CT, followed from head to foot without any label.

Every soft voxel is asked how symmetrically bone encloses it; the path that gathers most of that answer, from any slice
to any slice, is the canal. Its centre is then moved into the middle of the walls around it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.geometric import enclosure as look
from foramen.anatomy.geometric.coarse import coarse
from foramen.imaging.volume import Volume
from foramen.kernels import kernel

GRID_MM = 2.0
"""Fine enough for a canal of 15 mm, coarse enough to look from every voxel in a second."""

RAYS = 32

STAY = 0.4
"""Enclosure squared that a voxel must have to be worth a step: below it, the path rather ends."""

SIDEWAYS_PENALTY = 0.3
"""Per voxel² and slice. A spine leans seldom more than 20°; soft marrow of the hips lies to the side."""

FORWARD_PENALTY = 0.03
"""Per voxel² and slice. Lordosis and sacrum run forward and backward by up to 60°."""

LEAST_LENGTH_MM = 40.0
"""A shorter path says too little to be believed: about one vertebra and a half."""

STAY_IN_SHORT, LEAST_SHARE, LEAST_POINTS = 0.2, 0.7, 5
"""In a stack shorter than that, such as a control scan, which may show the height of a foramen alone, where bone is
open on both sides: the same for it, the share of the stack to be followed, and the least number of points."""

SMOOTH_MM = 4.0


@dataclass(frozen=True, eq=False)
class CanalTrack:
    """The canal's centre in every millimetre or so, from foot to head.

    Attributes
    ----------
    points_mm
        LPS mm, shape (n, 3), about 2 mm apart.
    enclosure
        How well bone encloses each point, 0 to 1, shape (n,).
    """

    points_mm: NDArray[np.float64]
    enclosure: NDArray[np.float64]


def track_canal(ct: Volume) -> CanalTrack | None:
    """Follow the spinal canal through a CT; None where no stretch of it is long enough to be believed.

    Parameters
    ----------
    ct : Volume
        In HU; any storage.
    """
    seen = coarse(ct, GRID_MM)
    enclosed = np.empty(seen.shape, np.float32)
    look.symmetric_enclosure(
        seen.voxels,
        GRID_MM,
        RAYS,
        look.REACH_MM,
        look.SOFT_TISSUE_HU,
        look.BONE_RISE_HU,
        look.LIKENESS_MM,
        look.ONE_SIDED,
        enclosed,
    )
    enclosed = ndimage.gaussian_filter(enclosed, (0.7, 0.7, 1.0))
    height_mm = seen.shape[2] * GRID_MM
    path = _best_path(enclosed**2 - np.float32(STAY if height_mm >= LEAST_LENGTH_MM else STAY_IN_SHORT))
    if len(path) * GRID_MM < min(LEAST_LENGTH_MM, LEAST_SHARE * height_mm) or len(path) < LEAST_POINTS:
        return None
    centred = _into_the_middle(seen, path)
    smooth = ndimage.gaussian_filter1d(centred, SMOOTH_MM / GRID_MM, axis=0, mode="nearest")
    return CanalTrack(seen.to_world(smooth), enclosed[tuple(path.T)].astype(np.float64))


def _best_path(worth: NDArray[np.float32]) -> NDArray[np.int64]:
    """Indices of the most worthy path, one voxel a slice, from foot to head, shape (n, 3)."""
    gathered = np.empty_like(worth)
    step = np.zeros((*worth.shape, 2), np.int8)
    _gather(worth, SIDEWAYS_PENALTY, FORWARD_PENALTY, gathered, step)
    i, j, k = (int(n) for n in np.unravel_index(np.argmax(gathered), worth.shape))
    path = [(i, j, k)]
    while k > 0 and step[i, j, k, 0] != BEGIN:
        i, j, k = i + int(step[i, j, k, 0]), j + int(step[i, j, k, 1]), k - 1
        path.append((i, j, k))
    return np.array(path[::-1])


BEGIN = 9
"""In the place of a step: the best path through this voxel begins here."""


@kernel()
def _gather(
    worth: NDArray[np.float32],
    sideways: float,
    forward: float,
    gathered: NDArray[np.float32],
    step: NDArray[np.int8],
) -> None:
    """Worth of the best path that ends at each voxel, and where it came from in the slice below."""
    ni, nj, nk = worth.shape
    for k in range(nk):
        for i in range(ni):
            for j in range(nj):
                best, di_best, dj_best = 0.0, 9, 0
                for di in range(-1, 2):
                    for dj in range(-2, 3):
                        a, b = i + di, j + dj
                        if k == 0 or a < 0 or b < 0 or a >= ni or b >= nj:
                            continue
                        there = gathered[a, b, k - 1] - sideways * di * di - forward * dj * dj
                        if there > best:
                            best, di_best, dj_best = there, di, dj
                gathered[i, j, k] = best + worth[i, j, k]
                step[i, j, k, 0], step[i, j, k, 1] = di_best, dj_best


def _into_the_middle(seen: Volume, path: NDArray[np.int64]) -> NDArray[np.float64]:
    """Move each point to the centroid of the soft region that its rays reach in the slice; shape (n, 3), indices."""
    angles = 2 * np.pi * (np.arange(RAYS) + 0.5) / RAYS
    rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    reach = np.arange(0.0, WIDEST_HALF_MM / GRID_MM, 0.25)
    middle = path.astype(np.float64)
    for n, (i, j, k) in enumerate(path):
        section = seen.voxels[:, :, k]
        points = np.array([i, j]) + reach[:, None, None] * rays
        hu = ndimage.map_coordinates(section, points.transpose(2, 0, 1), order=1, mode="nearest")
        wall = hu > section[i, j] + look.BONE_RISE_HU
        free = np.where(wall.any(axis=0), wall.argmax(axis=0), len(reach) - 1)
        middle[n, :2] = _centroid(points[free, np.arange(RAYS)])
    return middle


WIDEST_HALF_MM = 16.0
"""Half of the widest canal; rays that leave through a foramen count no farther."""


def _centroid(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre of area of a polygon, shape (n, 2) to (2,)."""
    following = np.roll(corners, -1, axis=0)
    cross = corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]
    if abs(cross.sum()) < 1e-6:
        return np.asarray(corners.mean(axis=0), dtype=np.float64)
    return np.asarray(((corners + following) * cross[:, None]).sum(axis=0) / (3 * cross.sum()), dtype=np.float64)
