"""Whose is this voxel? Fronts that start from every owner at once and run the faster the brighter the voxel is."""

import numpy as np
from numpy.typing import NDArray

from foramen.kernels import kernel

STEPS_PER_MM = 4
"""Costs are whole numbers of this share of a millimetre."""

WALL = -1
"""Owner of voxels that no front enters."""


def spread(
    brightness: NDArray[np.float32],
    owner: NDArray[np.int16],
    *,
    dark: float,
    bright: float,
    dim_penalty: float,
    reach_mm: float,
    voxel_mm: float = 1.0,
    least: NDArray[np.int16] | None = None,
) -> None:
    """Give every voxel that a front reaches to the owner of that front, in place.

    Shortest paths by Dial's buckets (Dial 1969, doi 10.1145/363269.363610): costs are small whole numbers, so that no
    heap is needed.

    Parameters
    ----------
    brightness
        Of cubic voxels.
    owner
        Above 0: belongs to that owner already, fronts start here. 0: free. `WALL`: never entered.
    dark, bright
        Below the first no front enters; from the second on it runs at full speed.
    dim_penalty
        How many times more slowly a front runs at `dark` than at `bright`, less one.
    reach_mm
        How far a front runs at full speed.
    least
        Which owners a voxel admits: those from this number on. None admits all everywhere.
    """
    bright = max(bright, dark + 1e-3)
    fastest = STEPS_PER_MM * voxel_mm
    cost = np.where(owner > 0, 0, int(reach_mm * STEPS_PER_MM) + 1).astype(np.int32)
    start = np.flatnonzero(owner.ravel() > 0)
    slowness = fastest * (1 + dim_penalty * np.clip((bright - brightness) / (bright - dark), 0, 1))
    steps = np.where((brightness < dark) | (owner == WALL), 0, np.maximum(slowness, 1)).astype(np.int16)
    least = np.zeros((1, 1, 1), np.int16) if least is None else np.ascontiguousarray(least)
    _dial(steps, start, int(reach_mm * STEPS_PER_MM), least, cost, owner)


@kernel()
def _dial(
    steps: NDArray[np.int16],
    start: NDArray[np.int64],
    farthest: int,
    least: NDArray[np.int16],
    cost: NDArray[np.int32],
    owner: NDArray[np.int16],
) -> None:
    """Empty one bucket of equal cost after the other; a voxel may wait in several, and the cheapest counts."""
    ni, nj, nk = steps.shape
    buckets = int(steps.max()) + 1
    selective = least.size == steps.size
    head = np.full(buckets, -1, np.int64)
    place = np.empty(max(2 * len(start), 1024), np.int64)
    following = np.empty(len(place), np.int64)
    used = 0
    for here in start:
        place[used], following[used], head[0] = here, head[0], used
        used += 1
    waiting = used
    now = 0
    while waiting > 0 and now <= farthest:
        bucket = now % buckets
        while head[bucket] >= 0:
            entry = head[bucket]
            head[bucket] = following[entry]
            waiting -= 1
            here = place[entry]
            i, j, k = here // (nj * nk), (here // nk) % nj, here % nk
            if cost[i, j, k] != now:
                continue
            for direction in range(6):
                a, b, c = _neighbour(i, j, k, direction)
                if a < 0 or b < 0 or c < 0 or a >= ni or b >= nj or c >= nk or steps[a, b, c] == 0:
                    continue
                if selective and owner[i, j, k] < least[a, b, c]:
                    continue
                there = now + steps[a, b, c]
                if there >= cost[a, b, c] or there > farthest:
                    continue
                cost[a, b, c], owner[a, b, c] = there, owner[i, j, k]
                if used == len(place):
                    place = np.concatenate((place, np.empty(used, np.int64)))
                    following = np.concatenate((following, np.empty(used, np.int64)))
                slot = there % buckets
                place[used], following[used], head[slot] = (a * nj + b) * nk + c, head[slot], used
                used += 1
                waiting += 1
        now += 1


@kernel()
def _neighbour(i: int, j: int, k: int, direction: int) -> tuple[int, int, int]:
    """The next voxel in one of the six directions."""
    sign = 1 if direction % 2 == 0 else -1
    if direction < 2:
        return i + sign, j, k
    if direction < 4:
        return i, j + sign, k
    return i, j, k + sign
