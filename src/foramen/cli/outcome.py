"""`foramen outcome`: what the pain did afterwards, and what that supports."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from foramen.cli.console import print_json, results
from foramen.cli.moments import read_moment
from foramen.cli.outputs import written_whole
from foramen.cli.pathway_view import print_findings, read_record
from foramen.errors import UsageError

if TYPE_CHECKING:
    from foramen.pathway.followup import BlockReport, Diary, ResponseReport


def outcome(
    diaries: Annotated[
        list[Path], typer.Argument(metavar="DIARY...", help="`foramen.diary/1`, one patient each.", show_default=False)
    ],
    block: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How a diagnostic block was done: agent, contrast, volume.")
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="The moment to judge at, such as 2025-04-03T09:00+02:00; else now."),
    ] = None,
    site: Annotated[
        Path | None, typer.Option(metavar="FILE", help="`foramen.site/1`: the recalled rules that the site signed on.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the report and the pain curve.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
) -> None:
    """Read pain diaries: the response by phase, a diagnostic block, or a cohort.

    One diary is judged; several are drawn together as a cohort. Nothing is called without effect before day 21, and a
    block supports a root or does not: it never proves it.

    **Examples**

    `foramen outcome diary.json --out outcome/`

    `foramen outcome diary.json --block block.json`

    `foramen outcome clinic/*.json --out cohort/ --json`
    """
    from foramen.pathway.followup import Diary

    kept = [read_record(path, Diary) for path in diaries]
    if len(kept) > 1:
        if block is not None:
            raise UsageError("--block belongs to one diary; give the diaries of a cohort without it.")
        _cohort(kept, out, as_json=as_json)
        return
    _one(kept[0], block, site, read_moment(now), out, as_json=as_json)


def _one(
    diary: Diary, block: Path | None, site: Path | None, now: datetime, out: Path | None, *, as_json: bool
) -> None:
    from foramen.pathway.followup import Block, missed, next_due, pain_curve, read_block, read_response
    from foramen.pathway.site import Site

    if diary.intent == "diagnostic" and block is None:
        raise UsageError("This diary is of a diagnostic block: say how the block was done with --block FILE.")
    sign_offs = read_record(site, Site).sign_offs if site else ()
    report = read_block(diary, read_record(block, Block), sign_offs) if block else read_response(diary, now)
    if out is not None:
        from foramen.reports.pain_curve import draw_pain_curve

        with written_whole(out) as folder:
            (folder / "outcome.json").write_text(report.to_json() + "\n", encoding="utf-8")
            window = report.window_hours if report.schema_ == "foramen.block-report/1" else None
            (folder / "pain-curve.png").write_bytes(draw_pain_curve(pain_curve(diary, window)))
    if as_json:
        print_json(report.to_json())
        return
    hours = (now - diary.injected_at).total_seconds() / 3600
    absent = [due.name for due in missed(diary, min(hours, 8.0) if block else hours)]
    if report.schema_ == "foramen.block-report/1":
        _print_block(report)
    else:
        _print_response(report)
    if absent:
        results.print(f"\n[dim]Not rated: {', '.join(absent)}.[/dim]", soft_wrap=True)
    if not block and (due := next_due(diary, hours)):
        results.print(f"[dim]Next entry: {due.name}, {', '.join(due.asks)}.[/dim]", soft_wrap=True)
    if out is not None:
        results.print(f"\nThe curve is in [bold]{out / 'pain-curve.png'}[/bold].", soft_wrap=True)


def _print_block(report: BlockReport) -> None:
    results.print(f"[bold]{report.summary}[/bold]", soft_wrap=True)
    results.print(report.reason, soft_wrap=True)
    if report.limits or report.questions:
        results.print("\nWhat limits the test:")
        print_findings(report.limits, report.questions)
    results.print(f"\n[dim]{report.accuracy} ({report.accuracy_source})[/dim]", soft_wrap=True)


def _print_response(report: ResponseReport) -> None:
    results.print(f"[bold]{report.root}, day {report.day:.0f}: {report.summary}[/bold]", soft_wrap=True)
    if report.relief_percent is not None:
        noticed = "a change that patients notice" if report.matters else "less than patients notice"
        results.print(f"Leg pain {report.baseline_nrs:g} before, {report.latest_nrs:g} now, {noticed}.", soft_wrap=True)
    table = Table("phase", "ratings", "best", "last", box=None, padding=(0, 3, 0, 0), header_style="dim")
    for phase in report.phases:
        shown = ["–" if value is None else f"{value:.0f} %" for value in (phase.best_percent, phase.last_percent)]
        table.add_row(phase.phase.replace("-", " "), str(phase.ratings), *shown)
    results.print(table)
    results.print(
        f"Half the pain or less at 2 to 4 weeks: {report.early_response}; from 3 months: {report.late_response}."
    )
    for score in report.scores:
        noticed = "matters" if score.matters else "too little to matter"
        results.print(f"{score.instrument} {score.before:g} → {score.after:g}, {noticed}.")
    if report.impression:
        results.print(f"The patient's own impression: {report.impression}.")
    for caution in report.cautions:
        results.print(f"[yellow]{caution}[/yellow]", soft_wrap=True)


def _cohort(diaries: list[Diary], out: Path | None, *, as_json: bool) -> None:
    import json
    from dataclasses import asdict

    from foramen.pathway.followup import cohort_curve

    curve = cohort_curve(diaries)
    text = json.dumps(asdict(curve), indent=2)
    if out is not None:
        from foramen.reports.pain_curve import draw_cohort_curve

        with written_whole(out) as folder:
            (folder / "cohort.json").write_text(text + "\n", encoding="utf-8")
            (folder / "cohort.png").write_bytes(draw_cohort_curve(curve))
    if as_json:
        print_json(text)
        return
    columns = ("when", "rated", "relief, median", "middle half", "half the pain or less")
    table = Table(*columns, box=None, padding=(0, 3, 0, 0), header_style="dim")
    for point in curve.points:
        half = f"{point.lower_quartile:.0f} to {point.upper_quartile:.0f} %"
        table.add_row(
            point.name, str(point.count), f"{point.median:.0f} %", half, f"{point.responders} of {point.count}"
        )
    results.print(f"[bold]{curve.patients} patients[/bold]")
    results.print(table)
