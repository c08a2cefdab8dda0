"""`foramen spread`: where the contrast ran, and whether the steroid may follow it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from foramen.cli.console import Stages, errors, print_json, results
from foramen.cli.outputs import written_whole
from foramen.errors import InputError, UsageError

if TYPE_CHECKING:
    from foramen.anatomy import Anatomy
    from foramen.guidance.read_spread_scans import LaidScan
    from foramen.guidance.spread_file import SpreadFile
    from foramen.imaging import Ct
    from foramen.planning.plan import Plan, PlannedRoot, Route

NOT_RELEASED = 4
"""Exit code where the work was done and the answer is not `go`."""


def spread(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE", help="Control scan before the contrast.", show_default=False)
    ],
    after: Annotated[
        Path, typer.Argument(metavar="AFTER", help="Control scan during or after it.", show_default=False)
    ],
    plan: Annotated[Path, typer.Option("--plan", metavar="FILE", help="The approved plan.json.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the result.", show_default=False)],
    planning_ct: Annotated[
        Path | None, typer.Option("--planning-ct", metavar="CT", help="The CT that the plan was made on.")
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="SEG", help="The label map of the plan; else found in the planning CT anew."),
    ] = None,
    route: Annotated[
        str | None, typer.Option("--route", metavar="ID", help="Route that was taken, where the plan has several.")
    ] = None,
    injected_ml: Annotated[
        float | None,
        typer.Option(
            metavar="ML",
            help="How much contrast was injected. Without it the answer is never `go`: contrast that a vessel carried "
            "away shows only by being missing.",
        ),
    ] = None,
    iodine_mg_ml: Annotated[
        float, typer.Option(metavar="MG", help="Iodine in the syringe as injected (diluted), mg per ml.")
    ] = 100.0,
    second: Annotated[
        Path | None, typer.Option(metavar="CT", help="A second scan, a little later: shows what washed out.")
    ] = None,
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Series of the planning CT, where its study holds several.")
    ] = None,
    label_scheme: Annotated[
        str | None, typer.Option(metavar="NAME|FILE", help="The label map's convention, where it is not recognised.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print spread.json on standard output.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress.")] = False,
) -> None:
    """Read where contrast ran, from the scans before and after it, and say whether the steroid may follow.

    Writes `spread.json` and `spread.png` into DIR. Exit code 4 where the answer is not `go`.

    **Example**

    `foramen spread before/ after/ --plan plan/plan.json --planning-ct scan/ --labels labels.nii.gz --injected-ml 0.3
    --iodine-mg-ml 100 --out spread/`
    """
    if injected_ml is not None and not 0 < injected_ml <= 10:
        raise UsageError(f"{injected_ml} ml of contrast can't be right; give --injected-ml between 0 and 10.")
    if not 1 <= iodine_mg_ml <= 400:
        raise UsageError(f"{iodine_mg_ml} mg/ml of iodine can't be right; give --iodine-mg-ml between 1 and 400.")
    made_plan = _plan(plan)
    planned, chosen = _route(made_plan, route)
    with Stages(quiet=quiet) as stages, written_whole(out) as folder:
        scans = _scans((before, after, second), stages)
        scene = _planning(made_plan, planning_ct, labels, series, label_scheme, stages)
        made = _read(scans, scene, planned, chosen, (injected_ml, iodine_mg_ml), folder, stages)
    if as_json:
        print_json(made.model_dump_json(indent=2))
    else:
        summarise(made)
        results.print(f"\nThe picture is in [bold]{out / 'spread.png'}[/bold].", soft_wrap=True)
    if made.release != "go":
        raise typer.Exit(NOT_RELEASED)


def _plan(path: Path) -> Plan:
    from pydantic import ValidationError

    from foramen.planning import Plan

    try:
        return Plan.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise InputError(f"The plan {path.name} can't be read; give the plan.json of `foramen plan`.") from problem
    except ValidationError as problem:
        raise InputError(f"{path.name} is no plan of this version; give the plan.json of `foramen plan`.") from problem


def _route(plan: Plan, wanted: str | None) -> tuple[PlannedRoot, Route]:
    """The route asked for, or the only recommended one."""
    every = [(root, route) for root in plan.roots for route in root.routes]
    if wanted:
        found = next((pair for pair in every if pair[1].id == wanted), None)
        if found is None:
            known = ", ".join(route.id for _, route in every) or "none"
            raise UsageError(f"The plan has no route '{wanted}'; it has {known}.")
        return found
    recommended = [pair for pair in every if pair[1].recommended]
    if len(recommended) != 1:
        names = ", ".join(route.id for _, route in recommended) or "none"
        raise UsageError(f"Say which route was taken with --route; the plan recommends {names}.")
    return recommended[0]


def _scans(paths: tuple[Path, Path, Path | None], stages: Stages) -> list[Ct]:
    from foramen.imaging import read_ct

    scans = [read_ct(path, progress=stages) for path in paths if path is not None]
    if len({scan.fingerprint for scan in scans}) < len(scans):
        raise InputError("The same scan was given twice; give the one before the contrast, then the one after it.")
    return scans


def _planning(
    plan: Plan, path: Path | None, labels: Path | None, series: str | None, scheme: str | None, stages: Stages
) -> tuple[Ct, Anatomy, tuple[str, ...]]:
    """The planning CT and its anatomy, as far as they are those of the plan, and a warning where they may not be."""
    from foramen.anatomy.providers import find_anatomy
    from foramen.imaging import read_ct

    if path is None:
        raise InputError("Contrast is placed in the anatomy of the planning CT; give that scan with --planning-ct.")
    planning = read_ct(path, series=series, progress=stages)
    if planning.fingerprint != plan.scan.fingerprint:
        raise InputError("The planning CT is not the scan that the plan was made on; give the same one (and --series).")
    if labels is None and plan.anatomy.provider == "labels":
        raise InputError("The plan was made on a label map; give the same one with --labels.")
    provider = "labels" if labels else plan.anatomy.provider
    anatomy = find_anatomy(planning, provider=provider, labels=labels, scheme=scheme, progress=stages)
    if anatomy.structures.fingerprint == plan.anatomy.fingerprint:
        return planning, anatomy, ()
    if labels is None:
        raise InputError(
            "The plan's anatomy was corrected or its level named by hand; give the labels.nii.gz that "
            "`foramen anatomy` wrote with the same corrections, with --labels."
        )
    return planning, anatomy, ("The label map is not the one that the plan was made on.",)


def _read(
    scans: list[Ct],
    scene: tuple[Ct, Anatomy, tuple[str, ...]],
    planned: PlannedRoot,
    route: Route,
    told: tuple[float | None, float],
    folder: Path,
    stages: Stages,
) -> SpreadFile:
    from foramen import __version__
    from foramen.anatomy import Root
    from foramen.guidance.read_spread_scans import read_spread_scans
    from foramen.guidance.spread import Given
    from foramen.guidance.spread_file import ScanRead, spread_file
    from foramen.reports.spread_view import draw_spread

    planning, anatomy, warnings = scene
    given = Given(*told)
    read = read_spread_scans(
        scans[0], scans[1], planning, anatomy, Root.parse(planned.root), given, target_mm=route.target_mm,
        entry_mm=route.entry_mm, second=scans[2] if len(scans) > 2 else None, progress=stages,
    )  # fmt: skip
    laid = {"before": read.before, "after": read.after, **({"second": read.second} if read.second else {})}
    _refuse_foreign_scans(laid, route.id)
    records = tuple(
        ScanRead(role=role, fingerprint=scan.ct.fingerprint, registration=scan.laid.status.value, reason="")
        for role, scan in laid.items()
    )
    made = spread_file(
        read.spread, given, route=route.id, scans=records, version=__version__, warnings=(*warnings, *read.warnings)
    )
    (folder / "spread.json").write_text(made.model_dump_json(indent=2) + "\n", encoding="utf-8")
    draw_spread(read.spread, anatomy).image().save(folder / "spread.png")
    return made


def _refuse_foreign_scans(laid: dict[str, LaidScan], route: str) -> None:
    """What can't be laid onto the plan, or shows no needle, is no control scan of this procedure."""
    from foramen.guidance.registration import Trust

    words = {"before": "before the contrast", "after": "after the contrast", "second": "made second"}
    for role, scan in laid.items():
        if scan.laid.status is Trust.REFUSED:
            raise InputError(f"The scan {words[role]} can't be laid onto the planning CT: {scan.laid.reason}.")
    if not any(scan.needle or scan.others for scan in laid.values()):
        raise InputError(
            f"No needle was found in the scans beside the route {route}; give the control scans made with the needle "
            "in place, or say with --route which route was taken."
        )


def summarise(made: SpreadFile) -> None:
    """Print the decision first, then why, then how much was found where."""
    for warning in made.warnings:
        errors.print(f"! {warning}", style="yellow", markup=False)
    results.print(f"[bold]{made.release}[/bold]: {made.pattern}", soft_wrap=True)
    for reason in made.reasons:
        results.print(reason, markup=False, soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("compartment")
    table.add_column("ml", justify="right")
    for name, ml in sorted(made.compartments.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{ml:.2f}")
    results.print(table)
    for limit in made.limits:
        results.print(limit, style="dim", markup=False, soft_wrap=True)
