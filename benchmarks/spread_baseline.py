"""The plain way to read contrast: subtract, threshold, take the biggest piece near the tip, ask whether it is near."""

import numpy as np
from scipy.ndimage import label

from foramen.anatomy.spine import NerveRoot
from foramen.guidance.iodine import HU_PER_MG_ML
from foramen.guidance.read_spread_scans import LaidScan
from foramen.guidance.spread import Given
from foramen.imaging import Volume
from foramen.imaging.resample import resample
from foramen.imaging.volume import Grid

LEAST_RISE_HU = 150.0
NEAR_TIP_MM = 15.0
BESIDE_MM = 6.0
LEAST_BESIDE = 0.5


def plain(before: LaidScan, after: LaidScan, nerve: NerveRoot, given: Given) -> tuple[bool, float]:
    """Whether it would let the steroid through, and how many millilitres it finds."""
    shown = after.ct.canonical()
    to_planning = after.laid.motion.matrix
    back = np.linalg.inv(before.laid.motion.matrix) @ to_planning
    old = resample(Volume(before.ct.voxels, before.ct.affine), Grid(shown.shape, back @ shown.affine)).voxels
    rise = shown.voxels.astype(np.float32) - old
    pieces, count = label((rise > LEAST_RISE_HU) & (old > -900))
    tip = after.needle.tip_mm if after.needle else nerve.point_mm
    where = np.argwhere(pieces)
    points = shown.to_world(where) @ to_planning[:3, :3].T + to_planning[:3, 3]
    near = np.linalg.norm(points - tip, axis=1) < NEAR_TIP_MM
    number = pieces[tuple(where.T)]
    sizes = np.bincount(number[near], minlength=count + 1)
    if not sizes.any():
        return False, 0.0
    chosen = number == sizes.argmax()
    away = np.linalg.norm(points[chosen][:, None] - nerve.path_mm[None, ::2], axis=2).min(axis=1)
    ml = float(rise[tuple(where[chosen].T)].sum() * np.prod(shown.spacing_mm) / 1000 / HU_PER_MG_ML)
    return bool((away < BESIDE_MM).mean() > LEAST_BESIDE), ml / given.iodine_mg_ml
