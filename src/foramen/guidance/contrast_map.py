"""What rose between the scan before the contrast and the scan during or after it: how much iodine, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt, gaussian_filter, label, maximum_filter

from foramen.errors import InputError
from foramen.guidance.settle import settle
from foramen.imaging.ct import Ct
from foramen.imaging.resample import resample
from foramen.imaging.volume import Grid, Volume

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

HU_PER_MG_ML = 25.0
"""What a milligram of iodine in a millilitre adds at 120 kV; nominal, and it varies by scanner and patient."""
REACH_MM = 55.0
"""How far from the target contrast is looked for."""
SURE_HU, FAINT_HU = 90.0, 45.0
SURE_SIGMAS, FAINT_SIGMAS = 5.0, 2.5
"""Contrast begins where the rise is sure and goes on as long as it is faint, in HU and in the noise's own measure."""
METAL_HU, METAL_MARGIN_MM = 1800.0, 1.2
NEEDLE_MARGIN_MM = 1.6
SATURATED_HU = 3000
HALO_MM = 2.0
"""Blur spreads iodine this far beyond what is recognisably contrast."""
LEAST_ML = 0.004
SWAPPED_SHARE = 3.0
BONE_HU, NEAR_BONE_MM, NEAR_BONE_HU = 180.0, 1.2, 250.0
"""Contrast does not lie in bone, and next to it only a strong rise is more than a remnant of motion."""
EDGE = 0.05
"""Voxels beyond the last centre that still count as shown."""
LEAST_OVERLAP = 0.2


@dataclass(frozen=True, eq=False)
class NeedleAxis:
    """A needle as the contrast reading needs it, in the planning frame: the tip and where it points, skin to tip."""

    tip_mm: Vector
    direction: Vector


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
    old, seen = _laid_over(before, shown, np.linalg.inv(from_before) @ to_planning, to_planning, needles)
    if seen.mean() < LEAST_OVERLAP:
        raise InputError("The scans before and after the contrast hardly overlap around the target; scan both there.")
    new = shown.voxels.astype(np.float32)
    rise = np.where(seen, new - old, 0).astype(np.float32)
    soft = seen & (np.abs(old) < 150) & (np.abs(rise) < 250)
    rise -= np.float32(np.median(rise[soft])) if soft.any() else 0
    rise[~seen] = 0
    noise = 1.48 * float(np.median(np.abs(rise[soft]))) if soft.any() else 20.0
    hidden = _metal(old, shown, to_planning, needles)
    mask = _contrast(rise, old, new, hidden, noise, shown.spacing_mm)
    _refuse_swapped(rise, old, hidden, noise, mask)
    amount = _iodine(rise, mask, hidden, shown.spacing_mm)
    saturated = float((new[mask] >= SATURATED_HU).mean()) if mask.any() else 0.0
    return ContrastMap(
        Volume(rise, shown.affine), Volume(old, shown.affine), mask, hidden, amount, to_planning, noise, saturated
    )


