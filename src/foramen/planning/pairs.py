"""The verdict on every pair of entry and target, exhaustively and exactly, without walking along most of them.

All routes to one root meet in a small zone, so that neighbouring routes run nearly together. Entries and targets are
sorted into trees of balls; one walk along the middle of a bundle (a ball of entries × a ball of targets) often
settles all of it, because the room field changes by at most 1 per mm: more room than the bundle is wide means all are
free, less than minus that means all are blocked at that place. Otherwise the wider ball is split. Dual-tree branch
and bound: Gray and Moore 2000.
"""

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.kernels import kernel
from foramen.planning.balls import grow
from foramen.planning.walk import INVERSE_SLOPE, between, cell_of

TIPS, ENTRIES = 1, 8
"""Points in a ball that is not split further: measured, quickest on real scans."""

PLACE_MM = 0.25
"""Every route is looked at in places no farther apart than this, at equal shares of the way for all routes: a verdict
then never depends on how routes were bundled, and room that shrinks somewhere never frees a route."""

OPEN_STEP_MM = 1.0
"""Shortest step where a bundle is left open anyway, and only a place that blocks all of it is still looked for."""

BATCH = 64
"""Entries in the bundles that the cores share out."""

FREE, WIDE_AT_TIPS, WIDE_AT_SKIN, TOO_LONG, TOO_TILTED, TOO_OBLIQUE, TOO_FLAT = 255, 254, 253, 100, 101, 102, 103
"""Verdicts beside the obstacles' own numbers: nothing against it, not settled because the bundle is too wide, and the
limits of geometry."""


