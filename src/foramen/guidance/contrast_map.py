"""What rose between the scan before the contrast and the scan during or after it: where, and how much iodine."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.errors import InputError
from foramen.guidance.contrast_mask import contrast_mask, refuse_swapped
from foramen.guidance.iodine import HU_PER_MG_ML, iodine_mg
from foramen.guidance.metal_shadow import NeedleAxis, metal_shadow
from foramen.guidance.settle import settle
from foramen.imaging.ct import Ct
from foramen.imaging.resample import resample
from foramen.imaging.volume import Grid, Volume

__all__ = ["HU_PER_MG_ML", "ContrastMap", "NeedleAxis", "contrast_between"]

Matrix = NDArray[np.float64]

REACH_MM = 55.0
"""How far from the target contrast is looked for."""
SATURATED_HU = 3000
EDGE = 0.05
"""Voxels beyond the last centre that still count as shown."""
LEAST_OVERLAP = 0.2
SOFT_HU, MOST_RISE_HU = 150.0, 250.0
"""Soft tissue that did not change much tells the noise."""


@dataclass(frozen=True, eq=False)
class ContrastMap:
    """Contrast on the grid of the scan after it.

    Attributes
    ----------
    rise
        HU, float32; noise and all.
    before
        The scan before, on the same grid, HU, float32.
    mask
        Where there is contrast.
    hidden
        Where metal makes the comparison worthless.
    iodine_mg
        Of every voxel that belongs to contrast or to its blur, shape of the grid; its sum is what was found.
    to_planning
        From this grid's frame to the planning CT's, shape (4, 4).
    noise_hu
        Standard deviation of the comparison.
    saturated
        Share of the contrast that is as bright as the scanner can show, so that its amount is a lower bound.
    """

    rise: Volume
    before: Volume
    mask: NDArray[np.bool_]
    hidden: NDArray[np.bool_]
    iodine_mg: NDArray[np.float32]
    to_planning: Matrix
    noise_hu: float
    saturated: float

    @property
    def points_mm(self) -> NDArray[np.float64]:
        """Where the contrast's voxels lie in the planning frame, shape (n, 3)."""
        return self.rise.to_world(np.argwhere(self.mask)) @ self.to_planning[:3, :3].T + self.to_planning[:3, 3]


def contrast_between(
    before: Ct,
    after: Ct,
    around_mm: ArrayLike,
    *,
    before_to_planning: Matrix | None = None,
    after_to_planning: Matrix | None = None,
    needles: Sequence[NeedleAxis] = (),
) -> ContrastMap:
    """Compare two scans, with metal and motion masked.

    Parameters
    ----------
    before, after : Ct
        Of any geometry; straight.
    around_mm : array-like, shape (3,)
        The target, in the planning frame.
    before_to_planning, after_to_planning : array, shape (4, 4), optional
        Rigid motions; the identity where not given.
    needles : sequence of NeedleAxis
        Where needles are known to lie; metal that both scans show is found without them.

    Raises
    ------
    InputError
        If the scans show no common place around the target, or were given the wrong way round.
    """
    to_planning = np.eye(4) if after_to_planning is None else after_to_planning
    from_before = np.eye(4) if before_to_planning is None else before_to_planning
    straight = after.canonical()
    target = np.linalg.inv(to_planning) @ np.append(np.asarray(around_mm, dtype=np.float64), 1)
    shown = straight.crop_around(target[:3], REACH_MM)
    seen = _within_centres(before.grid, shown.grid, np.linalg.inv(from_before) @ to_planning)
    if seen.mean() < LEAST_OVERLAP:
        raise InputError("The scans before and after the contrast hardly overlap around the target; scan both there.")
    settled = settle(before, after, target[:3], np.linalg.inv(from_before) @ to_planning)
    seen = _within_centres(before.grid, shown.grid, settled)
    old = resample(Volume(before.voxels, before.affine), Grid(shown.shape, settled @ shown.affine)).voxels
    old, new = old.astype(np.float32), shown.voxels.astype(np.float32)
    rise, noise = _rise(old, new, seen)
    hidden = metal_shadow(old, Volume(new, to_planning @ shown.affine), needles)
    mask = contrast_mask(rise, old, new, hidden, noise, shown.spacing_mm)
    refuse_swapped(rise, hidden, noise, mask)
    saturated = float((new[mask] >= SATURATED_HU).mean()) if mask.any() else 0.0
    return ContrastMap(
        Volume(rise, shown.affine), Volume(old, shown.affine), mask, hidden,
        iodine_mg(rise, mask, hidden, shown.spacing_mm), to_planning, noise, saturated,
    )  # fmt: skip


def _rise(
    old: NDArray[np.float32], new: NDArray[np.float32], seen: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], float]:
    """The difference, zero where it is not known and in the middle of soft tissue, and its noise."""
    rise = np.where(seen, new - old, np.float32(0))
    soft = seen & (np.abs(old) < SOFT_HU) & (np.abs(rise) < MOST_RISE_HU)
    if not soft.any():
        return rise, 20.0
    rise -= np.float32(np.median(rise[soft]))
    rise[~seen] = 0
    return rise, 1.48 * float(np.median(np.abs(rise[soft])))


def _within_centres(source: Grid, grid: Grid, to_source: Matrix) -> NDArray[np.bool_]:
    """Which voxels of a grid lie between voxel centres of another: beyond the last one nothing is known."""
    along = [np.arange(n, dtype=np.float32) for n in grid.shape]
    matrix = (np.linalg.inv(source.affine) @ to_source @ grid.affine).astype(np.float32)
    inside = np.ones(grid.shape, dtype=np.bool_)
    for axis in range(3):
        i, j, k = (matrix[axis, n] * along[n] for n in range(3))
        index = i[:, None, None] + j[None, :, None] + k[None, None, :] + matrix[axis, 3]
        inside &= (index >= -EDGE) & (index <= source.shape[axis] - 1 + EDGE)
    return inside
