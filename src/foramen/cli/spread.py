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
    from foramen.guidance.spread_file import SpreadFile
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
    planning_ct: Annotated[
        Path, typer.Option("--planning-ct", metavar="CT", help="The CT of the plan.", show_default=False)
    ],
    labels: Annotated[
        Path, typer.Option("--labels", metavar="SEG", help="The label map of the plan.", show_default=False)
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the result.", show_default=False)],
    route: Annotated[
        str | None, typer.Option("--route", metavar="ID", help="Route that was taken, where the plan has several.")
    ] = None,
    injected_ml: Annotated[
        float | None, typer.Option(metavar="ML", help="How much contrast was injected; without it never `go`.")
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
    planned, chosen = _route(_plan(plan), route)
    with Stages(quiet=quiet) as stages:
        made = _read(
            before, after, second, _plan(plan), planned, chosen, planning_ct, labels, series, label_scheme,
            injected_ml, iodine_mg_ml, out, stages,
        )  # fmt: skip
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


def _read(
    before_path: Path, after_path: Path, second_path: Path | None, plan: Plan, planned: PlannedRoot, route: Route,
    planning_path: Path, labels_path: Path, series: str | None, label_scheme: str | None,
    injected_ml: float | None, iodine_mg_ml: float, out: Path, stages: Stages,
) -> SpreadFile:  # fmt: skip
    from foramen import __version__
    from foramen.anatomy import Root, from_labels, read_labels
    from foramen.guidance.read_spread_scans import read_spread_scans
    from foramen.guidance.spread import Given
    from foramen.guidance.spread_file import ScanRead, spread_file
    from foramen.imaging import read_ct
    from foramen.reports.spread_view import draw_spread

    planning = read_ct(planning_path, series=series, progress=stages)
    if planning.fingerprint != plan.scan.fingerprint:
        raise InputError("The planning CT is not the scan that the plan was made on; give the same one (and --series).")
    anatomy = from_labels(planning, read_labels(labels_path, planning, scheme=label_scheme), progress=stages)
    before, after = read_ct(before_path, progress=stages), read_ct(after_path, progress=stages)
    second = read_ct(second_path, progress=stages) if second_path else None
    given = Given(injected_ml, iodine_mg_ml)
    with written_whole(out) as folder:
        read = read_spread_scans(
            before, after, planning, anatomy, Root.parse(planned.root), given,
            target_mm=route.target_mm, entry_mm=route.entry_mm, second=second, progress=stages,
        )  # fmt: skip
        laid = [("before", before, read.before), ("after", after, read.after), ("second", second, read.second)]
        scans = tuple(
            ScanRead(role=role, fingerprint=scan.fingerprint, registration=place.status.value, reason=place.reason)
            for role, scan, place in laid
            if scan is not None and place is not None
        )
        made = spread_file(read.spread, given, route=route.id, scans=scans, version=__version__, warnings=read.warnings)
        (folder / "spread.json").write_text(made.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draw_spread(read.spread, anatomy).image().save(folder / "spread.png")
    return made


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
