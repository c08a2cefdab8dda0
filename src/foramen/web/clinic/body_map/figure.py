"""The figure that pain is drawn on: two legs from front and back, and where on them each area of skin lies.

One leg is a tube from hip to toes, described by where its outer and inner edge run at each height; an area is a stretch
of it between two heights and two shares of its width, 0 at the outer edge and 1 at the inner. The other leg is its
mirror image. Seen from the front the patient's right leg is on the viewer's left, seen from the back the left one is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

import numpy as np
from scipy.interpolate import PchipInterpolator

from foramen.pathway.facts import Area, Side

View: TypeAlias = Literal["front", "back"]
VIEWS: tuple[View, ...] = ("front", "back")

WIDTH, HEIGHT = 200.0, 500.0
"""The drawing's own units; marks are kept as shares of them."""

GRID = range(0, 500, 4)
"""Heights at which every edge has a corner, so that neighbours share theirs."""

_OUTER = PchipInterpolator(
    [20, 70, 110, 190, 262, 285, 320, 360, 418, 440, 472, 492], [40, 33, 31, 42, 55, 55, 51, 57, 67, 62, 47, 52]
)
_INNER = PchipInterpolator(
    [20, 118, 124, 190, 262, 285, 320, 360, 418, 440, 472, 492], [100, 100, 97, 93, 89, 88, 92, 90, 85, 87, 95, 93]
)


@dataclass(frozen=True)
class Patch:
    """One stretch of one leg: the area it belongs to, its heights, and its shares of the leg's width."""

    area: Area
    top: float
    bottom: float
    outer: float = 0.0
    inner: float = 1.0


PATCHES: dict[View, tuple[Patch, ...]] = {
    "front": (
        Patch(Area.GROIN, 84, 128, 0.45, 1),
        Patch(Area.UPPER_ANTERIOR_THIGH, 84, 128, 0, 0.45),
        Patch(Area.UPPER_ANTERIOR_THIGH, 128, 194),
        Patch(Area.LOWER_ANTERIOR_THIGH, 194, 256),
        Patch(Area.LOWER_ANTERIOR_THIGH, 256, 294, 0, 0.5),
        Patch(Area.MEDIAL_KNEE, 256, 294, 0.5, 1),
        Patch(Area.LATERAL_CALF, 294, 424, 0, 0.5),
        Patch(Area.MEDIAL_CALF, 294, 424, 0.5, 1),
        Patch(Area.LATERAL_FOOT, 424, 492, 0, 0.24),
        Patch(Area.DORSUM_OF_FOOT, 424, 472, 0.24, 0.76),
        Patch(Area.DORSUM_OF_FOOT, 472, 492, 0.24, 0.66),
        Patch(Area.MEDIAL_FOOT, 424, 472, 0.76, 1),
        Patch(Area.GREAT_TOE, 472, 492, 0.66, 1),
    ),
    "back": (
        Patch(Area.BUTTOCK, 62, 140),
        Patch(Area.POSTERIOR_THIGH, 140, 270),
        Patch(Area.LATERAL_CALF, 270, 424, 0, 0.24),
        Patch(Area.POSTERIOR_CALF, 270, 424, 0.24, 0.78),
        Patch(Area.MEDIAL_CALF, 270, 424, 0.78, 1),
        Patch(Area.LATERAL_FOOT, 424, 492, 0, 0.28),
        Patch(Area.SOLE, 424, 492, 0.28, 1),
    ),
}


@dataclass(frozen=True)
class Region:
    """One area of one leg as it lies in one view: a polygon in the drawing's units."""

    view: View
    side: Side
    area: Area
    corners: tuple[tuple[float, float], ...]

    @property
    def path(self) -> str:
        """The polygon as the `d` of an SVG path."""
        return "M" + " L".join(f"{x:g} {y:g}" for x, y in self.corners) + " Z"


@cache
def regions(view: View) -> tuple[Region, ...]:
    """Every area of both legs as seen in one view."""
    return tuple(_regions(view))


@cache
def outline(view: View) -> str:
    """The figure's edge, from the waist down, as the `d` of an SVG path."""
    heights = np.linspace(20, 492, 120)
    down = [(float(_OUTER(y)), float(y)) for y in heights]
    up = [(float(_INNER(y)), float(y)) for y in heights[::-1] if y > 118]
    right = [*down, *up]
    left = [(WIDTH - x, y) for x, y in reversed(right)]
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in (*right, *left)) + " Z"


def side_at_left(view: View) -> Side:
    """Which of the patient's legs is on the viewer's left."""
    return Side.RIGHT if view == "front" else Side.LEFT


def _regions(view: View) -> Iterator[Region]:
    for at_left in (True, False):
        side = side_at_left(view) if at_left else _other(side_at_left(view))
        for patch in PATCHES[view]:
            corners = _corners(patch)
            yield Region(view, side, patch.area, corners if at_left else tuple((WIDTH - x, y) for x, y in corners))


def _other(side: Side) -> Side:
    return Side.LEFT if side is Side.RIGHT else Side.RIGHT


def _corners(patch: Patch) -> tuple[tuple[float, float], ...]:
    heights = [patch.top, *(float(y) for y in GRID if patch.top < y < patch.bottom), patch.bottom]
    outer = [(_across(y, patch.outer), y) for y in heights]
    inner = [(_across(y, patch.inner), y) for y in heights[::-1]]
    return tuple((round(x, 1), y) for x, y in (*outer, *inner))


def _across(height: float, share: float) -> float:
    outer, inner = float(_OUTER(height)), float(_INNER(height))
    return outer + share * (inner - outer)
