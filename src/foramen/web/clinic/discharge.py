"""May the patient go home? What stands ready, what the rules say to it, and the discharge by name."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from foramen.pathway.answer import Answer
from foramen.pathway.medication import takes_antithrombotic
from foramen.pathway.recovery import Destination, DischargeReport, Recovery, analgesic_plan, discharge
from foramen.records import Action, Case
from foramen.records.events import Discharged, RecoveryChecked
from foramen.web.clinic.afterwards import diabetic, injected_roots, visit_of
from foramen.web.clinic.desk import Desk, Discharger, Reader, referral_of
from foramen.web.clinic.questions import Typed, names, read
from foramen.web.clinic.questions.fields import Field, text, yes_no
from foramen.web.faults import RequestError
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

RESTART = text("restart_confirmed_by", "Who has confirmed when the blood thinner is taken again?")
READY: tuple[Field, ...] = (
    yes_no("may_get_up", "may_get_up"),
    yes_no("walks_safely", "walks_safely"),
    yes_no("wheelchair", "wheelchair_and_escort", words="Is there a wheelchair?"),
    yes_no("intrathecal_suspected", "intrathecal_suspected"),
    yes_no("has_passed_water", "has_passed_water"),
    yes_no("escort_present", "escort_present", words="Is somebody there to take the patient home?"),
    yes_no("will_drive_today", "will_drive_today"),
    yes_no("leaflet_given", "leaflet_given"),
    yes_no("phone_number_given", "phone_number_given"),
    RESTART,
)
ONLY_WHEN_ASKED = ("wheelchair", "has_passed_water", "restart_confirmed_by")

HEADINGS = {
    Destination.HOME: "Home",
    Destination.HOME_WITH_PLAN: "Home, with a plan",
    Destination.NOT_YET: "Not yet",
    Destination.STAY_IN_HOSPITAL: "Stay in hospital",
}
BANNERS = {Destination.NOT_YET: "warning", Destination.STAY_IN_HOSPITAL: "danger"}


@router.get("/cases/{case_id}/discharge")
def page(case_id: str, desk: Reader) -> Response:
    """The decision as it stands."""
    return _page(desk, desk.case(case_id, "discharge"))


@router.post("/cases/{case_id}/discharge")
def check(case_id: str, desk: Discharger) -> Response:
    """Keep what stands ready; the decision follows from it."""
    case = desk.case(case_id, "discharge")
    desk.keep(case, _checked(case, read(READY, desk.form, desk.zone).values, desk))
    return RedirectResponse(f"/cases/{case.id}/discharge", 303)


@router.post("/cases/{case_id}/discharge/go")
def go(case_id: str, desk: Discharger) -> Response:
    """Let the patient go, by name, if the rules do not keep them; or keep them in hospital."""
    case = desk.case(case_id, "discharge")
    report = _report(desk, case)
    if report is None or report.destination is Destination.NOT_YET:
        raise RequestError(422, "The patient can't be discharged yet; the page says what is still missing.")
    signed = _checked(case, {}, desk).model_copy(update={"discharged_by": desk.person.name})
    done = injected_roots(case)
    referral = referral_of(case, desk.at)
    left = Discharged(
        report=report,
        visit=visit_of(case, done[0], desk.site) if done and desk.site.phone else None,
        analgesics=analgesic_plan(referral, desk.site.site.sign_offs),
    )
    desk.keep(case, signed, left)
    return RedirectResponse(f"/cases/{case.id}/diary", 303)


def _checked(case: Case, values: Mapping[str, Any], desk: Desk) -> RecoveryChecked:
    """The latest answers with these over them; whether a blood thinner is taken the referral knows."""
    before = case.recovery_checked or RecoveryChecked()
    known = {**before.model_dump(), **values}
    known["takes_antithrombotic"] = takes_antithrombotic(referral_of(case, desk.at))
    return RecoveryChecked.model_validate(known, strict=False)


def _recovery(desk: Desk, case: Case) -> Recovery | None:
    """The recovery as it would be if whoever looks at the page put their name to the discharge now."""
    if case.recovery is None:
        return None
    said = _checked(case, {}, desk).model_dump(exclude={"kind"})
    name = desk.person.name if desk.person.may(Action.DISCHARGE) else None
    return case.recovery.model_copy(update={**said, "discharged_by": name})


def _report(desk: Desk, case: Case) -> DischargeReport | None:
    recovery = _recovery(desk, case)
    if recovery is None:
        return None
    referral = referral_of(case, desk.at)
    return discharge(recovery, desk.at, diabetic=diabetic(referral), sign_offs=desk.site.site.sign_offs)


def _page(desk: Desk, case: Case) -> Response:
    report = _report(desk, case)
    asked = names(report.questions) if report else frozenset()
    typed = _typed(case)
    thinner = takes_antithrombotic(referral_of(case, desk.at)) is not Answer.NO
    shown = [
        part
        for part in READY
        if part.path not in ONLY_WHEN_ASKED
        or part.asked_by & asked
        or part.path in typed
        or (part is RESTART and thinner)
    ]
    return render(
        desk.request,
        "clinic/discharge.html",
        case=case,
        report=report,
        heading=HEADINGS[report.destination] if report else "",
        banner=BANNERS.get(report.destination, "") if report else "",
        parts=shown,
        typed=typed,
        faults={},
        questions=(),
        row_count=None,
        stands=None,
        may_discharge=desk.person.may(Action.DISCHARGE),
        may_go=report is not None and report.destination is not Destination.NOT_YET,
    )


def _typed(case: Case) -> Typed:
    known = case.recovery_checked.model_dump(mode="json") if case.recovery_checked else {}
    return {part.path: known[part.path] for part in READY if known.get(part.path) not in (None, "unknown")}
