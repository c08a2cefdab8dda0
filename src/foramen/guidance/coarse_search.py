"""Where a control scan could lie: every shift of several centimetres at several turns, looked at coarsely.

A neighbouring vertebra looks much like the right one. The search therefore reaches beyond the shifts that are
believed, so that the place one level up or down is among its answers and can be compared.
"""

from itertools import product

import numpy as np
from numba import prange
from numpy.typing import NDArray
from scipy import ndimage

from foramen.guidance.bone_points import BLUR_MM, HIGHEST_HU, LOWEST_HU, BonePoints
from foramen.guidance.rigid import Motion
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume
from foramen.kernels import kernel

REACH_MM = 48.0
"""Searched to every side: 30 mm that a patient moves on the table and most of one level beyond."""
ALONG_MM, ASIDE_MM = 108.0, 15.0
"""Searched along the body near its axis: a scan whose table position was set anew is one or more levels away from where
it claims to be, and the right place must win over the level that happens to lie there."""
STEP_MM = 6.0
TURNS_DEG = (-7.0, 0.0, 7.0)
"""Tried about each axis; what lies between is found by the refinement."""
CELL_MM = 3.0
POINTS = 600
APART_MM = 9.0
"""Answers nearer to each other than this are one."""


def coarse_volume(planning: Ct, around_mm: NDArray[np.float64], reach_mm: float) -> Volume:
    """The bones of the planning scan in cells of about 3 mm, blurred, float32."""
    near = Volume(planning.voxels, planning.affine).canonical().crop_around(around_mm, reach_mm)
    hu = np.clip(near.voxels, LOWEST_HU, HIGHEST_HU).astype(np.float32)
    coarse = Volume(hu, near.affine).coarser(np.maximum(1, np.rint(CELL_MM / near.spacing_mm)))
    blurred = ndimage.gaussian_filter(coarse.voxels, BLUR_MM / coarse.spacing_mm, mode="nearest")
    return Volume(np.ascontiguousarray(blurred), coarse.affine)


def likely_motions(points: BonePoints, planning: Volume, centre_mm: NDArray[np.float64], most: int) -> list[Motion]:
    """The best motions, control to planning, that differ by more than `APART_MM`; best first.

    Parameters
    ----------
    points : BonePoints
        Of the control scan.
    planning : Volume
        As `coarse_volume` makes it.
    centre_mm : array, shape (3,)
        About which the turns are.
    most : int
        How many.
    """
    few = points.thinned(POINTS).coarse
    shifts = _shifts()
    turns = np.radians(np.array(list(product(TURNS_DEG, repeat=3))))
    best = np.full(len(shifts), -1.0)
    best_turn = np.zeros(len(shifts), dtype=np.int64)
    shift_index = shifts @ np.linalg.inv(planning.affine[:3, :3]).T
    for number, turn in enumerate(turns):
        moved = planning.to_index(Motion.of(turn, np.zeros(3), centre_mm)(few.points_mm))
        scores = np.empty(len(shifts))
        _correlate(planning.voxels, moved, few.values, shift_index, scores)
        better = scores > best
        best[better], best_turn[better] = scores[better], number
    found: list[Motion] = []
    kept: list[NDArray[np.float64]] = []
    for n in np.argsort(-best, kind="stable"):
        if len(found) == most:
            break
        if all(np.linalg.norm(shifts[n] - other) > APART_MM for other in kept):
            kept.append(shifts[n])
            found.append(Motion.of(turns[best_turn[n]], shifts[n], centre_mm))
    return found


def _shifts() -> NDArray[np.float64]:
    """Every shift that is tried, mm, shape (n, 3)."""
    near, along = (np.arange(-reach, reach + 0.1, STEP_MM) for reach in (REACH_MM, ALONG_MM))
    shifts: NDArray[np.float64] = np.array(list(product(near, near, along)))
    ball = np.linalg.norm(shifts, axis=1) <= REACH_MM
    column = np.linalg.norm(shifts[:, :2], axis=1) <= ASIDE_MM
    tried: NDArray[np.float64] = shifts[ball | column]
    return tried


@kernel(parallel=True)
def _correlate(
    volume: NDArray[np.float32],
    index: NDArray[np.float64],
    values: NDArray[np.float64],
    shifts: NDArray[np.float64],
    scores: NDArray[np.float64],
) -> None:
    """Correlation of values and nearest cells, for each shift (in cells); −1 where half of them fall outside."""
    ni, nj, nk = volume.shape
    for s in prange(len(shifts)):
        n = 0
        sum_a = sum_b = sum_aa = sum_bb = sum_ab = 0.0
        for p in range(len(values)):
            i = int(np.floor(index[p, 0] + shifts[s, 0] + 0.5))
            j = int(np.floor(index[p, 1] + shifts[s, 1] + 0.5))
            k = int(np.floor(index[p, 2] + shifts[s, 2] + 0.5))
            if 0 <= i < ni and 0 <= j < nj and 0 <= k < nk:
                a, b = values[p], float(volume[i, j, k])
                n += 1
                sum_a += a
                sum_b += b
                sum_aa += a * a
                sum_bb += b * b
                sum_ab += a * b
        scores[s] = -1.0
        if 2 * n > len(values):
            spread = (sum_aa - sum_a * sum_a / n) * (sum_bb - sum_b * sum_b / n)
            if spread > 0:
                scores[s] = (sum_ab - sum_a * sum_b / n) / np.sqrt(spread)
