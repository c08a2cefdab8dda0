"""A control scan as it is looked at by the table: the slice of the tip, the planes of the needle, the advice."""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Root
from foramen.guidance.needle_file import NeedleFile
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan, Route
from foramen.reports.canvas import Canvas, Stroke, shifted, text_width
from foramen.reports.marks import BODY, SMALL, Caption, mark, series
from foramen.reports.needle_report import draw_needle
from foramen.reports.palette import NEEDLE, QUIET, ROUTE, WHITE
from foramen.reports.planes import Plane, axial, sample
from foramen.reports.windows import Window
from foramen.reports.words import mm, sentence

Vector = NDArray[np.float64]

CONTROL_WINDOW = Window("Control scan", 1000, 150)
"""Fat, muscle, bone and steel all differ."""
PIXEL_MM = 0.22
WIDTH_MM = 150.0
ADVICE = 40
BANNER = 150


def draw_control(found: NeedleFile, plan: Plan, control: Ct) -> Canvas:
    """The slice through the tip, the two planes of the needle, and below them what to do."""
    needle = draw_needle(found, plan, control)
    slice_ = _slice(found, plan, control, needle.height)
    picture = np.concatenate([slice_.pixels, needle.pixels], axis=1)
    canvas = Canvas(np.concatenate([picture, np.zeros((BANNER, picture.shape[1], 3), dtype=np.uint8)]))
    _write(canvas, found, needle.height)
    return canvas


def _slice(found: NeedleFile, plan: Plan, control: Ct, height: int) -> Canvas:
    """The control slice nearest to the tip (to the target where there is none), the route dropped onto it."""
    planned = next(root for root in plan.roots if any(route.id == found.route for route in root.routes))
    route = next(route for route in planned.routes if route.id == found.route)
    entry, target = _in_control(found, route)
    tip = target if found.tip_control_mm is None else np.array(found.tip_control_mm)
    number, z = _nearest_slice(control, tip)
    middle = (entry + target) / 2
    plane = axial([middle[0], middle[1], z], (WIDTH_MM, height * PIXEL_MM), PIXEL_MM)
    canvas = Canvas(CONTROL_WINDOW.grey(sample(control, plane)))
    if found.registration.status == "trusted":
        _draw_route(canvas, plane, entry, target, tip if found.tip_control_mm is not None else entry)
    if found.tip_control_mm is not None and found.direction_control is not None:
        _draw_tip(canvas, plane, found)
    corner = " · ".join(part for part in (series(control), f"slice {number}", f"z {mm(z)}") if part)
    mark(
        canvas,
        plane,
        Caption(Root.parse(planned.root).title, ("Slice of the tip, from the feet",), CONTROL_WINDOW.title, corner),
    )
    return canvas


def _nearest_slice(control: Ct, point_mm: Vector) -> tuple[int, float]:
    axis = int(np.argmax(np.abs(control.direction[2])))
    index = control.to_index(point_mm)
    index[axis] = np.clip(round(float(index[axis])), 0, control.shape[axis] - 1)
    return int(index[axis]), float(control.to_world(index)[2])


def _draw_route(canvas: Canvas, plane: Plane, entry: Vector, target: Vector, tip: Vector) -> None:
    """The way that is left to the target, beside the needle that is to be seen."""
    way = (target - entry) / np.linalg.norm(target - entry)
    here = entry + np.clip((tip - entry) @ way, 0.0, np.linalg.norm(target - entry)) * way
    skin, start, end = plane.to_pixel(np.array([entry, here, target]))
    canvas.line([start, end], Stroke(ROUTE, 2.5, 0.9, (12, 8), halo=1.5))
    canvas.ring(skin, 9, Stroke(WHITE, 3.0, halo=2.0))
    canvas.ring(end, 11, Stroke(ROUTE, 3.5, halo=2.0))
    away = float(plane.behind_mm(target))
    if abs(away) >= 1:
        words = f"target {mm(abs(away))} to the {'head' if away > 0 else 'feet'}"
        canvas.text(shifted(end, 0, -28), words, size=SMALL, colour=ROUTE, anchor="mm")


def _draw_tip(canvas: Canvas, plane: Plane, found: NeedleFile) -> None:
    """Brackets beside the tip that leave it visible."""
    tip, direction = np.array(found.tip_control_mm), np.array(found.direction_control)
    at, back = plane.to_pixel(np.array([tip, tip - 20 * direction]))
    along = (at - back) / max(float(np.linalg.norm(at - back)), 1e-6)
    aside = np.array([-along[1], along[0]])
    for sign in (-1, 1):
        beside = at + sign * 15 * aside
        canvas.line([back + sign * 15 * aside, beside], Stroke(NEEDLE, 2.0, 0.9, halo=1.0))
        canvas.line([beside, at + sign * 5 * aside], Stroke(NEEDLE, 2.5, halo=1.5))


def _in_control(found: NeedleFile, route: Route) -> tuple[Vector, Vector]:
    matrix = np.eye(4) if found.registration.matrix is None else np.linalg.inv(np.array(found.registration.matrix))
    ends = np.array([route.entry_mm, route.target_mm]) @ matrix[:3, :3].T + matrix[:3, 3]
    return ends[0], ends[1]


def _write(canvas: Canvas, found: NeedleFile, top: int) -> None:
    """The advice, as large as it fits, and the numbers behind it."""
    words = sentence(found.headline)
    size = int(min(ADVICE, ADVICE * (canvas.width - 40) / text_width(words, ADVICE, bold=True)))
    canvas.text((20, top + 52), words, size=size, bold=True, colour=WHITE)
    numbers = []
    if (off := found.deviation) is not None:
        numbers = [
            f"{off.tip_to_target_mm:.0f} mm to target",
            f"{off.lateral_mm:.0f} mm beside the route",
            f"{off.angle_deg:.0f}° to the route",
        ]
    if found.ahead is not None and found.ahead.structure:
        numbers.append(f"{found.ahead.structure} ahead in {found.ahead.distance_mm:.0f} mm")
    if found.tip_uncertainty_mm is not None and found.status == "found":
        numbers.append(f"tip ± {found.tip_uncertainty_mm:.1f} mm")
    canvas.text((20, top + 112), "  ·  ".join(numbers), size=BODY, colour=QUIET)
