"""The sagittal plane through the target: how far the control scans must reach, in mm of the table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.imaging.ct import Ct
from foramen.planning.plan import Plan, PlannedRoot, Route
from foramen.reports.canvas import Canvas, Stroke
from foramen.reports.marks import BODY, SMALL, Caption, mark, series
from foramen.reports.outlines import draw_outlines, draw_root, name_structures
from foramen.reports.palette import ROUTE, TEXT, WHITE
from foramen.reports.planes import Plane, sagittal, sample
from foramen.reports.windows import BONE
from foramen.reports.words import mm

PIXEL_MM = 0.36
SIZE_MM = (194.0, 256.0)
BEHIND_MM = 30.0


@dataclass(frozen=True)
class SideField:
    """The place in y and z that every sagittal view of one report shows."""

    centre_y: float
    centre_z: float

    @classmethod
    def of(cls, plan: Plan) -> "SideField":
        """The field that holds all routes, from the air behind the back forward."""
        routes = [r for root in plan.roots for r in root.routes if r.recommended]
        heights = [z for r in routes for z in (r.entry_mm[2], r.target_mm[2])] or [0.0]
        hindmost = max((r.entry_mm[1] for r in routes), default=0.0)
        return cls(hindmost + BEHIND_MM - SIZE_MM[0] / 2, (min(heights) + max(heights)) / 2)

    def plane(self, route: Route) -> Plane:
        """Where one route's picture lies."""
        return sagittal((route.target_mm[0], self.centre_y, self.centre_z), SIZE_MM, PIXEL_MM)


def draw_side_view(ct: Ct, anatomy: Anatomy, planned: PlannedRoot, route: Route, field: SideField) -> Canvas:
    """The sagittal slice of the target with the route dropped on it and the range of the control scans."""
    root = Root.parse(planned.root)
    plane = field.plane(route)
    canvas = Canvas(BONE.grey(sample(ct, plane)))
    draw_outlines(canvas, plane, anatomy.structures)
    nerve = anatomy.spine.nerve(root)
    if nerve is not None:
        draw_root(canvas, plane, nerve)
    entry, target = plane.to_pixel([route.entry_mm, route.target_mm])
    clear = np.concatenate([entry + np.linspace(0, 1, 50)[:, None] * (target - entry), _busy(plane, planned)])
    name_structures(canvas, plane, anatomy.structures, size=SMALL, keep_clear=clear)
    if planned.scan_range_z_mm is not None:
        _draw_range(canvas, plane, *planned.scan_range_z_mm)
    canvas.line([entry, target], Stroke(ROUTE, 4.0, 1.0, (10, 7), halo=2.0))
    canvas.ring(entry, 9, Stroke(WHITE, 3.0, halo=2.0))
    canvas.ring(target, 9, Stroke(ROUTE, 3.0, halo=2.0))
    mark(canvas, plane, Caption(root.title, ("Sagittal at the target",), BONE.title, series(ct)))
    return canvas


def _busy(plane: Plane, planned: PlannedRoot) -> NDArray[np.float64]:
    """Pixels that the words of the scan range take, shape (n, 2)."""
    edges = [plane.to_pixel((0, 0, z))[1] for z in planned.scan_range_z_mm or ()]
    rows = [edge + away for edge in edges for away in (-30, -18, 0, 18, 30)]
    return np.stack(np.meshgrid(np.arange(0, 130, 8), rows), axis=-1).reshape(-1, 2)


def _draw_range(canvas: Canvas, plane: Plane, low_z: float, high_z: float) -> None:
    """The lowest and highest slice of the control scans; what lies outside is dimmed, not hidden."""
    top, bottom = (float(plane.to_pixel((0, 0, z))[1]) for z in (high_z, low_z))
    canvas.box(0, 0, canvas.width, top, (0, 0, 0), 0.45)
    canvas.box(0, bottom, canvas.width, canvas.height, (0, 0, 0), 0.45)
    for y in (top, bottom):
        canvas.line([(0, y), (canvas.width, y)], Stroke(WHITE, 2.0, halo=1.5))
    x = canvas.width - 64
    canvas.line([(x, top + 4), (x, bottom - 4)], Stroke(WHITE, 2.5, halo=1.5))
    for tip, sign in ((top + 4, 1), (bottom - 4, -1)):
        canvas.line([(x - 7, tip + 10 * sign), (x, tip), (x + 7, tip + 10 * sign)], Stroke(WHITE, 2.5, halo=1.5))
    canvas.text((canvas.width - 16, bottom + 8), f"scan {mm(high_z - low_z)}", size=BODY, bold=True, anchor="ra")
    canvas.text((16, top - 6), f"z {mm(high_z)}", size=SMALL, colour=TEXT, anchor="ld")
    canvas.text((16, bottom + 6), f"z {mm(low_z)}", size=SMALL, colour=TEXT, anchor="la")
