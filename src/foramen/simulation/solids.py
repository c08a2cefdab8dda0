"""The building blocks of the digital patient: implicit solids, joined, cut and clipped into one part per structure.

A part is a smooth union of solids minus what is cut from it, with one label and one material. Parts are ordered: where
two overlap, the earlier one is what the scan shows. Nothing here knows voxels.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import PchipInterpolator

from foramen.anatomy.structures import Structure
from foramen.simulation.materials import Material

LOFT_STEP_MM = 4.0
"""Cross-sections of a loft are laid out at about this distance and joined by straight lines."""


class Kind(IntEnum):
    """Shape of a solid; `distances.py` has one function for each."""

    ELLIPSOID, ROD, BOX, VERTEBRAL_BODY, LOFT, SHEET = range(6)


class Operation(IntEnum):
    """How a solid joins its part."""

    ADD, CUT, KEEP = range(3)


@dataclass(frozen=True, eq=False)
class Solid:
    """One implicit shape.

    `axes` are the rows that take world mm, less `origin`, into the shape's own mm; `clip` is a half space
    ``(normal, offset)`` that the shape ends at, in world mm.
    """

    kind: Kind
    origin: NDArray[np.float64]
    axes: NDArray[np.float64]
    numbers: tuple[float, ...]
    centre: NDArray[np.float64]
    radius: float
    operation: Operation = Operation.ADD
    clip: tuple[NDArray[np.float64], float] | None = None
    table: NDArray[np.float64] | None = None

    def cut(self) -> "Solid":
        """The same shape, taken away from its part."""
        return replace(self, operation=Operation.CUT)

    def keep(self) -> "Solid":
        """The same shape, outside which its part has nothing."""
        return replace(self, operation=Operation.KEEP)

    def ending_at(self, point: ArrayLike, outward: ArrayLike) -> "Solid":
        """The same shape, ended at the plane through `point`, beyond which `outward` points."""
        normal = _unit(outward)
        return replace(self, clip=(normal, float(normal @ np.asarray(point, dtype=np.float64))))


@dataclass(frozen=True, eq=False)
class Part:
    """Solids that are one structure.

    Attributes
    ----------
    blend_mm
        Over which added solids run into one another.
    rough_mm, rough_scale_mm
        Height and length of the unevenness of its surface; none for bone, whose truth must be exact.
    """

    label: Structure
    material: Material
    solids: tuple[Solid, ...]
    blend_mm: float = 0.0
    rough_mm: float = 0.0
    rough_scale_mm: float = 20.0
    name: str = field(default="")


class Packed(NamedTuple):
    """Parts as plain arrays, as the kernels read them."""

    solid_floats: NDArray[np.float64]
    solid_ints: NDArray[np.int64]
    tables: NDArray[np.float64]
    part_floats: NDArray[np.float64]
    part_ints: NDArray[np.int64]


def ellipsoid(
    centre: ArrayLike, half_axes: Sequence[float] | NDArray[np.float64], axes: ArrayLike | None = None
) -> Solid:
    """An ellipsoid with its half axes along the rows of `axes`."""
    return _solid(Kind.ELLIPSOID, centre, axes, tuple(half_axes), reach=float(max(half_axes)))


def box(centre: ArrayLike, half_axes: Sequence[float], axes: ArrayLike | None = None, rounding: float = 1.0) -> Solid:
    """A box with rounded edges."""
    reach = float(np.linalg.norm(half_axes))
    return _solid(Kind.BOX, centre, axes, (*half_axes, rounding), reach)


def rod(
    start: ArrayLike,
    end: ArrayLike,
    half_start: Sequence[float],
    half_end: Sequence[float] | None = None,
    wide: ArrayLike = (1.0, 0.0, 0.0),
) -> Solid:
    """A tapering rod with round ends and an elliptic section.

    `half_start` and `half_end` are half axes along `wide` (made square to the rod) and across it.
    """
    start, end = np.asarray(start, dtype=np.float64), np.asarray(end, dtype=np.float64)
    half_end = half_start if half_end is None else half_end
    along = _unit(end - start)
    first = np.asarray(wide, dtype=np.float64)
    first = _unit(first - along * (first @ along))
    axes = np.stack([first, np.cross(along, first), along])
    length = float(np.linalg.norm(end - start))
    reach = length / 2 + max(*half_start, *half_end)
    numbers = (length, *half_start, *half_end)
    return Solid(Kind.ROD, start, axes, numbers, (start + end) / 2, reach)


def tube(points: ArrayLike, half_axes: ArrayLike, wide: ArrayLike = (1.0, 0.0, 0.0)) -> tuple[Solid, ...]:
    """Rods end to end along `points`, shape (n, 3), with half axes, shape (n,), (n, 2) or a single number."""
    points = np.asarray(points, dtype=np.float64)
    half = np.asarray(half_axes, dtype=np.float64)
    half = half[:, None] if half.ndim == 1 else half
    half = np.broadcast_to(half, (len(points), 2))
    steps = zip(points[:-1], points[1:], half[:-1], half[1:], strict=True)
    return tuple(rod(a, b, tuple(ra), tuple(rb), wide) for a, b, ra, rb in steps)


def vertebral_body(
    centre: ArrayLike,
    axes: ArrayLike,
    upper: tuple[float, float],
    lower: tuple[float, float],
    height: float,
    wedge_rad: float,
    *,
    waist: float = 0.1,
    concavity: float = 1.5,
) -> Solid:
    """A waisted vertebral body: half widths and half depths of its endplates, its height in the middle, its wedge."""
    numbers = (*upper, *lower, height / 2, float(np.tan(wedge_rad / 2)), waist, concavity)
    reach = float(np.hypot(max(*upper, *lower), height / 2 + 5))
    return _solid(Kind.VERTEBRAL_BODY, centre, axes, numbers, reach)


def loft(
    rows: ArrayLike,
    *,
    origin: ArrayLike = (0.0, 0.0, 0.0),
    axes: ArrayLike | None = None,
    furrow: tuple[float, float] = (0.0, 1.0),
    bend: float = 0.0,
) -> Solid:
    """Rounded sections along z, from rows of z, centre x, y, half width, half depth ahead, behind, exponent, turn.

    Parameters
    ----------
    rows : array, shape (n, 8)
        Rising in z; the turn is in radians. Exponent 2 is an ellipse, above it squarer.
    furrow : tuple
        Depth and width of a groove in the midline behind.
    bend : float
        Sweep of the sides toward the back, y = bend · x².
    """
    table = _even(np.asarray(rows, dtype=np.float64))
    width, depth = np.abs(table[:, 1]) + table[:, 3], np.abs(table[:, 2]) + table[:, 4:6].max(axis=1)
    bottom, top = table[0, 0], table[-1, 0]
    reach = float(np.hypot(np.hypot(width, depth + bend * width**2).max(), (top - bottom) / 2))
    numbers = (bottom, top, (len(table) - 1) / (top - bottom), *furrow, bend)
    return _solid(Kind.LOFT, origin, axes, numbers, reach, middle=(0.0, 0.0, (top + bottom) / 2), table=table)


def sheet(rows: ArrayLike, *, origin: ArrayLike = (0.0, 0.0, 0.0), axes: ArrayLike | None = None) -> Solid:
    """A curved plate: for each z a chain of points with half thicknesses; rows of z, then x, y, t for every point."""
    table = _even(np.asarray(rows, dtype=np.float64))
    bottom, top = table[0, 0], table[-1, 0]
    middle = np.array([table[:, 1::3].mean(), table[:, 2::3].mean(), (bottom + top) / 2])
    spread = np.hypot(table[:, 1::3] - middle[0], table[:, 2::3] - middle[1]).max() + table[:, 3::3].max()
    numbers = (bottom, top, (len(table) - 1) / (top - bottom), float((table.shape[1] - 1) // 3))
    reach = float(np.hypot(spread, (top - bottom) / 2))
    return _solid(Kind.SHEET, origin, axes, numbers, reach, middle=middle, table=table)


def pack(parts: Iterable[Part]) -> Packed:
    """Lay parts out as arrays, in their order."""
    solid_rows: list[list[float]] = []
    solid_ints: list[list[int]] = []
    tables: list[NDArray[np.float64]] = []
    part_rows: list[list[float]] = []
    part_ints: list[list[int]] = []
    offset = 0
    for part in parts:
        start = len(solid_rows)
        for solid in part.solids:
            normal, limit = solid.clip or (np.zeros(3), 0.0)
            numbers = [*solid.numbers, *[0.0] * (12 - len(solid.numbers))]
            row = [*solid.axes.ravel(), *solid.origin, *numbers, *normal, limit, *solid.centre, solid.radius]
            solid_rows.append([float(value) for value in row])
            columns = 0 if solid.table is None else solid.table.shape[1]
            solid_ints.append([solid.kind, solid.operation, offset, columns])
            if solid.table is not None:
                tables.append(solid.table.ravel())
                offset += solid.table.size
        centre, radius = _enclosing(part)
        part_rows.append([*centre, radius, part.blend_mm, part.rough_mm, part.rough_scale_mm, *part.material.numbers])
        part_ints.append([start, len(solid_rows), int(part.label), int(part.material.kind)])
    flat = np.concatenate(tables) if tables else np.zeros(1)
    return Packed(np.array(solid_rows), np.array(solid_ints), flat, np.array(part_rows), np.array(part_ints))


def _enclosing(part: Part) -> tuple[NDArray[np.float64], float]:
    added = [s for s in part.solids if s.operation is Operation.ADD]
    centres, radii = np.array([s.centre for s in added]), np.array([s.radius for s in added])
    middle = ((centres - radii[:, None]).min(axis=0) + (centres + radii[:, None]).max(axis=0)) / 2
    return middle, float((np.linalg.norm(centres - middle, axis=1) + radii).max() + part.rough_mm)


def _solid(
    kind: Kind,
    origin: ArrayLike,
    axes: ArrayLike | None,
    numbers: tuple[float, ...],
    reach: float,
    *,
    middle: ArrayLike = (0.0, 0.0, 0.0),
    table: NDArray[np.float64] | None = None,
) -> Solid:
    rows = np.eye(3) if axes is None else np.asarray(axes, dtype=np.float64)
    start = np.asarray(origin, dtype=np.float64)
    centre = start + np.asarray(middle, dtype=np.float64) @ rows
    return Solid(kind, start, rows, numbers, centre, reach, table=table)


def _even(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows at equal steps of their first column, on a curve that does not overshoot."""
    count = max(2, round((rows[-1, 0] - rows[0, 0]) / LOFT_STEP_MM) + 1)
    even: NDArray[np.float64] = PchipInterpolator(rows[:, 0], rows)(np.linspace(rows[0, 0], rows[-1, 0], count))
    return even


def _unit(vector: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(vector, dtype=np.float64)
    return values / float(np.linalg.norm(values))
