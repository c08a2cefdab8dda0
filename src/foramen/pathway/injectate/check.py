"""The injectate check: what is drawn up, for this patient, with its sums, findings and open questions."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field

from foramen.pathway.engine import SignOff, evaluate, read_rules
from foramen.pathway.facts import Referral
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Decision, Finding, Question
from foramen.pathway.injectate.anaesthetic import maximum
from foramen.pathway.injectate.facts import (
    anaesthetic_share,
    build_of,
    injectate_facts,
    iodine_near_sac_mg,
    session_load_mg,
    steroid_totals,
    year_load_with,
)
from foramen.pathway.injectate.products import signed_products
from foramen.pathway.injectate.selectivity import expected_selectivity
from foramen.pathway.injectate.syringe import Injectate


class AnaestheticLine(Facts):
    """One anaesthetic of the session beside its largest dose, with the arithmetic."""

    agent: str
    dose_mg: float
    maximum_mg: float
    arithmetic: str
    ref: str
    provenance: str


class RootLine(Facts):
    """What reaches one root."""

    root: str
    volume_ml: float
    expected_selectivity: str


class InjectateReport(Facts):
    """What the check found, `foramen.injectate-report/1`."""

    schema_: Literal["foramen.injectate-report/1"] = Field("foramen.injectate-report/1", alias="schema")
    decision: Decision
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    anaesthetics: tuple[AnaestheticLine, ...]
    anaesthetic_share: float | None = Field(description="sum of dose over maximum; null where the weight is unknown")
    steroids_mg: dict[str, float]
    session_load_mg: float = Field(description="methylprednisolone equivalent")
    year_load_mg: float | None
    iodine_near_sac_mg: float
    roots: tuple[RootLine, ...]


def check_injectate(
    injectate: Injectate, referral: Referral, *, on: date | None = None, sign_offs: Iterable[SignOff] = ()
) -> InjectateReport:
    """Check everything that is drawn up for one session.

    Parameters
    ----------
    injectate : Injectate
        What is in the syringes, and where each goes.
    referral : Referral
        The patient; what is unknown is asked, never taken for harmless.
    on : date, optional
        The day, for the rolling year of steroids; by default the day that the referral is booked for.
    sign_offs : iterable of SignOff
        Recalled rules and product classes that the site has taken over.

    Raises
    ------
    InputError
        If a product is not in the catalogue.
    """
    sign_offs = tuple(sign_offs)
    day = on or referral.day
    found = evaluate(
        read_rules("injectate"), injectate_facts(injectate, referral, day, signed_products(sign_offs)), sign_offs
    )
    return InjectateReport(
        decision=found.decision,
        findings=found.findings,
        questions=found.questions,
        anaesthetics=_anaesthetic_lines(injectate, referral),
        anaesthetic_share=anaesthetic_share(injectate, referral),
        steroids_mg=steroid_totals(injectate),
        session_load_mg=round(session_load_mg(injectate), 1),
        year_load_mg=year_load_with(injectate, referral, day),
        iodine_near_sac_mg=iodine_near_sac_mg(injectate),
        roots=tuple(_root_line(injectate, root) for root in injectate.roots),
    )


def _anaesthetic_lines(injectate: Injectate, referral: Referral) -> tuple[AnaestheticLine, ...]:
    build = build_of(referral)
    if build is None:
        return ()
    totals: dict[tuple[str, bool], float] = {}
    for dose in injectate.anaesthetics:
        key = (dose.agent, dose.adrenaline)
        totals[key] = totals.get(key, 0.0) + dose.dose_mg
    lines = []
    for (agent, adrenaline), dose_mg in sorted(totals.items()):
        most = maximum(agent, build, adrenaline=adrenaline)
        lines.append(
            AnaestheticLine(
                agent=most.agent,
                dose_mg=round(dose_mg, 3),
                maximum_mg=round(most.dose_mg, 1),
                arithmetic=most.arithmetic,
                ref=most.ref,
                provenance=most.provenance,
            )
        )
    return tuple(lines)


def _root_line(injectate: Injectate, root: str) -> RootLine:
    volume = round(injectate.volume_at_root_ml(root), 3)
    return RootLine(root=root, volume_ml=volume, expected_selectivity=expected_selectivity(volume))
