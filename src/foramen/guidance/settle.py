"""The last fractions of a millimetre between two scans: small, but bone edges would show them as contrast."""

import numpy as np
from numpy.typing import NDArray

from foramen.guidance.bone_points import bone_points
from foramen.guidance.refine import refine
from foramen.guidance.rigid import Motion
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume

Matrix = NDArray[np.float64]

REACH_MM = 60.0
POINTS = 12_000
LEAST_POINTS = 1500
MOST_MM, AROUND_MM = 2.5, 30.0
"""A larger change, of any place so far around, is no settling."""


def settle(before: Ct, after: Ct, around_mm: NDArray[np.float64], start: Matrix) -> Matrix:
    """Improve a motion between two scans by their bones; contrast counts as an outlier.

    Parameters
    ----------
    before, after : Ct
    around_mm : array, shape (3,)
        The place that matters, in the frame of the scan after.
    start : array, shape (4, 4)
        From the scan after to the scan before.

    Returns
    -------
    array, shape (4, 4)
        The better motion; as it was where there is too little bone, or where it would have been a large change.
    """
    points = bone_points(after, around_mm, REACH_MM)
    if len(points) < LEAST_POINTS:
        return start
    shift = start[:3, :3] @ around_mm + start[:3, 3] - around_mm
    given = Motion(start[:3, :3], shift, around_mm)
    old = Volume(before.voxels, before.affine)
    found = refine(points.thinned(POINTS), old, given, np.zeros((1, 3)), rounds=8)
    places = around_mm + AROUND_MM * np.concatenate([np.eye(3), -np.eye(3)])
    if found is None or found.motion.distance_mm(given, places) > MOST_MM:
        return start
    return found.motion.matrix
