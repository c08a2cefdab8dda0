"""The patient's calendar: what to do when, in order."""

from datetime import datetime

from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.referral import Referral
from foramen.pathway.medication.plan import DrugPlan


class Agenda(Facts):
    """One entry; `until` is set where something is due between two moments."""

    at: datetime
    until: datetime | None = None
    text: str


def agenda(plans: tuple[DrugPlan, ...], referral: Referral) -> tuple[Agenda, ...]:
    """Every moment of every plan and the procedure itself, on the clock of the procedure room."""
    entries = [entry for plan in plans for entry in _entries(plan)]
    starts_at = referral.request.starts_at
    if starts_at is not None:
        entries.append(Agenda(at=referral.local(starts_at), text="the procedure"))
    return tuple(sorted(entries, key=lambda entry: (entry.at.timestamp(), entry.text)))


def _entries(plan: DrugPlan) -> list[Agenda]:
    entries = []
    if plan.last_dose_by is not None:
        entries.append(Agenda(at=plan.last_dose_by, text=f"{plan.drug}: last dose by now, none after"))
    if plan.inr_due_before is not None:
        text = f"{plan.drug}: INR due, in a sample taken after the last dose"
        start = plan.inr_due_after or plan.inr_due_before
        until = plan.inr_due_before if plan.inr_due_after else None
        entries.append(Agenda(at=start, until=until, text=text if until else f"{text} and before now"))
    if plan.restart_not_before is not None:
        entries.append(Agenda(at=plan.restart_not_before, text=f"{plan.drug}: restart not before"))
    return entries
