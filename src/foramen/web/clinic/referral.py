"""The referral: who, which root, which side, what for, when. A few fields; the rest is asked by the screening."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from foramen.pathway.facts import Referral
from foramen.records import Case
from foramen.records.events import CaseOpened, Identity, ReferralRecorded
from foramen.web.clinic.desk import CaseOpener, Desk, Referrer, age_on, referral_of
from foramen.web.clinic.questions import Read, Typed, answered, faults_of, read, row_count, topic, typed
from foramen.web.clinic.questions.about_the_patient import SEX
from foramen.web.clinic.summary import summary
from foramen.web.clinic.topic_form import ADD, stands, with_another_row
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

PARTS = (*topic("request").parts, SEX)
NO_ROOT = "Say which root, and on which side."


@router.get("/cases/new")
def new(desk: CaseOpener) -> Response:
    """An empty referral."""
    return _page(desk, None, {}, {})


@router.post("/cases/new")
def open_case(desk: CaseOpener) -> Response:
    """Open a case with what the referral says, and go on to the screening."""
    form = desk.form
    if ADD in form:
        return _page(desk, None, with_another_row(form), {})
    identity, faults = _identity(form, desk.at.date())
    found = _read(desk)
    if identity is None or faults or found.faults:
        return _page(desk, None, form, faults | found.faults)
    targets = found.values["request.targets"]
    opened = CaseOpened(
        patient=identity,
        roots=tuple(f"{target['level']}-{target['side']}" for target in targets),
        referrer=form.get("referrer", "").strip(),
        reason=form.get("reason", "").strip(),
    )
    case = desk.records.case(desk.records.open_case(opened, by=desk.person.actor, at=desk.at))
    desk.keep(case, ReferralRecorded(referral=_recorded(desk, case, found)))
    return RedirectResponse(f"/cases/{case.id}/screening/next", 303)


@router.get("/cases/{case_id}/referral")
def referral(case_id: str, desk: Referrer) -> Response:
    """What is asked for, and everything that is known so far."""
    case = desk.case(case_id, "referral page")
    return _page(desk, case, typed(PARTS, referral_of(case, desk.at), desk.zone), {})


@router.post("/cases/{case_id}/referral")
def save(case_id: str, desk: Referrer) -> Response:
    """Keep what is asked for, and go on to the screening."""
    case = desk.case(case_id, "referral page")
    if ADD in desk.form:
        return _page(desk, case, with_another_row(desk.form), {})
    found = _read(desk)
    if found.faults:
        return _page(desk, case, desk.form, found.faults)
    desk.keep(case, ReferralRecorded(referral=_recorded(desk, case, found)))
    return RedirectResponse(f"/cases/{case.id}/screening/next?after=request", 303)


def _page(desk: Desk, case: Case | None, shown: Typed, faults: Mapping[str, str]) -> Response:
    known = summary(referral_of(case, desk.at), desk.zone) if case else ()
    return render(
        desk.request,
        "clinic/referral.html" if case else "clinic/new_referral.html",
        status=422 if faults else 200,
        case=case,
        parts=PARTS,
        typed=shown,
        faults=faults,
        questions=(),
        known=known,
        zone=desk.zone.key,
        row_count=row_count,
        stands=stands,
    )


def _read(desk: Desk) -> Read:
    """What the form asks for; a root without its side is not a root."""
    found = read(PARTS, desk.form, desk.zone)
    targets = found.values.get("request.targets")
    if not targets or not all(target["level"] and target["side"] for target in targets):
        found.faults["request.targets.there"] = NO_ROOT
    return found


def _recorded(desk: Desk, case: Case, found: Read) -> Referral:
    return answered(referral_of(case, desk.at), {**found.values, "request.time_zone": desk.zone.key})


def _identity(form: Mapping[str, str], today: date) -> tuple[Identity | None, dict[str, str]]:
    faults: dict[str, str] = {}
    name, number = form.get("name", "").strip(), form.get("number", "").strip()
    born = _born(form.get("born", ""), today, faults)
    if not name:
        faults["name"] = "Enter the patient's name."
    if not number:
        faults["number"] = "Enter the hospital's number for the patient; with the name it tells two patients apart."
    if faults or born is None:
        return None, faults
    try:
        return Identity(name=name, born=born, number=number), {}
    except ValidationError as error:
        return None, faults_of(error)


def _born(text: str, today: date, faults: dict[str, str]) -> date | None:
    try:
        born = date.fromisoformat(text)
    except ValueError:
        faults["born"] = "Enter the date of birth."
        return None
    if age_on(born, today) is None:
        faults["born"] = "This date of birth gives no human age."
    return born
