"""`foramen demo`: the whole procedure on the embedded digital patient, through the same files as any scan."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foramen.cli.console import Stages, results

if TYPE_CHECKING:
    from foramen.simulation.case_file import CaseFile

PLANNED_LEVELS = ("L4", "L5", "S1")
"""Both sides of each are planned."""


def demo(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for scans, readings and reports.")] = Path(
        "foramen-demo"
    ),
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Walk the digital patient through a whole procedure, from the plan to a report to open.

    Plans the roots L4, L5 and S1, brings the needle to L4 left by control scans with their advice, gives contrast,
    reads it and decides about the steroid. Every scan, reading and report stays in DIR.

    **Example**: `foramen demo --out out/demo`
    """
    from foramen.anatomy import Root
    from foramen.anatomy.root import Side
    from foramen.cli.outputs import written_whole
    from foramen.cli.plan import summarise as summarise_plan
    from foramen.cli.simulate import summarise
    from foramen.cli.walk import walk, write_walk_report
    from foramen.reports import write_plan_report

    made_at = datetime.now().astimezone().replace(microsecond=0)
    with Stages(quiet=quiet) as stages, written_whole(out) as folder:
        roots = tuple(Root(level, side) for level in PLANNED_LEVELS for side in Side)
        walked = walk(demo_case(), folder, stages, made_at=made_at, roots=roots)
        room = walked.room
        write_plan_report(walked.plan, room.planning, room.anatomy, folder / "plan", stages, made_at=made_at)
        write_walk_report(walked, folder, stages, made_at=made_at)
    summarise_plan(walked.plan)
    results.print()
    summarise(walked.record)
    results.print(
        f"\nThe procedure's report is in [bold]{out / 'report.html'}[/bold] (and report.pdf), the plan's in "
        f"{out / 'plan' / 'report.html'}.",
        soft_wrap=True,
    )


def demo_case() -> CaseFile:
    """The patient and the operator of the demo."""
    from foramen.simulation.case_file import CaseFile, ContrastTable, ControlScans

    return CaseFile(
        root="L4-left",
        seed=5,
        patient={"sex": "male", "age_years": 50, "stature_cm": 175, "bmi": 25},
        control=ControlScans(slices=20, thickness_mm=1.5, noise_hu=24, field_mm=180),
        contrast=ContrastTable(volume_ml=0.4),
    )
