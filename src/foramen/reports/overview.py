"""Coronal and sagittal overview of the whole lumbar spine with every route."""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan, Route
from foramen.reports.canvas import Canvas, Stroke, shifted
from foramen.reports.marks import MARGIN, SMALL, TITLE, Caption, mark, series
from foramen.reports.outlines import draw_outlines
from foramen.reports.palette import ROUTE, WHITE
from foramen.reports.planes import POSTERIOR, Plane, coronal, sagittal, sample
from foramen.reports.windows import BONE, PROJECTION

PIXEL_MM = 0.3
SIZE_MM = (270.0, 300.0)
ROOM_MM = 20.0
"""Beyond the scan's first and last slice, for the picture's own marks."""

CORONAL_SLAB_MM = 40.0
BEHIND_MM = 30.0
"""How far behind the bodies the sagittal overview has its middle, so that the back is on it."""

SAGITTAL_SLAB_MM = 6.0
"""Thin enough that canal and foramina stay sharp."""


def draw_coronal_overview(ct: Ct, anatomy: Anatomy, plan: Plan) -> Canvas:
    """An average through the depth of the spine, like a frontal radiograph, with the routes dropped on it."""
    plane = coronal(*_field(ct, anatomy, plan), PIXEL_MM)
    canvas = Canvas(PROJECTION.grey(sample(ct, plane, slab_mm=CORONAL_SLAB_MM)))
    _draw_routes(canvas, plane, plan, names=True)
    _name_vertebrae(canvas, plane, anatomy)
    view = f"Coronal, {CORONAL_SLAB_MM:.0f} mm average, seen from the front"
    mark(canvas, plane, Caption("ALL ROOTS", (view,), PROJECTION.title, series(ct)))
    return canvas


def draw_sagittal_overview(ct: Ct, anatomy: Anatomy, plan: Plan) -> Canvas:
    """The sagittal plane through the middle of the canal, with the routes dropped on it."""
    middle, size = _field(ct, anatomy, plan)
    plane = sagittal(middle + BEHIND_MM * POSTERIOR, size, PIXEL_MM)
    canvas = Canvas(BONE.grey(sample(ct, plane, slab_mm=SAGITTAL_SLAB_MM)))
    draw_outlines(canvas, plane, anatomy.structures)
    _draw_routes(canvas, plane, plan, names=False)
    _name_vertebrae(canvas, plane, anatomy)
    mark(canvas, plane, Caption("ALL ROOTS", ("Sagittal through the canal",), BONE.title, series(ct)))
    return canvas


def recommended_routes(plan: Plan) -> list[tuple[Root, Route]]:
    """The recommended route of each root that has one."""
    return [(Root.parse(found.root), r) for found in plan.roots for r in found.routes if r.recommended]


def _field(ct: Ct, anatomy: Anatomy, plan: Plan) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Centre and size of what the overview shows: around the vertebrae in view, else the routes, else the scan."""
    bodies = [v.centroid_mm for v in anatomy.spine.vertebrae if v.level[0] in "LS"]
    points = bodies or [np.array(r.target_mm) for _, r in recommended_routes(plan)] or [ct.grid.corners_mm.mean(axis=0)]
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    middle = (low[2] + high[2]) / 2
    heights = ct.grid.corners_mm[:, 2]
    top = min(middle + SIZE_MM[1] / 2, heights.max() + ROOM_MM)
    bottom = max(middle - SIZE_MM[1] / 2, heights.min() - ROOM_MM)
    return np.array([*np.median(points, axis=0)[:2], (top + bottom) / 2]), (SIZE_MM[0], top - bottom)


def _draw_routes(canvas: Canvas, plane: Plane, plan: Plan, *, names: bool) -> None:
    for root, route in recommended_routes(plan):
        entry, target = plane.to_pixel([route.entry_mm, route.target_mm])
        canvas.line([entry, target], Stroke(ROUTE, 3.5, halo=2.0))
        canvas.ring(entry, 8, Stroke(WHITE, 3.0, halo=1.5))
        canvas.dot(target, 5, ROUTE)
        if names:
            anchor = "lm" if root.side.sign > 0 else "rm"
            canvas.text(shifted(entry, root.side.sign * 16, 0), root.title, size=SMALL, bold=True, anchor=anchor)


def _name_vertebrae(canvas: Canvas, plane: Plane, anatomy: Anatomy) -> None:
    for found in anatomy.spine.vertebrae:
        at = plane.to_pixel(found.centroid_mm)
        if not TITLE + 2 * MARGIN < at[1] < plane.height - 3 * MARGIN:
            continue
        canvas.text(at, found.level, size=SMALL, colour=WHITE, anchor="mm", bold=True)
