"""`foramen discharge`: whether the patient may go home, and the leaflet for the way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foramen.cli.console import print_json, results
from foramen.cli.moments import read_moment
from foramen.cli.outputs import written_whole
from foramen.cli.pathway_view import print_findings, read_record

if TYPE_CHECKING:
    from foramen.pathway.facts import Referral
    from foramen.pathway.recovery import DischargeReport

NOT_HOME = 4
"""Exit code where the patient may not go home yet, or stays."""


def discharge(
    recovery: Annotated[Path, typer.Argument(metavar="RECOVERY", help="`foramen.recovery/1`: rounds and criteria.")],
    referral: Annotated[
        Path, typer.Option(metavar="FILE", help="`foramen.referral/1`: the patient.", show_default=False)
    ],
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Moment of asking; else now.")] = None,
    visit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="`foramen.visit/1`: what was done, for the leaflet.")
    ] = None,
    policy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Medication policy, for the restart of blood thinners.")
    ] = None,
    language: Annotated[str, typer.Option(metavar="en", help="Of the leaflet.")] = "en",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for `discharge.json` and `leaflet.md`.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
) -> None:
    """Decide whether the patient may go home now, and write the leaflet in plain words.

    Exit code 4 where the patient may not go home yet, or stays in hospital.

    **Examples**

    `foramen discharge recovery.json --referral referral.json --at 2025-03-13T10:01+01:00`

    `foramen discharge recovery.json --referral referral.json --visit visit.json --out home/`
    """
    from foramen.pathway.answer import Answer
    from foramen.pathway.facts import Diabetes, Referral
    from foramen.pathway.recovery import Recovery
    from foramen.pathway.recovery import discharge as decide

    who = read_record(referral, Referral)
    kind = who.conditions.diabetes
    diabetic = Answer.UNKNOWN if kind is Diabetes.UNKNOWN else Answer.of(kind is not Diabetes.NONE)
    report = decide(read_record(recovery, Recovery), read_moment(at), diabetic=diabetic)
    leaflet = _leaflet(who, visit, policy, language) if visit else None
    if out is not None:
        with written_whole(out) as folder:
            (folder / "discharge.json").write_text(report.to_json() + "\n", encoding="utf-8")
            if leaflet is not None:
                (folder / "leaflet.md").write_text(leaflet, encoding="utf-8")
    if as_json:
        print_json(report.to_json())
    else:
        _print(report, leaflet, out)
    if report.destination not in ("home", "home-with-plan"):
        raise typer.Exit(NOT_HOME)


def _leaflet(referral: Referral, visit: Path, policy: str | None, language: str) -> str:
    from foramen.pathway.medication import advise, read_policy
    from foramen.pathway.recovery import Visit, analgesic_plan, leaflet
    from foramen.pathway.site import SOURCE_POLICY

    done = read_record(visit, Visit)
    plans = advise(referral, read_policy(policy or SOURCE_POLICY), done.injected_at).plans
    return leaflet(referral, done, analgesic_plan(referral), plans, language).to_markdown()


def _print(report: DischargeReport, leaflet: str | None, out: Path | None) -> None:
    style = "bold" if report.destination in ("home", "home-with-plan") else "bold red"
    results.print(f"[{style}]{report.destination.replace('-', ' ').upper()}[/{style}]")
    print_findings(report.findings, report.questions)
    if report.next_round:
        results.print(f"\nNext round at {report.next_round:%H:%M}.")
    if leaflet is not None and out is None:
        results.print(f"\n{leaflet}", markup=False, soft_wrap=True)
    elif leaflet is not None and out is not None:
        results.print(f"\nThe leaflet is in [bold]{out / 'leaflet.md'}[/bold].", soft_wrap=True)
