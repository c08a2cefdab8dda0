"""Contrast through the needle, scanned and read; the needle is moved and tried again for as long as the gate asks."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from foramen import __version__
from foramen.cli.walk.insertion import Looking
from foramen.cli.walk.room import Room, Taken
from foramen.cli.walk.table import OPERATOR, Table
from foramen.guidance.advice import turn
from foramen.guidance.read_spread_scans import SpreadRead, read_spread_scans
from foramen.guidance.replan import elsewhere
from foramen.guidance.spread import Given
from foramen.guidance.spread_file import SpreadFile, scans_read, spread_file
from foramen.imaging import Volume
from foramen.pathway.procedure import Release, pattern_from_spread
from foramen.pathway.procedure.events import Aspirated, ContrastGiven, Injected, Released, TipChecked
from foramen.pathway.procedure.events import Given as Dose
from foramen.planning.settings import PlanSettings
from foramen.reports.spread_view import draw_spread
from foramen.simulation.contrast import Contrast, Pour, pour
from foramen.simulation.contrast_truth import true_compartments_ml, true_length_along_root_mm
from foramen.simulation.injection_site import InjectionSite, site_of_patient
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.operator import Advice, Operator
from foramen.simulation.small_vessels import Course, into_vessel

CONTRAST = "iohexol-240"
MEDICINE = (
    Dose(product="lidocaine-1", volume_ml=1.0),
    Dose(product="dexamethasone-phosphate", volume_ml=1.0, dose_mg=4.0),
)
MOST_TRIES = 4
SECOND_AFTER_S = 25.0
"""The second scan, after the one made while the contrast went in."""
MOVED_MM = 3.0
"""A tip that is to be moved goes at least so far."""


@dataclass(frozen=True, eq=False)
class Tried:
    """One injection of contrast: what was read of it, and what was true."""

    name: str
    needle: SimulatedNeedle
    contrast: Contrast
    read: SpreadRead
    file: SpreadFile
    scans: tuple[Taken, ...]

    @property
    def true_ml(self) -> dict[str, float]:
        """Where the fluid truly lies."""
        return {str(place): ml for place, ml in true_compartments_ml(self.contrast).items()}

    @property
    def true_length_mm(self) -> float:
        """How much of the root truly has contrast beside it."""
        return true_length_along_root_mm(self.contrast)


@dataclass(eq=False)
class Injecting:
    """Gives contrast, reads it, and does what the release gate says.

    Parameters
    ----------
    looking : Looking
        Of the insertion: the same room, table and route.
    operator : Operator
    needle : SimulatedNeedle
        Where it lies.
    """

    looking: Looking
    operator: Operator
    needle: SimulatedNeedle
    tries: list[Tried] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.room: Room = self.looking.room
        self.table: Table = self.looking.table
        self.site: InjectionSite = site_of_patient(self.room.patient, self.room.case.target)
        self.left_behind: Volume | None = None
        self.vessel: str = self.room.case.contrast.vessel

    def run(self) -> None:
        """From the tip check to the needle's removal."""
        verdict: Release | None = Release.REPOSITION
        while len(self.tries) < MOST_TRIES:
            if verdict is Release.REPOSITION:
                self._check_tip()
            verdict = self._try(again=verdict is Release.REPEAT)
            if verdict not in (Release.REPOSITION, Release.REPEAT):
                break
            if verdict is Release.REPOSITION and len(self.tries) < MOST_TRIES:
                self._move()
        if verdict is Release.GO:
            self.table.happens(Released(by=OPERATOR))
            self.table.happens(Injected(needle="1", given=MEDICINE, slowly=True))
        self.table.end()

    def _check_tip(self) -> None:
        image = self.looking.looks[-1].taken.name
        self.table.happens(TipChecked(needle="1", root=str(self.room.case.target), image=image, in_position=True))
        self.table.happens(Aspirated(needle="1", found="nothing"))

    def _try(self, *, again: bool) -> Release | None:
        """Give contrast, more of it where the last told too little, and scan before, during and a little later."""
        told, number = self.room.case.contrast, len(self.tries) + 1
        name = f"contrast-{number}"
        self.looking.progress(f"contrast {number}: scanning", 0.0)
        volume = told.volume_ml + (self.tries[-1].contrast.injected_ml if again else 0.0)
        contrast = self._poured(volume)
        open_needle = replace(self.needle, stylet=False)
        adds = [None, contrast.hu(told.scan_after_s), contrast.hu(told.scan_after_s + SECOND_AFTER_S)]
        scans = tuple(
            self.room.control(
                open_needle, self.looking.route, f"{name}/{role}", contrast=_sum(self.left_behind, hu), wider=again
            )
            for role, hu in zip(("before", "after", "second"), adds, strict=True)
        )
        read = self._read(name, scans, Given(volume, told.iodine_mg_ml))
        self.tries.append(Tried(name, self.needle, contrast, *read, scans))
        file = self.tries[-1].file
        state = self.table.happens(
            ContrastGiven(
                needle="1",
                product=CONTRAST,
                volume_ml=told.volume_ml,
                pattern=pattern_from_spread(file.pattern, file.release, file.compartments),
                image=f"{name}/after",
                seen_during=True,
                vessels_checked=True,
                slowly=True,
            )
        )
        return state.verdict

    def _poured(self, volume_ml: float) -> Contrast:
        told, tip = self.room.case.contrast, self.needle.tip_mm
        in_vessel = 0.0 if self.vessel == "none" else told.vessel_share * volume_ml
        contrast = pour(
            self.site,
            [Pour(tip, self.site.space_at(tip), volume_ml - in_vessel)],
            concentration_mg_ml=told.iodine_mg_ml,
            up=self.room.scan.protocol.up,
            seed=self.room.case.seed,
        )
        if not in_vessel:
            return contrast
        return into_vessel(
            contrast, Course(self.vessel), tip, in_vessel, washout_s=told.washout_s, seed=self.room.case.seed
        )

    def _read(self, name: str, scans: tuple[Taken, ...], given: Given) -> tuple[SpreadRead, SpreadFile]:
        room, route = self.room, self.looking.route
        self.looking.progress(f"{name.replace('-', ' ')}: reading", 0.0)
        before, after, second = (scan.ct for scan in scans)
        read = read_spread_scans(
            before, after, room.planning, room.anatomy, room.case.target, given,
            target_mm=route.target_mm, entry_mm=route.entry_mm, second=second,
        )  # fmt: skip
        file = spread_file(
            read.spread, given, route=route.id, scans=scans_read(read), version=__version__, warnings=read.warnings
        )
        folder = room.folder / name
        (folder / "spread.json").write_text(file.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draw_spread(read.spread, room.anatomy).image().save(folder / "spread.png", compress_level=4)
        return read, file

    def _move(self) -> None:
        """Move the tip to another place beside the root; what contrast there is stays, but for that in a vessel."""
        last = self.tries[-1].contrast
        self.left_behind = _sum(self.left_behind, last.hu(10 * last.washout_s))
        self.vessel = "none"
        found = self.looking.looks[-1].found
        assert found.tip_mm is not None
        assert found.direction is not None
        way = elsewhere(
            np.array(found.tip_mm),
            np.array(found.direction),
            np.array(self.looking.route.entry_mm),
            self.room.case.target,
            self.room.anatomy,
            PlanSettings.model_validate(self.looking.plan.settings),
            least_mm=MOVED_MM,
        )
        if way is None:
            advice = Advice(withdraw_mm=MOVED_MM)
        else:
            cranial, lateral = turn(np.array(found.direction), way.target_mm - way.start_mm, self.room.case.target.side)
            advice = Advice(way.withdraw_mm, cranial, lateral, way.advance_mm)
        self.needle = self.operator.follows(advice, self.needle, 1.0)
        self.looking(self.needle)


def _sum(one: Volume | None, other: Volume | None) -> Volume | None:
    """What two lots of contrast add; both lie on the site's grid."""
    if one is None or other is None:
        return other if one is None else one
    voxels: NDArray[np.float32] = one.voxels + other.voxels
    return Volume(voxels, one.affine)
