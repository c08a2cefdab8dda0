"""What a scan is: voxels, and where they lie in the patient."""

from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import product
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.errors import InputError

STRAIGHT_TOLERANCE = 1e-3
"""Greatest cosine between two voxel axes that still counts as a right angle (`ecosystem.md` §9)."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Where voxels lie: the shape of an array and the affine that takes its indices into the patient.

    The world is DICOM's patient frame: x toward the patient's left, y toward the back (posterior), z toward the head;
    millimetres. Nobody else builds affines.

    Parameters
    ----------
    shape : tuple of int
        Number of voxels along i, j, k.
    affine : array, shape (4, 4)
        Takes the index ``(i, j, k, 1)`` of a voxel's centre to its position in LPS mm.

    Raises
    ------
    InputError
        If the affine is not finite or squashes space.
    """

    shape: tuple[int, int, int]
    affine: NDArray[np.float64]

    def __post_init__(self) -> None:
        affine = np.array(self.affine, dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise InputError("The scan's geometry is not a finite 4 × 4 matrix; export it again.")
        if abs(np.linalg.det(affine[:3, :3])) < 1e-9:
            raise InputError("The scan's voxel axes do not span space (a spacing of zero?); export it again.")
        affine.flags.writeable = False
        object.__setattr__(self, "affine", affine)
        object.__setattr__(self, "shape", tuple(int(n) for n in self.shape))

    @cached_property
    def spacing_mm(self) -> NDArray[np.float64]:
        """Distance between neighbouring voxel centres along i, j, k, shape (3,)."""
        lengths: NDArray[np.float64] = np.linalg.norm(self.affine[:3, :3], axis=0)
        return lengths

    @cached_property
    def direction(self) -> NDArray[np.float64]:
        """Unit vectors of i, j, k in LPS as columns, shape (3, 3)."""
        return self.affine[:3, :3] / self.spacing_mm

    @property
    def origin_mm(self) -> NDArray[np.float64]:
        """Centre of voxel (0, 0, 0) in LPS mm, shape (3,)."""
        return self.affine[:3, 3]

    @property
    def is_straight(self) -> bool:
        """Whether the voxel axes stand at right angles (a gantry tilt makes them not)."""
        cosines = self.direction.T @ self.direction - np.eye(3)
        return bool(np.abs(cosines).max() < STRAIGHT_TOLERANCE)

    @cached_property
    def _inverse(self) -> NDArray[np.float64]:
        return np.asarray(np.linalg.inv(self.affine), dtype=np.float64)

    def to_world(self, index: ArrayLike) -> NDArray[np.float64]:
        """LPS mm of (fractional) voxel indices, shape (..., 3) to (..., 3)."""
        return np.asarray(index, dtype=np.float64) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def to_index(self, world_mm: ArrayLike) -> NDArray[np.float64]:
        """Fractional voxel indices of LPS mm, shape (..., 3) to (..., 3)."""
        return np.asarray(world_mm, dtype=np.float64) @ self._inverse[:3, :3].T + self._inverse[:3, 3]

    def contains(self, world_mm: ArrayLike) -> NDArray[np.bool_]:
        """Whether points, shape (..., 3), lie inside the box of whole voxels."""
        index = self.to_index(world_mm)
        return np.asarray(((index >= -0.5) & (index <= np.array(self.shape) - 0.5)).all(axis=-1))

    @property
    def corners_mm(self) -> NDArray[np.float64]:
        """The eight corners of the box of whole voxels in LPS mm, shape (8, 3)."""
        return self.to_world(list(product(*[(-0.5, n - 0.5) for n in self.shape])))

    def same_place_as(self, other: "Grid", tolerance_mm: float = 0.01) -> bool:
        """Whether both grids have the same voxels in the same places."""
        return self.shape == other.shape and bool(np.abs(self.corners_mm - other.corners_mm).max() <= tolerance_mm)


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels indexed ``[i, j, k]`` and the affine that takes ``(i, j, k, 1)`` to LPS mm.

    Parameters
    ----------
    voxels : array, shape (ni, nj, nk)
        HU for a CT, structure ids for a label map, bool for a mask.
    affine : array, shape (4, 4)
        See `Grid`.
    """

    voxels: NDArray[Any]
    affine: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.voxels.ndim != 3 or 0 in self.voxels.shape:
            raise InputError(f"A volume needs three dimensions; this one has the shape {self.voxels.shape}.")
        object.__setattr__(self, "affine", self.grid.affine)

    @cached_property
    def grid(self) -> Grid:
        """Where the voxels lie, without the voxels."""
        return Grid(self.voxels.shape, self.affine)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along i, j, k."""
        return self.grid.shape

    @property
    def spacing_mm(self) -> NDArray[np.float64]:
        """Distance between neighbouring voxel centres along i, j, k, shape (3,)."""
        return self.grid.spacing_mm

    @property
    def direction(self) -> NDArray[np.float64]:
        """Unit vectors of i, j, k in LPS as columns, shape (3, 3)."""
        return self.grid.direction

    @property
    def origin_mm(self) -> NDArray[np.float64]:
        """Centre of voxel (0, 0, 0) in LPS mm, shape (3,)."""
        return self.grid.origin_mm

    def to_world(self, index: ArrayLike) -> NDArray[np.float64]:
        """LPS mm of (fractional) voxel indices, shape (..., 3) to (..., 3)."""
        return self.grid.to_world(index)

    def to_index(self, world_mm: ArrayLike) -> NDArray[np.float64]:
        """Fractional voxel indices of LPS mm, shape (..., 3) to (..., 3)."""
        return self.grid.to_index(world_mm)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the voxels in their i-fastest order and of where they lie, as ``sha256:...``."""
        digest = sha256(np.ascontiguousarray(self.voxels.T).data)
        digest.update(f"{self.voxels.dtype.str}{self.shape}".encode())
        digest.update((np.round(self.affine, 4) + 0.0).tobytes())  # + 0.0: no minus zero
        return f"sha256:{digest.hexdigest()}"

    def canonical(self) -> Self:
        """The same voxels with i running most nearly to the left, j to the back and k to the head, without a copy.

        However a scan was stored, what follows sees it one way round; an oblique remainder stays in the affine.
        """
        axes = _nearest_axes(self.grid.direction)
        signs = np.sign(self.grid.direction[np.arange(3), axes])
        flips = tuple(slice(None, None, -1 if sign < 0 else 1) for sign in signs)
        turn = np.zeros((4, 4))
        turn[3, 3] = 1
        for target, (source, sign) in enumerate(zip(axes, signs, strict=True)):
            turn[source, target] = sign
            turn[source, 3] = self.shape[source] - 1 if sign < 0 else 0
        voxels = self.voxels.transpose(axes)[flips]
        return replace(self, voxels=voxels, affine=self.affine @ turn)

    def crop(self, lower: ArrayLike, upper: ArrayLike) -> Self:
        """The box of indices from `lower` to `upper` (excluded), cut to the volume, without a copy."""
        start = np.clip(np.asarray(lower, dtype=int), 0, np.array(self.shape) - 1)
        stop = np.clip(np.asarray(upper, dtype=int), start + 1, self.shape)
        affine = self.affine.copy()
        affine[:3, 3] = self.to_world(start)
        box = tuple(slice(a, b) for a, b in zip(start, stop, strict=True))
        return replace(self, voxels=self.voxels[box], affine=affine)

    def coarser(self, factors: ArrayLike) -> Self:
        """Means over blocks of so many voxels along i, j, k; what does not fill a block at the end is left out."""
        f = np.minimum(np.asarray(factors, dtype=int), self.shape)
        ni, nj, nk = np.array(self.shape) // f
        whole = self.voxels[: ni * f[0], : nj * f[1], : nk * f[2]]
        blocks = whole.reshape(ni, f[0], nj, f[1], nk, f[2]).mean(axis=(1, 3, 5), dtype=np.float32)
        affine = self.affine.copy()
        affine[:3, :3] *= f
        affine[:3, 3] = self.to_world((f - 1) / 2)
        return replace(self, voxels=blocks, affine=affine)

    def crop_around(self, points_mm: ArrayLike, margin_mm: float) -> Self:
        """The smallest box of voxels that holds all points, shape (n, 3), and `margin_mm` on every side."""
        index = self.to_index(np.atleast_2d(np.asarray(points_mm, dtype=np.float64)))
        margin = margin_mm / self.spacing_mm
        return self.crop(np.floor(index.min(axis=0) - margin), np.ceil(index.max(axis=0) + margin) + 1)


def _nearest_axes(direction: NDArray[np.float64]) -> tuple[int, int, int]:
    """Which voxel axis runs most nearly along each of L, P, H; each is used once, the clearest first."""
    closeness = np.abs(direction)
    axes = [0, 0, 0]
    for _ in range(3):
        world, axis = np.unravel_index(np.argmax(closeness), (3, 3))
        axes[world] = int(axis)
        closeness[world, :] = closeness[:, axis] = -1
    return axes[0], axes[1], axes[2]
