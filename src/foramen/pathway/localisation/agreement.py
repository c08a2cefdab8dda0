"""Whether referral, symptoms and imaging mean the same root."""

from dataclasses import dataclass

from foramen.pathway.answer import Answer, either
from foramen.pathway.facts.imaging import ImagingFinding
from foramen.pathway.facts.referral import Referral, Target
from foramen.pathway.facts.vocabulary import Level, Side
from foramen.pathway.localisation.roots import imaging_findings, meets
from foramen.pathway.localisation.signs import signs_on


@dataclass(frozen=True)
class Agreement:
    """How one root asked for fits the rest.

    Attributes
    ----------
    side : Answer
        Whether the leg of that side hurts.
    symptoms : Answer
        Whether any sign on that leg speaks for that level.
    imaging : Answer
        Whether imaging shows something that meets that very root.
    imaging_elsewhere : Answer
        Whether imaging shows something that meets another root.
    """

    side: Answer
    symptoms: Answer
    imaging: Answer
    imaging_elsewhere: Answer


def agreement(referral: Referral, target: Target) -> Agreement:
    """Compare one root asked for with what the patient feels and what the pictures show."""
    return Agreement(
        _side(referral, target),
        _symptoms(referral, target),
        _imaging(referral, target, same=True),
        _imaging(referral, target, same=False),
    )


def _side(referral: Referral, target: Target) -> Answer:
    if target.side is None:
        return Answer.UNKNOWN
    areas = referral.examination.leg(target.side).pain_areas
    return Answer.of(None if areas is None else bool(areas))


def _symptoms(referral: Referral, target: Target) -> Answer:
    if target.side is None:
        return Answer.UNKNOWN
    leg = referral.examination.leg(target.side)
    if any(target.level in sign.levels for sign in signs_on(leg)):
        return Answer.YES
    return Answer.of(None if leg.pain_areas is None else False)


def _imaging(referral: Referral, target: Target, *, same: bool) -> Answer:
    if target.side is None or referral.imaging is None or any(study.findings is None for study in referral.imaging):
        return Answer.UNKNOWN
    findings = imaging_findings(referral)
    if same:
        return either(meets(finding, target.level, target.side) for finding in findings)
    return either(_lies_elsewhere(finding, target.level, target.side) for finding in findings)


def _lies_elsewhere(finding: ImagingFinding, level: Level, side: Side) -> Answer:
    """Whether a finding meets another root, be it beside the one asked for."""
    return Answer.YES if finding.side == "both" else ~meets(finding, level, side)
