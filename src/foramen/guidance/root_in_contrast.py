"""The root found again in the control scans: soft tissue in fat before the contrast, a gap in the contrast after it.

The plan's root may be an estimate from published anatomy, millimetres off. In planes square to its planned course,
every place is scored by how much softer a disc of the root's size is than the fat around it, and how much darker than
the contrast around it. The best continuous course through the planes follows by dynamic programming (Viterbi 1967); the
planned course holds it as firmly as the plan says it is certain.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve, gaussian_filter1d, map_coordinates

from foramen.anatomy.spine import NerveRoot, RootEvidence
from foramen.guidance.contrast_map import ContrastMap
from foramen.imaging.volume import Volume

STATION_MM, STEP_MM, REACH_MM = 2.0, 0.7, 9.1
"""Between planes, between places in a plane, and how far from the planned course the root is looked for."""
MARGIN_MM = 5.0
ALONG_MM = (-1.4, 0.0, 1.4)
"""Each plane is averaged over a stretch of the course, against noise."""
FAT_HU, SOFT_HU, BONE_HU = -100.0, 40.0, 170.0
LEAST_BRIGHT_HU = 100.0
RING_MM = (0.4, 2.2)
"""What surrounds the root, from its surface."""
OF_FAT, OF_CONTRAST, OF_BONE = 1.0, 1.5, 2.0
"""Weights of a full step from fat to soft tissue, from contrast to none, and of bone where the root should be."""
DIVERGES = 0.3
"""By how much of the way from its point a course may stray from the planned one (one sigma)."""
BENDS_MM = 0.7
"""By how much an offset changes from one plane to the next (one sigma)."""
LEAST_SCORE = 0.25
"""Mean over the course: below it, what was followed is no root in fat and no gap in contrast."""
FOUND_SPREAD_MM = 1.2


@dataclass(frozen=True, eq=False)
class _Planes:
    """Planes square to the planned course; all of shape (stations, side, side)."""

    points_mm: NDArray[np.float64]
    across: NDArray[np.float64]
    score: NDArray[np.float64]


def root_in_contrast(contrast: ContrastMap, planned: NerveRoot) -> NerveRoot:
    """The root where the scans show it; as planned where they show none.

    Parameters
    ----------
    contrast : ContrastMap
    planned : NerveRoot

    Returns
    -------
    NerveRoot
        Its evidence is the image and its uncertainty smaller where it was found.
    """
    planes = _planes(contrast, planned)
    away = np.linalg.norm(planes.points_mm - planned.point_mm, axis=1)
    steps = _steps()
    distance = np.hypot(*np.meshgrid(steps, steps, indexing="ij"))
    spread = np.hypot(planned.uncertainty_mm, DIVERGES * away)
    value = planes.score - 0.5 * (distance[None] / spread[:, None, None]) ** 2 * STATION_MM / 10
    chosen = _best_course(value)
    at = (np.arange(len(chosen)), chosen[:, 0], chosen[:, 1])
    if float(planes.score[at].mean()) < LEAST_SCORE:
        return planned
    offset = gaussian_filter1d(steps[chosen], 1.0, axis=0, mode="nearest")
    path = planes.points_mm + np.einsum("nk,nkc->nc", offset, planes.across)
    nearest = int(np.argmin(away))
    ganglion = planned.ganglion_mm + path[nearest] - planned.point_mm
    return replace(
        planned, path_mm=path, point_mm=path[nearest], ganglion_mm=ganglion,
        uncertainty_mm=min(FOUND_SPREAD_MM, planned.uncertainty_mm), evidence=RootEvidence.IMAGE,
    )  # fmt: skip


def _steps() -> NDArray[np.float64]:
    count = round(REACH_MM / STEP_MM)
    return np.asarray(np.arange(-count, count + 1) * STEP_MM)


def _planes(contrast: ContrastMap, planned: NerveRoot) -> _Planes:
    path = planned.path_mm
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.arange(0.0, run[-1], STATION_MM)
    points = np.stack([np.interp(at, run, path[:, axis]) for axis in range(3)], axis=1)
    tangents = gaussian_filter1d(np.gradient(points, axis=0), 2.0, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    first = np.cross(tangents, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    across = np.stack([first, np.cross(tangents, first)], axis=1)
    margin = round(MARGIN_MM / STEP_MM)
    wide = np.arange(-margin - len(_steps()) // 2, margin + len(_steps()) // 2 + 1) * STEP_MM
    u, v = np.meshgrid(wide, wide, indexing="ij")
    flat = points[:, None, None] + u[..., None] * across[:, None, None, 0] + v[..., None] * across[:, None, None, 1]
    places = np.stack([flat + along * tangents[:, None, None] for along in ALONG_MM])
    score = _score(contrast, places, planned.radius_mm)[:, margin:-margin, margin:-margin]
    return _Planes(points, across, score)


def _score(contrast: ContrastMap, places: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """How much each place looks like the root's middle, shape (stations, side, side)."""
    affine = contrast.to_planning @ contrast.rise.affine
    index = Volume(contrast.rise.voxels, affine).to_index(places.reshape(-1, 3)).T

    def read(voxels: NDArray[np.float32] | NDArray[np.bool_], outside: float) -> NDArray[np.float64]:
        read_out = map_coordinates(voxels.astype(np.float32), index, order=1, cval=outside)
        return np.asarray(read_out.reshape(places.shape[:-1]), dtype=np.float64)

    before = read(contrast.before.voxels, -1000.0)
    shown = (read(contrast.hidden, 1.0) < 0.3) & (before > -300)
    bone = shown & (before > BONE_HU)
    clear = shown & ~bone
    soft = np.clip((before - FAT_HU) / (SOFT_HU - FAT_HU), 0, 1)
    rise = contrast.rise.voxels[contrast.mask]
    bright = max(float(np.percentile(rise, 60)), LEAST_BRIGHT_HU) if rise.size else np.inf
    wet = np.clip(read(contrast.rise.voxels, 0.0) / bright, 0, 1)
    disc, ring = _kernels(radius)
    return np.asarray(
        OF_FAT * (_mean(soft, clear, disc) - _mean(soft, clear, ring))
        + OF_CONTRAST * (_mean(wet, clear, ring) - _mean(wet, clear, disc))
        - OF_BONE * _mean(bone.astype(np.float64), shown, disc)
    )


