"""The part of the scan a root's needle can pass through, cut into cells of about a millimetre."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.structures import Structure
from foramen.imaging.volume import Volume
from foramen.planning.distance import box_distance

CELL_MM = 1.0
"""Largest extent of a cell. Thicker voxels are cut into equal cells, never resampled, so that labels stay as stored."""

SKIN_DEPTH_LIMIT_MM = 15.0


@dataclass(frozen=True, eq=False)
class Region:
    """A box of voxels in canonical order, and the cells that its voxels are cut into.

    Inside, a point is given in *box millimetres*: distance from the box's lower corner along the voxel axes.

    Attributes
    ----------
    labels, body
        The box cut out of the anatomy's volumes, canonical.
    factors
        How many cells a voxel is cut into along i, j, k.
    """

    labels: Volume
    body: Volume
    factors: tuple[int, int, int]

    @classmethod
    def around(cls, anatomy: Anatomy, points_mm: ArrayLike, margin_mm: float) -> "Region":
        """The box that holds all points, LPS mm, shape (n, 3), with a margin on every side, as far as the scan goes."""
        labels = Volume(anatomy.structures.voxels, anatomy.structures.affine).canonical()
        labels = labels.crop_around(points_mm, margin_mm)
        body = anatomy.body.canonical().crop_around(points_mm, margin_mm)
        factors = np.maximum(np.ceil(labels.spacing_mm / CELL_MM - 0.01), 1).astype(int)
        return cls(labels, body, (int(factors[0]), int(factors[1]), int(factors[2])))

    @cached_property
    def cell_mm(self) -> NDArray[np.float64]:
        """Extent of a cell along i, j, k."""
        cell: NDArray[np.float64] = self.labels.spacing_mm / np.array(self.factors)
        return cell

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cells along i, j, k."""
        ni, nj, nk = (n * f for n, f in zip(self.labels.shape, self.factors, strict=True))
        return ni, nj, nk

    @cached_property
    def structures(self) -> NDArray[np.uint8]:
        """Structure of each cell."""
        return self._cells(self.labels.voxels).astype(np.uint8, copy=False)

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """Which cells lie inside the patient."""
        return self._cells(self.body.voxels).astype(np.bool_, copy=False)

    @cached_property
    def skin_depth(self) -> NDArray[np.float32]:
        """Distance of each cell from the outside of the patient, mm, up to `SKIN_DEPTH_LIMIT_MM`; 0 outside."""
        return box_distance(~self.inside, self.cell_mm, SKIN_DEPTH_LIMIT_MM)

    def mask(self, structures: tuple[Structure, ...]) -> NDArray[np.bool_]:
        """Which cells are any of these structures."""
        lookup = np.zeros(256, dtype=bool)
        lookup[[int(s) for s in structures]] = True
        marked: NDArray[np.bool_] = lookup[self.structures]
        return marked

    def to_box(self, world_mm: ArrayLike) -> NDArray[np.float64]:
        """LPS mm to box millimetres, shape (..., 3)."""
        inside: NDArray[np.float64] = (self.labels.to_index(world_mm) + 0.5) * self.labels.spacing_mm
        return inside

    def to_world(self, box_mm: ArrayLike) -> NDArray[np.float64]:
        """Box millimetres to LPS mm, shape (..., 3)."""
        index = np.asarray(box_mm, dtype=np.float64) / self.labels.spacing_mm - 0.5
        return self.labels.to_world(index)

    @property
    def world_axes(self) -> NDArray[np.float64]:
        """The world's left, posterior and cranial directions in the box, as rows."""
        return np.ascontiguousarray(self.labels.direction)

    def _cells(self, voxels: NDArray[Any]) -> NDArray[Any]:
        for axis, factor in enumerate(self.factors):
            if factor > 1:
                voxels = np.repeat(voxels, factor, axis=axis)
        return np.ascontiguousarray(voxels)
