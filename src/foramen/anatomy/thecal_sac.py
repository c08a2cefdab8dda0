"""Canal and thecal sac drawn into a label map that does not give them."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
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
    tube = _tube(near, canal)
    if Structure.SPINAL_CANAL in missing:
        tube.fill(Structure.SPINAL_CANAL, (Structure.BACKGROUND,), inset_mm=0.0)
    if Structure.THECAL_SAC in missing:
        tube.fill(Structure.THECAL_SAC, (Structure.BACKGROUND, Structure.SPINAL_CANAL), inset_mm=PEDICLE_TO_DURA_MM)
    return drawn


@dataclass(frozen=True, eq=False)
class _Tube:
    """Voxels that may be canal: their indices, and where they lie from their station, mm left and posterior."""

    near: Volume
    index: NDArray[np.intp]
    left_mm: Vector
    posterior_mm: Vector
    half_width_mm: Vector
    half_depth_mm: Vector

    def fill(self, what: Structure, over: tuple[Structure, ...], *, inset_mm: float) -> None:
        """Write an ellipse, smaller by the inset, wherever the map has nothing but `over`."""
        across = self.left_mm / (self.half_width_mm - inset_mm)
        deep = self.posterior_mm / (self.half_depth_mm - inset_mm)
        inside = tuple(self.index[across**2 + deep**2 <= 1].T)
        free = np.isin(self.near.voxels[inside], over)
        self.near.voxels[tuple(axis[free] for axis in inside)] = what


def _tube(near: Volume, canal: Canal) -> _Tube:
    """The free voxels around the canal's stations."""
    index = np.argwhere(np.isin(near.voxels, (Structure.BACKGROUND, Structure.SPINAL_CANAL)))
    points = near.to_world(index)
    reach = float(max(canal.width_mm.max(), canal.depth_mm.max())) / 2 + SIGHT_LOSS_MM
    distance, station = cKDTree(canal.centreline_mm).query(points, distance_upper_bound=reach)
    reached = np.isfinite(distance)
    index, points, station = index[reached], points[reached], station[reached]
    axes = np.array([f.axes for f in canal.frames])[station]
    left, posterior, cranial = np.einsum("nij,nj->in", axes, points - canal.centreline_mm[station])
    beside = np.abs(cranial) <= near.spacing_mm.max()
    half_depth = canal.depth_mm[station] / 2 + SIGHT_LOSS_MM
    return _Tube(
        near,
        index[beside],
        left[beside],
        posterior[beside],
        canal.width_mm[station][beside] / 2,
        half_depth[beside],
    )
