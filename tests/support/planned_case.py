"""A planned patient of plain shapes, and control scans of it with a needle on its way."""

import numpy as np

from foramen.anatomy.root import Root
from foramen.guidance import NeedleFile, check_needle
from foramen.imaging.ct import Ct
from foramen.planning import PlanSettings, plan_routes
from foramen.simulation import ScanProtocol
from foramen.simulation.control_scan import control_scan
from foramen.simulation.needle import SimulatedNeedle
from support.phantoms import Phantom, straight_grid

ROOT = Root.parse("L4-left")


class Case:
    """A planned patient, and control scans of it."""

    def __init__(self, ct: Ct | None = None) -> None:
        made, self.anatomy = Phantom().on(straight_grid((1.4, 1.4, 2.0)))
        self.ct = made if ct is None else ct
        self.plan = plan_routes(self.ct, self.anatomy, (ROOT,), PlanSettings())
        self.route = next(r for r in self.plan.roots[0].routes if r.recommended)
        self.entry, self.target = np.array(self.route.entry_mm), np.array(self.route.target_mm)
        self.way = (self.target - self.entry) / np.linalg.norm(self.target - self.entry)

    def scanned(self, tip=None, moved=None, slices=20) -> Ct:
        moved = np.eye(4) if moved is None else moved
        centre = moved[:3, :3] @ ((self.entry + self.target) / 2) + moved[:3, 3]
        protocol = ScanProtocol(
            spacing_mm=(0.8, 0.8, 2.0),
            field_of_view_mm=(150.0, 150.0, 2.0 * slices),
            centre_mm=tuple(centre),
            noise_hu=12,
        )
        needles = [] if tip is None else [SimulatedNeedle(tip, self.entry, 22, 150)]
        return control_scan(self.ct, protocol, needles, moved=moved).ct

    def checked(self, scan: Ct, **more) -> NeedleFile:
        return check_needle(scan, self.plan, **({"planning": self.ct, "anatomy": self.anatomy} | more))
