"""A needle's shaft followed through the scan: its centreline with its bend, and how dense it is along the way."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from foramen.guidance.needle_lines import Line, Slices
from foramen.imaging.volume import Volume

Vector = NDArray[np.float64]

STEP_MM = 0.5
USUAL_MM = 0.4
"""How far a centre lies off the curve without being an outlier; across the slices, this share of their thickness."""
REACH_MM = 1.6
"""How far from the line seen so far the centre is looked for."""
RING_MM = (3.0, 4.2)
"""Around the needle, where what surrounds it is measured."""
THICK = 0.8
"""How far across a slice the needle is looked for, in slices."""
BEYOND_MM = 25.0
"""How far past the end of a row of voxels the shaft may be found to go on, behind bone or a bend."""
ENOUGH_INSIDE_MM = 15.0
MOST_EXTENSIONS, STILL_LONGER_MM = 5, 8.0
PRESENT = 0.35
"""Of the shaft's usual contrast: less than this, and than any steel, is not needle."""
LEAST_PRESENT_HU = 70.0
GAP_MM = 5.0
MOST_BEND = 13.0 / 100.0**2
"""Largest curvature term, mm per mm²: a sag of 3.3 mm on a shaft of 100 mm, a tip 13 mm off its first direction.

Radiologists see 5.3 mm at most on the average (de Jong 2018, doi 10.2147/MDER.S160444)."""
AIR_HU = -350


