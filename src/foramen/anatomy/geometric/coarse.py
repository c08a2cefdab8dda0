"""A CT seen from a distance: averaged onto a coarse grid that stands straight in the patient."""

import numpy as np

from foramen.imaging.limits import AIR_HU
from foramen.imaging.resample import resample
from foramen.imaging.volume import Grid, Volume


def coarse(ct: Volume, spacing_mm: float) -> Volume:
    """Average a CT onto a grid of cubes whose axes are the patient's own.

    Averaging first keeps the noise of thin slices out; interpolating alone would let it through.

    Parameters
    ----------
    ct : Volume
        In HU; any storage.
    spacing_mm : float
        Edge of the cubes.

    Returns
    -------
    Volume
        float32, i to the left, j to the back, k to the head; air where the scan ends.
    """
    averaged = _block_means(ct.canonical(), spacing_mm)
    corners = ct.grid.corners_mm
    lower, upper = corners.min(axis=0), corners.max(axis=0)
    affine = np.diag([spacing_mm, spacing_mm, spacing_mm, 1.0])
    affine[:3, 3] = lower + spacing_mm / 2
    counts = np.ceil((upper - lower) / spacing_mm).astype(int)
    return resample(averaged, Grid((int(counts[0]), int(counts[1]), int(counts[2])), affine), fill=AIR_HU)


def _block_means(ct: Volume, spacing_mm: float) -> Volume:
    """Means over as many whole voxels as fit into the new spacing, along each axis."""
    blocks = np.maximum(np.floor(spacing_mm / ct.spacing_mm + 0.01).astype(int), 1)
    whole = np.array(ct.shape) // blocks
    voxels = ct.voxels
    for axis in range(3):
        keep = [slice(None)] * 3
        keep[axis] = slice(int(whole[axis] * blocks[axis]))
        starts = np.arange(whole[axis]) * blocks[axis]
        voxels = np.add.reduceat(voxels[tuple(keep)], starts, axis=axis, dtype=np.float32)
    affine = ct.affine.copy()
    affine[:3, :3] *= blocks
    affine[:3, 3] = ct.to_world((blocks - 1) / 2)
    return Volume(voxels / np.float32(blocks.prod()), affine)
