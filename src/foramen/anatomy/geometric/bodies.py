"""The surface of each vertebral body: where, seen from its middle, bone ends."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.geometric.discs import BODY_AXIS_MM, Disc
from foramen.anatomy.geometric.straight_spine import LEFT_MM, POSTERIOR_MM, StraightSpine

LEVELS = 14
ANGLES = 48
RADII_MM = np.arange(6.0, 36.0, 0.5)
"""A body is looked at along rays from its axis, at this many heights and in this many directions."""

HALF_WIDTH_MM, HALF_DEPTH_MM = 24.0, 16.5
"""Endplates measure 46 to 55 × 36 to 44 mm in a large woman, 39 × 33 mm in the mean man (`field.md` §5.4)."""

SPREAD = 0.22
"""One sigma of a body's radius around the mean body's, as a share of it."""


@dataclass(frozen=True, eq=False)
class Body:
    """A vertebral body between two discs of the straight spine.

    Attributes
    ----------
    lower, upper
        Its discs.
    radius_mm
        From the bodies' axis to the surface, by share of the height (lower endplate to upper) and by direction (from
        the left, toward the back), shape (LEVELS, ANGLES).
    """

    lower: Disc
    upper: Disc
    radius_mm: NDArray[np.float64]

    def contains(self, spine: StraightSpine, beyond_mm: float = 0.0) -> tuple[slice, NDArray[np.bool_]]:
        """Which heights of the straight spine the body spans, and which points lie in it or so near to its side."""
        left, posterior = np.meshgrid(LEFT_MM, POSTERIOR_MM, indexing="ij")
        bottom = self.lower.upper.height_at(left, posterior)
        top = self.upper.lower.height_at(left, posterior)
        near = np.hypot(left, posterior - BODY_AXIS_MM) <= RADII_MM[-1]
        span = slice(max(int(bottom[near].min()), 0), min(int(top[near].max()) + 2, len(spine.hu)))
        along = np.arange(span.start, span.stop)[:, None, None]
        share = (along - bottom) / np.maximum(top - bottom, 1.0)
        angle = np.arctan2(posterior - BODY_AXIS_MM, left) % (2 * np.pi)
        levels = np.clip(share, 0, 1) * (LEVELS - 1)
        columns = np.broadcast_to(angle / (2 * np.pi) * ANGLES, share.shape)
        around = np.concatenate([self.radius_mm, self.radius_mm[:, :1]], axis=1)
        radius = ndimage.map_coordinates(around, [levels, columns], order=1, mode="nearest")
        inside = (share >= 0) & (share <= 1) & (np.hypot(left, posterior - BODY_AXIS_MM) <= radius + beyond_mm)
        return span, inside


def find_body(spine: StraightSpine, lower: Disc, upper: Disc) -> Body:
    """Find a body's surface: along every ray the sharpest fall of HU, held together by neighbours and the mean body."""
    share = np.linspace(0, 1, LEVELS)[:, None, None]
    angle = (2 * np.pi * np.arange(ANGLES) / ANGLES)[:, None]
    left = RADII_MM * np.cos(angle)
    posterior = BODY_AXIS_MM + RADII_MM * np.sin(angle)
    bottom = lower.upper.height_at(left, posterior)
    top = upper.lower.height_at(left, posterior)
    along = bottom + share * (top - bottom)
    index = [along, *(np.broadcast_to(x, along.shape) for x in (left - LEFT_MM[0], posterior - POSTERIOR_MM[0]))]
    hu = ndimage.map_coordinates(spine.hu, index, order=1, mode="nearest")
    fall = -ndimage.gaussian_filter1d(np.clip(hu, -100, 600), 2.0, axis=2, order=1)
    expected = 1 / np.hypot(np.cos(angle) / HALF_WIDTH_MM, np.sin(angle) / HALF_DEPTH_MM)
    likely = np.exp(-0.5 * ((RADII_MM / expected - 1) / SPREAD) ** 2)
    fall = ndimage.gaussian_filter(np.clip(fall, 0, None), (1.0, 1.0, 0.0), mode=("nearest", "wrap", "nearest"))
    radius = RADII_MM[np.argmax(fall * likely, axis=2)]
    around = np.pad(radius, ((0, 0), (2, 2)), mode="wrap")
    return Body(lower, upper, ndimage.median_filter(around, (5, 5), mode="nearest")[:, 2:-2])
