"""How a needle lies to its planned route: what is off sideways, what is missing in depth, and where it points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Side

Vector = NDArray[np.float64]

HEAD = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False)
class Deviation:
    """A needle against its route, mm and degrees; sideways and in depth are kept apart.

    Attributes
    ----------
    tip_to_target_mm
        Straight.
    lateral_mm
        Of the tip from the route's line.
    cranial_mm, outward_mm
        Its parts, square to the route: toward the head, and away from the midline; negative toward the feet and the
        midline.
    depth_remaining_mm
        From the tip to the target along the route; negative where the tip is too deep.
    angle_deg
        Between the shaft and the route.
    miss_mm
        How far the target lies from the needle's own line: what is left when it is only pushed on.
    """

    tip_to_target_mm: float
    lateral_mm: float
    depth_remaining_mm: float
    angle_deg: float
    miss_mm: float
    cranial_mm: float
    outward_mm: float


def deviation(tip_mm: Vector, direction: Vector, entry_mm: Vector, target_mm: Vector, side: Side) -> Deviation:
    """Compare a needle with a route, all in one frame; `direction` is the shaft's unit vector, skin to tip.

    `side` is that of the root: away from the midline is toward this side.
    """
    route = (target_mm - entry_mm) / np.linalg.norm(target_mm - entry_mm)
    up = HEAD - (HEAD @ route) * route
    up = up / np.linalg.norm(up)
    away = tip_mm - entry_mm
    return Deviation(
        tip_to_target_mm=float(np.linalg.norm(target_mm - tip_mm)),
        lateral_mm=off_line(tip_mm, entry_mm, route),
        depth_remaining_mm=float((target_mm - tip_mm) @ route),
        angle_deg=angle_deg(direction, route),
        miss_mm=off_line(target_mm, tip_mm, direction),
        cranial_mm=float(away @ up),
        outward_mm=float(away @ np.cross(up, route)) * side.sign,
    )


def off_line(point_mm: Vector, on_line_mm: Vector, direction: Vector) -> float:
    """Distance of a point from a line."""
    away = point_mm - on_line_mm
    return float(np.linalg.norm(away - (away @ direction) * direction))


def angle_deg(one: Vector, other: Vector) -> float:
    """Between two unit vectors."""
    return float(np.degrees(np.arccos(np.clip(one @ other, -1.0, 1.0))))
