"""Signed distances (mm, negative inside) to the solids of the digital patient, as machine code.

Distances are exact to first order at the surface, which is all that cortex, partial volume and tile culling need.
The formulas for ellipsoid, rod and box follow Quilez's collection of distance functions (iquilezles.org/articles).
"""

from math import cos, exp, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from foramen.kernels import kernel
from foramen.simulation.solids import Kind, Operation

FAR = 1e6
_ELLIPSOID, _ROD, _BOX = int(Kind.ELLIPSOID), int(Kind.ROD), int(Kind.BOX)
_BODY, _LOFT = int(Kind.VERTEBRAL_BODY), int(Kind.LOFT)
_ADD, _CUT = int(Operation.ADD), int(Operation.CUT)
_NUMBERS, _CLIP = 12, 24

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel()
def smooth_minimum(a: float, b: float, blend: float) -> float:
    """The smaller of two distances, rounded over `blend` mm where they are close."""
    if blend <= 0.0:
        return min(a, b)
    closeness = max(blend - abs(a - b), 0.0) / blend
    return min(a, b) - closeness * closeness * blend * 0.25


@kernel()
def _ellipsoid(x: float, y: float, z: float, a: float, b: float, c: float) -> float:
    gauge = sqrt((x / a) ** 2 + (y / b) ** 2 + (z / c) ** 2)
    slope = sqrt((x / (a * a)) ** 2 + (y / (b * b)) ** 2 + (z / (c * c)) ** 2)
    if slope < 1e-9:
        return -min(a, b, c)
    return gauge * (gauge - 1.0) / slope


@kernel()
def _rod(x: float, y: float, z: float, length: float, a0: float, b0: float, a1: float, b1: float) -> float:
    share = min(max(z / length, 0.0), 1.0)
    a, b = a0 + (a1 - a0) * share, b0 + (b1 - b0) * share
    return _ellipsoid(x, y, z - share * length, a, b, min(a, b))


@kernel()
def _box(x: float, y: float, z: float, a: float, b: float, c: float, rounding: float) -> float:
    dx, dy, dz = abs(x) - a + rounding, abs(y) - b + rounding, abs(z) - c + rounding
    outside = sqrt(max(dx, 0.0) ** 2 + max(dy, 0.0) ** 2 + max(dz, 0.0) ** 2)
    return outside + min(max(dx, dy, dz), 0.0) - rounding


@kernel()
def _superellipse(x: float, y: float, a: float, b: float, exponent: float) -> float:
    u, v = abs(x) / a, abs(y) / b
    largest = max(u, v)
    if largest < 1e-6:
        return -min(a, b)
    # Normalised by the larger one so that the powers never overflow.
    p, q = (u / largest) ** (exponent - 1.0), (v / largest) ** (exponent - 1.0)
    total = p * u / largest + q * v / largest
    root = total ** (1.0 / exponent)
    scale = root / total
    slope = sqrt((p / a) ** 2 + (q / b) ** 2) * scale
    return float((largest * root - 1.0) / slope)


@kernel()
def _body(x: float, y: float, z: float, n: Floats) -> float:
    half = n[4]
    up = min(max(0.5 + 0.5 * z / half, 0.0), 1.0)
    waist = 1.0 - n[6] * max(1.0 - (z / half) ** 2, 0.0)
    a, b = (n[2] + (n[0] - n[2]) * up) * waist, (n[3] + (n[1] - n[3]) * up) * waist
    side = _superellipse(x, y, a, b, 2.3 if y < 0.0 else 3.4)
    inward = max(1.0 - (x / a) ** 2 - (y / b) ** 2, 0.0)
    ends = abs(z) - (half - y * n[5] - n[7] * inward)
    return -smooth_minimum(-side, -ends, 3.0)


