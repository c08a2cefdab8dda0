"""The verdict on every pair of entry and target, exhaustively and exactly, without walking along most of them.

All routes to one root meet in a small zone, so that neighbouring routes run nearly together. Entries and targets are
sorted into trees of balls; one walk along the middle of a bundle (a ball of entries × a ball of targets) often
settles all of it, because the room field changes by at most 1 per mm: more room than the bundle is wide means all are
free, less than minus that means all are blocked at that place. Otherwise the wider ball is split. Dual-tree branch
and bound: Gray and Moore 2000.
"""

from dataclasses import dataclass

import numpy as np
from numba import prange
from numpy.typing import NDArray

from foramen.kernels import kernel
from foramen.planning.walk import INVERSE_SLOPE, STEP_MM, between, cell_of, first_forbidden

TIPS, ENTRIES = 1, 8
"""Points in a ball that is not split further: measured, quickest on real scans."""

BATCH = 64
"""Entries in the bundles that the cores share out."""

FREE, WIDE_AT_TIPS, WIDE_AT_SKIN, TOO_LONG, TOO_TILTED, TOO_OBLIQUE, TOO_FLAT = 255, 254, 253, 100, 101, 102, 103
"""Verdicts beside the obstacles' own numbers: nothing against it, not settled because the bundle is too wide, and the
limits of geometry."""


@dataclass(frozen=True, eq=False)
class Balls:
    """A tree of balls over points.

    Attributes
    ----------
    order
        The points' indices, sorted so that each ball holds a run of them, shape (n,).
    spans
        First and one past last of each ball's run, and its two children (−1: none), shape (m, 4).
    middles
        Centre and radius, shape (m, 4).
    """

    order: NDArray[np.int64]
    spans: NDArray[np.int64]
    middles: NDArray[np.float64]


def grow(points: NDArray[np.float64], leaf: int) -> Balls:
    """Sort points, shape (n, 3), into balls, halving at the median of the longest side down to `leaf` points."""
    count = len(points)
    order = np.arange(count)
    spans, middles = np.full((2 * count, 4), -1, np.int64), np.zeros((2 * count, 4))
    used = _grow(points, order, spans, middles, leaf)
    return Balls(order, spans[:used], middles[:used])


@kernel()
def _grow(
    points: NDArray[np.float64],
    order: NDArray[np.int64],
    spans: NDArray[np.int64],
    middles: NDArray[np.float64],
    leaf: int,
) -> int:
    spans[0, 0], spans[0, 1] = 0, len(order)
    used, node = 1, 0
    while node < used:
        first, last = spans[node, 0], spans[node, 1]
        low, high = points[order[first]].copy(), points[order[first]].copy()
        for n in range(first, last):
            for a in range(3):
                low[a] = min(low[a], points[order[n], a])
                high[a] = max(high[a], points[order[n], a])
        radius2 = 0.0
        for n in range(first, last):
            radius2 = max(radius2, ((points[order[n]] - (low + high) / 2) ** 2).sum())
        middles[node, :3] = (low + high) / 2
        middles[node, 3] = np.sqrt(radius2)
        if last - first > leaf:
            axis = np.argmax(high - low)
            run = order[first:last]
            run[:] = run[np.argsort(points[run, axis], kind="mergesort")]
            spans[node, 2], spans[node, 3] = used, used + 1
            half = (first + last) // 2
            spans[used, 0], spans[used, 1] = first, half
            spans[used + 1, 0], spans[used + 1, 1] = half, last
            used += 2
        node += 1
    return used


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
    for batch in prange(len(batches)):
        waiting, open_part = np.empty((1024, 2), np.int64), np.empty((1024, 2))
        waiting[0, 0], waiting[0, 1] = batches[batch], 0
        open_part[0, 0], open_part[0, 1] = 0.0, 1.0
        near, far = np.empty(3), np.empty(3)
        count = 1
        while count > 0:
            count -= 1
            e, t = waiting[count, 0], waiting[count, 1]
            first, last = open_part[count, 0], open_part[count, 1]
            verdict = WIDE_AT_TIPS
            if not _beyond_limits(tip_balls[t], skin_balls[e], world, limits):
                verdict, first, last = _settle(field, blame, cell, tip_balls[t], skin_balls[e], first, last)
                last_e, last_t = skin_spans[e, 2] < 0, tip_spans[t, 2] < 0
                if WIDE_AT_SKIN <= verdict < FREE and not (last_e and last_t):
                    split_tips = last_e or (not last_t and verdict == WIDE_AT_TIPS)
                    for child in range(2, 4):
                        waiting[count, 0] = e if split_tips else skin_spans[e, child]
                        waiting[count, 1] = tip_spans[t, child] if split_tips else t
                        open_part[count, 0], open_part[count, 1] = first, last
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
                            near[0], near[1], near[2] = x - dx * (1 - first), y - dy * (1 - first), z - dz * (1 - first)
                            far[0], far[1], far[2] = x - dx * (1 - last), y - dy * (1 - last), z - dz * (1 - last)
                            own = _verdict(field, blame, cell, near, far)
                    verdicts[entry, tip] = own


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


