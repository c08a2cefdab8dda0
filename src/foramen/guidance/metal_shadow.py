"""Where metal makes a comparison of two scans worthless: along the needle, and around whatever else is metal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.imaging.volume import Volume
from foramen.planning.distance import box_distance

Vector = NDArray[np.float64]

METAL_HU, METAL_MARGIN_MM = 1800.0, 1.2
NEEDLE_MARGIN_MM = 1.6


@dataclass(frozen=True, eq=False)
class NeedleAxis:
    """A needle as the contrast reading needs it, in the planning frame: the tip and where it points, skin to tip."""

    tip_mm: Vector
    direction: Vector


def metal_shadow(old: NDArray[np.float32], new: Volume, needles: Sequence[NeedleAxis]) -> NDArray[np.bool_]:
    """Voxels that metal spoils.

    Parameters
    ----------
    old : array
        The scan before, HU.
    new : Volume
        The scan after, on the same grid, in the planning frame. Contrast can be as bright as metal in it.
    needles : sequence of NeedleAxis
        In the planning frame.
    """
    hidden = box_distance(old > METAL_HU, new.spacing_mm, METAL_MARGIN_MM) < METAL_MARGIN_MM
    half_slice = float(np.sort(new.spacing_mm)[1]) / 2
    for needle in needles:
        behind, aside = along_needle(new, needle)
        hidden |= (aside < NEEDLE_MARGIN_MM) & (behind > -half_slice)
    return hidden


def along_needle(grid: Volume, needle: NeedleAxis) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How far behind the tip, and how far from the shaft's line, every voxel lies, mm; shape of the grid."""
    steps = [np.arange(n, dtype=np.float32) for n in grid.shape]
    away = []
    for axis in range(3):
        i, j, k = (np.float32(grid.affine[axis, n]) * steps[n] for n in range(3))
        start = np.float32(grid.affine[axis, 3] - needle.tip_mm[axis])
        away.append(i[:, None, None] + j[None, :, None] + (k + start)[None, None, :])
    x, y, z = (np.float32(part) for part in needle.direction)
    behind = -(away[0] * x + away[1] * y + away[2] * z)
    aside = np.sqrt(np.maximum(away[0] ** 2 + away[1] ** 2 + away[2] ** 2 - behind**2, 0))
    return behind, aside
