"""Looking at a volume along a frame's own axes instead of the scanner's."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from foramen.anatomy.spine import Frame, Vector
from foramen.imaging.volume import Volume


@dataclass(frozen=True, eq=False)
class LocalBox:
    """A box of evenly spaced points along a frame's left, posterior and cranial axes.

    Attributes
    ----------
    lower_mm, upper_mm
        Corners of the box in the frame, left, posterior, cranial; the points include both.
    step_mm
        Distance between neighbouring points along every axis.
    """

    lower_mm: tuple[float, float, float]
    upper_mm: tuple[float, float, float]
    step_mm: float = 1.0

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of points along left, posterior, cranial."""
        counts = (np.subtract(self.upper_mm, self.lower_mm) / self.step_mm + 1e-6).astype(int) + 1
        return int(counts[0]), int(counts[1]), int(counts[2])

    @property
    def axes_mm(self) -> tuple[Vector, Vector, Vector]:
        """Coordinates of the points along left, posterior and cranial."""
        left, posterior, cranial = (np.arange(n, dtype=np.float64) * self.step_mm for n in self.shape)
        return left + self.lower_mm[0], posterior + self.lower_mm[1], cranial + self.lower_mm[2]

    @property
    def mirrored(self) -> "LocalBox":
        """The box on the other side of the frame's midline."""
        (left, *lower), (right, *upper) = self.lower_mm, self.upper_mm
        return LocalBox((-right, lower[0], lower[1]), (-left, upper[0], upper[1]), self.step_mm)

    def grown(self, by_mm: float) -> "LocalBox":
        """The box with a margin on every side, its points at the same places."""
        (a, b, c), (d, e, f) = self.lower_mm, self.upper_mm
        return LocalBox((a - by_mm, b - by_mm, c - by_mm), (d + by_mm, e + by_mm, f + by_mm), self.step_mm)

    def to_local(self, index: ArrayLike) -> Vector:
        """Indices into the box to mm in the frame, shape (..., 3)."""
        local: Vector = np.asarray(index, dtype=np.float64) * self.step_mm + np.asarray(self.lower_mm)
        return local


def reslice(volume: Volume, frame: Frame, box: LocalBox, *, outside: float = 0.0) -> NDArray[np.float32]:
    """Values of a volume at the points of a box in a frame, linearly interpolated.

    Parameters
    ----------
    volume : Volume
        A mask (values come out between 0 and 1) or a CT.
    frame : Frame
        Where the box lies.
    box : LocalBox
        Which points.
    outside : float
        Value beyond the volume.

    Returns
    -------
    array, shape `box.shape`
    """
    to_index = np.linalg.inv(volume.affine[:3, :3])
    matrix = to_index @ frame.axes.T * box.step_mm
    offset = volume.to_index(frame.to_world(np.asarray(box.lower_mm)))
    voxels = volume.voxels if volume.voxels.dtype != bool else volume.voxels.view(np.uint8)
    values: NDArray[np.float32] = ndimage.affine_transform(
        voxels, matrix, offset, box.shape, np.float32, order=1, mode="constant", cval=outside
    )
    return values


def sample(volume: Volume, world_mm: ArrayLike, *, outside: float = 0.0) -> Vector:
    """Values of a volume at points in the world, shape (..., 3) to (...), linearly interpolated."""
    index = np.moveaxis(volume.to_index(world_mm), -1, 0)
    values: Vector = ndimage.map_coordinates(volume.voxels, index, np.float64, order=1, mode="constant", cval=outside)
    return values
