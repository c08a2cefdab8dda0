"""The report of a control scan: two pictures along the needle, the advice, the numbers."""

from base64 import b64encode
from datetime import datetime
from html import escape
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Root
from foramen.guidance.needle_file import DeviationRecord, NeedleFile
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan
from foramen.reports.canvas import Canvas, Stroke, shifted
from foramen.reports.marks import BODY, SMALL, Caption, mark, series
from foramen.reports.palette import NEEDLE, ROUTE, TEXT, WHITE
from foramen.reports.planes import CRANIAL, Plane, sample
from foramen.reports.windows import NEEDLE_WINDOW

Vector = NDArray[np.float64]

PIXEL_MM = 0.22
WIDTH_MM, HEIGHT_MM = 130.0, 150.0
LEAST_SAID_MM = 0.5
TIP_SHARE = 0.68
"""How far down the picture the tip lies."""


def write_needle_report(found: NeedleFile, plan: Plan, control: Ct, folder: Path, *, made_at: datetime) -> None:
    """Write `report.html` and `needle.png` into a folder.

    Parameters
    ----------
    found : NeedleFile
    plan : Plan
    control : Ct
        The control scan that was read.
    folder : Path
        Exists.
    made_at : datetime
    """
    picture = draw_needle(found, plan, control)
    picture.image().save(folder / "needle.png", compress_level=4)
    (folder / "report.html").write_text(_page(found, plan, picture, made_at), encoding="utf-8")


def draw_needle(found: NeedleFile, plan: Plan, control: Ct) -> Canvas:
    """The plane along the needle and the one square to it, side by side; around the target where none was found."""
    entry, target = _route_in_control(found, plan)
    tip, direction = _where(found, entry, target)
    away = CRANIAL - (CRANIAL @ direction) * direction
    away /= np.linalg.norm(away)
    panels = [
        _panel(
            found, plan, control, (entry, target), _plane(tip, direction, -away), "Plane of the needle, from the head"
        ),
        _panel(
            found,
            plan,
            control,
            (entry, target),
            _plane(tip, direction, np.cross(direction, away)),
            "At right angles to it",
        ),
    ]
    return Canvas(np.concatenate([panels[0].pixels, panels[1].pixels], axis=1))


def _plane(tip: Vector, down: Vector, away: Vector) -> Plane:
    centre = tip - (TIP_SHARE - 0.5) * HEIGHT_MM * down
    return Plane.centred(centre, np.cross(down, away), down, (WIDTH_MM, HEIGHT_MM), PIXEL_MM)


def _panel(found: NeedleFile, plan: Plan, control: Ct, route: tuple[Vector, Vector], plane: Plane, view: str) -> Canvas:
    canvas = Canvas(NEEDLE_WINDOW.grey(sample(control, plane)))
    if found.registration.status == "trusted":
        entry, target = plane.to_pixel(np.array(route))
        canvas.line([entry, target], Stroke(ROUTE, 3.0, 0.9, (12, 8), halo=1.5))
        canvas.ring(target, 12, Stroke(ROUTE, 3.5, halo=2.0))
    if found.tip_control_mm is not None and found.direction_control is not None:
        _draw_tip(canvas, plane, np.array(found.tip_control_mm), np.array(found.direction_control), found)
        _draw_way(canvas, plane, found)
    root = next(r for r in plan.roots if any(route.id == found.route for route in r.routes))
    title = Root.parse(root.root).title
    mark(canvas, plane, Caption(title, (view,), NEEDLE_WINDOW.title, series(control)))
    return canvas


def _draw_tip(canvas: Canvas, plane: Plane, tip: Vector, direction: Vector, found: NeedleFile) -> None:
    """Brackets around the tip that leave it visible, and where a push would take it."""
    certain = found.status == "found"
    at, back, ahead = plane.to_pixel(np.array([tip, tip - 30 * direction, tip + 25 * direction]))
    side = 16.0
    for sign in (-1, 1):
        beside = shifted(at, sign * side, 0)
        canvas.line([shifted(back, sign * side, 0), beside], Stroke(NEEDLE, 2.0, 0.9, halo=1.0))
        canvas.line([beside, shifted(at, sign * 5, 0)], Stroke(NEEDLE, 2.5, halo=1.5))
    canvas.line([at, ahead], Stroke(NEEDLE, 2.0, 0.8, (6, 8), halo=1.0))
    _draw_depths(canvas, plane, tip, direction, found)
    words = f"tip ± {found.tip_uncertainty_mm:.1f} mm" if certain else "tip not certain"
    canvas.text(shifted(at, 26, 0), words, size=BODY, colour=NEEDLE if certain else WHITE, bold=True)
    if found.deviation is not None:
        canvas.text(shifted(at, 26, 34), f"{found.deviation.tip_to_target_mm:.0f} mm to target", size=BODY, colour=TEXT)


