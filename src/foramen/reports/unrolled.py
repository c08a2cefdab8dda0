"""The spine laid flat for a picture from the front: each height moved forward or back until bodies lie in a plane."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.imaging.volume import Volume
from foramen.reports.planes import AIR_HU

STEP_MM = 0.5
LAYERS = 3
"""Enough for linear interpolation in the middle one."""

V = TypeVar("V", bound=Volume)


def unrolled(volume: V, bodies_mm: NDArray[np.float64], size_mm: tuple[float, float]) -> V:
    """A thin volume around y = 0 that holds what lies on the line through the bodies, seen from the front.

    Parameters
    ----------
    volume : Volume
        HU, interpolated linearly, or labels (uint8), of which the nearest is taken.
    bodies_mm : array, shape (n, 3)
        Middles of the bodies, LPS mm; above and below them the line goes on straight up and down.
    size_mm : tuple
        Width and height of what is to be seen.
    """
    order = np.argsort(bodies_mm[:, 2])
    middle = (np.median(bodies_mm[:, 0]), (bodies_mm[:, 2].min() + bodies_mm[:, 2].max()) / 2)
    across, up = (np.arange(-half, half + STEP_MM, STEP_MM) for half in (size_mm[0] / 2, size_mm[1] / 2))
    heights = middle[1] + up
    course = np.interp(heights, bodies_mm[order, 2], bodies_mm[order, 1])
    depths = (np.arange(LAYERS) - LAYERS // 2) * STEP_MM
    points = np.empty((len(across), LAYERS, len(up), 3))
    points[..., 0] = (middle[0] + across)[:, None, None]
    points[..., 1] = depths[:, None] + course
    points[..., 2] = heights
    index = np.moveaxis(volume.to_index(points), -1, 0)
    labels = volume.voxels.dtype == np.uint8
    outside = 0 if labels else AIR_HU
    voxels = ndimage.map_coordinates(volume.voxels, index, order=0 if labels else 1, mode="constant", cval=outside)
    affine = np.diag([STEP_MM, STEP_MM, STEP_MM, 1.0])
    affine[:3, 3] = middle[0] + across[0], depths[0], heights[0]
    return replace(volume, voxels=voxels, affine=affine)
