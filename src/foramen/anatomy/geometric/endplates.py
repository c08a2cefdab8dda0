"""The two endplates of each disc, each with its own tilt: the disc L5/S1 is a wedge of up to 25°."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.geometric.discs import BODY_AXIS_MM, Disc, Plate
from foramen.anatomy.geometric.straight_spine import LEFT_MM, POSTERIOR_MM, StraightSpine

LEFT_POINTS_MM = np.arange(-16.0, 16.5, 2.0)
POSTERIOR_POINTS_MM = np.arange(-38.0, -9.5, 2.0)
"""Where an endplate is looked at: its inner part, as in `discs`."""

OUTWARD_MM = np.arange(-4.0, 5.5, 0.5)
FORWARD_MORE = np.tan(np.radians(np.arange(-24.0, 25.0, 2.0)))
SIDEWAYS_MORE = np.tan(np.radians(np.arange(-8.0, 9.0, 2.0)))
"""What is tried for each plate: how far beyond the disc's own layer, and how much more it tilts."""

USUAL_OUTWARD_MM, USUAL_FORWARD, USUAL_SIDEWAYS = 3.0, np.tan(np.radians(14.0)), np.tan(np.radians(4.0))
"""One sigma each: half the wedge of the discs from L1/2 to L5/S1, which is 5 to 20°."""

SOFT_HU, DENSE_HU = 0.0, 600.0
"""Beyond these a voxel is no more disc or bone than at them: gas in a disc, dense cortex of a rim."""

LEAST_GAP_MM = 0.5
"""Plates that come nearer to each other than this are not believed."""

LEAST_RISE_HU = 6.0
"""Mean rise per mm that is worth more than the layer's own tilt; noise of 40 HU gives about 1."""


def with_endplates(spine: StraightSpine, discs: list[Disc]) -> list[Disc]:
    """The discs with their plates moved and turned to where the CT brightens most, from disc to bone."""
    rise = _rise(spine)
    return [_with_endplates(rise, disc) for disc in discs]


def _with_endplates(rise: NDArray[np.float32], disc: Disc) -> Disc:
    lower, upper = _find(-rise, disc.lower, -1), _find(rise, disc.upper, 1)
    gap = upper.height_at(*_PLACES) - lower.height_at(*_PLACES)
    return replace(disc, plates=(lower, upper)) if gap.min() >= LEAST_GAP_MM else disc


_PLACES = np.meshgrid(LEFT_POINTS_MM, POSTERIOR_POINTS_MM, indexing="ij")


def _rise(spine: StraightSpine) -> NDArray[np.float32]:
    """By how much it brightens toward the head per mm where endplates are, shape (along, left, posterior)."""
    left = np.searchsorted(LEFT_MM, LEFT_POINTS_MM)
    posterior = np.searchsorted(POSTERIOR_MM, POSTERIOR_POINTS_MM)
    near = np.clip(spine.hu[:, left[0] - 3 : left[-1] + 4, posterior[0] - 3 : posterior[-1] + 4], SOFT_HU, DENSE_HU)
    smooth = ndimage.gaussian_filter(near, (0.7, 1.0, 1.0))
    return np.asarray(np.gradient(smooth, axis=0)[:, left - left[0] + 3][:, :, posterior - posterior[0] + 3])


def _find(rise: NDArray[np.float32], plate: Plate, outward: int) -> Plate:
    """The plate near the given one across which it brightens most, if it does at all."""
    best, found = LEAST_RISE_HU, plate
    aside, axis = _PLACES[0], _PLACES[1] - BODY_AXIS_MM
    i, j = np.indices(aside.shape)
    for forward in FORWARD_MORE:
        for sideways in SIDEWAYS_MORE:
            likely = np.exp(-0.5 * ((forward / USUAL_FORWARD) ** 2 + (sideways / USUAL_SIDEWAYS) ** 2))
            turned = Plate(plate.along_mm, plate.forward + forward, plate.sideways + sideways)
            heights = turned.height_at(aside, axis + BODY_AXIS_MM) + outward * OUTWARD_MM[:, None, None]
            index = np.clip(np.rint(heights).astype(int), 0, len(rise) - 1)
            worth = rise[index, i, j].mean(axis=(1, 2)) * likely * np.exp(-0.5 * (OUTWARD_MM / USUAL_OUTWARD_MM) ** 2)
            if worth.max() > best:
                best = float(worth.max())
                found = replace(turned, along_mm=plate.along_mm + outward * float(OUTWARD_MM[np.argmax(worth)]))
    return found
