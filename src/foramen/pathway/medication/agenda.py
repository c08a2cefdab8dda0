"""The patient's calendar: what to do when, in order."""

from datetime import datetime, timedelta

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
        # Without a known last dose only the end is certain; the day itself is the earliest that makes sense to show.
        start = plan.inr_due_after or plan.inr_due_before - timedelta(days=1)
        entries.append(Agenda(at=start, until=plan.inr_due_before, text=f"{plan.drug}: INR due, after the last dose"))
    if plan.restart_not_before is not None:
        entries.append(Agenda(at=plan.restart_not_before, text=f"{plan.drug}: restart not before"))
    return entries
