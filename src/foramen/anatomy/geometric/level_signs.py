"""What tells a level: the sacrum's wings, the last rib, the iliac crests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.geometric.coarse import coarse
from foramen.anatomy.geometric.owners import Owners
from foramen.anatomy.geometric.sequence import BoneLevel
from foramen.anatomy.geometric.straight_spine import LEFT_MM, StraightSpine
from foramen.imaging.volume import Volume

Vector = NDArray[np.float64]

WING_BESIDE_MM, WING_BEHIND_MM = (28.0, 43.0), (-32.0, 2.0)
WING_BELOW_MM = (28, 10)
"""Where a sacrum is bone without a gap, from so far below its disc to so far: beside a lumbar vertebra, only the
transverse process is, which is 10 to 16 mm high."""

NECK_BESIDE_MM, NECK_BEHIND_MM = (23.0, 33.0), (-14.0, -3.0)
NECK_BELOW_MM = (18, -3)
"""Where a rib's neck passes beside the upper half of its vertebra, in front of the transverse process."""

LEAST_IN_VIEW, LEAST_BOX_IN_VIEW = 0.7, 0.5
"""Share of a stretch along the column, and of a box beside it, that must lie in the scan."""

CREST_BESIDE_MM = (55.0, 110.0)
CREST_GRID_MM = 3.0
LEAST_CREST_MM2 = 150.0
"""Bone in one axial slice of one hip."""


@dataclass(frozen=True, eq=False)
class Signs:
    """What was measured; NaN where the scan does not show it.

    Attributes
    ----------
    wing
        For each disc from foot to head: least share of bone beside the column just below it, on the side with less.
    neck
        For each owner from foot to head: most bone where a rib's neck would be; right side, left side. Shape (n, 2).
    reach_mm
        For each owner: how far its bone reaches to the side; right side, left side. Shape (n, 2).
    below_mm
        How much of the column is in view below the lowest disc.
    crest
        Height of the iliac crests as a number of discs above the lowest disc.
    """

    wing: Vector
    neck: Vector
    reach_mm: Vector
    below_mm: float
    crest: float


NO_SIGNS = Signs(np.empty(0), np.full((1, 2), np.nan), np.full((1, 2), np.nan), np.nan, np.nan)
"""Of a stack that shows one vertebra, and no disc."""


def read_signs(ct: Volume, spine: StraightSpine, owners: Owners, bone: BoneLevel) -> Signs:
    """Measure all signs.

    Parameters
    ----------
    ct : Volume
        The scan, in HU.
    spine, owners, bone
        As found in it.
    """
    heights = [disc.along_mm for disc in owners.discs]
    spacing = float(np.median(np.diff(heights))) if len(heights) > 1 else 33.0
    tops = [*heights, heights[-1] + spacing]
    wing = _shares(spine, bone, WING_BESIDE_MM, WING_BEHIND_MM)
    neck = _smooth(_shares(spine, bone, NECK_BESIDE_MM, NECK_BEHIND_MM))
    in_view = spine.box((-14.0, 15.0), (-36.0, -12.0), spine.seen).mean(axis=(1, 2)) > LEAST_IN_VIEW
    below = in_view[: int(heights[0])]
    return Signs(
        np.array([np.min(_window(wing, z, WING_BELOW_MM, least=True)) for z in heights]),
        np.array([_window(neck, z, NECK_BELOW_MM, least=False) for z in tops]),
        np.array([_reach(owners.owner == number) for number in range(1, len(tops) + 1)]),
        float(np.argmin(below[::-1])) if not below.all() else float(len(below)),
        _crest(ct, spine, bone, heights),
    )


def _shares(spine: StraightSpine, bone: BoneLevel, beside: tuple[float, float], behind: tuple[float, float]) -> Vector:
    """Share of bone on the left and the right at each height, shape (2, n); NaN where it is not in view."""
    solid = (spine.both_sides(beside, behind) > bone.threshold_hu).mean(axis=(2, 3))
    seen = spine.both_sides(beside, behind, spine.seen).mean(axis=(2, 3))
    return np.where(seen >= LEAST_BOX_IN_VIEW, solid / np.maximum(seen, LEAST_BOX_IN_VIEW), np.nan)


def _smooth(profiles: Vector) -> Vector:
    """Mean over three heights; what is not in view stays unknown."""
    padded = np.pad(profiles, ((0, 0), (1, 1)), mode="edge")
    return np.asarray((padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]) / 3)


def _window(profile: Vector, top: float, below: tuple[int, int], *, least: bool) -> Vector:
    """Least or most of both sides between two depths below a height, shape (2,); NaN where mostly not in view."""
    window = profile[:, max(int(top) - below[0], 0) : max(int(top) - below[1], 1)]
    if not window.size:
        return np.full(2, np.nan)
    known = np.isfinite(window)
    filled = np.where(known, window, np.inf if least else -np.inf)
    enough = known.sum(axis=1) >= LEAST_IN_VIEW * (below[0] - below[1])
    return np.where(enough, filled.min(axis=1) if least else filled.max(axis=1), np.nan)


def _reach(bone: NDArray[np.bool_]) -> tuple[float, float]:
    """How far to the right and to the left."""
    columns = LEFT_MM[bone.any(axis=(0, 2))]
    return (0.0, 0.0) if not columns.size else (float(-columns.min()), float(columns.max()))


def _crest(ct: Volume, spine: StraightSpine, bone: BoneLevel, heights: list[float]) -> float:
    """Height of the iliac crests, discs above the lowest one; NaN where both hips are not in view."""
    seen = coarse(ct, CREST_GRID_MM)
    lowest = spine.curve.to_world(heights[0], 0.0, 0.0)
    x = seen.to_world(np.stack([np.arange(seen.shape[0]), *np.zeros((2, seen.shape[0]))], axis=1))[:, 0] - lowest[0]
    first = max(int(seen.to_index(lowest)[1] - 60 / CREST_GRID_MM), 0)
    tops = []
    for side in (1, -1):
        columns = (side * x > CREST_BESIDE_MM[0]) & (side * x < CREST_BESIDE_MM[1])
        area = (seen.voxels[columns, first:] > bone.threshold_hu).sum(axis=(0, 1)) * CREST_GRID_MM**2
        hip = area > LEAST_CREST_MM2
        start = int(np.clip(seen.to_index(lowest)[2], 0, seen.shape[2] - 1))
        if not columns.any() or not hip[start]:
            return float("nan")
        tops.append(start + int(np.argmin(hip[start:])) if not hip[start:].all() else len(hip))
    crest_mm = seen.to_world([0, 0, float(np.mean(tops))])[2]
    z = spine.curve.to_world(np.array(heights), 0.0, -24.0)[:, 2]
    if len(z) < 2 or crest_mm > z[-1]:
        return float("nan")
    return float(np.interp(crest_mm, z, np.arange(len(z))))
