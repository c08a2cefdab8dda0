"""`foramen screen`: from referral to decision."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from foramen.cli.console import print_json, results
from foramen.cli.outputs import written_whole
from foramen.cli.pathway_view import print_findings, read_record
from foramen.errors import UsageError

if TYPE_CHECKING:
    from foramen.pathway.screening import Screening

NOT_AHEAD = 4
"""Exit code where the screening was done and the procedure may not go ahead."""


def screen(
    referral: Annotated[Path, typer.Argument(metavar="REFERRAL", help="`foramen.referral/1`, a JSON file.")],
    policy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Medication policy; see `foramen policy list`.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Moment of asking, such as 2025-03-13T08:20+01:00; else now.")
    ] = None,
    site: Annotated[
        Path | None, typer.Option(metavar="FILE", help="`foramen.site/1`: the site's policy and signed-on rules.")
    ] = None,
    overrides: Annotated[
        Path | None, typer.Option(metavar="FILE", help="`foramen.overrides/1`: findings set aside, by whom and why.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for `screening.json`.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print screening.json on standard output.")] = False,
) -> None:
    """Decide whether a patient may have the injection, under what plan, and what must still be asked.

    Red flags first, with where to send the patient and how fast; then every other finding with its reason and source;
    the questions that are open; the calendar of drugs and INR; the roots that explain the picture.

    Exit code 4 where the procedure may not go ahead.

    **Examples**

    `foramen screen referral.json`

    `foramen screen referral.json --policy aagbi-2013 --at 2025-03-13T08:20+01:00 --out screening/`
    """
    screened = _screen(referral, policy, _moment(at), site, overrides)
    if out is not None:
        with written_whole(out) as folder:
            (folder / "screening.json").write_text(screened.to_json() + "\n", encoding="utf-8")
    if as_json:
        print_json(screened.to_json())
    else:
        _print(screened)
        if out is not None:
            results.print(f"\nThe result is in [bold]{out / 'screening.json'}[/bold].", soft_wrap=True)
    if not screened.decision.goes_ahead:
        raise typer.Exit(NOT_AHEAD)


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if text else datetime.now()
    except ValueError:
        raise UsageError(f"'{text}' is not a moment; write it like 2025-03-13T08:20+01:00.") from None
    return moment if moment.tzinfo else moment.astimezone()


def _screen(
    referral: Path, policy: str | None, at: datetime, site_file: Path | None, overrides_file: Path | None
) -> Screening:
    from foramen.pathway.facts import Referral
    from foramen.pathway.medication import read_policy
    from foramen.pathway.screening import Overrides, screen
    from foramen.pathway.site import Site

    site = read_record(site_file, Site) if site_file else Site()
    set_aside = read_record(overrides_file, Overrides) if overrides_file else Overrides()
    return screen(
        read_record(referral, Referral),
        read_policy(policy or site.policy),
        at,
        overrides=set_aside.overrides,
        sign_offs=site.sign_offs,
    )


def _print(screened: Screening) -> None:
    style = "bold green" if screened.decision.goes_ahead else "bold red"
    results.print(f"[{style}]{_words(screened.decision)}[/{style}]", end="")
    if screened.could_become != screened.decision:
        results.print(
            f"  [yellow]the open questions could still make it: {_words(screened.could_become)}[/yellow]", end=""
        )
    results.print(f"  [dim]policy {screened.policy.name} {screened.policy.version}[/dim]\n")
    print_findings(screened.findings, screened.questions)
    for refused in screened.refused_overrides:
        results.print(f"[red]NOT SET ASIDE[/red]  {escape(refused)}", soft_wrap=True)
    for ask in screened.on_the_day:
        results.print(f"[dim]ON THE DAY  {escape(ask)}[/dim]", soft_wrap=True)
    _print_calendar(screened)
    _print_drugs(screened)
    _print_roots(screened)


def _print_calendar(screened: Screening) -> None:
    if not screened.calendar:
        return
    table = Table(title="Calendar", title_justify="left", box=None, padding=(0, 3, 0, 0), show_header=False)
    for entry in screened.calendar:
        until = f" to {entry.until:%a %d %b %Y, %H:%M %Z}" if entry.until else ""
        table.add_row(f"{entry.at:%a %d %b %Y, %H:%M %Z}{until}", escape(entry.text))
    for day in screened.glucose_plan:
        days = f"{day.first:%a %d %b}" + (f" to {day.last:%a %d %b}" if day.last != day.first else "")
        table.add_row(f"{days}", f"glucose: {escape(day.text)} [dim]{escape(day.source)}[/dim]")
    results.print()
    results.print(table)


def _print_drugs(screened: Screening) -> None:
    if not screened.medication_plan:
        return
    table = Table(title="Drugs", title_justify="left", box=None, padding=(0, 3, 0, 0), show_header=False)
    for plan in screened.medication_plan:
        table.add_row(plan.drug, escape(plan.text), f"[dim]{escape(plan.rule_id)}[/dim]")
    results.print()
    results.print(table)
    costs = sorted({plan.thrombosis_cost for plan in screened.medication_plan if plan.thrombosis_cost})
    for cost in costs:
        results.print(f"[yellow]{escape(cost)}[/yellow]")


def _print_roots(screened: Screening) -> None:
    if not screened.roots:
        return
    table = Table(
        title="Roots, the best first", title_justify="left", box=None, padding=(0, 3, 0, 0), show_header=False
    )
    for root in screened.roots:
        table.add_row(f"{root.level}-{root.side}", root.concordance, f"[dim]{escape(root.words)}[/dim]")
    results.print()
    results.print(table)


def _words(decision: str) -> str:
    return decision.replace("-", " ").upper()
