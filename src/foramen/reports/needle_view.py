"""The plane that holds the needle: entry at the top, depth down the middle, what is passed written at its depth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan, PlannedRoot, Route
from foramen.reports.canvas import Canvas, Stroke, shifted
from foramen.reports.marks import BODY, SMALL, Caption, mark, place
from foramen.reports.outlines import draw_outlines, draw_root, name_structures
from foramen.reports.palette import QUIET, ROUTE, TEXT, WHITE
from foramen.reports.passage import Span, nearest_approaches, passage
from foramen.reports.planes import Plane, along_needle, sample
from foramen.reports.windows import Window
from foramen.reports.words import mm

PIXEL_MM = 0.2
WIDTH_MM = 130.0
ABOVE_MM = 22.0
BEYOND_MM = 52.0
AHEAD_MM = 30.0
"""How far past the target the line goes on, to show what a needle pushed too deep would meet."""

LADDER_WIDTH = 290
"""Pixels of the depth scale at the picture's right."""


@dataclass(frozen=True)
class NeedleField:
    """The height that every along-the-needle view of one report has, so that the eye compares."""

    height_mm: float

    @classmethod
    def of(cls, plan: Plan) -> "NeedleField":
        """The field that holds the deepest recommended route of a plan."""
        depths = [route.depth_mm for root in plan.roots for route in root.routes if route.recommended]
        return cls(np.ceil((ABOVE_MM + max(depths, default=80.0) + BEYOND_MM) / 10) * 10)

    def plane(self, route: Route) -> Plane:
        """Where one route's picture lies."""
        return along_needle(
            np.array(route.entry_mm),
            np.array(route.target_mm),
            above_mm=ABOVE_MM,
            height_mm=self.height_mm,
            width_mm=WIDTH_MM,
            pixel_mm=PIXEL_MM,
        )


def draw_needle_view(
    ct: Ct, anatomy: Anatomy, planned: PlannedRoot, route: Route, field: NeedleField, window: Window
) -> Canvas:
    """The CT in the needle's plane with the route, its depths, and the structures beside and ahead of it."""
    root = Root.parse(planned.root)
    plane = field.plane(route)
    canvas = Canvas(np.zeros((plane.height, plane.width + LADDER_WIDTH), dtype=np.uint8))
    canvas.pixels[:, : plane.width] = window.grey(sample(ct, plane))[..., None]
    draw_outlines(canvas, plane, anatomy.structures)
    nerve = anatomy.spine.nerve(root)
    if nerve is not None:
        draw_root(canvas, plane, nerve)
    canvas.box(plane.width, 0, canvas.width, canvas.height, (0, 0, 0))
    entry, target = plane.to_pixel([route.entry_mm, route.target_mm])
    clear = _busy(entry, target, root.side.sign)
    name_structures(canvas, plane, anatomy.structures, size=SMALL, keep_clear=clear)
    _draw_route(canvas, entry, target, outward=root.side.sign)
    depth = mm(route.depth_mm, planned.root_uncertainty_mm)
    canvas.text(
        shifted(target, root.side.sign * 26, 8),
        depth,
        size=BODY + 4,
        bold=True,
        anchor="lm" if root.side.sign > 0 else "rm",
    )
    _draw_ladder(canvas, plane, ct, anatomy, route)
    mark(
        canvas,
        plane,
        Caption(root.title, ("Plane of the needle", "seen from the head"), window.title, place(ct, route)),
    )
    return canvas


def _busy(entry: NDArray[np.float64], target: NDArray[np.float64], outward: int) -> NDArray[np.float64]:
    """Pixels that the needle, its numbers and the target's words take, shape (n, 2)."""
    down = np.arange(entry[1], target[1] + AHEAD_MM / PIXEL_MM, 6)
    beside = np.array([0, outward * 15, outward * 30, outward * 50])
    shaft = np.stack(np.meshgrid(entry[0] + beside, down), axis=-1).reshape(-1, 2)
    words = target + np.stack([outward * np.arange(20, 230, 8), np.full(27, 8)], axis=-1)
    return np.concatenate([shaft, words])


