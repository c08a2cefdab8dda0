"""Colon and small bowel: wall, contents, and gas that rises against gravity.

Courses are a design choice; the loops of the small bowel are drawn at random from the patient's seed.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from foramen.anatomy.structures import Structure
from foramen.simulation.habitus import Habitus
from foramen.simulation.materials import Material, MaterialKind
from foramen.simulation.solids import Part, tube

LOOP_MM = 12.0
HAUSTRUM_MM = 38.0

# Shares of the cavity: x of its half width to the left, y of its half depth forward; level; radius; share of gas.
_COLON = (
    (-0.66, 0.30, "S1", 26, 0.25),
    (-0.74, 0.22, "L5", 27, 0.35),
    (-0.76, 0.22, "L4", 25, 0.25),
    (-0.74, 0.26, "L3", 24, 0.3),
    (-0.66, 0.45, "L2", 24, 0.5),
    (-0.45, 0.72, "L3", 22, 0.6),
    (-0.12, 0.80, "L3", 21, 0.6),
    (0.22, 0.80, "L2", 21, 0.6),
    (0.55, 0.66, "L2", 20, 0.5),
    (0.76, 0.38, "L1", 19, 0.4),
    (0.80, 0.10, "L2", 18, 0.3),
    (0.80, 0.06, "L3", 16, 0.2),
    (0.80, 0.10, "L4", 15, 0.1),
    (0.76, 0.24, "L5", 15, 0.2),
    (0.62, 0.36, "S1", 16, 0.3),
    (0.35, 0.30, "S2", 17, 0.3),
    (0.05, 0.20, "S3", 18, 0.3),
)


def bowel_parts(body: Habitus, up: NDArray[np.float64]) -> list[Part]:
    """Colon first, then the small bowel behind it in order."""
    random = np.random.default_rng(body.patient.seed)
    return [*_colon(body, up, random), *_small_bowel(body, up, random)]


def _colon(body: Habitus, up: NDArray[np.float64], random: np.random.Generator) -> list[Part]:
    knots = np.array([_place(body, x, y, body.z(level)) for x, y, level, _, _ in _COLON])
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    at = np.arange(0.0, run[-1], 6.0)
    points = CubicSpline(run, knots)(at)
    radius = np.interp(at, run, [row[3] for row in _COLON]) * body.scale
    radius = radius * (0.86 + 0.14 * np.abs(np.sin(np.pi * at / HAUSTRUM_MM)))
    gas = np.interp(at, run, [row[4] for row in _COLON])
    parts = []
    for start in range(0, len(at) - 1, 7):
        piece = slice(start, start + 8)
        share = float(np.clip(gas[start] + random.normal(0, 0.15), 0.0, 0.9))
        contents = _contents(points[piece], radius[piece], up, share, wall=2.2, bubbles=0.17, hu=28.0)
        parts.append(
            Part(Structure.COLON, contents, tube(points[piece], radius[piece]), rough_mm=1.5, rough_scale_mm=9.0)
        )
    return parts


def _small_bowel(body: Habitus, up: NDArray[np.float64], random: np.random.Generator) -> list[Part]:
    """Loops that wander through the middle of the cavity, layer by layer."""
    bottom, top = body.z("S2"), body.z("L2") - 8.0
    step = 2.15 * LOOP_MM * body.scale
    parts = []
    for z in np.arange(bottom, top, step):
        depth_rows = (0.72, 0.42, 0.12) if z < body.z("L4") - 8 else (0.62, 0.34)
        for row, forward in enumerate(depth_rows):
            across = np.linspace(-0.56, 0.58, 9)
            shift = random.normal(0.0, 1.0, (9, 3)) * [5.0, 7.0, 6.0]
            knots = np.array([_place(body, x, forward, z) for x in across]) + shift * body.scale
            points = CubicSpline(np.arange(9), knots)(np.linspace(0, 8, 33))
            radius = LOOP_MM * body.scale * (0.9 + 0.12 * np.sin(np.linspace(0, 9 + row, 33)))
            for start in range(0, 32, 8):
                piece = slice(start, start + 9 - int(random.integers(0, 3)))
                share = float(random.choice([0.0, 0.0, 0.0, 0.25, 0.5]))
                hu = float(random.uniform(18.0, 42.0))
                contents = _contents(points[piece], radius[piece], up, share, wall=2.0, bubbles=0.0, hu=hu)
                parts.append(Part(Structure.SMALL_BOWEL, contents, tube(points[piece], radius[piece]), rough_mm=1.8))
    return parts


def _contents(
    points: NDArray[np.float64],
    radius: NDArray[np.float64],
    up: NDArray[np.float64],
    gas: float,
    *,
    wall: float,
    bubbles: float,
    hu: float,
) -> Material:
    height = points @ up
    lowest, highest = (height - radius).min(), (height + radius).max()
    level = highest - gas * min(highest - lowest, 3.0 * float(radius.max()))
    return Material(MaterialKind.GUT, hu, 14.0, 5.0, wall, 42.0, bubbles, float(level) if gas > 0.05 else 1e6)


def _place(body: Habitus, left: float, forward: float, z: float) -> NDArray[np.float64]:
    """LPS mm of a place given as shares of the cavity's half width and half depth."""
    table = body.cavity().table
    assert table is not None
    row = [np.interp(z, table[:, 0], table[:, n]) for n in range(6)]
    return np.array([row[1] + left * row[3], row[2] - forward * row[4], z])
