"""One drug's dates under its row."""

from datetime import datetime, tzinfo

from pydantic import Field

from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.treatment import Medication
from foramen.pathway.medication.calendar import last_dose_by, restart_not_before, zone_of
from foramen.pathway.medication.policy import Policy, Row
from foramen.pathway.rule_data import rule_data


class DrugPlan(Facts):
    """One drug's dates. A moment is None where the source gives none, or where automatic advice is blocked."""

    drug: str
    rule_id: str
    text: str
    last_dose_by: datetime | None = None
    inr_due_after: datetime | None = None
    inr_due_before: datetime | None = None
    restart_not_before: datetime | None = None
    blocked: bool
    continues: bool = Field(False, description="the drug is not stopped at all")
    thrombosis_cost: str = ""


def drug_plan(referral: Referral, policy: Policy, row: Row, medication: Medication, *, blocked: bool) -> DrugPlan:
    """The dates of one drug, or none where a stent, coronary event or stroke blocks automatic advice."""
    starts_at = referral.request.starts_at
    continues = row.advice == "continue"
    cost = "" if continues else rule_data("medication")["thrombosis_cost"]
    words = row.hold_words if continues else f"{row.hold_words}; restart: {row.restart_words}"
    blocked = blocked and not continues
    if blocked:
        words = "no automatic dates: a recent stent, coronary event or stroke stands in the way"
    plan = DrugPlan(
        drug=medication.drug,
        rule_id=f"{policy.name}/{row.id}",
        text=words,
        blocked=blocked,
        continues=continues,
        thrombosis_cost=cost,
    )
    if blocked or starts_at is None or continues:
        return plan
    zone = zone_of(referral, starts_at)
    by = last_dose_by(row, starts_at, zone)
    return plan.model_copy(
        update={
            "last_dose_by": by,
            "inr_due_after": _sees_last_dose(medication.last_dose or by, zone) if row.inr_words else None,
            "inr_due_before": starts_at.astimezone(zone) if row.inr_words else None,
            "restart_not_before": restart_not_before(row, starts_at, zone),
        }
    )


def _sees_last_dose(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return None if moment is None else moment.astimezone(zone)
