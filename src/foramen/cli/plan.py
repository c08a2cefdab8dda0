"""`foramen plan`: needle routes for the roots asked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from foramen.cli.anatomy import AnatomyChoice, AnchorOption, CorrectionsOption
from foramen.cli.console import Stages, errors, print_json, results
from foramen.cli.outputs import written_whole
from foramen.errors import UsageError

if TYPE_CHECKING:
    from foramen.anatomy.root import Root
    from foramen.planning.plan import Plan, PlannedRoot, Route

NO_ROUTE = 4
"""Exit code where the work was done but no root asked for has a route."""


def plan(
    ct: Annotated[
        Path,
        typer.Argument(metavar="CT", help="DICOM folder or file, a zip of either, NIfTI or NRRD.", show_default=False),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the plan and its report.", show_default=False)
    ],
    labels: Annotated[
        Path | None,
        typer.Option(
            "--labels",
            metavar="SEG",
            help="Label map: a file, a folder of one file per structure, or DICOM SEG; else found in the CT alone.",
        ),
    ] = None,
    provider: AnatomyChoice = "auto",
    anchor: AnchorOption = None,
    corrections: CorrectionsOption = None,
    accept_uncertain_levels: Annotated[
        bool,
        typer.Option(
            "--accept-uncertain-levels", help="Plan although it is not certain which level is which; the plan says so."
        ),
    ] = False,
    root: Annotated[
        list[str] | None, typer.Option("--root", metavar="L5-left", help="Root to plan for; may be given again.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Plan for every root from L1 to S1, both sides.")] = False,
    approach: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="periradicular, subpedicular, infraneural or s1-dorsal; else by level."),
    ] = None,
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Series or stack to read, where a study holds several.")
    ] = None,
    label_scheme: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="The label map's convention, where it is not recognised.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML with the site's needles, margins and weights.")
    ] = None,
    paper: Annotated[str, typer.Option(metavar="a4|letter", help="Paper of the PDF report.")] = "a4",
    as_json: Annotated[bool, typer.Option("--json", help="Print plan.json on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Find the needle routes to lumbar nerve roots on a CT.

    Writes `plan.json`, `report.html`, `report.pdf` and `pictures/` into DIR: for every root the safest acceptable
    routes with their numbers, pictures and reasons, or why there is none. Where it is not certain which level is which,
    nothing is planned before one is named with `--anchor`, or the uncertainty is accepted: then it heads the plan.

    **Examples**

    `foramen plan scan/ --labels labels.nii.gz --root L5-left --out plan/`

    `foramen plan study.zip --series 5 --labels seg/ --all --out plan/`
    """
    roots = _roots_asked_for(root or [], every=every)
    with Stages(quiet=quiet) as stages:
        made = _make(
            ct,
            labels,
            out,
            roots,
            stages,
            approach,
            series,
            label_scheme,
            settings,
            paper,
            provider=provider,
            anchor=anchor,
            corrections_path=corrections,
            accept_uncertain_levels=accept_uncertain_levels,
        )
    if as_json:
        print_json(made.model_dump_json(indent=2))
    else:
        summarise(made)
        results.print(f"\nThe report is in [bold]{out / 'report.html'}[/bold] (and report.pdf).", soft_wrap=True)
    if not any(found.routes for found in made.roots):
        raise typer.Exit(NO_ROUTE)


def _roots_asked_for(names: list[str], *, every: bool) -> tuple[Root, ...]:
    from foramen.anatomy.root import ALL_ROOTS, Root

    if every == bool(names):
        raise UsageError("Say which roots to plan for: --root L5-left (as often as needed), or --all.")
    return ALL_ROOTS if every else tuple(dict.fromkeys(map(Root.parse, names)))


def _make(
    ct_path: Path,
    labels_path: Path | None,
    out: Path,
    roots: tuple[Root, ...],
    stages: Stages,
    approach: str | None,
    series: str | None,
    label_scheme: str | None,
    settings_path: Path | None,
    paper: str,
    *,
    provider: str,
    anchor: str | None,
    corrections_path: Path | None,
    accept_uncertain_levels: bool,
) -> Plan:
    from foramen.anatomy.corrections import Corrections
    from foramen.anatomy.level_names import Anchor
    from foramen.anatomy.providers import find_anatomy, require_certain_levels
    from foramen.imaging import read_ct
    from foramen.planning import PlanSettings, plan_routes
    from foramen.reports import write_plan_report

    settings = PlanSettings.from_toml(settings_path) if settings_path else PlanSettings()
    if approach:
        settings = settings.with_approach(approach)
    corrections = Corrections.read(corrections_path) if corrections_path else None
    with written_whole(out) as folder:
        ct = read_ct(ct_path, series=series, progress=stages)
        anatomy = find_anatomy(
            ct,
            provider=provider,
            labels=labels_path,
            scheme=label_scheme,
            anchor=Anchor.parse(anchor) if anchor else None,
            corrections=corrections,
            progress=stages,
        )
        if not accept_uncertain_levels:
            require_certain_levels(anatomy)
        made = plan_routes(ct, anatomy, roots, settings, progress=stages)
        made = made.model_copy(update={"corrections": corrections})
        (folder / "plan.json").write_text(made.model_dump_json(indent=2) + "\n", encoding="utf-8")
        write_plan_report(
            made,
            ct,
            anatomy,
            folder,
            made_at=datetime.now().astimezone().replace(microsecond=0),
            paper=paper,
            progress=stages,
        )
    return made


def summarise(made: Plan) -> None:
    """Print warnings first, then one line per root with a route, then the roots without one and why."""
    for warning in made.warnings:
        errors.print(f"! {warning}", style="yellow", markup=False)
    routed = [(found, best) for found in made.roots if (best := _best(found))]
    if routed:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("root", "approach", "depth", "axial", "cranial", "tolerance", "success", "needle"):
            table.add_column(heading, justify="left" if heading in ("root", "approach") else "right", no_wrap=True)
        for found, best in routed:
            table.add_row(*_line(found, best))
        results.print(table)
    without: dict[str, list[str]] = {}
    for found in made.roots:
        if not found.routes:
            without.setdefault(f"{found.status.replace('-', ' ')}: {found.reason}", []).append(found.root)
    for reason, roots in without.items():
        results.print(f"{', '.join(roots)}  {reason}", markup=False)


def _best(found: PlannedRoot) -> Route | None:
    return next((route for route in found.routes if route.recommended), None)


def _line(found: PlannedRoot, best: Route) -> list[str]:
    return [
        found.root,
        best.approach,
        f"{best.depth_mm:.0f} mm",
        f"{best.axial_angle_deg:.0f}°",
        f"{best.craniocaudal_angle_deg:+.0f}°",
        f"{best.tolerance_deg:.1f}°",
        f"{best.success_probability:.0%}",
        f"{best.needle.gauge} G, {best.needle.length_mm:.0f} mm",
    ]
