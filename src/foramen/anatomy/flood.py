"""Kernels that walk over whole volumes: shrinking, and growing one region into another."""

import numpy as np
from numpy.typing import NDArray

from foramen.kernels import kernel


@kernel()
def shrink(
    voxels: NDArray[np.int16],
    blocks: NDArray[np.int64],
    mean: NDArray[np.int16],
    most: NDArray[np.int16],
    flat: NDArray[np.bool_],
) -> None:
    """Write each block's mean, its maximum and whether its values hardly vary; blocks are cut at the far ends."""
    ni, nj, nk = voxels.shape
    for a in range(mean.shape[0]):
        for b in range(mean.shape[1]):
            for c in range(mean.shape[2]):
                total, count, low, high = 0, 0, 32767, -32768
                for i in range(a * blocks[0], min((a + 1) * blocks[0], ni)):
                    for j in range(b * blocks[1], min((b + 1) * blocks[1], nj)):
                        for k in range(c * blocks[2], min((c + 1) * blocks[2], nk)):
                            value = voxels[i, j, k]
                            total += max(value, -1024)
                            count += 1
                            low = min(low, value)
                            high = max(high, value)
                mean[a, b, c] = total // count
                most[a, b, c] = high
                flat[a, b, c] = high - low <= 2


@kernel()
def classify_band(
    voxels: NDArray[np.int16],
    zones: NDArray[np.uint8],
    blocks: NDArray[np.int64],
    threshold: int,
    codes: NDArray[np.uint8],
) -> int:
    """Spread the zones of blocks over their voxels: 0 and 1 as they are, zone 2 by the threshold as 2 above, 3 below.

    Returns the number of voxels in zone 2.
    """
    ni, nj, nk = voxels.shape
    undecided = 0
    for i in range(ni):
        for j in range(nj):
            for k in range(nk):
                zone = zones[i // blocks[0], j // blocks[1], k // blocks[2]]
                if zone == 2:
                    undecided += 1
                    if voxels[i, j, k] <= threshold:
                        zone = 3
                codes[i, j, k] = zone
    return undecided


@kernel()
def flood(codes: NDArray[np.uint8], source: int, target: int, most: int) -> None:
    """Turn every voxel of code `target` that is joined to one of `source` through faces into `source`.

    `most` is at least the number of target voxels.
    """
    ni, nj, nk = codes.shape
    stack = np.empty((most + 1, 3), np.int16)
    for i in range(ni):
        for j in range(nj):
            for k in range(nk):
                if codes[i, j, k] == target and _touches(codes, source, i, j, k):
                    codes[i, j, k] = source
                    stack[0, 0], stack[0, 1], stack[0, 2] = i, j, k
                    _spread(codes, source, target, stack)


@kernel()
def _touches(codes: NDArray[np.uint8], source: int, i: int, j: int, k: int) -> bool:
    ni, nj, nk = codes.shape
    touches: bool = (
        (i > 0 and codes[i - 1, j, k] == source)
        or (i < ni - 1 and codes[i + 1, j, k] == source)
        or (j > 0 and codes[i, j - 1, k] == source)
        or (j < nj - 1 and codes[i, j + 1, k] == source)
        or (k > 0 and codes[i, j, k - 1] == source)
        or (k < nk - 1 and codes[i, j, k + 1] == source)
    )
    return touches


@kernel()
def _spread(codes: NDArray[np.uint8], source: int, target: int, stack: NDArray[np.int16]) -> None:
    """Go on from the one voxel that lies on the stack."""
    ni, nj, nk = codes.shape
    height = 1
    while height > 0:
        height -= 1
        i, j, k = stack[height, 0], stack[height, 1], stack[height, 2]
        for n in range(6):
            step = 1 if n % 2 else -1
            a = i + step if n // 2 == 0 else i
            b = j + step if n // 2 == 1 else j
            c = k + step if n // 2 == 2 else k
            if 0 <= a < ni and 0 <= b < nj and 0 <= c < nk and codes[a, b, c] == target:
                codes[a, b, c] = source
                stack[height, 0], stack[height, 1], stack[height, 2] = a, b, c
                height += 1