def _draw_route(canvas: Canvas, entry: NDArray[np.float64], target: NDArray[np.float64], outward: int) -> None:
    """The shaft with a tick each 10 mm on the side away from the spine, and its line beyond the target."""
    per_mm = 1 / PIXEL_MM
    canvas.line([target, shifted(target, 0, AHEAD_MM * per_mm)], Stroke(ROUTE, 2.5, 0.9, (8, 8), halo=1.5))
    canvas.line([shifted(entry, 0, (12 - ABOVE_MM) * per_mm), target], Stroke(ROUTE, 4.5, halo=2.5))
    depth = (target - entry)[1] * PIXEL_MM
    for ten in range(10, int(depth) + 1, 10):
        at = shifted(entry, 0, ten * per_mm)
        long = ten % 50 == 0
        canvas.line([at, shifted(at, outward * (22 if long else 13), 0)], Stroke(WHITE, 2.5, halo=1.5))
        if ten % 20 == 0 and depth - ten > 7:
            canvas.text(
                shifted(at, outward * 28, 0), str(ten), size=SMALL, colour=TEXT, anchor="lm" if outward > 0 else "rm"
            )
    canvas.ring(entry, 11, Stroke(WHITE, 3.5, halo=2.0))
    canvas.ring(target, 11, Stroke(ROUTE, 3.5, halo=2.0))
    canvas.dot(target, 3.5, WHITE)


def _draw_ladder(canvas: Canvas, plane: Plane, ct: Ct, anatomy: Anatomy, route: Route) -> None:
    """The depth scale: a bar of what the line passes, its depths, and the nearest approaches, in words."""
    left = plane.width + 18
    top = ABOVE_MM / PIXEL_MM
    spans = passage(ct, anatomy, route, AHEAD_MM)
    for span in spans:
        _draw_span(canvas, span, left, top, ahead=span.start_mm >= route.depth_mm)
    tip = top + route.depth_mm / PIXEL_MM
    canvas.line([[left - 8, tip], [left + 30, tip]], Stroke(ROUTE, 4.0))
    lines = [(0.0, "skin", TEXT)]
    lines += [(s.start_mm, f"{s.start_mm:.0f}  {s.name}", TEXT) for s in spans if s.start_mm > 0]
    lines += [(n.depth_mm, n.words, QUIET) for n in nearest_approaches(anatomy.structures, route)]
    lines.append((route.depth_mm, f"{route.depth_mm:.0f}  target", ROUTE))
    lines.sort(key=lambda line: line[0])
    rows = _apart([top + depth / PIXEL_MM for depth, _, _ in lines], SMALL + 8, canvas.height - 2 * SMALL)
    for y, (depth, words, colour) in zip(rows, lines, strict=True):
        exact = top + depth / PIXEL_MM
        canvas.line([[left + 16, exact], [left + 30, y]], Stroke(QUIET, 1.5, 0.8))
        canvas.text((left + 36, y), words, size=SMALL, colour=colour, bold=colour is ROUTE)
    canvas.text((plane.width + 18, 16), "Depth in mm", size=SMALL, colour=QUIET, anchor="la")


def _draw_span(canvas: Canvas, span: Span, left: float, top: float, *, ahead: bool) -> None:
    start, stop = (top + depth / PIXEL_MM for depth in (span.start_mm, span.stop_mm))
    shade = {"fat": (112, 120, 128), "muscle": (66, 74, 82), "soft tissue": (66, 74, 82)}
    colour = (244, 238, 222) if span.solid else shade.get(span.name, (88, 96, 104))
    canvas.box(left, start, left + 14, stop - 2, colour, 0.55 if ahead else 1.0)


def _apart(rows: list[float], least: float, bottom: float) -> list[float]:
    """The same rows moved as little as needed to stand `least` apart and end above `bottom`."""
    moved: list[float] = []
    for row in rows:
        moved.append(max(row, moved[-1] + least) if moved else row)
    for n in range(len(moved) - 1, -1, -1):
        limit = bottom if n == len(moved) - 1 else moved[n + 1] - least
        moved[n] = min(moved[n], limit)
    return moved
