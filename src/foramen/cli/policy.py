"""`foramen policy`: the medication policies, one by one and side by side."""

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from foramen.cli.console import print_json, results

policy = typer.Typer(
    name="policy",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The medication policies: list them, read one, or see how they differ on a drug.",
)

AsJson = Annotated[bool, typer.Option("--json", help="The same for machines.")]


@policy.command("list")
def list_policies(as_json: AsJson = False) -> None:
    """List the policies. One is active at a site; they are never mixed.

    **Example**: `foramen policy list`
    """
    from foramen.pathway.medication import policy_names, read_policy

    policies = [read_policy(name) for name in policy_names()]
    if as_json:
        print_json(json.dumps([p.model_dump(mode="json", exclude={"row"}) for p in policies], indent=2))
        return
    table = _table("policy", "", "for", "rows", "version", "SHA-256")
    for one in policies:
        on = sum(row.enabled for row in one.row)
        table.add_row(
            one.name, one.title, one.procedure_class, f"{on} of {len(one.row)} on", one.version, one.checksum[:12]
        )
    results.print(table)


@policy.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `foramen policy list` prints it.")],
    as_json: AsJson = False,
) -> None:
    """Read one policy, row by row, with what is switched off and why.

    **Example**: `foramen policy show nhs-lothian`
    """
    from foramen.pathway.medication import read_policy

    one = read_policy(name)
    if as_json:
        print_json(one.to_json())
        return
    results.print(f"[bold]{escape(one.title)}[/bold]\n{escape(one.procedure_class)} · version {one.version}")
    results.print(f"[dim]{escape(one.source)}\nSHA-256 {one.checksum}[/dim]\n", soft_wrap=True)
    table = _table("row", "drugs", "when", "hold", "restart", "known from")
    for row in one.row:
        off = "" if row.enabled else " [yellow]off until signed on[/yellow]"
        note = f"\n[dim]{escape(row.note)}[/dim]" if row.note else ""
        table.add_row(
            row.id,
            ", ".join(row.drugs),
            escape(row.when_words),
            escape(row.hold_words) + note,
            row.restart_words,
            f"{row.provenance} · {escape(row.source)}{off}",
        )
    results.print(table)


@policy.command()
def compare(
    drug: Annotated[str, typer.Argument(metavar="DRUG", help="International name, such as apixaban.")],
    as_json: AsJson = False,
) -> None:
    """See how the policies differ on one drug, the silent ones too.

    **Example**: `foramen policy compare apixaban`
    """
    from foramen.pathway.medication import compare_policies

    rows = compare_policies(drug)
    if as_json:
        print_json(json.dumps([row.model_dump(mode="json") for row in rows], indent=2))
        return
    table = _table("policy", "when", "hold", "restart", "known from")
    for row in rows:
        style = None if row.enabled else "dim"
        off = "" if row.enabled or row.row_id is None else ", off until signed on"
        known = f"{row.provenance}{off} · {row.row_id}" if row.row_id else ""
        note = f"\n{escape(row.note)}" if row.note else ""
        table.add_row(row.policy, escape(row.when), escape(row.hold) + note, row.restart, known, style=style)
    results.print(table)


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=number == 0, overflow="fold")
    return table
