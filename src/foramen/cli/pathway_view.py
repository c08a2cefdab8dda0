"""What the commands of the pathway share: reading a record, and findings and questions as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from rich.markup import escape
from rich.table import Table

from foramen.cli.console import results
from foramen.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from foramen.pathway.facts.base import Facts
    from foramen.pathway.findings import Finding, Question

    Record = TypeVar("Record", bound=Facts)

STYLES = {"stop": "bold red", "defer": "yellow", "warn": "yellow", "info": "dim"}
LARGEST_RECORD_BYTES = 10_000_000
"""A referral or a diary is a few kilobytes; what is a thousand times larger is another file."""


def read_record(path: Path, kind: type[Record]) -> Record:
    """Read one record of the pathway from a JSON file.

    Raises
    ------
    InputError
        If the file is missing, too large, or not of that format; the message names the file and the fields.
    """
    try:
        if path.stat().st_size > LARGEST_RECORD_BYTES:
            raise InputError(f"{path.name} is too large to be a {kind.__name__}; give the JSON file itself.")
        text = path.read_bytes()
    except OSError:
        raise InputError(f"{path.name} can't be read; check that the file is there.") from None
    try:
        return kind.from_json(text)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def print_findings(findings: Iterable[Finding], questions: Iterable[Question]) -> None:
    """Print what was found, worst first, with its source; then what must still be asked."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(ratio=3)
    table.add_column(ratio=2, style="dim")
    for finding in findings:
        said = escape(finding.text) + "".join(f"\n{line}" for line in _details(finding))
        source = f"{finding.rule_id} · {finding.provenance} · {finding.source}"
        style = STYLES[finding.severity]
        table.add_row(f"[{style}]{finding.severity.upper()}[/{style}]", said, escape(source))
    if table.row_count:
        results.print(table)
    for question in questions:
        results.print(f"[yellow]ASK[/yellow]  {escape(question.ask)}", soft_wrap=True)


def _details(finding: Finding) -> Iterator[str]:
    if finding.action:
        hurry = f" ({escape(finding.within)})" if finding.within else ""
        yield f"[bold]→ {escape(finding.action)}{hurry}[/bold]"
    if finding.conflict:
        yield f"[dim]The sources disagree: {escape(finding.conflict)}[/dim]"
    if finding.overridden_by:
        yield f"[cyan]set aside by {escape(finding.overridden_by)}[/cyan]"
