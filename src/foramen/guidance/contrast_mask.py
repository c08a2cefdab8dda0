"""Which voxels are contrast, and not noise, bone that moved a little, or two scans the wrong way round."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, gaussian_filter, label, maximum_filter

from foramen.errors import InputError
from foramen.guidance.iodine import HU_PER_MG_ML
from foramen.planning.distance import box_distance

SURE_HU, FAINT_HU = 90.0, 45.0
SURE_SIGMAS, FAINT_SIGMAS = 5.0, 2.5
"""Contrast begins where the rise is sure and goes on as long as it is faint, in HU and in the noise's own measure."""
BONE_HU, NEAR_BONE_MM, NEAR_BONE_HU = 180.0, 1.2, 250.0
"""Contrast does not lie in bone, and next to it only a strong rise is more than a remnant of motion."""
LEAST_MG = 0.08
LEAST_SEEDS = 2
SMOOTH_MM, SMOOTH_VOXELS = 0.5, 0.8
SWAPPED_SHARE, LEAST_SWAPPED = 3.0, 120


def contrast_mask(
    rise: NDArray[np.float32],
    old: NDArray[np.float32],
    new: NDArray[np.float32],
    hidden: NDArray[np.bool_],
    noise: float,
    spacing: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Voxels of contrast: surely brighter than anything next to them was before, and what hangs together with it."""
    wide = np.where(spacing < 1.5, 2, 1) * 2 + 1
    above = new - maximum_filter(old, size=wide)
    bone = old > BONE_HU
    near_bone = box_distance(bone, spacing, NEAR_BONE_MM) < NEAR_BONE_MM
    allowed = ~hidden & ~bone & (~near_bone | (rise > NEAR_BONE_HU))
    sure = allowed & (above > max(SURE_HU, SURE_SIGMAS * noise))
    smooth = gaussian_filter(rise, np.minimum(SMOOTH_MM / spacing, SMOOTH_VOXELS))
    faint = allowed & (smooth > max(FAINT_HU, FAINT_SIGMAS * noise))
    pieces, count = label(faint | sure, np.ones((3, 3, 3)))
    if not count:
        return np.zeros(rise.shape, dtype=np.bool_)
    inside = np.flatnonzero(pieces)
    number = pieces.ravel()[inside]
    amount = np.bincount(number, weights=np.clip(rise.ravel()[inside], 0, None), minlength=count + 1)
    seeds = np.bincount(pieces[sure], minlength=count + 1)
    least = LEAST_MG * 1000 / float(np.prod(spacing)) * HU_PER_MG_ML
    kept = (amount > least) & (seeds >= LEAST_SEEDS)
    kept[0] = False
    return np.asarray(kept[pieces])


def refuse_swapped(rise: NDArray[np.float32], hidden: NDArray[np.bool_], noise: float, mask: NDArray[np.bool_]) -> None:
    """Bright soft tissue that sank and next to nothing that rose: the scans came the wrong way round."""
    sank = binary_dilation(rise < -max(3 * SURE_HU, 3 * SURE_SIGMAS * noise)) & ~hidden
    core, _ = label(sank)
    largest = np.bincount(core.ravel())[1:].max(initial=0)
    if largest > LEAST_SWAPPED and largest > SWAPPED_SHARE * mask.sum():
        raise InputError(
            "The first scan holds contrast that the second lacks: were they swapped? Give the scan before the contrast "
            "first, the scan after it second."
        )
