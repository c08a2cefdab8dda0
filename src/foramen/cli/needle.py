"""`foramen needle`: where the needle lies in a control scan, and what to do next."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from foramen.cli.console import Stages, errors, print_json, results
from foramen.cli.outputs import written_whole
from foramen.errors import InputError, UsageError

if TYPE_CHECKING:
    from foramen.guidance import NeedleFile
    from foramen.planning.plan import Plan

NO_ANSWER = 4
"""Exit code where the work was done but the needle was not found, or the scan could not be laid onto the plan."""


def needle(
    control: Annotated[
        Path, typer.Argument(metavar="CONTROL_CT", help="The control scan, in any form `foramen plan` reads.")
    ],
    plan: Annotated[Path, typer.Option("--plan", metavar="plan.json", help="The plan.", show_default=False)],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the reading and its pictures.", show_default=False)
    ],
    route: Annotated[
        str | None, typer.Option(metavar="ID", help="Route that was chosen; else the recommended.")
    ] = None,
    planning_ct: Annotated[
        Path | None, typer.Option("--planning-ct", metavar="CT", help="The scan the plan was made on.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", metavar="SEG", help="The planning CT's label map: for what lies ahead.")
    ] = None,
    near: Annotated[
        str | None, typer.Option(metavar="x,y,z", help="A point near the tip that is meant, LPS mm, control scan.")
    ] = None,
    identity_checked: Annotated[
        bool, typer.Option("--identity-checked", help="Both scans are this patient's, whatever their files say.")
    ] = False,
    series: Annotated[str | None, typer.Option(metavar="UID", help="Series of the control scan.")] = None,
    planning_series: Annotated[str | None, typer.Option(metavar="UID", help="Series of the planning CT.")] = None,
    label_scheme: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="The label map's convention, where it is not recognised.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print needle.json on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Find the needle in a control scan, compare it with the plan, and say what to do next.

    Writes `needle.json`, `report.html` and `needle.png` into DIR. Exit code 4 where the needle or its tip can't be
    told, or the control scan can't be laid onto the plan.

    **Example**

    `foramen needle control/ --plan plan/plan.json --planning-ct scan/ --labels labels.nii.gz --out control-1/`
    """
    if labels is not None and planning_ct is None:
        raise UsageError("--labels belongs to the planning CT; give that too, with --planning-ct.")
    made_plan, point = _read_plan(plan), _point(near)
    with Stages(quiet=quiet) as stages:
        found = _read(
            control,
            made_plan,
            out,
            route,
            planning_ct,
            labels,
            point,
            (series, planning_series, label_scheme),
            stages,
            identity_checked=identity_checked,
        )
    if as_json:
        print_json(found.model_dump_json(indent=2))
    else:
        _summarise(found)
        results.print(f"\nThe report is in [bold]{out / 'report.html'}[/bold].", soft_wrap=True)
    if found.status != "found" or found.registration.status != "trusted":
        raise typer.Exit(NO_ANSWER)


def _read(
    control_path: Path,
    plan: Plan,
    out: Path,
    route: str | None,
    planning_path: Path | None,
    labels_path: Path | None,
    near: tuple[float, float, float] | None,
    names: tuple[str | None, str | None, str | None],
    stages: Stages,
    *,
    identity_checked: bool,
) -> NeedleFile:
    from foramen.anatomy import from_labels, read_labels
    from foramen.guidance import check_needle
    from foramen.imaging import read_ct
    from foramen.reports.needle_report import write_needle_report

    series, planning_series, scheme = names
    with written_whole(out) as folder:
        control = read_ct(control_path, series=series, progress=stages)
        planning = read_ct(planning_path, series=planning_series, progress=stages) if planning_path else None
        anatomy = None
        if labels_path is not None and planning is not None:
            label_map = read_labels(labels_path, planning, scheme=scheme, progress=stages)
            anatomy = from_labels(planning, label_map, progress=stages)
        found = check_needle(
            control,
            plan,
            route_id=route,
            planning=planning,
            anatomy=anatomy,
            near_mm=near,
            identity_checked=identity_checked,
            progress=stages,
        )
        (folder / "needle.json").write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")
        made_at = datetime.now().astimezone().replace(microsecond=0)
        write_needle_report(found, plan, control, folder, made_at=made_at)
    return found


def _read_plan(path: Path) -> Plan:
    from pydantic import ValidationError

    from foramen.planning.plan import Plan

    try:
        return Plan.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The plan {path.name} can't be read: {error.strerror}.") from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path.name} is not a plan of Foramen (foramen.plan/1); make one with foramen plan."
        ) from error


def _point(text: str | None) -> tuple[float, float, float] | None:
    if text is None:
        return None
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"'{text}' is not a point; write it like --near -31.5,62,-118 (LPS mm).") from None
    return x, y, z


def _summarise(found: NeedleFile) -> None:
    """Warnings first, then the advice, then the numbers."""
    for warning in found.warnings:
        errors.print(f"! {warning}", style="yellow", markup=False)
    results.print(f"[bold]{found.headline}[/bold]", soft_wrap=True)
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("needle", found.status)
    if found.tip_control_mm is not None and found.tip_uncertainty_mm is not None:
        tip = ", ".join(f"{v:.1f}" for v in found.tip_control_mm)
        table.add_row("tip in the control scan", f"{tip} mm ± {found.tip_uncertainty_mm:.1f}")
    table.add_row("laid onto the plan", found.registration.status)
    if found.deviation is not None:
        off = found.deviation
        table.add_row("to target", f"{off.tip_to_target_mm:.1f} mm, {off.depth_remaining_mm:.1f} mm of it in depth")
        table.add_row("beside the route", f"{off.lateral_mm:.1f} mm, {off.angle_deg:.1f}°")
    if found.ahead is not None:
        table.add_row("ahead", f"{found.ahead.structure or 'nothing labelled'} in {found.ahead.distance_mm:.0f} mm")
    results.print(table)
