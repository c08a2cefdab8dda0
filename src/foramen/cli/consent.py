"""`foramen consent`: what the patient agrees to, and whether a signature still holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from foramen.cli.console import print_json, results
from foramen.cli.moments import read_moment
from foramen.cli.outputs import written_whole
from foramen.cli.pathway_view import print_findings, read_record
from foramen.errors import UsageError

if TYPE_CHECKING:
    from foramen.pathway.facts import Referral

DOES_NOT_HOLD = 4
"""Exit code where the consent was checked and does not hold."""


def consent(
    referral: Annotated[Path, typer.Argument(metavar="REFERRAL", help="`foramen.referral/1`, a JSON file.")],
    root: Annotated[
        str | None, typer.Option(metavar="L5-left", help="The root; else the first that the referral asks for.")
    ] = None,
    signed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="`foramen.consent/1`: check whether it holds.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="Moment of asking; else now.")] = None,
    valid_days: Annotated[
        int | None, typer.Option(metavar="DAYS", help="The site's limit; none by default, since no source sets one.")
    ] = None,
    language: Annotated[str, typer.Option(metavar="en", help="Of the document.")] = "en",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for `consent.md` and the record to sign.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same for machines.")] = False,
) -> None:
    """Write the consent document of one case, or check a signed one.

    The document names this patient's own risks with how often each was published. A signed consent is checked for who
    signed, what was gone through, and what has changed since; exit code 4 where it does not hold.

    **Examples**

    `foramen consent referral.json --out consent/`

    `foramen consent referral.json --signed consent.json --at 2025-03-13T08:55+01:00`
    """
    from foramen.pathway.facts import Referral

    who = read_record(referral, Referral)
    if signed is not None:
        _check(who, signed, root, at, valid_days, as_json=as_json)
    else:
        _write(who, root or _first_root(who), language, out, as_json=as_json)


def _first_root(referral: Referral) -> str:
    targets = referral.request.targets or ()
    if not targets or targets[0].side is None:
        raise UsageError("The referral names no root with its side; say which with --root L5-left.")
    return str(targets[0])


def _write(referral: Referral, root: str, language: str, out: Path | None, *, as_json: bool) -> None:
    from foramen.pathway.consent import Consent, basis_of, consent_document

    document = consent_document(referral, root, language)
    if out is not None:
        to_sign = Consent(basis=basis_of(referral, root, language=language))
        with written_whole(out) as folder:
            (folder / "consent.md").write_text(document.to_markdown(), encoding="utf-8")
            (folder / "consent.json").write_text(to_sign.to_json() + "\n", encoding="utf-8")
    if as_json:
        print_json(document.to_json())
    elif out is not None:
        results.print(
            f"The document is in [bold]{out / 'consent.md'}[/bold], the record to sign beside it.", soft_wrap=True
        )
    else:
        results.print(document.to_markdown(), markup=False, soft_wrap=True)


def _check(
    referral: Referral, signed: Path, root: str | None, at: str | None, valid_days: int | None, *, as_json: bool
) -> None:
    from foramen.pathway.consent import Consent, check_consent

    check = check_consent(read_record(signed, Consent), referral, read_moment(at), root=root, valid_days=valid_days)
    if as_json:
        print_json(check.to_json())
    else:
        results.print(
            "[bold]The consent holds.[/bold]" if check.holds else "[bold red]The consent does not hold.[/bold red]"
        )
        print_findings(check.findings, check.questions)
    if not check.holds:
        raise typer.Exit(DOES_NOT_HOLD)
