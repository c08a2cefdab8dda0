"""Whether a drug has been out of the blood for as long as its row asks, and whether the INR says so."""

from datetime import datetime

from foramen.pathway.engine import Evaluation, Missing, question
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.treatment import LabTest, LabValue, Medication
from foramen.pathway.findings import Decision, Finding, MayOverride, Question, Severity
from foramen.pathway.medication.calendar import last_dose_by, later_by_hours, zone_of
from foramen.pathway.medication.policy import Policy, Row
from foramen.pathway.timing import hours_between


def check_hold(
    referral: Referral, policy: Policy, row: Row, medication: Medication, at: datetime, *, blocked: bool
) -> Evaluation:
    """Check one drug against its row, as far as the moment `at` allows: a dose not yet due is a plan, not a fault.

    Where a stent, coronary event or stroke blocks automatic advice, nothing is planned; what was taken too late is told
    all the same.
    """
    starts_at = referral.request.starts_at
    if starts_at is None:
        return Evaluation()  # the screening asks for the appointment
    plan = finding(policy, row, Severity.WARN, _words(row, medication), row.note or None, "doctor")
    findings = [] if blocked else [plan]
    questions: list[Question] = []
    for part in (_dose(referral, policy, row, medication, starts_at, at), _inr(referral, policy, row, medication, at)):
        if isinstance(part, Finding):
            findings.append(part)
        elif part is not None:
            questions.append(part)
    return Evaluation.of(findings, questions)


def finding(
    policy: Policy,
    row: Row,
    severity: Severity,
    text: str,
    action: str | None = None,
    may_override: MayOverride = "nobody",
) -> Finding:
    """What a row says about this patient."""
    return Finding(
        rule_id=f"{policy.name}/{row.id}",
        severity=severity,
        text=text,
        action=action,
        source=row.source,
        provenance=row.provenance,
        may_override=may_override,
    )


def _words(row: Row, medication: Medication) -> str:
    return f"{medication.drug}: {row.hold_words}; restart: {row.restart_words}."


def _dose(
    referral: Referral, policy: Policy, row: Row, medication: Medication, starts_at: datetime, at: datetime
) -> Finding | Question | None:
    zone = zone_of(referral, starts_at)
    by = last_dose_by(row, starts_at, zone)
    if by is None or at.timestamp() < by.timestamp():
        return None
    if medication.last_dose is None:
        return question(Missing("last_dose", medication.drug), f"{policy.name}/{row.id}", Decision.DEFER)
    if medication.last_dose.timestamp() <= by.timestamp():
        return None
    hours = hours_between(medication.last_dose, starts_at)
    text = (
        f"The last {medication.drug} was taken {hours:.1f} h before the procedure, at "
        f"{medication.last_dose.astimezone(zone):%a %d %b %Y, %H:%M %Z}; {policy.name} asks for {row.hold_words}."
    )
    return finding(policy, row, Severity.DEFER, text, _earliest(row, medication.last_dose, referral), "consultant")


def _earliest(row: Row, last_dose: datetime, referral: Referral) -> str:
    parts = []
    if row.hold_hours is not None:
        soonest = later_by_hours(last_dose, row.hold_hours, zone_of(referral, last_dose))
        parts.append(f"not before {soonest:%a %d %b %Y, %H:%M %Z}")
    if row.last_day is not None:
        parts.append(f"{-row.last_day} days after the day of the last dose")
    return "Move the procedure: " + " and ".join(parts) + "."


def _inr(
    referral: Referral, policy: Policy, row: Row, medication: Medication, at: datetime
) -> Finding | Question | None:
    """The INR decides on the day, by a sample that saw the last dose; before the day it is only planned for."""
    if not row.inr_words or referral.day is None or referral.local(at).date() < referral.day:
        return None
    rule_id, inr = f"{policy.name}/{row.id}", referral.latest(LabTest.INR)
    if medication.last_dose is None:
        return question(Missing("last_dose", medication.drug), rule_id, Decision.STOP)
    if inr is None or inr.at.timestamp() < medication.last_dose.timestamp():
        return question(Missing("inr", medication.drug), rule_id, Decision.STOP)
    limit = inr.upper_limit_of_normal if row.inr_normal else row.inr_max
    if limit is None:
        return question(Missing("inr_upper_limit_of_normal"), rule_id, Decision.STOP)
    return _inr_over(limit, inr, policy, row)


def _inr_over(limit: float, inr: LabValue, policy: Policy, row: Row) -> Finding | None:
    if inr.value <= limit:
        return None
    text = f"INR {inr.value:g} is above {limit:g} ({policy.name}: {row.inr_words})."
    if row.inr_open_upto is not None and inr.value <= row.inr_open_upto:
        return finding(policy, row, Severity.DEFER, text, "The source leaves this band to the operator.", "doctor")
    return finding(policy, row, Severity.STOP, text, "Do not inject; repeat the INR another day.", "consultant")