@kernel()
def _settle(
    field: NDArray[np.float32],
    blame: NDArray[np.uint8],
    cell: NDArray[np.float64],
    tips: NDArray[np.float64],
    skin: NDArray[np.float64],
    first: float,
    last: float,
) -> tuple[int, float, float]:
    """What one walk along the middle of a bundle says of all its routes, and which part of them it leaves open.

    At each place the bundle is a ball: the radius runs from the tips' to the entries'. What is nearest to the walk tells
    of every value within the ball (see `walk`). Places are shares of the way, 0 at the tip to 1 at the skin; outside
    `first` to `last` all routes are known to be free.
    """
    dx, dy, dz = skin[0] - tips[0], skin[1] - tips[1], skin[2] - tips[2]
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    widening = (skin[3] - tips[3]) / length
    shorter = 1.0 / (1.0 + abs(widening))
    spread2 = 0.25 * (cell[0] * cell[0] + cell[1] * cell[1] + cell[2] * cell[2])
    x, y, z = tips[0] / cell[0], tips[1] / cell[1], tips[2] / cell[2]
    dx, dy, dz = dx / (length * cell[0]), dy / (length * cell[1]), dz / (length * cell[2])
    verdict, open_from, open_to = FREE, 1.0, 0.0
    s, end = first * length, last * length
    while True:
        u, v, w = x + dx * s, y + dy * s, z + dz * s
        i, j, k = cell_of(u, field.shape[0]), cell_of(v, field.shape[1]), cell_of(w, field.shape[2])
        ox, oy, oz = (u - i - 0.5) * cell[0], (v - j - 0.5) * cell[1], (w - k - 0.5) * cell[2]
        radius = tips[3] + widening * s
        wide = radius + np.sqrt(ox * ox + oy * oy + oz * oz)
        value = float(field[i, j, k])
        if value * value > wide * wide + spread2:
            if value < 0:
                return int(blame[i, j, k]), first, last
            step = max((np.sqrt(value * value - spread2) - wide) * shorter, STEP_MM)
        else:
            value = between(field, u, v, w) * INVERSE_SLOPE
            if value < -radius:
                return int(blame[i, j, k]), first, last
            step = max((value - radius) * shorter, STEP_MM)
            if value < radius:
                step = max((value + radius) * 0.5, STEP_MM)
                open_to = min(s + step, end) / length
                if verdict == FREE:
                    verdict = WIDE_AT_TIPS if tips[3] * (length - s) > skin[3] * s else WIDE_AT_SKIN
                    open_from = s / length
        if s >= end:
            return verdict, open_from, open_to
        s = min(s + step, end)


@kernel()
def _verdict(
    field: NDArray[np.float32],
    blame: NDArray[np.uint8],
    cell: NDArray[np.float64],
    near: NDArray[np.float64],
    far: NDArray[np.float64],
) -> int:
    """The verdict on the open part of a single route."""
    s = first_forbidden(field, cell, near, far)
    if s < 0:
        return FREE
    share = s / max(np.sqrt(((far - near) ** 2).sum()), 1e-9)
    i = cell_of((near[0] + (far[0] - near[0]) * share) / cell[0], field.shape[0])
    j = cell_of((near[1] + (far[1] - near[1]) * share) / cell[1], field.shape[1])
    return int(blame[i, j, cell_of((near[2] + (far[2] - near[2]) * share) / cell[2], field.shape[2])])
