"""The needle goes in by stages: each control scan is read by the real code, and the operator does what it advises."""

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from foramen.cli.walk.room import Room, Taken
from foramen.cli.walk.table import Table
from foramen.guidance import NeedleFile, check_needle
from foramen.guidance.advice import Action
from foramen.pathway.procedure.events import Advanced
from foramen.planning.plan import Plan, Route
from foramen.progress import Progress
from foramen.reports.needle_report import write_needle_report
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.operator import Advice


@dataclass(frozen=True, eq=False)
class Looked:
    """One control scan: the needle as it truly lay, and what was read of it."""

    taken: Taken
    needle: SimulatedNeedle
    found: NeedleFile

    @property
    def readable(self) -> bool:
        """Whether it may be acted upon."""
        return self.found.status == "found" and self.found.registration.status == "trusted"

    @property
    def tip_error_mm(self) -> float | None:
        """Of the tip that was read, in the planning CT."""
        if self.found.tip_mm is None:
            return None
        return float(np.linalg.norm(np.array(self.found.tip_mm) - self.needle.tip_mm))

    @property
    def registration_error_mm(self) -> float | None:
        """Where the tip lies."""
        matrix = self.found.registration.matrix
        return None if matrix is None else self.taken.registration_error_mm(np.array(matrix), self.needle.tip_mm)


@dataclass(eq=False)
class Looking:
    """Looks at a needle with control scans, and tells the table of every stage."""

    room: Room
    table: Table
    plan: Plan
    route: Route
    made_at: datetime
    progress: Progress
    looks: list[Looked] = field(default_factory=list)

    def __call__(self, needle: SimulatedNeedle) -> Advice | None:
        """Scan, read, and pass on the advice; a scan that can't be read is made again with more slices."""
        for wider in (False, True):
            looked = self._look(needle, wider=wider)
            if looked.readable:
                return _told(looked.found)
        return None

    def unheard(self, needle: SimulatedNeedle) -> None:
        """The same look, of which the operator is told nothing."""
        self(needle)

    def _look(self, needle: SimulatedNeedle, *, wider: bool) -> Looked:
        number = len(self.looks) + 1
        self.progress(f"control scan {number}: scanning", 0.0)
        taken = self.room.control(needle, self.route, f"control-{number}", wider=wider)
        self.progress(f"control scan {number}: reading", 0.0)
        found = check_needle(
            taken.ct, self.plan, route_id=self.route.id, planning=self.room.planning, anatomy=self.room.anatomy
        )
        folder = self.room.folder / taken.name
        (folder / "needle.json").write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")
        write_needle_report(found, self.plan, taken.ct, folder, made_at=self.made_at)
        self.looks.append(Looked(taken, needle, found))
        self.table.happens(Advanced(needle="1", depth_mm=round(needle.depth_mm), image=taken.name))
        return self.looks[-1]


def _told(found: NeedleFile) -> Advice:
    """The steps of the advice, as the operator hears them."""
    steps = {step.action: step for step in found.advice}
    redirect, back, on = (steps.get(action) for action in (Action.REDIRECT, Action.WITHDRAW, Action.ADVANCE))
    return Advice(
        withdraw_mm=back.distance_mm if back else 0.0,
        cranial_deg=redirect.cranial_deg if redirect else 0.0,
        lateral_deg=redirect.lateral_deg if redirect else 0.0,
        advance_mm=on.distance_mm if on else 0.0,
        in_position=Action.IN_POSITION in steps,
        stop=Action.STOP in steps,
    )
