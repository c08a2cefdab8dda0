"""`foramen call`: what a call after the injection means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from foramen.cli.console import print_json, results
from foramen.cli.pathway_view import print_findings, read_record

NEEDS_SOMEBODY_TODAY = 4
"""Exit code where the call may not end with reassurance or a later call."""


def call(
    complaints: Annotated[Path, typer.Argument(metavar="COMPLAINTS", help="`foramen.complaints/1`: what is reported.")],
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
) -> None:
    """Tell an ordinary flare from a red flag when a patient calls.

    Exit code 4 where somebody must act today, or a red flag has not been asked for.

    **Example**: `foramen call complaints.json`
    """
    from foramen.pathway.followup import Complaints, Response, triage

    report = triage(read_record(complaints, Complaints))
    fine = report.response in (Response.REASSURE, Response.CALL)
    if as_json:
        print_json(report.to_json())
    else:
        style = "bold" if fine else "bold red"
        since = f"{report.hours_since:.0f} h" if report.hours_since < 72 else f"{report.hours_since / 24:.0f} days"
        results.print(f"[{style}]{report.response.replace('-', ' ').upper()}[/{style}]   {since} after the injection\n")
        print_findings(report.findings, report.questions)
    if not fine:
        raise typer.Exit(NEEDS_SOMEBODY_TODAY)
