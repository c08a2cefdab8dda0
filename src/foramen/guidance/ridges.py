"""Voxels that are denser than what lies on both sides of them: needles, thin bone, wires, calcifications."""

from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.imaging.volume import Volume
from foramen.kernels import kernel

LEAST_HU = 120
"""A 25 G needle without its stylet, blurred over a 5 mm slice, still has 300 HU."""
LEAST_CONTRAST_HU = 140
SIDES_MM = (2.0, 2.8)
DIRECTIONS = 8
MOST_RIDGES = 60000


MUCH_WIDER = 1.5


def slice_axis(scan: Volume) -> int:
    """The axis across the slices of a scan in canonical order: the widest, or head to feet where none is much wider."""
    widest = int(np.argmax(scan.spacing_mm))
    return widest if scan.spacing_mm[widest] > MUCH_WIDER * scan.spacing_mm.min() else 2


@dataclass(frozen=True, eq=False)
class Ridges:
    """Thin dense voxels.

    Attributes
    ----------
    points_mm
        LPS mm, shape (n, 3).
    contrast_hu
        How much denser they are than the denser of their two sides, shape (n,).
    """

    points_mm: NDArray[np.float64]
    contrast_hu: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.contrast_hu)


def find_ridges(scan: Volume) -> Ridges:
    """The thin dense voxels of a scan in canonical order, judged within each slice.

    The sides are looked at within the slices, where voxels are small; a needle that crosses the slices is a dot in
    each.
    """
    normal = slice_axis(scan)
    voxels = np.moveaxis(scan.voxels, normal, -1)
    spacing = np.delete(scan.spacing_mm, normal)
    turn = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    unit = np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    steps = np.rint(np.array(SIDES_MM)[:, None, None] * unit / spacing).astype(np.int64)
    contrast = np.zeros(voxels.shape, dtype=np.int16)
    _contrast(voxels, steps, contrast)
    found = np.argwhere(contrast > 0)
    values = contrast[tuple(found.T)].astype(np.float64)
    if len(found) > MOST_RIDGES:
        kept = np.sort(np.argpartition(-values, MOST_RIDGES)[:MOST_RIDGES])
        found, values = found[kept], values[kept]
    index = np.insert(found[:, :2], normal, found[:, 2], axis=1)
    return Ridges(scan.to_world(index), values)


@kernel(parallel=True)
def _contrast(voxels: NDArray[np.generic], steps: NDArray[np.int64], contrast: NDArray[np.int16]) -> None:
    """Least, over the radii, of the most, over the directions, by which a voxel exceeds both its sides."""
    ni, nj, nk = voxels.shape
    edge = 0
    for r in range(steps.shape[0]):
        for d in range(steps.shape[1]):
            edge = max(edge, abs(steps[r, d, 0]), abs(steps[r, d, 1]))
    for i in prange(edge, ni - edge):
        for j in range(edge, nj - edge):
            for k in range(nk):
                value = int(voxels[i, j, k])
                if value < LEAST_HU:
                    continue
                least = 32767
                for r in range(steps.shape[0]):
                    most = -32767
                    for d in range(steps.shape[1]):
                        a, b = steps[r, d, 0], steps[r, d, 1]
                        side = max(int(voxels[i + a, j + b, k]), int(voxels[i - a, j - b, k]))
                        most = max(most, value - side)
                    least = min(least, most)
                if least >= LEAST_CONTRAST_HU:
                    contrast[i, j, k] = least
