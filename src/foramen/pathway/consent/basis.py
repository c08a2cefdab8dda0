"""What a consent is given for: change any of it and the patient has agreed to something else."""

from foramen.pathway.answer import Answer, either
from foramen.pathway.consent.risks import risks_for
from foramen.pathway.engine import Scope
from foramen.pathway.facts import Diabetes, Extent, ImagingStudy, Intent, Modality, Referral, Zone
from foramen.pathway.facts.base import Facts
from foramen.pathway.injectate.products import catalogue
from foramen.pathway.medication import takes_antithrombotic
from foramen.pathway.texts import text_data


class Basis(Facts):
    """The parts of the plan that the patient agrees to, and which edition of the text they read."""

    root: str
    intent: Intent | None
    guidance: Modality | None
    steroid: str | None
    sedation: Answer
    with_caudal: bool
    risks: tuple[str, ...]
    language: str
    text_version: str


def basis_of(referral: Referral, root: str, *, with_caudal: bool = False, language: str = "en") -> Basis:
    """What the patient of this referral would agree to today."""
    request = referral.request
    return Basis(
        root=root,
        intent=request.intent,
        guidance=request.guidance,
        steroid=request.steroid,
        sedation=request.sedation,
        with_caudal=with_caudal,
        risks=tuple(risk.id for risk in risks_for(consent_facts(referral))),
        language=language,
        text_version=text_data("consent", language)["version"],
    )


def consent_facts(referral: Referral) -> Scope:
    """Every fact that a risk or a section of the consent may depend on."""
    intent, diabetes = referral.request.intent, referral.conditions.diabetes
    diagnostic = Answer.of(None if intent is None else intent is Intent.DIAGNOSTIC)
    return {
        "diagnostic": diagnostic,
        "therapeutic": ~diagnostic,
        "with_steroid": _with_steroid(referral),
        "particulate_steroid": _particulate(referral),
        "diabetic": Answer.of(None if diabetes is Diabetes.UNKNOWN else diabetes is not Diabetes.NONE),
        "immunosuppressed": referral.conditions.immunosuppressed,
        "takes_antithrombotic": takes_antithrombotic(referral),
        "has_allergies": Answer.of(None if referral.allergies is None else bool(referral.allergies)),
        "large_foraminal_finding": _large_foraminal_finding(referral),
        "needs_interpreter": referral.patient.needs_interpreter,
        "has_capacity": referral.patient.has_capacity,
    }


def _with_steroid(referral: Referral) -> Answer:
    steroid = referral.request.steroid
    return Answer.UNKNOWN if steroid is None else Answer.of(steroid != "none")


def _particulate(referral: Referral) -> Answer:
    planned = catalogue().get(referral.request.steroid or "")
    return _with_steroid(referral) if planned is None else Answer.of(planned.counts_as_particulate())


def _large_foraminal_finding(referral: Referral) -> Answer:
    """A severe finding in a foramen, where injection hurts more (S1-25, SC-34)."""
    if referral.imaging is None:
        return Answer.UNKNOWN
    return either(_has_large_foraminal(study) for study in referral.imaging)


def _has_large_foraminal(study: ImagingStudy) -> Answer:
    if study.findings is None:
        return Answer.UNKNOWN
    return Answer.of(any(f.zone is Zone.FORAMINAL and f.extent is Extent.SEVERE for f in study.findings))
