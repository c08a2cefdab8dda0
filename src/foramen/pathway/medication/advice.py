"""What one policy advises for this patient's drugs."""

from dataclasses import dataclass
from datetime import datetime

from foramen.pathway.answer import Answer
from foramen.pathway.engine import Evaluation, Missing, Scope, SignOff, Verdict, evaluate, question, read_rules
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.treatment import Medication
from foramen.pathway.findings import Decision, Severity
from foramen.pathway.medication.context import BLOCKING, medication_scope
from foramen.pathway.medication.gaps import no_row, platelets
from foramen.pathway.medication.hold import check_hold, finding
from foramen.pathway.medication.plan import DrugPlan, drug_plan
from foramen.pathway.medication.policy import Policy, Row
from foramen.pathway.medication.renal import creatinine_clearance_ml_min


@dataclass(frozen=True)
class MedicationAdvice:
    """The plans, drug by drug, and what they mean for the decision."""

    plans: tuple[DrugPlan, ...]
    evaluation: Evaluation


def advise(referral: Referral, policy: Policy, at: datetime, sign_offs: tuple[SignOff, ...] = ()) -> MedicationAdvice:
    """Apply one policy, and no other, to every drug that the patient takes.

    Parameters
    ----------
    at : datetime
        The moment of asking: a dose that is not yet due is planned, a dose that is due must have been stopped.
    """
    together = evaluate(read_rules("medication"), medication_scope(referral), sign_offs)
    evaluation = together | platelets(referral, policy)
    if referral.medications is None:
        evaluation |= Evaluation.of((), [question(Missing("medications"), policy.name, Decision.STOP)])
    blocked = any(found.rule_id in BLOCKING for found in together.findings)
    plans: list[DrugPlan] = []
    for medication in referral.medications or ():
        row, found = _row_for(referral, policy, medication, sign_offs)
        evaluation |= found
        if row is not None:
            evaluation |= _evaluated(referral, policy, row, medication, at, blocked=blocked)
            plans.append(drug_plan(referral, policy, row, medication, blocked=blocked))
    return MedicationAdvice(tuple(sorted(plans, key=lambda plan: plan.model_dump_json())), evaluation)


def _row_for(
    referral: Referral, policy: Policy, medication: Medication, sign_offs: tuple[SignOff, ...]
) -> tuple[Row | None, Evaluation]:
    """The one row that holds for this patient, or why there is none."""
    stated = policy.rows_for(medication.drug)
    rows = [row for row in stated if row.applies(policy, sign_offs)]
    scope = _scope(referral, medication)
    verdicts = [(row, row.condition.over(scope) if row.condition else Verdict(Answer.YES)) for row in rows]
    fitting = [row for row, verdict in verdicts if verdict.answer is Answer.YES]
    if fitting:
        return fitting[0], Evaluation()
    waiting = [
        question(missing, f"{policy.name}/{row.id}", Decision.STOP if row.inr_words else Decision.DEFER)
        for row, verdict in verdicts
        for missing in verdict.missing
    ]
    if waiting:
        return None, Evaluation.of((), waiting)
    return None, no_row(policy, medication, stated, rows)


def _scope(referral: Referral, medication: Medication) -> Scope:
    return {
        "of": medication.drug,
        "intensity": medication.intensity,
        "crcl_ml_min": creatinine_clearance_ml_min(referral),
        "kidney_disease": referral.conditions.kidney_disease,
    }


def _evaluated(
    referral: Referral, policy: Policy, row: Row, medication: Medication, at: datetime, *, blocked: bool
) -> Evaluation:
    if row.advice == "continue":
        return Evaluation.of([finding(policy, row, Severity.INFO, f"{medication.drug}: continue.")], ())
    if row.advice != "hold":
        text = f"{medication.drug}: {row.hold_words}."
        return Evaluation.of([finding(policy, row, Severity.DEFER, text, row.note, "doctor")], ())
    return check_hold(referral, policy, row, medication, at, blocked=blocked)
