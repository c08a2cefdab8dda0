"""`foramen simulate`: a whole procedure on a digital patient, from the plan to the decision about the steroid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from foramen.cli.console import Stages, results
from foramen.cli.outputs import written_whole
from foramen.errors import InputError

if TYPE_CHECKING:
    import numpy as np

    from foramen.anatomy import Anatomy
    from foramen.guidance.read_spread_scans import SpreadRead
    from foramen.planning.plan import Route
    from foramen.simulation import DigitalScan
    from foramen.simulation.case_file import CaseFile
    from foramen.simulation.control_scan import ControlScan
    from foramen.simulation.needle import SimulatedNeedle
    from foramen.simulation.operator import Insertion

BACK_FROM_TIP_MM = 25.0
"""The control scan's middle lies this far behind the planned target, so that shaft and skin are in view."""


def simulate(
    case: Annotated[Path, typer.Argument(metavar="CASE.toml", help="What to simulate.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the result.", show_default=False)],
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Simulate a whole procedure: plan, insertion with control scans, contrast, and the decision.

    The needle, the registration and the contrast are read from simulated scans exactly as from real ones. Writes
    `procedure.json`, `plan.json`, `spread.json` and `spread.png` into DIR.

    **Example**: `foramen simulate case.toml --out out/case`
    """
    from foramen.simulation.case_file import read_case

    told = read_case(case)
    with Stages(quiet=quiet) as stages, written_whole(out) as folder:
        record = _run(told, folder, stages)
        (folder / "procedure.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    tip, spread = record["insertion"], record["spread"]
    results.print(
        f"{told.root}: tip {tip['tip_error_mm']:.1f} mm from the target after {len(tip['looks'])} control scans; "
        f"contrast {spread['pattern']}: [bold]{spread['release']}[/bold].",
        soft_wrap=True,
    )
    for reason in spread["reasons"]:
        results.print(reason, markup=False, soft_wrap=True)
    results.print("Every number in it belongs to a patient who does not exist.", style="dim")


def _run(case: CaseFile, folder: Path, stages: Stages) -> dict[str, Any]:
    import numpy as np

    from foramen.anatomy import from_labels
    from foramen.planning import PlanSettings, plan_routes
    from foramen.simulation import DigitalPatient, PatientParameters, ScanProtocol
    from foramen.simulation.operator import insert

    stages("making the digital patient", 0.0)
    patient = DigitalPatient(PatientParameters(**case.patient))
    scan = patient.scan(ScanProtocol(spacing_mm=case.scan.spacing_mm, noise_hu=case.scan.noise_hu, seed=case.seed))
    anatomy = from_labels(scan.ct, scan.labels, progress=stages)
    plan = plan_routes(scan.ct, anatomy, (case.target,), PlanSettings(), progress=stages)
    (folder / "plan.json").write_text(plan.model_dump_json(indent=2) + "\n", encoding="utf-8")
    route = next((route for route in plan.roots[0].routes if route.recommended), None)
    if route is None:
        raise InputError(f"No route to {case.root} was found in this patient: {plan.roots[0].reason}.")
    stages("inserting the needle", 0.0)
    room = _Room(case, scan, anatomy, route, np.random.default_rng(case.seed), [])
    insertion = insert(
        np.array(route.entry_mm), np.array(route.target_mm), room.look, advised=case.operator.advised,
        seed=case.seed, gauge=case.operator.gauge, length_mm=max(120.0, route.depth_mm + 30), labels=scan.labels,
    )  # fmt: skip
    stages("injecting the contrast", 0.0)
    read = room.inject(insertion.needles[-1], stages)
    return {"schema": "foramen.simulated-procedure/1", **_record(case, route, room, insertion, read, folder)}


@dataclass
class _Room:
    """The scanner's room: who lies there, and how he moves."""

    case: CaseFile
    scan: DigitalScan
    anatomy: Anatomy
    route: Route
    random: np.random.Generator
    trusted: list[bool]

    def scanned(self, needle: SimulatedNeedle, **extra: Any) -> ControlScan:
        """A control scan around the planned target, the patient having moved a little."""
        import numpy as np

        from foramen.simulation import ScanProtocol
        from foramen.simulation.control_scan import control_scan, motion

        told = self.case.control
        target, entry = np.array(self.route.target_mm), np.array(self.route.entry_mm)
        moved = motion(self.random.normal(0, told.shift_mm, 3), self.random.normal(0, told.turn_deg, 3), target)
        centre = target + BACK_FROM_TIP_MM * (entry - target) / np.linalg.norm(entry - target)
        protocol = ScanProtocol(
            spacing_mm=(told.pixel_mm, told.pixel_mm, told.thickness_mm),
            field_of_view_mm=(told.field_mm, told.field_mm, told.slices * told.thickness_mm),
            centre_mm=(float(centre[0]), float(centre[1]), float(target[2] + entry[2]) / 2),
            noise_hu=told.noise_hu,
            seed=int(self.random.integers(1_000_000)),
        )
        return control_scan(self.scan.ct, protocol, [needle], moved=moved, **extra)

    def look(self, needle: SimulatedNeedle) -> Any:
        """Scan, lay the scan onto the plan, find the needle; nothing where that can't be trusted."""
        import numpy as np

        from foramen.guidance.needle import NeedleStatus, read_needle
        from foramen.guidance.registration import Trust, register
        from foramen.simulation.operator import Seen

        control = self.scanned(needle)
        laid = register(control.ct, self.scan.ct, self.route.target_mm)
        matrix = laid.motion.matrix
        back = np.linalg.inv(matrix)
        route = np.array([self.route.entry_mm, self.route.target_mm]) @ back[:3, :3].T + back[:3, 3]
        reading = read_needle(control.ct, route_mm=route)
        self.trusted.append(laid.status is Trust.TRUSTED and reading.status is NeedleStatus.FOUND)
        if not self.trusted[-1] or reading.needle is None:
            return None
        tip = matrix[:3, :3] @ reading.needle.tip_mm + matrix[:3, 3]
        return Seen(tip, matrix[:3, :3] @ reading.needle.direction)

    def inject(self, needle: SimulatedNeedle, stages: Stages) -> SpreadRead:
        """Scan, inject, scan again, and read where the contrast went."""
        from foramen.guidance.read_spread_scans import read_spread_scans
        from foramen.guidance.spread import Given
        from foramen.simulation.contrast import Pour, pour
        from foramen.simulation.injection_site import site_of_ct
        from foramen.simulation.small_vessels import Course, into_vessel

        told = self.case.contrast
        site = site_of_ct(self.scan.ct, self.scan.labels, self.scan.truth, self.case.target)
        in_vessel = 0.0 if told.vessel == "none" else told.vessel_share * told.volume_ml
        parts = [Pour(needle.tip_mm, site.space_at(needle.tip_mm), told.volume_ml - in_vessel)]
        contrast = pour(
            site, parts, concentration_mg_ml=told.iodine_mg_ml, up=self.scan.protocol.up, seed=self.case.seed
        )
        if in_vessel:
            contrast = into_vessel(
                contrast, Course(told.vessel), needle.tip_mm, in_vessel, washout_s=told.washout_s, seed=self.case.seed
            )
        before, after = self.scanned(needle), self.scanned(needle, contrast=contrast.hu(told.scan_after_s))
        return read_spread_scans(
            before.ct, after.ct, self.scan.ct, self.anatomy, self.case.target,
            Given(told.volume_ml, told.iodine_mg_ml),
            target_mm=self.route.target_mm, entry_mm=self.route.entry_mm, progress=stages,
        )  # fmt: skip


def _record(
    case: CaseFile, route: Route, room: _Room, insertion: Insertion, read: SpreadRead, folder: Path
) -> dict[str, Any]:
    """What happened, and what was true of it; writes the spread beside it."""
    from foramen import __version__
    from foramen.guidance.spread import Given
    from foramen.guidance.spread_file import spread_file
    from foramen.reports.spread_view import draw_spread

    given = Given(case.contrast.volume_ml, case.contrast.iodine_mg_ml)
    spread = spread_file(read.spread, given, route=route.id, scans=(), version=__version__, warnings=read.warnings)
    (folder / "spread.json").write_text(spread.model_dump_json(indent=2) + "\n", encoding="utf-8")
    draw_spread(read.spread, room.anatomy).image().save(folder / "spread.png")
    looks = [
        {
            "true_tip_mm": [round(float(v), 2) for v in needle.tip_mm],
            "read_tip_mm": None if seen is None else [round(float(v), 2) for v in seen.tip_mm],
        }
        for needle, seen in zip(insertion.needles, insertion.seen, strict=True)
    ]
    return {
        "case": case.model_dump(mode="json"),
        "route": route.id,
        "insertion": {
            "tip_error_mm": round(insertion.tip_error_mm, 2),
            "redirected": insertion.redirected,
            "touched": sorted(map(str, insertion.touched)),
            "looks": looks,
        },
        "spread": spread.model_dump(mode="json"),
        "software": {"name": "foramen", "version": __version__},
    }
