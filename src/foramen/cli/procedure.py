"""`foramen procedure`: what happened at the table, what was refused, and what comes next; emergency cards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from foramen.cli.console import print_json, results
from foramen.cli.pathway_view import read_record
from foramen.errors import UsageError

if TYPE_CHECKING:
    from foramen.pathway.procedure import Course, ProcedureRecord

REFUSED = 4
"""Exit code where an event of the record had to be refused."""


def procedure(
    file: Annotated[
        Path | None, typer.Argument(metavar="PROCEDURE", help="`foramen.procedure/1`: booking and events.")
    ] = None,
    emergency: Annotated[
        str | None, typer.Option("--card", metavar="NAME", help="last, anaphylaxis, high-spinal, vasovagal, haematoma.")
    ] = None,
    weight: Annotated[
        float | None, typer.Option(metavar="KG", help="For the doses on the card.", min=1, max=400)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
) -> None:
    """Go through a procedure event by event, and refuse what comes in the wrong order or on the wrong side.

    Exit code 4 where an event had to be refused.

    **Examples**

    `foramen procedure procedure.json`

    `foramen procedure --card last --weight 70`
    """
    if emergency is not None:
        _print_card(emergency, weight, as_json=as_json)
        return
    if file is None:
        raise UsageError("Say which procedure: foramen procedure FILE, or --card NAME for an emergency card.")
    from foramen.pathway.procedure import ProcedureRecord

    record = read_record(file, ProcedureRecord)
    course = record.course()
    if as_json:
        print_json(_as_json(course))
    else:
        _print(record, course)
    if course.refused:
        raise typer.Exit(REFUSED)


def _as_json(course: Course) -> str:
    import json

    from foramen.pathway.procedure import next_steps

    state = course.state
    refused = [{"place": place, "event": refusal.event, "reason": refusal.reason} for place, refusal in course.refused]
    told = {"stage": state.stage, "release": state.verdict, "refused": refused, "next": next_steps(state)}
    return json.dumps(told, indent=2)


def _print(record: ProcedureRecord, course: Course) -> None:
    from foramen.pathway.injectate import fraction
    from foramen.pathway.procedure import STEPS, next_steps

    refused = dict(course.refused)
    results.print(f"[bold]{record.booking.root.replace('-', ' ').upper()}[/bold]\n")
    for place, event in enumerate(record.events):
        clock = f"[dim]{event.at:%H:%M}[/dim]  " if event.at else ""
        if place in refused:
            results.print(f"{clock}[bold red]✗ {STEPS[event.event]}[/bold red]", soft_wrap=True)
            results.print(f"         {escape(refused[place].reason)}", soft_wrap=True)
        else:
            results.print(f"{clock}✓ {STEPS[event.event]}", soft_wrap=True)
    doses = (*record.booking.anaesthetic_before, *course.state.anaesthetic)
    share = fraction(doses, record.booking.build)
    results.print(f"\nLocal anaesthetic: {share:.0%} of the largest dose. Stage: {course.state.stage}.", soft_wrap=True)
    if steps := next_steps(course.state):
        results.print(f"Next: {STEPS[steps[0]]}.", soft_wrap=True)


def _print_card(name: str, weight: float | None, *, as_json: bool) -> None:
    from foramen.pathway.procedure import card

    shown = card(name, weight)
    if as_json:
        print_json(shown.to_json())
        return
    results.print(f"[bold red]{shown.title.upper()}[/bold red]   [dim]{', '.join(shown.signs)}[/dim]\n", soft_wrap=True)
    for number, step in enumerate(shown.steps, 1):
        results.print(f"[bold]{number}[/bold]  {step}", soft_wrap=True)
    if shown.caution:
        results.print(f"\n[yellow]{shown.caution}[/yellow]", soft_wrap=True)
    results.print(f"[dim]{shown.source}[/dim]", soft_wrap=True)