def _kernels(radius: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    side = np.arange(-int(MARGIN_MM / STEP_MM), int(MARGIN_MM / STEP_MM) + 1) * STEP_MM
    away = np.hypot(side[:, None], side[None, :])
    disc = away < 0.75 * radius
    ring = (away > radius + RING_MM[0]) & (away < radius + RING_MM[1])
    return disc.astype(np.float64), ring.astype(np.float64)


def _mean(values: NDArray[np.float64], valid: NDArray[np.bool_], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over a kernel's footprint, and over the stretch of the course; what is not valid does not count."""
    total = convolve((values * valid).sum(axis=0), kernel[None], mode="constant")
    count = convolve(valid.sum(axis=0, dtype=np.float64), kernel[None], mode="constant")
    return np.asarray(total / np.maximum(count, 0.15 * kernel.sum() * len(ALONG_MM)))


def _best_course(value: NDArray[np.float64]) -> NDArray[np.int64]:
    """Indices of the course of the greatest summed value less its bends, shape (stations, 2)."""
    stations, side, _ = value.shape
    moves = [(a, b) for a in range(-2, 3) for b in range(-2, 3)]
    cost = [0.5 * (a * a + b * b) * (STEP_MM / BENDS_MM) ** 2 * 0.1 for a, b in moves]
    best, came = value[0], np.zeros((stations, side, side), dtype=np.int64)
    for n in range(1, stations):
        padded = np.pad(best, 2, constant_values=-np.inf)
        from_there = np.stack(
            [padded[2 + a : 2 + a + side, 2 + b : 2 + b + side] - c for (a, b), c in zip(moves, cost, strict=True)]
        )
        came[n] = from_there.argmax(axis=0)
        best = value[n] + from_there.max(axis=0)
    course = np.zeros((stations, 2), dtype=np.int64)
    course[-1] = np.unravel_index(int(best.argmax()), best.shape)
    for n in range(stations - 1, 0, -1):
        course[n - 1] = course[n] + moves[came[n][tuple(course[n])]]
    return course
