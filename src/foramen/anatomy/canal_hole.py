"""The spinal canal of one vertebra: the hole seen when looking along its axis."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.reslice import LocalBox

LEAST_BONE_MM = 2.0
"""A line of sight is blocked by this much bone; less is the edge of a voxel or a spur."""

LARGEST_GAP_MM = 8.0
"""Missing arch voxels up to this wide are bridged."""

LEAST_AREA_MM2, GREATEST_AREA_MM2 = 60.0, 900.0
"""Canals from severe stenosis (10 × 8 mm) to wider than any in `field.md` §5.4 (28 × 25 mm)."""


@dataclass(frozen=True, eq=False)
class Hole:
    """The canal's section across a vertebra's axis, mm left and posterior in the frame it was seen in.

    Attributes
    ----------
    centre_mm
        Centroid, (left, posterior).
    front_mm
        Where the vertebral body ends and the canal begins, at the midline.
    width_mm, depth_mm
        Left to right and front to back.
    gap_mm
        Width of the bridge that had to be built over missing arch voxels, 0 where the arch is whole.
    """

    centre_mm: tuple[float, float]
    front_mm: float
    width_mm: float
    depth_mm: float
    gap_mm: float

    def seen_from(self, origin_mm: tuple[float, float]) -> "Hole":
        """The same hole when (left, posterior) are counted from another point."""
        left, posterior = self.centre_mm[0] - origin_mm[0], self.centre_mm[1] - origin_mm[1]
        return replace(self, centre_mm=(left, posterior), front_mm=self.front_mm - origin_mm[1])


def find_hole(solid: NDArray[np.bool_], box: LocalBox) -> Hole | None:
    """The canal in a vertebra that is seen along its (approximate) axis; None where bone encloses nothing.

    Parameters
    ----------
    solid : bool array, shape `box.shape`
        The vertebra in a frame with its origin in the body.
    box : LocalBox
        Where its points lie.
    """
    blocked = solid.sum(axis=2) * box.step_mm >= LEAST_BONE_MM
    for gap_mm in np.arange(0.0, LARGEST_GAP_MM + 1, 2.0):
        hole = _enclosed(_bridge(blocked, gap_mm / box.step_mm), box, float(gap_mm))
        if hole is not None:
            return hole
    return None


def _bridge(blocked: NDArray[np.bool_], gap: float) -> NDArray[np.bool_]:
    if gap == 0:
        return blocked
    reach = int(np.ceil(gap / 2))
    disc = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]) <= gap / 2
    closed: NDArray[np.bool_] = ndimage.binary_closing(np.pad(blocked, reach), disc)[reach:-reach, reach:-reach]
    return closed | blocked


def _enclosed(blocked: NDArray[np.bool_], box: LocalBox, gap_mm: float) -> Hole | None:
    """The enclosed piece that is the canal: large enough, behind the body, nearest to the midline."""
    left, posterior, _ = box.axes_mm
    pieces, count = ndimage.label(ndimage.binary_fill_holes(blocked) & ~blocked)
    best = None
    for piece in range(1, count + 1):
        i, j = np.nonzero(pieces == piece)
        area = len(i) * box.step_mm**2
        centre = float(left[i].mean()), float(posterior[j].mean())
        if not (LEAST_AREA_MM2 <= area <= GREATEST_AREA_MM2) or centre[1] < 5:
            continue
        if best is None or area > best[0]:
            width, depth = float(np.ptp(left[i])) + box.step_mm, float(np.ptp(posterior[j])) + box.step_mm
            near = np.abs(left[i] - centre[0]) <= width / 4
            front = float(np.median([posterior[j[i == column]].min() for column in np.unique(i[near])]))
            best = area, Hole(centre, front - box.step_mm / 2, width, depth, gap_mm)
    return best[1] if best else None
