"""A plane through the patient: where each pixel of a picture lies, and what the scan holds there."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.imaging.volume import Volume
from foramen.kernels import kernel

Vector = NDArray[np.float64]

LEFT, POSTERIOR, CRANIAL = np.eye(3)
"""Unit vectors of the world frame (LPS)."""

LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))
"""The letter toward which each world axis runs, and the one it comes from."""

LETTER_COSINE = 0.38
"""Least cosine (67.5°) with a world axis that still puts that axis' letter on an edge."""

AIR_HU = -1024.0


@dataclass(frozen=True, eq=False)
class Plane:
    """A rectangle of square pixels in the patient, with a depth behind it.

    Parameters
    ----------
    corner_mm : array, shape (3,)
        LPS mm of the centre of the top left pixel.
    right, down : array, shape (3,)
        Unit vectors in LPS at right angles: where the picture's columns and rows run.
    pixel_mm : float
        Size of a pixel.
    width, height : int
        Number of pixels.
    """

    corner_mm: Vector
    right: Vector
    down: Vector
    pixel_mm: float
    width: int
    height: int

    @classmethod
    def centred(cls, centre_mm: ArrayLike, right: Vector, down: Vector, size_mm: ArrayLike, pixel_mm: float) -> Self:
        """The plane whose middle lies at `centre_mm`, `size_mm` wide and high."""
        width, height = (max(1, round(float(mm) / pixel_mm)) for mm in np.asarray(size_mm, dtype=np.float64))
        across = right * (width - 1) / 2 + down * (height - 1) / 2
        return cls(np.asarray(centre_mm, dtype=np.float64) - across * pixel_mm, right, down, pixel_mm, width, height)

    @cached_property
    def away(self) -> Vector:
        """Unit vector into the picture, away from the viewer, shape (3,)."""
        return np.cross(self.right, self.down)

    def to_world(self, pixel: ArrayLike) -> Vector:
        """LPS mm of pixels (x to the right, y down), shape (..., 2) to (..., 3)."""
        xy = np.asarray(pixel, dtype=np.float64) * self.pixel_mm
        return self.corner_mm + xy[..., :1] * self.right + xy[..., 1:] * self.down

    def to_pixel(self, world_mm: ArrayLike) -> Vector:
        """Pixels (x, y) of LPS mm, dropped at right angles onto the plane, shape (..., 3) to (..., 2)."""
        offset = np.asarray(world_mm, dtype=np.float64) - self.corner_mm
        return np.stack([offset @ self.right, offset @ self.down], axis=-1) / self.pixel_mm

    def behind_mm(self, world_mm: ArrayLike) -> NDArray[np.float64]:
        """How far points lie behind the plane (before it: negative), shape (..., 3) to (...)."""
        return np.asarray((np.asarray(world_mm, dtype=np.float64) - self.corner_mm) @ self.away)

    def coarser(self, factor: int) -> "Plane":
        """The same rectangle in pixels `factor` times as large; its pixel (x, y) is pixel (f·x, f·y) of this one."""
        return Plane(
            self.corner_mm,
            self.right,
            self.down,
            self.pixel_mm * factor,
            -(-self.width // factor) + 1,
            -(-self.height // factor) + 1,
        )

    @property
    def edges(self) -> dict[str, str]:
        """The letters (R, L, A, P, H, F) of the directions in which the picture's four edges lie."""
        return {
            "top": direction_letters(-self.down),
            "bottom": direction_letters(self.down),
            "left": direction_letters(-self.right),
            "right": direction_letters(self.right),
        }


def direction_letters(direction: Vector) -> str:
    """Letters of a direction, the nearest axis first: `L`, `LA`, `AFR`."""
    order = np.argsort(-np.abs(direction), kind="stable")
    return "".join(LETTERS[axis][int(direction[axis] < 0)] for axis in order if abs(direction[axis]) > LETTER_COSINE)


def axial(centre_mm: ArrayLike, size_mm: ArrayLike, pixel_mm: float) -> Plane:
    """True axial, seen from the feet: anterior at the top, the patient's right on the viewer's left."""
    return Plane.centred(centre_mm, LEFT, POSTERIOR, size_mm, pixel_mm)


def sagittal(centre_mm: ArrayLike, size_mm: ArrayLike, pixel_mm: float) -> Plane:
    """Sagittal, seen from the patient's left: head at the top, anterior on the viewer's left."""
    return Plane.centred(centre_mm, POSTERIOR, -CRANIAL, size_mm, pixel_mm)


def coronal(centre_mm: ArrayLike, size_mm: ArrayLike, pixel_mm: float) -> Plane:
    """Coronal, seen from the front: head at the top, the patient's right on the viewer's left."""
    return Plane.centred(centre_mm, LEFT, -CRANIAL, size_mm, pixel_mm)


def along_needle(
    entry_mm: Vector, target_mm: Vector, *, above_mm: float, height_mm: float, width_mm: float, pixel_mm: float
) -> Plane:
    """The plane that holds the needle and lies nearest to axial: needle straight down, entry at the top.

    Seen from the head, so that the patient's right is on the viewer's left. The entry is `above_mm` below the top
    edge, in the middle of the width.
    """
    down = (target_mm - entry_mm) / np.linalg.norm(target_mm - entry_mm)
    away = (CRANIAL @ down) * down - CRANIAL
    away /= np.linalg.norm(away)
    centre = entry_mm + (height_mm / 2 - above_mm) * down
    return Plane.centred(centre, np.cross(down, away), down, (width_mm, height_mm), pixel_mm)


def sample(volume: Volume, plane: Plane, *, slab_mm: float = 0.0) -> NDArray[np.float32]:
    """Values of a volume at a plane's pixels by linear interpolation, NaN outside the scan.

    Parameters
    ----------
    volume : Volume
        Numbers (HU).
    plane : Plane
        Where to sample.
    slab_mm : float
        Average through a slab this thick around the plane, one sample every millimetre.

    Returns
    -------
    array, shape (height, width)
    """
    identity = np.empty(0, dtype=np.float32)
    return _sampled(volume, plane, identity, slab_mm)


def sample_share(volume: Volume, plane: Plane, wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Share of the wanted structures at a plane's pixels, 0 to 1, by linear interpolation; 0 outside the scan.

    The surface of the structures is where the share crosses one half.

    Parameters
    ----------
    volume : Volume
        uint8 labels or a bool mask.
    plane : Plane
        Where to sample.
    wanted : array of bool, shape (256,)
        Which values count.
    """
    return np.nan_to_num(_sampled(volume, plane, wanted.astype(np.float32), 0.0))


def sample_nearest(volume: Volume, plane: Plane) -> NDArray[np.uint8]:
    """Labels at a plane's pixels, those of the nearest voxel; 0 outside the scan, shape (height, width)."""
    return labels_at(volume, plane.to_world(np.stack(np.meshgrid(range(plane.width), range(plane.height)), axis=-1)))


def labels_at(volume: Volume, points_mm: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Labels at points, shape (..., 3) to (...), those of the nearest voxel; 0 outside the scan."""
    index = np.rint(volume.to_index(points_mm)).astype(np.int64)
    inside = np.asarray(((index >= 0) & (index < np.array(volume.shape))).all(axis=-1))
    i, j, k = np.where(inside[..., None], index, 0).transpose(-1, *range(index.ndim - 1))
    return np.where(inside, volume.voxels[i, j, k], 0).astype(np.uint8)


def _sampled(volume: Volume, plane: Plane, lookup: NDArray[np.float32], slab_mm: float) -> NDArray[np.float32]:
    layers = max(1, round(slab_mm))
    front = plane.corner_mm - plane.away * (layers - 1) / 2
    start = volume.to_index(front)
    right, down, away = (
        volume.to_index(front + step) - start
        for step in (plane.right * plane.pixel_mm, plane.down * plane.pixel_mm, plane.away)
    )
    values = np.empty((plane.height, plane.width), dtype=np.float32)
    _sample_plane(volume.voxels, lookup, start, right, down, away, layers, values)
    return values


@kernel()
def _sample_plane(
    voxels: NDArray[np.generic],
    lookup: NDArray[np.float32],
    start: Vector,
    right: Vector,
    down: Vector,
    away: Vector,
    layers: int,
    values: NDArray[np.float32],
) -> None:
    ni, nj, nk = voxels.shape
    for y in range(values.shape[0]):
        for x in range(values.shape[1]):
            total, count = 0.0, 0
            for layer in range(layers):
                i = start[0] + x * right[0] + y * down[0] + layer * away[0]
                j = start[1] + x * right[1] + y * down[1] + layer * away[1]
                k = start[2] + x * right[2] + y * down[2] + layer * away[2]
                if i < -0.5 or j < -0.5 or k < -0.5 or i > ni - 0.5 or j > nj - 0.5 or k > nk - 0.5:
                    continue
                i, j, k = min(max(i, 0.0), ni - 1.0), min(max(j, 0.0), nj - 1.0), min(max(k, 0.0), nk - 1.0)
                i0, j0, k0 = int(i), int(j), int(k)
                i1, j1, k1 = min(i0 + 1, ni - 1), min(j0 + 1, nj - 1), min(k0 + 1, nk - 1)
                u, v, w = i - i0, j - j0, k - k0
                value = 0.0
                for a in range(2):
                    for b in range(2):
                        for c in range(2):
                            weight = (u if a else 1 - u) * (v if b else 1 - v) * (w if c else 1 - w)
                            voxel = voxels[i1 if a else i0, j1 if b else j0, k1 if c else k0]
                            if lookup.size:
                                value += weight * lookup[int(voxel)]
                            else:
                                value += weight * voxel
                total += value
                count += 1
            values[y, x] = total / count if count else np.nan
