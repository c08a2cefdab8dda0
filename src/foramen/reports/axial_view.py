"""The axial plane at the entry: what the radiographer measures on the skin, and the angle from vertical."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan, PlannedRoot, Route
from foramen.reports.canvas import Canvas, Stroke, shifted
from foramen.reports.marks import BODY, Caption, mark, place
from foramen.reports.outlines import contours, draw_outlines
from foramen.reports.palette import QUIET, ROUTE, WHITE
from foramen.reports.planes import Plane, axial, sample
from foramen.reports.windows import SOFT_TISSUE
from foramen.reports.words import degrees, mm

PIXEL_MM = 0.36
SIZE_MM = (302.0, 256.0)
BELOW_MM = 46.0
"""Air below the hindmost entry, where the distance from the midline is written."""

OUT_OF_PLANE_MM = 3.0
"""A target nearer to the entry's slice than this counts as in it."""


@dataclass(frozen=True)
class AxialField:
    """The place in x and y that every axial view of one report shows."""

    centre_x: float
    centre_y: float

    @classmethod
    def of(cls, plan: Plan) -> "AxialField":
        """The field around the midline that reaches from behind the hindmost entry forward."""
        routes = [(root, r) for root in plan.roots for r in root.routes if r.recommended]
        middles = [midline_x(r, Root.parse(root.root)) for root, r in routes]
        hindmost = max((r.entry_mm[1] for _, r in routes), default=0.0)
        return cls(float(np.median(middles)) if middles else 0.0, hindmost + BELOW_MM - SIZE_MM[1] / 2)

    def plane(self, route: Route) -> Plane:
        """Where one route's picture lies."""
        return axial((self.centre_x, self.centre_y, route.entry_mm[2]), SIZE_MM, PIXEL_MM)


def midline_x(route: Route, root: Root) -> float:
    """World x of the midline from which the plan measured the entry."""
    return route.entry_mm[0] - root.side.sign * route.skin.lateral_of_midline_mm


def draw_axial_view(ct: Ct, anatomy: Anatomy, planned: PlannedRoot, route: Route, field: AxialField) -> Canvas:
    """The slice of the entry: distance from the midline, angle from vertical, and the needle dropped on it."""
    root = Root.parse(planned.root)
    plane = field.plane(route)
    canvas = Canvas(SOFT_TISSUE.grey(sample(ct, plane)))
    draw_outlines(canvas, plane, anatomy.structures)
    skin = contours(anatomy.body, plane, np.arange(256) == 1)
    canvas.lines(skin, Stroke(QUIET, 1.5, 0.7))
    entry, target = plane.to_pixel([route.entry_mm, route.target_mm])
    middle = plane.to_pixel((midline_x(route, root), route.entry_mm[1], route.entry_mm[2]))
    _draw_distance(canvas, plane, entry, middle, f"{mm(abs(route.skin.lateral_of_midline_mm))}")
    _draw_angle(canvas, entry, target, route)
    flat = abs(route.target_mm[2] - route.entry_mm[2]) < OUT_OF_PLANE_MM
    canvas.line([entry, target], Stroke(ROUTE, 4.0, 1.0, (0, 0) if flat else (10, 7), halo=2.0))
    canvas.ring(entry, 9, Stroke(WHITE, 3.0, halo=2.0))
    canvas.ring(target, 9, Stroke(ROUTE, 3.0, halo=2.0))
    view = ("Axial at the entry, seen from the feet", *([] if flat else [_out_of_plane(route)]))
    mark(canvas, plane, Caption(root.title, view, SOFT_TISSUE.title, place(ct, route)))
    return canvas


def _out_of_plane(route: Route) -> str:
    rise = route.target_mm[2] - route.entry_mm[2]
    return f"Target {mm(abs(rise))} nearer the {'head' if rise > 0 else 'feet'}: dashed line is dropped on this slice"


def _draw_distance(
    canvas: Canvas, plane: Plane, entry: NDArray[np.float64], middle: NDArray[np.float64], words: str
) -> None:
    """The midline, and the distance from it to the entry as a dimension line behind the skin."""
    canvas.line([(middle[0], 0.30 * plane.height), (middle[0], plane.height)], Stroke(WHITE, 1.5, 0.75, (12, 8)))
    y = min(entry[1] + 40, plane.height - 84)
    canvas.line([shifted(entry, 0, 12), np.array([entry[0], y + 8])], Stroke(WHITE, 1.5, halo=1.0))
    ends = np.array([[middle[0], y], [entry[0], y]])
    if abs(entry[0] - middle[0]) > 8:
        canvas.line(ends, Stroke(WHITE, 2.5, halo=1.5))
        for end, sign in zip(ends, np.sign(entry[0] - middle[0]) * np.array([1, -1]), strict=True):
            canvas.line([shifted(end, 9 * sign, -6), end, shifted(end, 9 * sign, 6)], Stroke(WHITE, 2.5, halo=1.5))
    canvas.text(shifted(ends.mean(axis=0), 0, 8), words, size=BODY, bold=True, anchor="ma")


def _draw_angle(canvas: Canvas, entry: NDArray[np.float64], target: NDArray[np.float64], route: Route) -> None:
    """The vertical through the entry and the arc from it to the needle."""
    reach = float(np.linalg.norm(target - entry))
    canvas.line([entry, shifted(entry, 0, -0.95 * reach)], Stroke(WHITE, 1.5, 0.9, (6, 6), halo=1.0))
    turn = np.radians(np.linspace(0, route.axial_angle_deg, 40))
    radius = 0.62 * reach
    canvas.line(entry + radius * np.stack([np.sin(turn), -np.cos(turn)], axis=-1), Stroke(WHITE, 2.0, halo=1.5))
    # Written outside the wedge, beside the vertical, so that neither the needle nor the target is covered.
    outside = -1 if route.axial_angle_deg > 0 else 1
    at = shifted(entry, outside * 12, -0.75 * reach)
    canvas.text(at, degrees(route.axial_angle_deg), size=BODY, bold=True, anchor="lm" if outside > 0 else "rm")
