"""The voxels of a control scan by which it is laid onto the plan's scan: bone and its edges, without metal."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume

LOWEST_HU, HIGHEST_HU = 80.0, 1000.0
"""Values are cut off here: below, soft tissue moves on its own; above, metal."""
BONE_HU = 220
METAL_HU = 1500
AROUND_METAL_MM = 3.0
UNSCANNED_HU = -1010
EDGE_MM = 2.5
"""How far around bone points are taken: its edges say where it lies, its middle does not."""
REGION_MM = 75.0
"""Bones farther from the target than this can have moved against it."""
BLUR_MM = 3.0


@dataclass(frozen=True, eq=False)
class BonePoints:
    """Where the control scan shows bone, in its own frame.

    Attributes
    ----------
    points_mm
        LPS mm, shape (n, 3).
    values
        HU cut off at `LOWEST_HU` and `HIGHEST_HU`, shape (n,).
    blurred
        The same blurred by `BLUR_MM` within the slices, for a coarse look.
    """

    points_mm: NDArray[np.float64]
    values: NDArray[np.float64]
    blurred: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def thinned(self, most: int) -> "BonePoints":
        """An even selection of at most so many."""
        if len(self) <= most:
            return self
        return self._only(np.sort(np.random.default_rng(1).choice(len(self), most, replace=False)))

    def near(self, point_mm: NDArray[np.float64], reach_mm: float) -> "BonePoints":
        """Those within a distance."""
        return self._only(np.flatnonzero(np.linalg.norm(self.points_mm - point_mm, axis=1) <= reach_mm))

    @property
    def coarse(self) -> "BonePoints":
        """The same points with their blurred values."""
        return BonePoints(self.points_mm, self.blurred, self.blurred)

    def _only(self, chosen: NDArray[np.int64]) -> "BonePoints":
        return BonePoints(self.points_mm[chosen], self.values[chosen], self.blurred[chosen])


def bone_points(control: Ct, around_mm: NDArray[np.float64], reach_mm: float, slice_mm: float = 0.0) -> BonePoints:
    """Bone and what lies within `EDGE_MM` of it, no farther than `reach_mm` from a point; metal and its shine left out.

    Parameters
    ----------
    control : Ct
    around_mm : array, shape (3,)
        Where the target was planned; the patient may since have moved.
    reach_mm : float
    slice_mm : float
        Thickness of the slices it will be compared with; thinner ones are averaged to it.
    """
    near = Volume(control.voxels, control.affine).canonical().crop_around(around_mm, reach_mm)
    spacing = near.spacing_mm
    hu = ndimage.gaussian_filter(near.voxels.astype(np.float32), _smoothing(spacing))
    metal = _grown(near.voxels > METAL_HU, spacing, AROUND_METAL_MM)
    unscanned = _grown(near.voxels <= UNSCANNED_HU, spacing, 2.0)
    chosen = np.argwhere(_grown(_without_specks(hu > BONE_HU), spacing, EDGE_MM) & ~metal & ~unscanned)
    thicker = np.sqrt(np.maximum(slice_mm**2 - spacing.max() ** 2, 0) / 12) * (spacing == spacing.max())
    matched = ndimage.gaussian_filter(near.voxels.astype(np.float32), thicker / spacing, mode="nearest")
    values = np.clip(matched, LOWEST_HU, HIGHEST_HU)
    blurred = ndimage.gaussian_filter(values, np.where(spacing < BLUR_MM, BLUR_MM / spacing, 0.0), mode="nearest")
    at = tuple(chosen.T)
    points = BonePoints(near.to_world(chosen), values[at].astype(np.float64), blurred[at].astype(np.float64))
    return points.near(around_mm, reach_mm)


def _smoothing(spacing_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """About a millimetre within the slices, none across thick ones, in voxels."""
    return np.where(spacing_mm < 1.5, 0.8 / spacing_mm, 0.0)


def _without_specks(bone: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The same mask without what is smaller than a small process of a vertebra: calcifications, noise, needles."""
    pieces, count = ndimage.label(bone, np.ones((3, 3, 3)))
    if not count:
        return bone
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= max(60, 0.02 * sizes.max()))[pieces])


def _grown(mask: NDArray[np.bool_], spacing_mm: NDArray[np.float64], by_mm: float) -> NDArray[np.bool_]:
    """The mask and what lies within a distance of it along the voxel axes."""
    grown = mask
    for axis in range(3):
        size = 2 * int(by_mm / spacing_mm[axis] + 0.5) + 1
        if size > 1:
            grown = ndimage.maximum_filter1d(grown.view(np.uint8), size, axis=axis).view(np.bool_)
    return grown
