"""Straight lines among thin dense voxels: seeds where they lie in a row, grown for as long as the row goes on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from foramen.guidance.ridges import Ridges

Vector = NDArray[np.float64]

SEEDS = 500
SEED_APART_MM = 4.0
LOOK_MM = 9.0
"""Half the length over which a seed's direction is taken."""
TOLERANCE_MM = 1.3
"""How far from the line a voxel's centre may lie within the slices, for a needle's bend and width."""
GAP_MM = 4.0
LEAST_LENGTH_MM = 9.0
THINNEST_HU_MM2 = 2900.0
"""Contrast times cross-section of the thinnest needle, 25 G without its stylet (0.15 mm² of steel, 19 000 HU)."""
BLUR_MM, LEAST_SLICE_MM = 0.6, 1.2
LEAST_STEEL = 0.6
"""Of the contrast that the thinnest needle lying within a slice should have; what has less is bone."""
MOST_LINES = 40
LEAST_LINEARITY = 0.75
BESIDE = 2.5
"""Tolerances within which a voxel belongs to a row."""
TAKEN_MM = 2.5


@dataclass(frozen=True, eq=False)
class Line:
    """A row of thin dense voxels.

    Attributes
    ----------
    middle_mm, direction
        A point on it and its unit vector.
    start_mm, stop_mm
        Where it begins and ends, along the direction from the middle.
    contrast_hu
        Median over its voxels.
    strength
        Sum of contrast over its length, HU mm: by which lines are ranked.
    filled
        Share of its length that has voxels.
    """

    middle_mm: Vector
    direction: Vector
    start_mm: float
    stop_mm: float
    contrast_hu: float
    strength: float
    filled: float

    @property
    def length_mm(self) -> float:
        """From end to end."""
        return self.stop_mm - self.start_mm

    @property
    def ends_mm(self) -> NDArray[np.float64]:
        """Its two ends, shape (2, 3)."""
        return self.middle_mm + np.array([[self.start_mm], [self.stop_mm]]) * self.direction


