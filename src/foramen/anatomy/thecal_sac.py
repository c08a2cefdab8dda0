"""Canal and thecal sac drawn into a label map that does not give them."""

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from foramen.anatomy.centreline import Canal
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.spine import Vector
from foramen.anatomy.structures import Structure
from foramen.imaging.volume import Volume

PEDICLE_TO_DURA_MM = 1.5
"""Ebraheim 1997 (`field.md` §5.2): the sac ends this far medial to the pedicles."""

SIGHT_LOSS_MM = 1.5
"""Laminae and endplate rims lean over the canal, which so looks this much shallower along the axis, each side."""


def draw_canal(labels: LabelMap, canal: Canal) -> LabelMap:
    """The map with `SPINAL_CANAL` and `THECAL_SAC` where no label gave them, listed in `estimated`.

    Only background is overwritten, so that bone, discs and everything labelled bound what is drawn. One exception: a
    sac drawn into a canal that was labelled takes that canal's voxels, for a canal is no obstacle and its sac is one.
    `SPINAL_CORD` (TotalSegmentator's `spinal_cord` labels the canal's content as far as it is visible) stays as it is:
    it counts as sac wherever the sac does, and the drawn sac closes the gap around it.

    Parameters
    ----------
    labels : LabelMap
        On any grid; not changed.
    canal : Canal
        As traced from the vertebrae.
    """
    missing = {Structure.SPINAL_CANAL, Structure.THECAL_SAC} - labels.present
    if not canal.frames or not missing:
        return labels
    drawn = replace(labels, voxels=labels.voxels.copy(), estimated=labels.estimated | missing)
    near = drawn.canonical().crop_around(canal.centreline_mm, float(canal.width_mm.max()))
    if Structure.SPINAL_CANAL in missing:
        _fill(near, canal, Structure.SPINAL_CANAL, (Structure.BACKGROUND,), inset_mm=0.0)
    if Structure.THECAL_SAC in missing:
        over = (Structure.BACKGROUND, Structure.SPINAL_CANAL)
        _fill(near, canal, Structure.THECAL_SAC, over, inset_mm=PEDICLE_TO_DURA_MM)
    return drawn


def _fill(near: Volume, canal: Canal, what: Structure, over: tuple[Structure, ...], *, inset_mm: float) -> None:
    """Write an elliptic tube into the voxels of `near`."""
    half_width = canal.width_mm / 2 - inset_mm
    half_depth = canal.depth_mm / 2 + SIGHT_LOSS_MM - inset_mm
    free = np.argwhere(np.isin(near.voxels, over))
    points = near.to_world(free)
    distance, station = cKDTree(canal.centreline_mm).query(points, distance_upper_bound=float(half_width.max()) + 1.0)
    reached = np.isfinite(distance)
    free, points, station = free[reached], points[reached], station[reached]
    left, posterior, cranial = _offsets(canal, points, station)
    ellipse = (left / half_width[station]) ** 2 + (posterior / half_depth[station]) ** 2 <= 1
    inside = free[ellipse & (np.abs(cranial) <= near.spacing_mm.max())]
    near.voxels[tuple(inside.T)] = what


def _offsets(canal: Canal, points: Vector, station: Vector) -> tuple[Vector, Vector, Vector]:
    """Points seen from their stations: mm left, posterior and cranial."""
    axes = np.array([f.axes for f in canal.frames])[station]
    left, posterior, cranial = np.einsum("nij,nj->in", axes, points - canal.centreline_mm[station])
    return left, posterior, cranial