@kernel()
def _loft(x: float, y: float, z: float, n: Floats, tables: Floats, start: int) -> float:
    bottom, top = n[0], n[1]
    place = (min(max(z, bottom), top) - bottom) * n[2]
    row = min(int(place), max(int((top - bottom) * n[2] + 0.5) - 1, 0))
    f = place - row
    r0, r1 = start + 8 * row, start + 8 * row + 8
    g = 1.0 - f
    dx, dy = x - g * tables[r0 + 1] - f * tables[r1 + 1], y - g * tables[r0 + 2] - f * tables[r1 + 2]
    a = g * tables[r0 + 3] + f * tables[r1 + 3]
    dy -= n[5] * dx * dx
    turn = g * tables[r0 + 7] + f * tables[r1 + 7]
    if turn != 0.0:
        c, s = cos(turn), sin(turn)
        dx, dy = c * dx + s * dy, c * dy - s * dx
    if n[3] > 0.0 and dy > 0.0:
        dy += n[3] * exp(-((dx / n[4]) ** 2))
    column = 4 if dy < 0.0 else 5
    b = g * tables[r0 + column] + f * tables[r1 + column]
    side = _superellipse(dx, dy, a, b, g * tables[r0 + 6] + f * tables[r1 + 6])
    return float(max(side, z - top, bottom - z))


@kernel()
def _sheet(x: float, y: float, z: float, n: Floats, tables: Floats, start: int) -> float:
    bottom, top, points = n[0], n[1], int(n[3])
    place = (min(max(z, bottom), top) - bottom) * n[2]
    row = min(int(place), max(int((top - bottom) * n[2] + 0.5) - 1, 0))
    f = place - row
    r0 = start + (3 * points + 1) * row + 1
    r1 = r0 + 3 * points + 1
    best = FAR
    px = py = pt = 0.0
    for k in range(points):
        qx = (1.0 - f) * tables[r0 + 3 * k] + f * tables[r1 + 3 * k]
        qy = (1.0 - f) * tables[r0 + 3 * k + 1] + f * tables[r1 + 3 * k + 1]
        qt = (1.0 - f) * tables[r0 + 3 * k + 2] + f * tables[r1 + 3 * k + 2]
        if k > 0:
            ex, ey = qx - px, qy - py
            share = ((x - px) * ex + (y - py) * ey) / max(ex * ex + ey * ey, 1e-9)
            share = min(max(share, 0.0), 1.0)
            gap = sqrt((x - px - share * ex) ** 2 + (y - py - share * ey) ** 2)
            best = min(best, gap - pt - share * (qt - pt))
        px, py, pt = qx, qy, qt
    return float(max(best, z - top, bottom - z))


@kernel()
def solid_distance(x: float, y: float, z: float, s: Floats, i: Ints, tables: Floats) -> float:
    """Signed distance from a world point to one solid."""
    dx, dy, dz = x - s[9], y - s[10], z - s[11]
    u = s[0] * dx + s[1] * dy + s[2] * dz
    v = s[3] * dx + s[4] * dy + s[5] * dz
    w = s[6] * dx + s[7] * dy + s[8] * dz
    n = s[_NUMBERS:_CLIP]
    if i[0] == _ROD:
        d = _rod(u, v, w, n[0], n[1], n[2], n[3], n[4])
    elif i[0] == _ELLIPSOID:
        d = _ellipsoid(u, v, w, n[0], n[1], n[2])
    elif i[0] == _BOX:
        d = _box(u, v, w, n[0], n[1], n[2], n[3])
    elif i[0] == _BODY:
        d = _body(u, v, w, n)
    elif i[0] == _LOFT:
        d = _loft(u, v, w, n, tables, i[2])
    else:
        d = _sheet(u, v, w, n, tables, i[2])
    if s[24] != 0.0 or s[25] != 0.0 or s[26] != 0.0:
        d = max(d, s[24] * x + s[25] * y + s[26] * z - s[27])
    return d


@kernel()
def joined(
    x: float, y: float, z: float, wanted: Ints, start: int, stop: int, blend: float, floats: Floats, ints: Ints,
    tables: Floats,
) -> float:  # fmt: skip
    """Signed distance to the union of solids ``wanted[start:stop]``, less the cut ones, within the kept ones."""
    d, cut, keep = FAR, FAR, -FAR
    for position in range(start, stop):
        s = wanted[position]
        ds = solid_distance(x, y, z, floats[s], ints[s], tables)
        if ints[s, 1] == _ADD:
            d = smooth_minimum(d, ds, blend)
        elif ints[s, 1] == _CUT:
            cut = min(cut, ds)
        else:
            keep = max(keep, ds)
    return max(d, -cut, keep)
