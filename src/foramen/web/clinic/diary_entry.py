"""One answer of the patient: what was sent becomes an entry of the diary, the signs ticked become a triaged call."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from foramen.errors import InputError
from foramen.pathway.answer import Answer
from foramen.pathway.facts import Referral
from foramen.pathway.followup import Analgesic, Complaints, Entry, Response, TriageReport, triage
from foramen.pathway.rule_data import rule_data
from foramen.web.clinic.afterwards import diabetic
from foramen.web.clinic.diary_words import KETONES, ORDER, SIGNS

LOOK_AHEAD_H = (0, 1, 5, 25, 73, 241, 505)
"""Hours from now at which one sign is judged beforehand: on each side of every border of `rules/triage.toml`."""

ORDINARY_GLUCOSE = 6.0
"""Where one sign alone is judged, nothing else is wrong."""

UNREADABLE = "These answers can't be read; please load the page again."


def entry_of(form: Mapping[str, str], drugs: Iterable[str], referral: Referral, at: datetime) -> Entry:
    """The entry that the form says."""
    values: dict[str, Any] = {"at": at, "analgesics": _analgesics(form, tuple(drugs), referral)}
    for name in ("leg_nrs", "back_nrs", "provoked_nrs", "glucose_mmol_per_l"):
        values[name] = _number(form.get(name, ""))
    for name in ("in_usual_area", "leg_numb_or_weak", "retreated"):
        values[name] = form.get(name, "") or Answer.UNKNOWN
    values["impression"] = int(form["impression"]) if form.get("impression", "").isdigit() else None
    try:
        return Entry.model_validate(values, strict=False)
    except ValidationError:
        raise InputError(UNREADABLE) from None


def complaints_of(
    form: Mapping[str, str], signs: Iterable[str], referral: Referral, injected_at: datetime, at: datetime
) -> Complaints | None:
    """What the patient ticked; None where the question was left open. What was shown and not ticked is a no."""
    ticked = set(signs)
    if not ticked and form.get("none_of_these") != "yes":
        return None
    asked = dict((*SIGNS, KETONES))
    said: dict[str, Any] = {name: Answer.of(name in ticked) for name in asked}
    glucose = _number(form.get("glucose_mmol_per_l", ""))
    return Complaints(injected_at=injected_at, at=at, diabetic=diabetic(referral), glucose_mmol_per_l=glucose, **said)


def at_once(sign: str, injected_at: datetime, at: datetime) -> Response:
    """What one sign alone would mean from now on at its worst: what a phone without a connection tells the patient."""
    reports = (_alone(sign, injected_at, at + timedelta(hours=hours)) for hours in LOOK_AHEAD_H)
    return max((report.response for report in reports), key=ORDER.index)


def painkillers(referral: Referral) -> tuple[str, ...]:
    """The painkillers to ask for: those the patient takes, and paracetamol, which the leaflet may have named."""
    known = {
        *rule_data("aftercare")["analgesics"]["simple"],
        *rule_data("aftercare")["analgesics"]["with_the_prescriber"],
    }
    taken = [medication.drug for medication in referral.medications or () if medication.drug in known]
    return tuple(dict.fromkeys((*taken, "paracetamol")))


def moment_of(text: str, earliest: datetime, now: datetime) -> datetime:
    """When the patient answered, by the phone's clock if that can be right; otherwise when the answer arrived."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return now
    return at if at.tzinfo and earliest <= at <= now else now


def _alone(sign: str, injected_at: datetime, at: datetime) -> TriageReport:
    said: dict[str, Any] = {name: Answer.of(name == sign) for name in dict((*SIGNS, KETONES))}
    diabetes = Answer.of(sign == KETONES[0])
    return triage(
        Complaints(injected_at=injected_at, at=at, diabetic=diabetes, glucose_mmol_per_l=ORDINARY_GLUCOSE, **said)
    )


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text.strip() else None
    except ValueError:
        raise InputError(UNREADABLE) from None


def _analgesics(form: Mapping[str, str], drugs: tuple[str, ...], referral: Referral) -> tuple[Analgesic, ...] | None:
    if not drugs:
        return () if form.get("no_painkillers") == "yes" else None
    doses = {medication.drug: medication.dose_mg for medication in referral.medications or ()}
    known = painkillers(referral)
    return tuple(Analgesic(drug=drug, dose_mg=doses.get(drug)) for drug in drugs if drug in known)