@dataclass(frozen=True, eq=False)
class Slices:
    """How the scan is cut: across its slices a position is only known to within their thickness."""

    normal: Vector
    thickness_mm: float

    @property
    def least_steel_hu(self) -> float:
        """The contrast below which nothing in slices of this thickness is a needle."""
        thickness = max(self.thickness_mm, LEAST_SLICE_MM)
        return LEAST_STEEL * THINNEST_HU_MM2 / (float(np.sqrt(2 * np.pi)) * BLUR_MM * thickness)

    def off_line(self, offsets: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distance from a line in tolerances, of vectors square to it, shape (n, 3) to (n,)."""
        across = offsets @ self.normal
        within = np.linalg.norm(offsets - across[:, None] * self.normal, axis=1)
        return np.asarray(np.hypot(within / TOLERANCE_MM, across / max(TOLERANCE_MM, 0.75 * self.thickness_mm)))


def find_lines(ridges: Ridges, slices: Slices) -> list[Line]:
    """The straight rows of voxels, the strongest first; no voxel counts for two of them."""
    if len(ridges) < 5:
        return []
    tree = cKDTree(ridges.points_mm)
    free = np.ones(len(ridges), dtype=bool)
    lines: list[Line] = []
    for seed, direction in _seeds(ridges, tree, slices):
        if not free[seed] or len(lines) == MOST_LINES:
            continue
        line = _grown(ridges, free, ridges.points_mm[seed], direction, slices)
        if line is None:
            continue
        lines.append(line)
        free &= ~_near(ridges.points_mm, line)
    return sorted(lines, key=lambda line: -line.strength)


def _seeds(ridges: Ridges, tree: cKDTree, slices: Slices) -> list[tuple[int, Vector]]:
    """Voxels whose neighbours lie in a row, with the row's direction; the clearest first."""
    reach = max(LOOK_MM, 1.8 * slices.thickness_mm)
    order = np.argsort(-ridges.contrast_hu, kind="stable")
    chosen: list[int] = []
    covered = np.zeros(len(ridges), dtype=bool)
    for n in order:
        if not covered[n]:
            chosen.append(int(n))
            covered[tree.query_ball_point(ridges.points_mm[n], SEED_APART_MM)] = True
        if len(chosen) == SEEDS:
            break
    found = []
    for n, near in zip(chosen, tree.query_ball_point(ridges.points_mm[chosen], reach), strict=True):
        linearity, axis = _row(ridges.points_mm[near], np.minimum(ridges.contrast_hu[near], 1500.0), slices)
        if linearity > LEAST_LINEARITY:
            found.append((linearity**4 * min(ridges.contrast_hu[n], 1500.0), n, axis))
    found.sort(key=lambda item: -item[0])
    return [(n, axis) for _, n, axis in found]


def _row(points: NDArray[np.float64], contrast: NDArray[np.float64], slices: Slices) -> tuple[float, Vector]:
    """How much voxels lie in a row, 0 to 1, and along which axis; what lies beside it is left out at a second look.

    The square of the contrast makes a needle outweigh the bone it passes.
    """
    linearity, axis = 0.0, slices.normal
    for _ in range(2):
        if len(points) < 4:
            return 0.0, axis
        weights = contrast**2
        away = points - np.average(points, axis=0, weights=weights)
        spread, axes = np.linalg.eigh((away * weights[:, None]).T @ away / weights.sum())
        linearity, axis = float(spread[2] / spread.sum()), axes[:, 2]
        beside = slices.off_line(away - (away @ axis)[:, None] * axis) < BESIDE
        points, contrast = points[beside], contrast[beside]
    return linearity, axis


def _grown(ridges: Ridges, free: NDArray[np.bool_], seed: Vector, direction: Vector, slices: Slices) -> Line | None:
    """Fit a line to the voxels around it, a longer stretch each time, until the row ends on both sides."""
    middle, reach = seed, LOOK_MM
    chosen = np.empty(0, dtype=np.int64)
    for reach in (12.0, 18.0, 30.0, 50.0, 90.0, 300.0, 300.0):
        away = ridges.points_mm - middle
        along = away @ direction
        near = np.flatnonzero(free & (np.abs(along) < reach))
        offsets = away[near] - along[near, None] * direction
        near = near[slices.off_line(offsets) < 1.0]
        chosen = near[_unbroken(along[near], float((seed - middle) @ direction), GAP_MM + slices.thickness_mm)]
        if len(chosen) < 4:
            return None
        weights = np.minimum(ridges.contrast_hu[chosen], 1500.0)
        middle = np.average(ridges.points_mm[chosen], axis=0, weights=weights)
        away = ridges.points_mm[chosen] - middle
        axis = np.linalg.eigh((away * weights[:, None]).T @ away)[1][:, 2]
        direction = axis * np.sign(axis @ direction)
    along = (ridges.points_mm[chosen] - middle) @ direction
    length = float(np.ptp(along))
    if length < LEAST_LENGTH_MM:
        return None
    contrast = float(np.median(ridges.contrast_hu[chosen]))
    bins = np.unique(np.floor(along / max(1.0, slices.thickness_mm / 2))).size * max(1.0, slices.thickness_mm / 2)
    filled = min(1.0, bins / length)
    strength = filled * length * min(contrast, 1500.0)
    return Line(middle, direction, float(along.min()), float(along.max()), contrast, strength, filled)


def _unbroken(along: NDArray[np.float64], at: float, gap_mm: float) -> NDArray[np.int64]:
    """Those in the row around `at` that has no gap longer than this: indices."""
    order = np.argsort(along)
    run = along[order]
    breaks = np.flatnonzero(np.diff(run) > gap_mm)
    starts, stops = np.concatenate([[0], breaks + 1]), np.concatenate([breaks + 1, [len(run)]])
    for start, stop in zip(starts, stops, strict=True):
        if stop > start and run[start] - gap_mm <= at <= run[stop - 1] + gap_mm:
            return np.asarray(order[start:stop])
    return np.empty(0, dtype=np.int64)


def _near(points: NDArray[np.float64], line: Line) -> NDArray[np.bool_]:
    away = points - line.middle_mm
    along = away @ line.direction
    off = np.linalg.norm(away - along[:, None] * line.direction, axis=1)
    return np.asarray((off < TAKEN_MM) & (along > line.start_mm - 2) & (along < line.stop_mm + 2))
