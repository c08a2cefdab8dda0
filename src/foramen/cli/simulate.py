"""`foramen simulate`: a whole procedure on a digital patient, from the plan to the decision about the steroid."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from foramen.cli.console import Stages, results
from foramen.cli.outputs import written_whole


def simulate(
    case: Annotated[Path, typer.Argument(metavar="CASE.toml", help="What to simulate.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the result.", show_default=False)],
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Simulate a whole procedure: plan, insertion with control scans, contrast, and the decision.

    The needle, the registration and the contrast are read from simulated scans exactly as from real ones, and every
    step goes through the procedure's order. Writes the scans, `plan/`, `control-1/` and so on, `contrast-1/` and so
    on, the report, `procedure.json`, and `simulated.json` with the truth beside what was read.

    **Example**: `foramen simulate case.toml --out out/case`
    """
    from foramen.cli.walk import walk, write_walk_report
    from foramen.simulation.case_file import read_case

    told, made_at = read_case(case), datetime.now().astimezone().replace(microsecond=0)
    with Stages(quiet=quiet) as stages, written_whole(out) as folder:
        walked = walk(told, folder, stages, made_at=made_at)
        write_walk_report(walked, folder, stages, made_at=made_at)
    summarise(walked.record)
    results.print(f"\nThe report is in [bold]{out / 'report.html'}[/bold] (and report.pdf).", soft_wrap=True)


def summarise(record: dict[str, Any]) -> None:
    """Print each control scan and each injection, what was read beside what is true."""
    for look in record["looks"]:
        off = "" if look["tip_error_mm"] is None else f"  (tip read {look['tip_error_mm']:.1f} mm off)"
        results.print(f"{look['name']}: {look['advice'] or look['status']}{off}", markup=False, soft_wrap=True)
    for tried in record["contrast"]:
        results.print(f"{tried['name']}: {tried['pattern']}: [bold]{tried['release']}[/bold]", soft_wrap=True)
    insertion = record["insertion"]
    results.print(
        f"{record['case']['root']}: tip {insertion['tip_error_mm']:.1f} mm from the target after "
        f"{insertion['control_scans']} control scans; procedure {record['stage']}.",
        soft_wrap=True,
    )
    results.print("Every number in it belongs to a patient who does not exist.", style="dim")