@dataclass(frozen=True, eq=False)
class Shaft:
    """A needle's visible part, from the end toward the skin to the other.

    Attributes
    ----------
    line_mm
        Its centreline every `STEP_MM`, LPS mm, shape (n, 3).
    contrast_hu
        How much denser it is there than its surroundings, shape (n,).
    around_hu
        What surrounds it there, shape (n,).
    scatter_mm
        Spread of single centres about the centreline, within the slices (from their median).
    """

    line_mm: NDArray[np.float64]
    contrast_hu: NDArray[np.float64]
    around_hu: NDArray[np.float64]
    scatter_mm: float

    @property
    def length_mm(self) -> float:
        """Along the centreline."""
        return STEP_MM * (len(self.line_mm) - 1)

    @property
    def direction(self) -> Vector:
        """Unit vector from the first end to the last."""
        way = self.line_mm[-1] - self.line_mm[0]
        return np.asarray(way / np.linalg.norm(way))

    def profile(
        self, scan: Volume, slices: Slices, back_mm: float, forward_mm: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Contrast along the last stretch and straight on beyond it: mm from the last point, and HU."""
        way = self.direction_at_end(20.0)
        count = min(len(self.line_mm), int(back_mm / STEP_MM) + 1)
        ahead = np.arange(STEP_MM, forward_mm + 1e-6, STEP_MM)
        centres = np.concatenate([self.line_mm[-count:], self.line_mm[-1] + ahead[:, None] * way])
        _, contrast, _ = _sections(scan, centres, *_across(way, slices.normal), slices)
        return np.concatenate([np.arange(1 - count, 1) * STEP_MM, ahead]), contrast

    def direction_at_end(self, over_mm: float) -> Vector:
        """Unit vector of the last stretch."""
        count = min(len(self.line_mm), int(over_mm / STEP_MM) + 2)
        way = self.line_mm[-1] - self.line_mm[-count]
        return np.asarray(way / np.linalg.norm(way))

    def part(self, start: int) -> "Shaft":
        """What follows from one of its points on."""
        return replace(
            self,
            line_mm=self.line_mm[start:],
            contrast_hu=self.contrast_hu[start:],
            around_hu=self.around_hu[start:],
        )

    @property
    def turned(self) -> "Shaft":
        """The same from the other end."""
        return Shaft(self.line_mm[::-1], self.contrast_hu[::-1], self.around_hu[::-1], self.scatter_mm)

    @property
    def in_air(self) -> NDArray[np.bool_]:
        """Where it lies outside the patient."""
        return np.asarray(self.around_hu < AIR_HU)


def follow(scan: Volume, line: Line, slices: Slices) -> Shaft | None:
    """Find the centreline of what a row of voxels belongs to, also where it goes on behind bone or around a bend."""
    middle, half = line.middle_mm + (line.start_mm + line.stop_mm) / 2 * line.direction, line.length_mm / 2
    shaft = _follow(scan, middle, line.direction, half, slices)
    for _ in range(MOST_EXTENSIONS):
        if shaft is None or shaft.length_mm < 2 * half + STILL_LONGER_MM:
            break
        middle, half = (shaft.line_mm[0] + shaft.line_mm[-1]) / 2, shaft.length_mm / 2
        shaft = _follow(scan, middle, shaft.direction, half, slices) or shaft
    return shaft


def _follow(scan: Volume, middle: Vector, direction: Vector, half_mm: float, slices: Slices) -> Shaft | None:
    along = np.arange(-half_mm - BEYOND_MM, half_mm + BEYOND_MM, STEP_MM)
    one, two = _across(direction, slices.normal)
    bend = np.zeros((3, 2))
    usual = USUAL_MM * np.array([1.0, max(1.0, slices.thickness_mm * abs(float(slices.normal @ two)))])
    seen = np.abs(along) < half_mm
    for _ in range(4):
        centres = _curve(middle, direction, along, bend, one, two)
        offsets, contrast, around = _sections(scan, centres, one, two, slices)
        seen = _shown(along, contrast, seen, slices)
        if seen.sum() < 8:
            return None
        offsets += _offset(along, bend)
        # Outside the patient the shaft is straight and ends in its hub: what lies inside decides.
        inside = seen & (around > AIR_HU)
        decides = inside if inside.sum() * STEP_MM > ENOUGH_INSIDE_MM else seen
        bend, scatter = _fitted(along, offsets, np.sqrt(np.clip(contrast, 1.0, 1500.0)), decides, usual)
    centres = _curve(middle, direction, along, bend, one, two)
    _, contrast, around = _sections(scan, centres, one, two, slices)
    seen = _shown(along, contrast, seen, slices)
    if seen.sum() < 8:
        return None
    run = slice(int(np.flatnonzero(seen)[0]), int(np.flatnonzero(seen)[-1]) + 1)
    path = centres[run]
    return Shaft(path, contrast[run], around[run], scatter)


def _across(direction: Vector, normal: Vector) -> tuple[Vector, Vector]:
    """Two unit vectors square to the shaft, the first within the slices."""
    one = np.cross(normal, direction)
    if np.linalg.norm(one) < 0.05:
        one = np.cross(np.eye(3)[np.argmin(np.abs(direction))], direction)
    one = one / np.linalg.norm(one)
    return one, np.cross(direction, one)


def _offset(along: NDArray[np.float64], bend: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.stack([np.ones_like(along), along, along**2], axis=1) @ bend)


def _curve(
    middle: Vector, direction: Vector, along: NDArray[np.float64], bend: NDArray[np.float64], one: Vector, two: Vector
) -> NDArray[np.float64]:
    offset = _offset(along, bend)
    return middle + along[:, None] * direction + offset[:, :1] * one + offset[:, 1:] * two


def _sections(
    scan: Volume, centres: NDArray[np.float64], one: Vector, two: Vector, slices: Slices
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Cross-sections: the densest spot's offset from each centre, its contrast, and what surrounds it.

    Across thick slices the section is drawn out: a needle that crosses into the next slice is found there.
    """
    stretch = np.array([1.0, max(1.0, THICK * slices.thickness_mm * abs(float(slices.normal @ two)) / REACH_MM)])
    steps = np.arange(-REACH_MM, REACH_MM + 0.01, 0.4)
    a, b = np.meshgrid(steps, steps, indexing="ij")
    inside = np.hypot(a, b) <= REACH_MM
    disc = np.stack([a[inside], b[inside]], axis=1)
    turn = np.pi * np.arange(12) / 6
    ring = np.concatenate([r * np.stack([np.cos(turn), np.sin(turn)], axis=1) for r in RING_MM])
    spots = np.concatenate([disc, ring])
    spots = spots * stretch
    points = centres[:, None] + spots[None, :, :1] * one + spots[None, :, 1:] * two
    index = np.moveaxis(scan.to_index(points), -1, 0)
    hu = map_coordinates(scan.voxels, index, np.float32, order=1, mode="nearest")
    here, surround = hu[:, : len(disc)], hu[:, len(disc) :]
    around = np.median(surround, axis=1)
    above = np.maximum(here - around[:, None], 0.0)
    weight = np.maximum(above - 0.5 * above.max(axis=1, keepdims=True), 0.0) + 1e-6
    offsets = (weight[:, :, None] * (disc * stretch)).sum(axis=1) / weight.sum(axis=1)[:, None]
    core = np.sort(here, axis=1)[:, -6:].mean(axis=1)
    at = scan.to_index(centres)
    inside_scan = ((at >= -1.0) & (at <= np.array(scan.shape))).all(axis=1)
    return offsets, np.where(inside_scan, core - around, 0.0), np.asarray(around, dtype=np.float64)


def _shown(
    along: NDArray[np.float64], contrast: NDArray[np.float64], seen: NDArray[np.bool_], slices: Slices
) -> NDArray[np.bool_]:
    """Where needle is seen: the stretch around what was seen before that has no gap longer than `GAP_MM`."""
    usual = float(np.median(contrast[seen])) if seen.any() else 0.0
    present = contrast > max(min(PRESENT * usual, slices.least_steel_hu), LEAST_PRESENT_HU)
    middle = float(np.median(along[seen])) if seen.any() else 0.0
    there = along[present]
    if not len(there):
        return np.zeros_like(seen)
    breaks = np.flatnonzero(np.diff(there) > GAP_MM)
    starts = np.concatenate([[0], breaks + 1])
    stops = np.concatenate([breaks, [len(there) - 1]])
    pieces = [(there[a], there[b]) for a, b in zip(starts, stops, strict=True)]
    nearest = min(pieces, key=lambda p: max(p[0] - middle, middle - p[1], 0.0))
    return np.asarray(present & (along >= nearest[0]) & (along <= nearest[1]))


def _fitted(
    along: NDArray[np.float64],
    offsets: NDArray[np.float64],
    counted: NDArray[np.float64],
    seen: NDArray[np.bool_],
    usual_mm: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """The curve of second order through the centres, outliers weighed down; and their scatter within the slices.

    `usual_mm`, shape (2,), is how far centres lie off in each direction without being outliers.
    """
    design = np.stack([np.ones_like(along), along, along**2], axis=1)[seen]
    wanted = offsets[seen]
    weights = counted[seen]
    # A short stretch shows no bend: the curvature is held at zero the more strongly the shorter the stretch is.
    length = max(float(np.ptp(along[seen])), 1.0)
    ridge = np.diag([1e-6, 1e-6, 1.0])[None] * (60.0 / length) ** 6 * 1e3
    bend = np.zeros((3, 2))
    robust = np.ones((len(wanted), 2))
    for _ in range(4):
        for axis in range(2):
            w = weights * robust[:, axis]
            normal = (design * w[:, None]).T @ design + ridge[0] * w.sum() / len(w)
            bend[:, axis] = np.linalg.solve(normal, (design * w[:, None]).T @ wanted[:, axis])
            bend[2, axis] = np.clip(bend[2, axis], -MOST_BEND, MOST_BEND)
        left = np.abs(wanted - design @ bend)
        robust = 1 / (1 + (left / usual_mm) ** 2)
    return bend, float(1.4826 * np.median(left[:, 0]))


def sag(path: NDArray[np.float64]) -> float:
    """The farthest that a course, shape (n, 3), lies from the straight line between its ends, mm."""
    way = path[-1] - path[0]
    length = float(np.linalg.norm(way))
    if length == 0:
        return 0.0
    away = path - path[0]
    off = away - (away @ way / length)[:, None] * way / length
    return float(np.linalg.norm(off, axis=1).max())
