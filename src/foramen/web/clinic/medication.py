"""The medication calendar: what to stop when, when to begin again, and who went through it with the patient."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from foramen.errors import InputError
from foramen.pathway.answer import Answer
from foramen.pathway.facts import Referral
from foramen.pathway.medication import DrugPlan, is_antithrombotic
from foramen.records import Action, Case
from foramen.records.events import ConfirmedDrug, Content, MedicationConfirmed, ReferralRecorded
from foramen.web.clinic.desk import Desk, MedicationConfirmer, Reader, referral_of, screen_now
from foramen.web.clinic.ics import calendar_file
from foramen.web.clinic.moments import local_moment, typed_moment
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

FILE_NAME = "medication-calendar.ics"
"""The same for everybody: no name in it."""


@router.get("/cases/{case_id}/medication")
def page(case_id: str, desk: Reader) -> Response:
    """The calendar, and the form that says it was gone through."""
    return _page(desk, desk.case(case_id, "medication calendar"), {}, {})


@router.get("/cases/{case_id}/medication.ics")
def file(case_id: str, desk: Reader) -> Response:
    """The calendar for a phone."""
    case = desk.case(case_id, "medication calendar, as a file")
    screening = screen_now(case, desk.site, desk.at)
    if not screening.calendar:
        raise InputError("There is no date to put into a calendar yet; give the procedure an appointment first.")
    text = calendar_file(case.id, screening.calendar, screening.glucose_plan, desk.at)
    named = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return PlainTextResponse(text, media_type="text/calendar; charset=utf-8", headers=named)


@router.post("/cases/{case_id}/medication")
def confirm(case_id: str, desk: MedicationConfirmer) -> Response:
    """Keep what the patient really took; a last dose becomes a fact that the screening counts from."""
    case = desk.case(case_id, "medication calendar")
    referral, faults = referral_of(case, desk.at), dict[str, str]()
    drugs = tuple(_confirmed(drug, desk, faults) for drug in _to_confirm(referral))
    if faults:
        return _page(desk, case, desk.form, faults)
    told_by = desk.form.get("told_by", "patient")
    confirmed = MedicationConfirmed.model_validate(
        {
            "drugs": drugs,
            "told_by": told_by if told_by in ("relative", "prescriber") else "patient",
            "calendar_given": Answer.of("calendar_given" in desk.form),
        }
    )
    contents: list[Content] = [confirmed]
    with_doses = _with_last_doses(referral, drugs)
    if with_doses != case.referral:
        contents.append(ReferralRecorded(referral=with_doses))
    desk.keep(case, *contents)
    return RedirectResponse(f"/cases/{case.id}/medication", 303)


def _page(desk: Desk, case: Case, form: Mapping[str, str], faults: Mapping[str, str]) -> Response:
    screening, referral = screen_now(case, desk.site, desk.at), referral_of(case, desk.at)
    last = case.last(MedicationConfirmed)
    return render(
        desk.request,
        "clinic/medication.html",
        status=422 if faults else 200,
        case=case,
        screening=screening,
        plans=[(plan, _moments(plan, referral)) for plan in screening.medication_plan],
        costs=sorted({plan.thrombosis_cost for plan in screening.medication_plan if plan.thrombosis_cost}),
        asked=referral.medications is not None,
        to_confirm=_to_confirm(referral),
        last_doses={
            medication.drug: local_moment(medication.last_dose, desk.zone)
            for medication in referral.medications or ()
            if medication.last_dose
        },
        zone=desk.zone,
        confirmed=last,
        may_confirm=desk.person.may(Action.CONFIRM_MEDICATION),
        typed=form,
        faults=faults,
    )


def _moments(plan: DrugPlan, referral: Referral) -> list[tuple[str, str]]:
    """The dates of one drug, in words and in order."""
    named = (
        ("Last dose by", plan.last_dose_by),
        ("INR, not before", plan.inr_due_after),
        ("INR, not after", plan.inr_due_before),
        ("Not again before", plan.restart_not_before),
    )
    return [(name, _said(referral.local(at))) for name, at in named if at]


def _said(at: date) -> str:
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"


def _to_confirm(referral: Referral) -> tuple[str, ...]:
    """The drugs whose last dose matters: those that hinder clotting, and those of which nobody knows."""
    known = referral.medications or ()
    return tuple(drug.drug for drug in known if is_antithrombotic(drug) is not Answer.NO)


def _confirmed(drug: str, desk: Desk, faults: dict[str, str]) -> ConfirmedDrug:
    name = f"last_dose.{drug}"
    at = typed_moment(desk.form.get(name, ""), desk.zone, name, faults)
    if at is not None and at > desk.at:
        faults[name] = "This is later than now; enter when the last dose was really taken."
    said = desk.form.get(f"as_planned.{drug}", "unknown")
    return ConfirmedDrug(
        drug=drug,
        last_dose=at,
        as_planned=Answer(said) if said in tuple(Answer) else Answer.UNKNOWN,
        remark=desk.form.get(f"remark.{drug}", "").strip(),
    )


def _with_last_doses(referral: Referral, drugs: tuple[ConfirmedDrug, ...]) -> Referral:
    taken = {drug.drug: drug.last_dose for drug in drugs if drug.last_dose}
    medications = tuple(
        medication.model_copy(update={"last_dose": taken.get(medication.drug, medication.last_dose)})
        for medication in referral.medications or ()
    )
    return referral.model_copy(update={"medications": medications}) if taken else referral
