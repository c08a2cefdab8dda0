"""The leaflet for the way home, for this patient, in plain words."""

from collections.abc import Iterable
from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.answer import Answer
from foramen.pathway.facts import Diabetes, Intent, Modality, Referral
from foramen.pathway.facts.base import Facts
from foramen.pathway.medication import DrugPlan, takes_antithrombotic
from foramen.pathway.recovery.analgesia import ZERO_BY_DAY, AnalgesicPlan, DayDose, PlanKind
from foramen.pathway.texts import Document, compose, day_in_words, moment_in_words, root_in_words, words


class Visit(Facts):
    """What was done, as far as the leaflet tells it, `foramen.visit/1`."""

    schema_: Literal["foramen.visit/1"] = Field("foramen.visit/1", alias="schema")
    root: str = Field(pattern=r"^(L[1-6]|S1)-(left|right)$")
    injected_at: AwareDatetime
    guidance: Modality | None = None
    steroid_given: bool
    sedation_given: bool
    phone: str = Field(min_length=3, description="answered day and night")


def leaflet(
    referral: Referral,
    visit: Visit,
    analgesics: AnalgesicPlan,
    drug_plans: Iterable[DrugPlan] = (),
    language: str = "en",
) -> Document:
    """Put the leaflet together.

    Parameters
    ----------
    referral : Referral
        The patient; what is unknown is worded so that it is right for everybody.
    visit : Visit
        What was done, and the number to call.
    analgesics : AnalgesicPlan
        From `analgesic_plan`.
    drug_plans : iterable of DrugPlan
        From the medication policy: when each blood thinner may be taken again.
    language : str
        Of the leaflet.
    """
    known = words(language)
    intent = referral.request.intent
    diabetes = referral.conditions.diabetes
    facts = {
        "sedation": Answer.of(visit.sedation_given),
        "with_steroid": Answer.of(visit.steroid_given),
        "diagnostic": Answer.of(None if intent is None else intent is Intent.DIAGNOSTIC),
        "diabetic": Answer.of(None if diabetes is Diabetes.UNKNOWN else diabetes is not Diabetes.NONE),
        "takes_antithrombotic": takes_antithrombotic(referral),
    }
    values = {
        "date": day_in_words(referral.local(visit.injected_at).date(), language),
        "root": root_in_words(visit.root, language),
        "modality": known["modality"][visit.guidance or "unknown"],
        "given": known["given"]["with_steroid" if visit.steroid_given else "without_steroid"],
        "painkiller_lead": known["painkiller"][analgesics.kind],
        "painkiller_lines": painkiller_lines(analgesics, language),
        "restart_lines": tuple(_restart_line(plan, referral, language) for plan in drug_plans),
        "phone": visit.phone,
    }
    return compose("leaflet", language, facts, values)


def painkiller_lines(plan: AnalgesicPlan, language: str) -> tuple[str, ...]:
    """The plan, a line per drug and day, and the day it ends."""
    known = words(language)["painkiller"]
    if plan.kind is PlanKind.PARACETAMOL_FOR_A_DAY:
        return tuple(_line(known["every_6_hours"], dose, language, times=str(dose.times)) for dose in plan.doses)
    lines = tuple(_line(known["day" if dose.day else "today"], dose, language) for dose in _by_day(plan.doses))
    return (*lines, known["zero"].format(day=ZERO_BY_DAY)) if lines else ()


def _by_day(doses: Iterable[DayDose]) -> list[DayDose]:
    return sorted(doses, key=lambda dose: (dose.day, dose.drug))


def _line(text: str, dose: DayDose, language: str, times: str | None = None) -> str:
    known = words(language)
    strength = known["painkiller"]["dose"].format(dose_mg=f"{dose.dose_mg:g}") if dose.dose_mg is not None else ""
    often = times or known["times"].get(str(dose.times), known["times"]["more"]).format(times=dose.times)
    return text.format(day=dose.day, drug=dose.drug, dose=strength, times=often)


def _restart_line(plan: DrugPlan, referral: Referral, language: str) -> str:
    known, when = words(language)["restart"], plan.restart_not_before
    if plan.continues:
        return str(known["continues"]).format(drug=plan.drug)
    if when is None or plan.blocked:
        return str(known["ask"]).format(drug=plan.drug)
    return str(known["line"]).format(drug=plan.drug, when=moment_in_words(referral.local(when), language))
