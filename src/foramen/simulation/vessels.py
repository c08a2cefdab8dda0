"""Aorta and vena cava with the iliac arteries and veins. Courses are a design choice drawn after CT."""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.simulation.habitus import Habitus
from foramen.simulation.materials import BLOOD, VEIN_BLOOD
from foramen.simulation.solids import Part, Solid, tube

_ARTERY = {Side.LEFT: Structure.ILIAC_ARTERY_LEFT, Side.RIGHT: Structure.ILIAC_ARTERY_RIGHT}
_VEIN = {Side.LEFT: Structure.ILIAC_VEIN_LEFT, Side.RIGHT: Structure.ILIAC_VEIN_RIGHT}

# Height above L4 as a share of the way to T10, x and y from the front of the spine, half width and depth.
_AORTA = ((1.35, 6, -13, 11, 11), (0.7, 6, -12, 10, 10), (0.3, 6, -11, 9, 9), (-0.07, 5, -11, 8.5, 8))
_CAVA = ((1.35, -24, -34, 13, 11), (0.85, -23, -24, 13, 10), (0.4, -20, -13, 12, 9.5), (-0.22, -15, -10, 12, 8.5))
# From the fork on, in the world from the centre of the sacrum's endplate, for the left side; x of the fork differs.
_ILIAC = ((0.0, -31.0, 15.0), (36.0, -48.0, -18.0), (52.0, -66.0, -52.0), (72.0, -84.0, -100.0), (84.0, -96.0, -170.0))


def vessel_parts(body: Habitus) -> list[Part]:
    """Great vessels from the diaphragm into the pelvis."""
    aorta, cava = _course(body, _AORTA), _course(body, _CAVA)
    parts = [
        Part(Structure.AORTA, BLOOD, _tube(*aorta), name="aorta"),
        Part(Structure.VENA_CAVA, VEIN_BLOOD, _tube(*cava), name="vena cava"),
    ]
    for side in Side:
        artery = _iliac(body, side, aorta[0][-1], (0.0, -6.0, 2.0))
        vein = _iliac(body, side, cava[0][-1], (-5.0, 8.0, -5.0))
        parts.append(Part(_ARTERY[side], BLOOD, _tube(artery, _even(artery, 5.5)), name=f"iliac artery {side}"))
        parts.append(Part(_VEIN[side], VEIN_BLOOD, _tube(vein, _even(vein, 7.0)), name=f"iliac vein {side}"))
    return parts


def _course(body: Habitus, rows: tuple[tuple[float, ...], ...]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    fork, head = body.z("L4"), body.z("T10")
    points, halves = [], []
    for share, x, y, a, b in rows:
        z = fork + share * (head - fork)
        middle = body.middle(z)
        front = body.column.sizes["L3"].depth / 2
        points.append([middle[0] + x * body.scale, middle[1] - front + y * body.scale, z])
        halves.append([a, b])
    return np.array(points), np.array(halves) * body.scale


def _iliac(
    body: Habitus, side: Side, fork: NDArray[np.float64], shift: tuple[float, float, float]
) -> NDArray[np.float64]:
    start = body.column.sacrum.origin_mm
    rows = [start + (np.array(row) + shift) * body.scale * [side.sign, 1.0, 1.0] for row in _ILIAC[1:]]
    return np.array([fork, *rows])


def _even(points: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    return np.full((len(points), 2), radius)


def _tube(points: NDArray[np.float64], halves: NDArray[np.float64]) -> tuple[Solid, ...]:
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at = np.linspace(0.0, run[-1], max(6, round(run[-1] / 12.0)))
    half = np.stack([np.interp(at, run, halves[:, n]) for n in range(2)], axis=1)
    return tube(CubicSpline(run, points)(at), half)
