"""Painkillers after the injection: kept for a day, then down to zero, so that the effect can be told (S1-42 to S1-45).

Who takes simple analgesics keeps them for the first 24 h and is at zero by day 5; who takes none gets paracetamol
1 g every 6 h for 24 h. The steps between are ours: equal, in whole doses. Liver, kidneys, stomach, weight and blood
thinners are asked first, and what is not known makes the plan wait for a doctor.
"""

from collections.abc import Iterable
from enum import StrEnum

from foramen.pathway.answer import Answer
from foramen.pathway.engine import Scope, SignOff, evaluate, read_rules
from foramen.pathway.facts import Medication, Referral
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Finding, Question, Severity
from foramen.pathway.medication import drugs_of, takes_antithrombotic
from foramen.pathway.rule_data import rule_data

KEPT_DAYS = 1
"""The usual dose is kept on the day and the first day after: "especially the first 24 h" (S1-42)."""

ZERO_BY_DAY = 5
"""At zero by day 4 to 5 (S1-44)."""

PARACETAMOL_MG, PARACETAMOL_EVERY_H, PARACETAMOL_FOR_H = 1000.0, 6, 24
"""For who takes no analgesic (S1-45)."""


class PlanKind(StrEnum):
    """How the plan came about."""

    TAPER = "taper"
    PARACETAMOL_FOR_A_DAY = "paracetamol-for-a-day"
    ASK_A_DOCTOR = "ask-a-doctor"


class DayDose(Facts):
    """One drug on one day after the injection, day 0 being the day itself."""

    day: int
    drug: str
    dose_mg: float | None
    times: int


class AnalgesicPlan(Facts):
    """The plan, day by day, with what stands against it."""

    kind: PlanKind
    doses: tuple[DayDose, ...]
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]


def analgesic_plan(referral: Referral, sign_offs: Iterable[SignOff] = ()) -> AnalgesicPlan:
    """The plan for this patient; empty, and for a doctor to make, where anything speaks against an automatic one."""
    simple = simple_analgesics(referral)
    found = evaluate(read_rules("aftercare"), analgesia_scope(referral), tuple(sign_offs))
    stands_against = found.questions or any(finding.severity is not Severity.INFO for finding in found.findings)
    if simple is None or stands_against or any(drug.times_per_day is None for drug in simple):
        return AnalgesicPlan(kind=PlanKind.ASK_A_DOCTOR, doses=(), findings=found.findings, questions=found.questions)
    kind = PlanKind.TAPER if simple else PlanKind.PARACETAMOL_FOR_A_DAY
    doses = taper(simple) if simple else paracetamol_for_a_day()
    return AnalgesicPlan(kind=kind, doses=doses, findings=found.findings, questions=())


def simple_analgesics(referral: Referral) -> tuple[Medication, ...] | None:
    """What the patient takes that the plan may taper, by name; None where the drugs are not known."""
    if referral.medications is None:
        return None
    known = set(rule_data("aftercare")["analgesics"]["simple"])
    return tuple(sorted((m for m in referral.medications if m.drug in known), key=lambda m: m.drug))


def taper(drugs: Iterable[Medication]) -> tuple[DayDose, ...]:
    """Each drug down to zero in equal steps, rounded down to whole doses; days without any are left out."""
    doses = []
    for drug in drugs:
        for day in range(ZERO_BY_DAY):
            times = int((drug.times_per_day or 0) * _share(day) + 1e-9)
            if times:
                doses.append(DayDose(day=day, drug=drug.drug, dose_mg=drug.dose_mg, times=times))
    return tuple(doses)


def paracetamol_for_a_day() -> tuple[DayDose, ...]:
    """Four doses over the first 24 h."""
    times = PARACETAMOL_FOR_H // PARACETAMOL_EVERY_H
    return (DayDose(day=0, drug="paracetamol", dose_mg=PARACETAMOL_MG, times=times),)


def _share(day: int) -> float:
    """Share of the usual doses on a day: all of them at first, none on day 5."""
    return 1.0 if day <= KEPT_DAYS else (ZERO_BY_DAY - day) / (ZERO_BY_DAY - KEPT_DAYS)


def analgesia_scope(referral: Referral) -> Scope:
    """Every fact that a rule of `rules/aftercare.toml` may name."""
    conditions, simple = referral.conditions, simple_analgesics(referral)
    takes_paracetamol = Answer.UNKNOWN if simple is None else Answer.of(not simple or _has(simple, ("paracetamol",)))
    return {
        "takes_paracetamol": takes_paracetamol,
        "takes_nsaid": referral.takes(drugs_of("nsaid")),
        "takes_antithrombotic": takes_antithrombotic(referral),
        "takes_from_prescriber": referral.takes(rule_data("aftercare")["analgesics"]["with_the_prescriber"]),
        "liver_disease": conditions.liver_disease,
        "alcohol_excess": conditions.alcohol_excess,
        "kidney_disease": conditions.kidney_disease,
        "stomach_bleeding": conditions.stomach_bleeding,
        "weight_kg": referral.patient.weight_kg,
    }


def _has(drugs: Iterable[Medication], names: Iterable[str]) -> bool:
    return any(drug.drug in set(names) for drug in drugs)