def _laid_over(
    before: Ct, shown: Ct, after_to_before: Matrix, to_planning: Matrix, needles: Sequence[NeedleAxis]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The scan before on the other's voxels, and which of them it shows; the last motion between them settled."""
    source = Volume(before.voxels.astype(np.float32), before.affine)

    def read(grid: Grid) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        return resample(source, grid).voxels, _within_centres(source.grid, grid)

    new = shown.voxels.astype(np.float32)
    old, seen = read(Grid(shown.shape, after_to_before @ shown.affine))
    if seen.mean() < LEAST_OVERLAP:
        return old, seen
    usable = seen & ~_metal(old, shown, to_planning, needles) & (new < METAL_HU)
    matrix, _ = settle(read, shown.grid, new, usable, after_to_before)
    return read(Grid(shown.shape, matrix @ shown.affine))


def _within_centres(source: Grid, grid: Grid) -> NDArray[np.bool_]:
    """Which voxels of a grid lie between voxel centres of another: beyond the last one nothing is known."""
    along = [np.arange(n, dtype=np.float64) for n in grid.shape]
    matrix = np.linalg.inv(source.affine) @ grid.affine
    inside = np.ones(grid.shape, dtype=np.bool_)
    for axis in range(3):
        i, j, k = (matrix[axis, n] * along[n] for n in range(3))
        index = i[:, None, None] + j[None, :, None] + k[None, None, :] + matrix[axis, 3]
        inside &= (index >= -EDGE) & (index <= source.shape[axis] - 1 + EDGE)
    return inside


def _metal(
    old: NDArray[np.float32], shown: Ct, to_planning: Matrix, needles: Sequence[NeedleAxis]
) -> NDArray[np.bool_]:
    """Metal that was there before, and the known needles, with what the scanner smears around them."""
    metal = old > METAL_HU
    hidden = np.zeros(old.shape, dtype=np.bool_)
    if metal.any():
        hidden |= distance_transform_edt(~metal, sampling=shown.spacing_mm) < METAL_MARGIN_MM
    if needles:
        index = np.stack(np.meshgrid(*[np.arange(n) for n in old.shape], indexing="ij"), axis=-1)
        places = shown.to_world(index) @ to_planning[:3, :3].T + to_planning[:3, 3]
        half_slice = float(np.sort(shown.spacing_mm)[1]) / 2
        for needle in needles:
            behind = (needle.tip_mm - places) @ needle.direction
            aside = np.linalg.norm(places - needle.tip_mm + behind[..., None] * needle.direction, axis=-1)
            hidden |= (aside < NEEDLE_MARGIN_MM) & (behind > -half_slice)
    return hidden


def _contrast(
    rise: NDArray[np.float32],
    old: NDArray[np.float32],
    new: NDArray[np.float32],
    hidden: NDArray[np.bool_],
    noise: float,
    spacing: Vector,
) -> NDArray[np.bool_]:
    """Voxels of contrast: surely brighter than anything next to them was before, and what hangs together with it."""
    wide = np.where(spacing < 1.5, 2, 1) * 2 + 1
    above = new - maximum_filter(old, size=wide)
    bone = old > BONE_HU
    near_bone = distance_transform_edt(~bone, sampling=spacing) < NEAR_BONE_MM if bone.any() else bone
    allowed = ~hidden & ~bone & (~near_bone | (rise > NEAR_BONE_HU))
    sure = allowed & (above > max(SURE_HU, SURE_SIGMAS * noise))
    smooth = gaussian_filter(rise, np.minimum(0.5 / spacing, 0.8))
    faint = allowed & (smooth > max(FAINT_HU, FAINT_SIGMAS * noise))
    pieces, count = label(faint | sure, np.ones((3, 3, 3)))
    if not count:
        return np.zeros(rise.shape, dtype=np.bool_)
    kept = np.zeros(count + 1, dtype=np.bool_)
    kept[np.unique(pieces[sure])] = True
    amount = np.bincount(pieces.ravel(), weights=np.clip(rise, 0, None).ravel(), minlength=count + 1)
    seeds = np.bincount(pieces[sure], minlength=count + 1)
    least = LEAST_ML * 1000 / float(np.prod(spacing)) * HU_PER_MG_ML * 20
    kept &= (amount > least) & (seeds >= 2)
    kept[0] = False
    return np.asarray(kept[pieces])


def _refuse_swapped(
    rise: NDArray[np.float32],
    old: NDArray[np.float32],
    hidden: NDArray[np.bool_],
    noise: float,
    mask: NDArray[np.bool_],
) -> None:
    """Bright soft tissue that sank and next to nothing that rose: the scans came the wrong way round."""
    sank = binary_dilation(rise < -max(3 * SURE_HU, 3 * SURE_SIGMAS * noise)) & ~hidden
    core, _ = label(sank)
    largest = np.bincount(core.ravel())[1:].max(initial=0)
    if largest > 120 and largest > SWAPPED_SHARE * mask.sum():
        raise InputError(
            "The first scan holds contrast that the second lacks: were they swapped? Give the scan before the contrast "
            "first, the scan after it second."
        )


def _iodine(
    rise: NDArray[np.float32], mask: NDArray[np.bool_], hidden: NDArray[np.bool_], spacing: Vector
) -> NDArray[np.float32]:
    """Milligrams in every voxel of contrast and its blur; what metal hides counts as its surroundings do."""
    if not mask.any():
        return np.zeros_like(rise)
    away, nearest = distance_transform_edt(~mask, sampling=spacing, return_indices=True)
    counted = (away <= HALO_MM) & ~hidden
    voxel_ml = float(np.prod(spacing)) / 1000
    amount = np.where(counted, rise, 0)
    # Contrast beside the needle does not end where the needle's smear begins.
    beside = hidden & (away <= HALO_MM / 2)
    amount[beside] = 0.5 * rise[tuple(axis[beside] for axis in nearest)]
    return np.asarray(amount * voxel_ml / HU_PER_MG_ML, dtype=np.float32)
