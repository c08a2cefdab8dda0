"""A sheared volume (tilted gantry) read out on a grid whose axes stand at right angles."""

from typing import TypeVar

import numpy as np

from foramen.imaging.resample import resample
from foramen.imaging.volume import Grid, Volume

V = TypeVar("V", bound=Volume)


def tilt_deg(grid: Grid, axis: int | None = None) -> float:
    """How far the slices lean: the angle of the slice axis from the normal of the slices, 0 for a straight grid."""
    i, j, k = np.roll(grid.direction, 2 - (slice_axis(grid) if axis is None else axis), axis=1).T
    normal = np.cross(i, j) / np.linalg.norm(np.cross(i, j))
    return float(np.degrees(np.arccos(np.clip(abs(normal @ k), 0, 1))))


def slice_axis(grid: Grid) -> int:
    """Which of i, j, k steps from slice to slice: the one with the widest spacing, k among equals."""
    return int(2 - np.argmax(grid.spacing_mm[::-1]))


def straighten(volume: V, axis: int | None = None) -> V:
    """Read a sheared volume out on a straight grid that holds all of it, filled with air outside.

    The slices stay as they are and only slide within their own planes, so interpolation never mixes slices: each new
    voxel comes from the two (or four) pixels of one slice that surround it.

    Parameters
    ----------
    volume : Volume
        HU.
    axis : int, optional
        The axis from slice to slice; by default the one with the widest spacing.

    Returns
    -------
    Volume
        With the same in-plane axes and spacing, and the perpendicular distance of the slices as its third spacing.
    """
    return resample(volume, _straight_grid(volume.grid, slice_axis(volume.grid) if axis is None else axis))


def _straight_grid(grid: Grid, axis: int) -> Grid:
    """The smallest straight grid around all voxel centres, whose planes along `axis` are the old slices."""
    first, second = (a for a in range(3) if a != axis)
    step = grid.affine[:3, :3].copy()
    # A tilt shears the slice axis alone; what little the rows and columns lack of a right angle goes to the columns.
    along = grid.direction[:, first]
    across = grid.direction[:, second] - (grid.direction[:, second] @ along) * along
    across /= np.linalg.norm(across)
    normal = np.cross(along, across)
    step[:, second] = across * grid.spacing_mm[second]
    step[:, axis] = normal * (normal @ step[:, axis])
    ends = grid.to_world([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)] * (np.array(grid.shape) - 1))
    index = (ends - grid.origin_mm) @ np.linalg.inv(step).T
    lowest = np.floor(index.min(axis=0) + 1e-6)
    shape = np.ceil(index.max(axis=0) - 1e-6) - lowest + 1
    affine = np.eye(4)
    affine[:3, :3] = step
    affine[:3, 3] = grid.origin_mm + step @ lowest
    return Grid((int(shape[0]), int(shape[1]), int(shape[2])), affine)
