"""The canal's course through all levels: a smooth line with the canal's size along it."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from foramen.anatomy.frames import make_frame
from foramen.anatomy.root import Side
from foramen.anatomy.spine import Frame, Vector
from foramen.anatomy.vertebrae import SeenVertebra

STEP_MM = 1.0


@dataclass(frozen=True, eq=False)
class Canal:
    """Stations along the spinal canal, from head to foot, `STEP_MM` apart.

    Attributes
    ----------
    frames
        At each station: origin in the canal's middle, cranial along the canal.
    width_mm, depth_mm
        Of the bony canal, left to right and front to back, one per station.
    """

    frames: tuple[Frame, ...]
    width_mm: Vector
    depth_mm: Vector

    @property
    def centreline_mm(self) -> Vector:
        """Middle of the canal, LPS mm, shape (n, 3)."""
        return np.array([f.origin_mm for f in self.frames]).reshape(-1, 3)


def trace_canal(seen: list[SeenVertebra]) -> Canal:
    """The canal through the centres found at each level, extended to the ends of the first and last body.

    Parameters
    ----------
    seen : list of SeenVertebra
        From head to foot, S1 last where it is in view.
    """
    if not seen:
        return Canal((), np.empty(0), np.empty(0))
    knots = np.array([_above(seen[0]), *(s.vertebra.canal_centre_mm for s in seen), _below(seen[-1])])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    stations = np.arange(0.0, along[-1], STEP_MM)
    line = CubicSpline(along, knots)
    ends = [seen[0], *seen, seen[-1]]
    posterior = PchipInterpolator(along, [s.vertebra.frame.posterior for s in ends])(stations)
    runs = zip(line(stations), line(stations, 1), posterior, strict=True)
    frames = tuple(make_frame(origin, -downward, back) for origin, downward, back in runs)
    width = PchipInterpolator(along, [canal_width_mm(s) for s in ends])(stations)
    depth = PchipInterpolator(along, [s.hole.depth_mm for s in ends])(stations)
    return Canal(frames, width, depth)


def canal_width_mm(seen: SeenVertebra) -> float:
    """Between the pedicles where both are known, otherwise as seen along the axis."""
    pedicles = seen.vertebra.pedicles
    if len(pedicles) < 2 or seen.vertebra.level == "S1":
        return seen.hole.width_mm
    apart = np.linalg.norm(pedicles[Side.LEFT].centre_mm - pedicles[Side.RIGHT].centre_mm)
    between = float(apart) - (pedicles[Side.LEFT].width_mm + pedicles[Side.RIGHT].width_mm) / 2
    return max(between, seen.hole.width_mm)


def _above(seen: SeenVertebra) -> Vector:
    return seen.vertebra.canal_centre_mm + seen.vertebra.body_height_mm / 2 * seen.vertebra.frame.cranial


def _below(seen: SeenVertebra) -> Vector:
    return seen.vertebra.canal_centre_mm - seen.vertebra.body_height_mm / 2 * seen.vertebra.frame.cranial
