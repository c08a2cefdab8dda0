"""The roots that explain the picture, ranked."""

from enum import StrEnum

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.imaging import ImagingFinding
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.vocabulary import Level, Side, Zone
from foramen.pathway.localisation.signs import Sign, signs_on
from foramen.pathway.rule_data import rule_data

LEVELS = (Level.L1, Level.L2, Level.L3, Level.L4, Level.L5, Level.S1)
"""The roots that Foramen plans for."""

CLINICAL_KINDS_FOR_STRONG = 2
"""Kinds of sign (pain, numbness, power, reflex, stretch) that must agree beside imaging; our own grading."""


class Concordance(StrEnum):
    """How well imaging and signs agree on a root, best first."""

    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"


class RootEvidence(Facts):
    """What speaks for one root.

    `score` adds, for every kind of sign, the part of that kind's signs that speak for the root, and 1 where imaging
    shows something that meets it. It ranks roots within one patient and means nothing else.
    """

    level: Level
    side: Side
    score: float
    concordance: Concordance
    signs: tuple[str, ...]
    imaging: tuple[str, ...]
    words: str


def level_met(finding: ImagingFinding) -> Level:
    """The level of the root that a finding can press on.

    In the centre and the lateral recess it is the traversing root, in and beyond the foramen the exiting one.
    """
    passing = "traversing" if finding.zone in (Zone.CENTRAL, Zone.LATERAL_RECESS) else "exiting"
    return Level(rule_data("localisation")[passing][finding.interspace])


def meets(finding: ImagingFinding, level: Level, side: Side) -> Answer:
    """Whether a finding can press on a root; unknown where the report names no side."""
    if level_met(finding) is not level:
        return Answer.NO
    return Answer.of(None if finding.side is None else finding.side in (side, "both"))


def localise(referral: Referral) -> tuple[RootEvidence, ...]:
    """Rank the roots that anything speaks for, the best first; roots with equal scores stand in anatomical order."""
    found = (_evidence(referral, level, side) for level in LEVELS for side in Side)
    return tuple(sorted((root for root in found if root), key=lambda root: -root.score))


def imaging_findings(referral: Referral) -> tuple[ImagingFinding, ...]:
    """Every finding of every study."""
    return tuple(finding for study in referral.imaging or () for finding in study.findings or ())


def _evidence(referral: Referral, level: Level, side: Side) -> RootEvidence | None:
    signs = signs_on(referral.examination.leg(side))
    speaking = tuple(sign for sign in signs if level in sign.levels)
    shown = tuple(
        sorted(
            {
                f"{finding.interspace} {finding.zone} {finding.cause}".replace("-", " ")
                for finding in imaging_findings(referral)
                if meets(finding, level, side) is Answer.YES
            }
        )
    )
    if not speaking and not shown:
        return None
    kinds = {sign.kind for sign in speaking}
    return RootEvidence(
        level=level,
        side=side,
        score=round(sum(_share(kind, speaking, signs) for kind in sorted(kinds)) + bool(shown), 3),
        concordance=_concordance(len(kinds), bool(shown)),
        signs=tuple(f"{sign.kind}: {sign.what}" for sign in speaking),
        imaging=shown,
        words=f"{_clinical_words(kinds, speaking, signs)}; {_imaging_words(referral, shown)}",
    )


def _share(kind: str, speaking: tuple[Sign, ...], signs: tuple[Sign, ...]) -> float:
    return sum(sign.kind == kind for sign in speaking) / sum(sign.kind == kind for sign in signs)


def _concordance(clinical_kinds: int, shown: bool) -> Concordance:
    if shown and clinical_kinds >= CLINICAL_KINDS_FOR_STRONG:
        return Concordance.STRONG
    return Concordance.MODERATE if shown and clinical_kinds else Concordance.WEAK


def _clinical_words(kinds: set[str], speaking: tuple[Sign, ...], signs: tuple[Sign, ...]) -> str:
    counted = [
        f"{sum(sign.kind == kind for sign in speaking)} of {sum(sign.kind == kind for sign in signs)} in {kind}"
        for kind in sorted(kinds)
    ]
    return "signs agree: " + ", ".join(counted) if counted else "no sign on that leg speaks for it"


def _imaging_words(referral: Referral, shown: tuple[str, ...]) -> str:
    if shown:
        return f"imaging shows {', '.join(shown)}"
    read = any(study.findings is not None for study in referral.imaging or ())
    return "imaging shows nothing there" if read else "no imaging findings are on record"
