"""Rigid motions: a turn about a point and a shift."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Motion:
    """A rigid motion of the patient, LPS mm to LPS mm.

    Attributes
    ----------
    rotation
        Turn about `centre_mm`, shape (3, 3).
    shift_mm
        How far the centre itself moves.
    centre_mm
        The point the turn is about: with it near the bones in view, turn and shift hardly depend on one another.
    """

    rotation: NDArray[np.float64]
    shift_mm: Vector
    centre_mm: Vector

    @classmethod
    def none(cls, centre_mm: ArrayLike) -> "Motion":
        """The motion that moves nothing."""
        return cls(np.eye(3), np.zeros(3), np.asarray(centre_mm, dtype=np.float64))

    @classmethod
    def of(cls, turn: ArrayLike, shift_mm: ArrayLike, centre_mm: ArrayLike) -> "Motion":
        """From a rotation vector (radians about x, y, z) and the shift of the centre."""
        rotation = Rotation.from_rotvec(np.asarray(turn, dtype=np.float64)).as_matrix()
        return cls(rotation, np.asarray(shift_mm, dtype=np.float64), np.asarray(centre_mm, dtype=np.float64))

    def __call__(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Move points, shape (..., 3)."""
        away = np.asarray(points_mm, dtype=np.float64) - self.centre_mm
        return np.asarray(away @ self.rotation.T + self.centre_mm + self.shift_mm)

    def then(self, turn: Vector, shift_mm: Vector) -> "Motion":
        """Followed by a small motion about the moved centre."""
        rotation = Rotation.from_rotvec(turn).as_matrix() @ self.rotation
        return Motion(rotation, self.shift_mm + shift_mm, self.centre_mm)

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """The motion as it acts on (x, y, z, 1), shape (4, 4)."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.rotation
        matrix[:3, 3] = self.centre_mm + self.shift_mm - self.rotation @ self.centre_mm
        return matrix

    @property
    def angle_deg(self) -> float:
        """How far it turns."""
        return float(np.degrees(np.linalg.norm(Rotation.from_matrix(self.rotation).as_rotvec())))

    def distance_mm(self, other: "Motion", points_mm: ArrayLike) -> float:
        """The farthest that any of the points, shape (n, 3), lies apart under the two motions."""
        apart = self(points_mm) - other(points_mm)
        return float(np.linalg.norm(np.atleast_2d(apart), axis=1).max())
