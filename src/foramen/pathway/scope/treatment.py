"""Steroids, operations and vaccines, by the names that the rules use."""

from datetime import date

from foramen.pathway.answer import Answer
from foramen.pathway.engine import Scope
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.treatment import SpineSurgery, SteroidDose
from foramen.pathway.steroids import doses_within_months, ledger_mg, session_days
from foramen.pathway.timing import days_between, months_between


def treatment_scope(referral: Referral) -> Scope:
    """What was given before and what is booked next, counted from the day of the procedure."""
    day, history = referral.day, referral.history
    lumbar = None if history.steroids is None else [dose for dose in history.steroids if dose.site == "lumbar-spine"]
    return {
        "vaccinations": None
        if referral.vaccinations is None
        else tuple(
            {
                "of": f"the {v.kind} vaccine",
                "vaccine": v.kind,
                "vaccine_on": v.on,
                "days_until": days_between(day, v.on),
            }
            for v in referral.vaccinations
        ),
        "planned_surgery": _surgery(history.planned_surgery, day),
        "past_surgery": _surgery(history.past_surgery, day),
        "steroid_doses": None if history.steroids is None else tuple(_dose(dose, day) for dose in history.steroids),
        "steroid_year_mg": ledger_mg(history.steroids, day),
        "lumbar_sessions_6_months": _sessions(lumbar, day, 6),
        "lumbar_sessions_12_months": _sessions(lumbar, day, 12),
        "had_lumbar_injection": Answer.of(None if lumbar is None else bool(lumbar)),
        "last_relief_percent": _last_relief(lumbar),
    }


def _surgery(operations: tuple[SpineSurgery, ...] | None, day: date | None) -> tuple[Scope, ...] | None:
    if operations is None:
        return None
    return tuple(
        {
            "of": f"the {operation.kind}",
            "operation": operation.kind,
            "operation_on": operation.on,
            "months_until": months_between(day, operation.on),
        }
        for operation in operations
    )


def _dose(dose: SteroidDose, day: date | None) -> Scope:
    return {
        "of": f"{dose.product} on {dose.on:%d %b %Y}",
        "product": dose.product,
        "given_on": dose.on,
        "lumbar": Answer.of(dose.site == "lumbar-spine"),
        "is_dexamethasone": Answer.of("dexamethasone" in dose.product.lower()),
        "relief_percent": dose.relief_percent,
        "injected": Answer.of(dose.site != "oral"),
        "days_since": days_between(dose.on, day),
    }


def _sessions(lumbar: list[SteroidDose] | None, day: date | None, months: int) -> int | None:
    if lumbar is None or (lumbar and day is None):
        return None
    return len(session_days(doses_within_months(tuple(lumbar), day, months))) if day else 0


def _last_relief(lumbar: list[SteroidDose] | None) -> float | None:
    """Relief after the most recent lumbar injection; of two on one day the lesser."""
    if not lumbar:
        return None
    latest = max(dose.on for dose in lumbar)
    reliefs = [dose.relief_percent for dose in lumbar if dose.on == latest]
    return None if None in reliefs else min(relief for relief in reliefs if relief is not None)
