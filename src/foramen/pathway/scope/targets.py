"""The roots asked for and the imaging, by the names that the rules use."""

from foramen.pathway.answer import Answer, either
from foramen.pathway.engine import Scope
from foramen.pathway.facts.imaging import ImagingFinding
from foramen.pathway.facts.referral import Referral, Target
from foramen.pathway.facts.vocabulary import Cause
from foramen.pathway.localisation import agreement, meets
from foramen.pathway.localisation.roots import LEVELS
from foramen.pathway.timing import months_between


def target_scope(referral: Referral) -> Scope:
    """The roots asked for, how each fits symptoms and imaging, and what the imaging shows."""
    targets, studies = referral.request.targets, referral.imaging
    return {
        "target_count": None if targets is None else len(set(targets)),
        "targets": None if targets is None else tuple(_target(referral, target) for target in sorted_targets(targets)),
        "studies": None
        if studies is None
        else tuple(
            {
                "of": f"the {study.modality.upper()} of {study.on:%d %b %Y}",
                "imaging_age_months": months_between(study.on, referral.day),
                "imaging_reviewed": study.reviewed,
                "findings": None
                if study.findings is None
                else tuple(_finding(referral, finding) for finding in study.findings),
            }
            for study in studies
        ),
        "newest_imaging_months": None if not studies else months_between(max(s.on for s in studies), referral.day),
        "imaging_reviewed_by_someone": either(study.reviewed for study in studies) if studies else Answer.UNKNOWN,
    }


def sorted_targets(targets: tuple[Target, ...]) -> list[Target]:
    """Each root once, in anatomical order."""
    return sorted(set(targets), key=str)


def _target(referral: Referral, target: Target) -> Scope:
    fit = agreement(referral, target)
    return {
        "of": str(target),
        "target": str(target),
        "level": target.level.value,
        "target_side": target.side.value if target.side else None,
        "level_in_range": Answer.of(target.level in LEVELS),
        "side_fits": fit.side,
        "symptoms_fit": fit.symptoms,
        "imaging_fits": fit.imaging,
        "imaging_meets_another_root": fit.imaging_elsewhere,
    }


def _finding(referral: Referral, finding: ImagingFinding) -> Scope:
    return {
        "of": f"{finding.interspace}",
        "finding": f"{finding.interspace} {finding.zone} {finding.cause}",
        "zone": finding.zone.value,
        "cause": finding.cause.value,
        "is_scar": Answer.of(finding.cause is Cause.SCAR),
        "extent": finding.extent.value if finding.extent else None,
        "at_target": _meets_target(referral, finding),
    }


def _meets_target(referral: Referral, finding: ImagingFinding) -> Answer:
    targets = referral.request.targets
    if targets is None:
        return Answer.UNKNOWN
    return either(meets(finding, t.level, t.side) if t.side else Answer.UNKNOWN for t in targets)
