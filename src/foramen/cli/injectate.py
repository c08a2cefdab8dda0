"""`foramen injectate`: whether what is drawn up is right for this patient."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from foramen.cli.console import print_json, results
from foramen.cli.pathway_view import print_findings, read_record
from foramen.errors import UsageError

if TYPE_CHECKING:
    from foramen.pathway.facts import Referral
    from foramen.pathway.injectate import InjectateReport

NOT_AS_IT_IS = 4
"""Exit code where the check was done and the answer is no."""


def injectate(
    file: Annotated[
        Path | None, typer.Argument(metavar="INJECTATE", help="`foramen.injectate/1`: what is in which syringe.")
    ] = None,
    referral: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="`foramen.referral/1`: the patient; without it everything is asked."),
    ] = None,
    weight: Annotated[
        float | None, typer.Option(metavar="KG", help="The weight, where there is no referral file.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day; else the day that the referral is booked for."),
    ] = None,
    site: Annotated[
        Path | None, typer.Option(metavar="FILE", help="`foramen.site/1`: the recalled rules that the site signed on.")
    ] = None,
    products: Annotated[bool, typer.Option("--products", help="List the product catalogue and stop.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
) -> None:
    """Check doses, mixtures, contrast and volume of one session before the needle.

    Sums local anaesthetics over agents against the patient's weight, tells particulate steroids and crystallising
    mixtures, contrast that must not come near the thecal sac, and volumes that are no longer selective.

    Exit code 4 where something must be changed or is not known.

    **Examples**

    `foramen injectate syringes.json --referral referral.json`

    `foramen injectate syringes.json --weight 70 --json`

    `foramen injectate --products`
    """
    if products:
        _print_products(as_json=as_json)
        return
    if file is None:
        raise UsageError("Say what is drawn up: foramen injectate FILE, or --products for the catalogue.")
    from foramen.pathway.injectate import Injectate, check_injectate
    from foramen.pathway.site import Site

    sign_offs = read_record(site, Site).sign_offs if site else ()
    drawn_up = read_record(file, Injectate)
    report = check_injectate(drawn_up, _patient(referral, weight), on=on.date() if on else None, sign_offs=sign_offs)
    if as_json:
        print_json(report.to_json())
    else:
        _print(report)
    if not report.decision.goes_ahead:
        raise typer.Exit(NOT_AS_IT_IS)


def _patient(path: Path | None, weight: float | None) -> Referral:
    from foramen.pathway.facts import Patient, Referral

    if path is not None and weight is not None:
        raise UsageError("Give the weight in the referral or with --weight, not both.")
    if path is not None:
        return read_record(path, Referral)
    if weight is not None and not 0 < weight <= 400:
        raise UsageError("--weight is the patient's weight in kg, over 0 and up to 400.")
    return Referral(patient=Patient(pseudonym="unnamed", weight_kg=weight))


def _print(report: InjectateReport) -> None:
    style = "bold" if report.decision.goes_ahead else "bold red"
    results.print(f"[{style}]{report.decision.replace('-', ' ').upper()}[/{style}]\n")
    print_findings(report.findings, report.questions)
    table = Table(box=None, padding=(0, 3, 0, 0), show_header=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column(style="dim")
    for line in report.anaesthetics:
        table.add_row(line.agent, f"{line.dose_mg:g} mg", f"of {line.maximum_mg:g} mg: {line.arithmetic} ({line.ref})")
    if report.anaesthetic_share is not None:
        table.add_row("local anaesthetics together", f"{report.anaesthetic_share:.0%}", "of the largest dose")
    for agent, dose_mg in report.steroids_mg.items():
        table.add_row(agent, f"{dose_mg:g} mg", "steroid")
    before = "not known" if report.year_load_mg is None else f"{report.year_load_mg:g} mg in the year with it"
    table.add_row(
        "steroid of this session", f"{report.session_load_mg:g} mg", f"methylprednisolone equivalent; {before}"
    )
    table.add_row("iodine near the sac", f"{report.iodine_near_sac_mg:g} mg", "")
    for root in report.roots:
        table.add_row(root.root, f"{root.volume_ml:g} mL", root.expected_selectivity)
    results.print()
    results.print(table)


def _print_products(*, as_json: bool) -> None:
    from foramen.pathway.injectate import catalogue

    if as_json:
        import json

        print_json(json.dumps([what.model_dump(mode="json") for what in catalogue().values()], indent=2))
        return
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    table.add_column("id", no_wrap=True)
    for heading in ("product", "what for", "to know"):
        table.add_column(heading)
    for what in catalogue().values():
        known = []
        if what.role == "steroid":
            known.append("particulate" if what.counts_as_particulate() else "non-particulate")
        if what.role == "contrast":
            known.append("near the sac" if what.allowed_near_sac() else "not near the sac")
        if not what.is_relied_on():
            known.append("class recalled, not verified")
        table.add_row(what.id, what.name, what.role, ", ".join(known))
    results.print(table)