def judge(
    field: NDArray[np.float32],
    blame: NDArray[np.uint8],
    cell_mm: NDArray[np.float64],
    entries: NDArray[np.float64],
    normals: NDArray[np.float64],
    targets: NDArray[np.float64],
    world_axes: NDArray[np.float64],
    limits: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """Judge every route from each entry to each target.

    Parameters
    ----------
    field, blame
        See `Room`.
    cell_mm : array, shape (3,)
    entries, normals, targets : arrays, shape (n, 3), (n, 3), (m, 3)
        In box millimetres; the normals point out of the skin.
    world_axes : array, shape (3, 3)
        Left, posterior, cranial as rows, in the box.
    limits : array, shape (4,)
        Longest route in mm; sines of the largest craniocaudal and axial angle; least cosine to the skin's normal.

    Returns
    -------
    array of uint8, shape (n, m)
        `FREE`, the `Obstacle` first found, or which limit it exceeds (limits come first).
    """
    skin, tips = grow(entries, ENTRIES), grow(targets, TIPS)
    verdicts = np.empty((len(entries), len(targets)), np.uint8)
    geometry = (entries, normals, targets, world_axes, limits)
    trees = (skin.order, skin.spans, skin.middles, tips.order, tips.spans, tips.middles)
    _judge(field, blame, cell_mm, geometry, _batches(skin.spans), trees, verdicts)
    return verdicts


def _batches(spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """The widest balls of at most `BATCH` points; together they hold each point once."""
    small = spans[:, 1] - spans[:, 0] <= BATCH
    children = spans[~small, 2:].ravel()
    return children[small[children]] if len(children) else np.zeros(1, np.int64)


@kernel(parallel=True)
def _judge(field, blame, cell, geometry, batches, trees, verdicts):  # type: ignore[no-untyped-def]
    entries, normals, targets, world, limits = geometry
    skin, skin_spans, skin_balls, tips, tip_spans, tip_balls = trees
    places = int(np.ceil(limits[0] / PLACE_MM))
    for batch in prange(len(batches)):
        waiting = np.empty((1024, 4), np.int64)
        waiting[0, 0], waiting[0, 1], waiting[0, 2], waiting[0, 3] = batches[batch], 0, 0, places
        count = 1
        while count > 0:
            count -= 1
            e, t, first, last = waiting[count]
            verdict = WIDE_AT_TIPS
            if not _beyond_limits(tip_balls[t], skin_balls[e], world, limits):
                verdict, first, last = _settle(field, blame, cell, tip_balls[t], skin_balls[e], places, first, last)
                last_e, last_t = skin_spans[e, 2] < 0, tip_spans[t, 2] < 0
                if WIDE_AT_SKIN <= verdict < FREE and not (last_e and last_t):
                    split_tips = last_e or (not last_t and verdict == WIDE_AT_TIPS)
                    for child in range(2, 4):
                        waiting[count, 0] = e if split_tips else skin_spans[e, child]
                        waiting[count, 1] = tip_spans[t, child] if split_tips else t
                        waiting[count, 2], waiting[count, 3] = first, last
                        count += 1
                    continue
            for n in range(skin_spans[e, 0], skin_spans[e, 1]):
                entry = skin[n]
                x, y, z = entries[entry, 0], entries[entry, 1], entries[entry, 2]
                for m in range(tip_spans[t, 0], tip_spans[t, 1]):
                    tip = tips[m]
                    dx, dy, dz = x - targets[tip, 0], y - targets[tip, 1], z - targets[tip, 2]
                    steepness = normals[entry, 0] * dx + normals[entry, 1] * dy + normals[entry, 2] * dz
                    own = _limit_exceeded(dx, dy, dz, steepness, world, limits)
                    if own == FREE:
                        own = verdict
                        if WIDE_AT_SKIN <= verdict < FREE:
                            own = _verdict(field, blame, cell, targets, tip, dx, dy, dz, places, first, last)
                    verdicts[entry, tip] = own


@kernel()
def _settle(
    field: NDArray[np.float32],
    blame: NDArray[np.uint8],
    cell: NDArray[np.float64],
    tips: NDArray[np.float64],
    skin: NDArray[np.float64],
    places: int,
    first: int,
    last: int,
) -> tuple[int, int, int]:
    """What one walk along the middle of a bundle says of all its routes, and which of their places it leaves open.

    At each place the bundle is a ball: the radius runs from the tips' to the entries'. The cell nearest to the walk
    tells of every value within the ball (see `walk`). Places count from 0 at the tip to `places` at the skin; outside
    `first` to `last` all routes are known to be free.
    """
    dx, dy, dz = skin[0] - tips[0], skin[1] - tips[1], skin[2] - tips[2]
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    per_mm = places / length
    widening = (skin[3] - tips[3]) / places
    shorter = per_mm / (1.0 + abs(skin[3] - tips[3]) / length)
    spread2 = 0.25 * (cell[0] * cell[0] + cell[1] * cell[1] + cell[2] * cell[2])
    x, y, z = tips[0] / cell[0], tips[1] / cell[1], tips[2] / cell[2]
    dx, dy, dz = dx / (places * cell[0]), dy / (places * cell[1]), dz / (places * cell[2])
    verdict, open_from, open_to = FREE, last, first
    n = first
    while n <= last:
        u, v, w = x + dx * n, y + dy * n, z + dz * n
        i, j, k = cell_of(u, field.shape[0]), cell_of(v, field.shape[1]), cell_of(w, field.shape[2])
        ox, oy, oz = (u - i - 0.5) * cell[0], (v - j - 0.5) * cell[1], (w - k - 0.5) * cell[2]
        radius = tips[3] + widening * n
        wide = radius + np.sqrt(ox * ox + oy * oy + oz * oz)
        value = float(field[i, j, k])
        if value * value > wide * wide + spread2:
            if value < 0:
                return int(blame[i, j, k]), first, last
            n += 1 + int((np.sqrt(value * value - spread2) - wide) * shorter)
            continue
        value = between(field, u, v, w) * INVERSE_SLOPE
        if value < -radius:
            return int(blame[i, j, k]), first, last
        if value >= radius:
            n += 1 + int((value - radius) * shorter)
            continue
        if verdict == FREE:
            verdict = WIDE_AT_TIPS if tips[3] * (places - n) > skin[3] * n else WIDE_AT_SKIN
            open_from = n
        n += 1 + int(max(value + 2 * radius, OPEN_STEP_MM) * per_mm)
        open_to = min(n - 1, last)
    return verdict, open_from, open_to


@kernel()
def _verdict(
    field: NDArray[np.float32],
    blame: NDArray[np.uint8],
    cell: NDArray[np.float64],
    targets: NDArray[np.float64],
    tip: int,
    dx: float,
    dy: float,
    dz: float,
    places: int,
    first: int,
    last: int,
) -> int:
    """The verdict on a single route, of which only the places from `first` to `last` are open."""
    per_mm = places / np.sqrt(dx * dx + dy * dy + dz * dz)
    spread2 = 0.25 * (cell[0] * cell[0] + cell[1] * cell[1] + cell[2] * cell[2])
    x, y, z = targets[tip, 0] / cell[0], targets[tip, 1] / cell[1], targets[tip, 2] / cell[2]
    dx, dy, dz = dx / (places * cell[0]), dy / (places * cell[1]), dz / (places * cell[2])
    n = first
    while n <= last:
        u, v, w = x + dx * n, y + dy * n, z + dz * n
        i, j, k = cell_of(u, field.shape[0]), cell_of(v, field.shape[1]), cell_of(w, field.shape[2])
        ox, oy, oz = (u - i - 0.5) * cell[0], (v - j - 0.5) * cell[1], (w - k - 0.5) * cell[2]
        off2 = ox * ox + oy * oy + oz * oz
        value = float(field[i, j, k])
        if value * value > off2 + spread2:
            step = np.sqrt(value * value - spread2) - np.sqrt(off2)
        else:
            value = between(field, u, v, w)
            step = value * INVERSE_SLOPE
        if value < 0:
            return int(blame[i, j, k])
        n += 1 + int(step * per_mm)
    return FREE


@kernel()
def _beyond_limits(
    tips: NDArray[np.float64], skin: NDArray[np.float64], world: NDArray[np.float64], limits: NDArray[np.float64]
) -> bool:
    """Whether every route of a bundle is too long or too tilted or too oblique; each differs by `wide` at most."""
    dx, dy, dz = skin[0] - tips[0], skin[1] - tips[1], skin[2] - tips[2]
    wide = skin[3] + tips[3] + 1e-9
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    left = abs(world[0, 0] * dx + world[0, 1] * dy + world[0, 2] * dz)
    back = world[1, 0] * dx + world[1, 1] * dy + world[1, 2] * dz
    up = abs(world[2, 0] * dx + world[2, 1] * dy + world[2, 2] * dz)
    if length - wide > limits[0] or up - wide > limits[1] * (length + wide):
        return True
    return bool(left * np.sqrt(1 - limits[2] * limits[2]) - back * limits[2] > wide)


@kernel()
def _limit_exceeded(
    dx: float, dy: float, dz: float, steepness: float, world: NDArray[np.float64], limits: NDArray[np.float64]
) -> int:
    length2 = dx * dx + dy * dy + dz * dz
    if length2 > limits[0] * limits[0]:
        return TOO_LONG
    length = np.sqrt(length2)
    if abs(world[2, 0] * dx + world[2, 1] * dy + world[2, 2] * dz) > limits[1] * length:
        return TOO_TILTED
    left = abs(world[0, 0] * dx + world[0, 1] * dy + world[0, 2] * dz)
    back = world[1, 0] * dx + world[1, 1] * dy + world[1, 2] * dz
    if left * np.sqrt(1 - limits[2] * limits[2]) > back * limits[2]:
        return TOO_OBLIQUE
    if steepness < limits[3] * length:
        return TOO_FLAT
    return FREE
