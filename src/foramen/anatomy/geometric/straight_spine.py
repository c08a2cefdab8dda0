"""The spine pulled straight: a CT read out along the canal, so that lordosis and scoliosis are gone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from foramen.anatomy.geometric.canal_track import CanalTrack
from foramen.imaging.limits import AIR_HU
from foramen.imaging.volume import Volume

STEP_MM = 1.0
BEYOND_MM = 20.0
"""How far the canal's line is carried on straight past its ends, so that vertebrae at the ends are seen whole."""

STIFFNESS_MM = 16.0
"""Axes turn no faster than the spine does, about half a vertebra: the canal's own wiggles between disc and pedicle are
not the spine's, and sections would cross each other behind a sharp lordosis."""

TOLERANCE_MM = 0.05
"""How closely a point of the world is placed along the line."""

LEFT_MM = np.arange(-60.0, 60.5, STEP_MM)
POSTERIOR_MM = np.arange(-62.0, 58.5, STEP_MM)
"""Sideways and back from the canal: bodies reach 45 mm forward, spinous processes 55 mm back (`field.md` §5.4)."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Coordinates along the canal: mm toward the head, the left and the back from its centre line.

    Attributes
    ----------
    centre_mm
        Points of the line every millimetre from foot to head, LPS mm, shape (n, 3).
    left, posterior, cranial
        Unit axes at those points, shape (n, 3) each.
    """

    centre_mm: NDArray[np.float64]
    left: NDArray[np.float64]
    posterior: NDArray[np.float64]
    cranial: NDArray[np.float64]

    @classmethod
    def along(cls, track: CanalTrack) -> "Curve":
        """Lay coordinates along a tracked canal."""
        centre = _evenly_spaced(_carried_on(track.points_mm))
        stiff = ndimage.gaussian_filter1d(centre, STIFFNESS_MM / STEP_MM, axis=0, mode="nearest")
        cranial = _unit(np.gradient(stiff, axis=0))
        left = _unit(np.array([1.0, 0.0, 0.0]) - cranial * cranial[:, :1])
        return cls(centre, left, np.cross(cranial, left), cranial)

    @property
    def length(self) -> int:
        """Number of points along the line, which are 1 mm apart."""
        return len(self.centre_mm)

    @property
    def surroundings_mm(self) -> NDArray[np.float64]:
        """Corners of all sections of the straight spine, LPS mm, shape (n, 3)."""
        along = np.arange(self.length)[:, None]
        sides, depths = LEFT_MM[[0, -1, 0, -1]], POSTERIOR_MM[[0, 0, -1, -1]]
        return self.to_world(along, sides, depths).reshape(-1, 3)

    def to_world(self, along: ArrayLike, left: ArrayLike, posterior: ArrayLike) -> NDArray[np.float64]:
        """LPS mm of points, coordinates shape (...) each to (..., 3)."""
        along = np.clip(np.asarray(along, dtype=np.float64), 0, self.length - 1)
        parts = [self._at(axis, along) for axis in (self.centre_mm, self.left, self.posterior)]
        return parts[0] + np.asarray(left)[..., None] * parts[1] + np.asarray(posterior)[..., None] * parts[2]

    def to_straight(self, world_mm: ArrayLike) -> NDArray[np.float64]:
        """Coordinates along, left, posterior of points in LPS mm, shape (..., 3) to (..., 3)."""
        world = np.asarray(world_mm, dtype=np.float64)
        low, high = np.zeros(world.shape[:-1]), np.full(world.shape[:-1], self.length - 1.0)
        for _ in range(int(np.ceil(np.log2(self.length / TOLERANCE_MM)))):
            along = (low + high) / 2
            above = ((world - self._at(self.centre_mm, along)) * self._at(self.cranial, along)).sum(axis=-1) > 0
            low, high = np.where(above, along, low), np.where(above, high, along)
        along = (low + high) / 2
        offset = world - self._at(self.centre_mm, along)
        sideways = (offset * self._at(self.left, along)).sum(axis=-1)
        backward = (offset * self._at(self.posterior, along)).sum(axis=-1)
        return np.stack([along, sideways, backward], axis=-1)

    def _at(self, values: NDArray[np.float64], along: NDArray[np.float64]) -> NDArray[np.float64]:
        low = np.minimum(along.astype(int), self.length - 2)
        share = (along - low)[..., None]
        return np.asarray(values[low] * (1 - share) + values[low + 1] * share, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class StraightSpine:
    """HU along the canal, indexed ``[along, left, posterior]`` in mm from foot, from the right, from the front.

    Attributes
    ----------
    hu
        Linearly interpolated; air where the scan ends.
    seen
        Which of these points lie in the scan.
    """

    curve: Curve
    hu: NDArray[np.float32]
    seen: NDArray[np.bool_]

    @classmethod
    def read_out(cls, ct: Volume, curve: Curve) -> "StraightSpine":
        """Read a CT out along a curve."""
        along = np.arange(curve.length, dtype=np.float64)
        world = curve.to_world(along[:, None, None], LEFT_MM[:, None], POSTERIOR_MM)
        index = np.moveaxis(ct.to_index(world), -1, 0)
        hu = ndimage.map_coordinates(ct.voxels, index, np.float32, order=1, mode="constant", cval=AIR_HU)
        return cls(curve, hu, ct.grid.contains(world))

    def box(
        self, left_mm: tuple[float, float], posterior_mm: tuple[float, float], of: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """HU (or `of` something else) in a column along the whole spine, shape (along, left, posterior)."""
        left = slice(*np.searchsorted(LEFT_MM, left_mm))
        posterior = slice(*np.searchsorted(POSTERIOR_MM, posterior_mm))
        return (self.hu if of is None else of)[:, left, posterior]

    def both_sides(
        self, left_mm: tuple[float, float], posterior_mm: tuple[float, float], of: NDArray[Any] | None = None
    ) -> NDArray[Any]:
        """The same column on the left and on the right, shape (2, along, left, posterior), outward on both."""
        near, far = left_mm
        mirrored = self.box((-far + STEP_MM, -near + STEP_MM), posterior_mm, of)[:, ::-1]
        return np.stack([self.box(left_mm, posterior_mm, of), mirrored])


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float64)


def _carried_on(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The line with straight pieces at both ends, in the direction of its last 20 mm."""
    far = min(10, len(points) - 1)
    foot = _unit((points[0] - points[far])[None])[0] * BEYOND_MM
    head = _unit((points[-1] - points[-1 - far])[None])[0] * BEYOND_MM
    return np.concatenate([[points[0] + foot], points, [points[-1] + head]])


def _evenly_spaced(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points every millimetre along a line, shape (n, 3)."""
    walked = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    stops = np.arange(0.0, walked[-1], STEP_MM)
    return np.stack([np.interp(stops, walked, points[:, axis]) for axis in range(3)], axis=1)