def _draw_depths(canvas: Canvas, plane: Plane, tip: Vector, direction: Vector, found: NeedleFile) -> None:
    """A tick every 10 mm back from the tip, longer at 50; and what lies ahead, at its distance."""
    skin = np.array(found.entry_control_mm) if found.entry_control_mm is not None else tip
    for back in range(10, int(np.linalg.norm(tip - skin)) + 1, 10):
        at = plane.to_pixel(tip - back * direction)
        long = back % 50 == 0
        canvas.line([shifted(at, -16, 0), shifted(at, -34 if long else -26, 0)], Stroke(WHITE, 2.0, halo=1.5))
        if back % 20 == 0:
            canvas.text(shifted(at, -40, 0), str(back), size=SMALL, colour=TEXT, anchor="rm")
    if found.ahead is not None and found.ahead.structure and found.ahead.distance_mm > 0:
        at = plane.to_pixel(tip + found.ahead.distance_mm * direction)
        canvas.line([shifted(at, -16, 0), shifted(at, 16, 0)], Stroke(NEEDLE, 3.0, halo=1.5))
        words = f"{found.ahead.structure} in {found.ahead.distance_mm:.0f} mm"
        canvas.text(shifted(at, -24, 0), words, size=SMALL, colour=TEXT, anchor="rm")


def _draw_way(canvas: Canvas, plane: Plane, found: NeedleFile) -> None:
    """The way that the advice takes: from where the tip lies after withdrawing to its target."""
    if found.way is None:
        return
    start, target = plane.to_pixel(_in_control(found, np.array([found.way.start_mm, found.way.target_mm])))
    canvas.line([start, target], Stroke(WHITE, 2.5, halo=1.5))
    canvas.ring(start, 7, Stroke(WHITE, 2.5, halo=1.5))
    canvas.dot(target, 5, WHITE)


def _route_in_control(found: NeedleFile, plan: Plan) -> tuple[Vector, Vector]:
    route = next(r for root in plan.roots for r in root.routes if r.id == found.route)
    points = _in_control(found, np.array([route.entry_mm, route.target_mm]))
    return points[0], points[1]


def _in_control(found: NeedleFile, points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of the planning CT in the control scan's frame, shape (n, 3)."""
    matrix = np.eye(4) if found.registration.matrix is None else np.linalg.inv(np.array(found.registration.matrix))
    return np.asarray(points_mm @ matrix[:3, :3].T + matrix[:3, 3])


def _where(found: NeedleFile, entry: Vector, target: Vector) -> tuple[Vector, Vector]:
    if found.tip_control_mm is not None and found.direction_control is not None:
        direction = np.array(found.direction_control)
        return np.array(found.tip_control_mm), direction / np.linalg.norm(direction)
    return target, (target - entry) / np.linalg.norm(target - entry)


def _page(found: NeedleFile, plan: Plan, picture: Canvas, made_at: datetime) -> str:
    copy = BytesIO()
    picture.image().save(copy, "JPEG", quality=92, subsampling=0)
    source = "data:image/jpeg;base64," + b64encode(copy.getvalue()).decode("ascii")
    headline = found.headline
    warnings = "".join(f"<li>{escape(w)}</li>" for w in found.warnings)
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in _facts(found))
    policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>Needle, route {escape(found.route)}</title>
<style>{STYLE}</style></head><body><main>
<p class="quiet">Route {escape(found.route)} · {made_at:%a %d %b %Y, %H:%M}</p>
{f'<ul class="warnings">{warnings}</ul>' if warnings else ""}
<h1>{escape(headline[:1].upper() + headline[1:])}</h1>
<img src="{source}" alt="The needle in two planes along its shaft" width="{picture.width}" height="{picture.height}">
<table>{rows}</table>
<p class="quiet">Decision support, not a certified medical device: a clinician decides every step.</p>
</main></body></html>
"""


def _toward(off: DeviationRecord) -> str:
    """To which sides: `: 3 mm lateral and 1 mm cranial`."""
    parts = [(off.outward_mm, "lateral", "medial"), (off.cranial_mm, "cranial", "caudal")]
    said = [f"{abs(by):.0f} mm {more if by > 0 else less}" for by, more, less in parts if abs(by) >= LEAST_SAID_MM]
    return f": {' and '.join(said)}" if said else ""


def _facts(found: NeedleFile) -> list[tuple[str, str]]:
    facts = [("Needle", found.status + (f": {found.reason}" if found.reason else ""))]
    laid = found.registration
    moved = f", patient moved {laid.translation_mm:.0f} mm and {laid.rotation_deg:.0f}°" if laid.matrix else ""
    facts.append(("Laid onto the plan", laid.status + (f": {laid.reason}" if laid.reason else "") + moved))
    if (off := found.deviation) is not None:
        facts += [
            ("Tip to target", f"{off.tip_to_target_mm:.1f} mm"),
            ("Beside the route", f"{off.lateral_mm:.1f} mm{_toward(off)}"),
            ("Depth remaining", f"{off.depth_remaining_mm:.1f} mm"),
            ("Angle to the route", f"{off.angle_deg:.1f}°"),
        ]
    if found.ahead is not None:
        facts.append(("Ahead", f"{found.ahead.structure or 'nothing labelled'} in {found.ahead.distance_mm:.0f} mm"))
        if found.ahead.not_checked:
            facts.append(("Not checked", ", ".join(name.replace("_", " ") for name in found.ahead.not_checked)))
    return facts


STYLE = """
body{margin:0;background:#0f1419;color:#e6e9ec;font:16px/1.5 system-ui,sans-serif}
main{max-width:1200px;margin:0 auto;padding:24px}
h1{font-size:clamp(28px,4vw,48px);line-height:1.15;margin:16px 0}
img{width:100%;height:auto;background:#000}
.quiet{color:#9aa4ae}.warnings{border-left:4px solid #ffb020;padding:8px 8px 8px 28px;background:#161c23}
table{border-collapse:collapse;margin:16px 0;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:400;color:#9aa4ae;padding:4px 24px 4px 0;vertical-align:top}td{padding:4px 0}
"""
