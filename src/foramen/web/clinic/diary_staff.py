"""The diary as the clinic sees it: the link for the patient, what was answered, and calls."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from foramen.pathway.answer import Answer
from foramen.pathway.followup import Complaints, triage
from foramen.records import Action
from foramen.records.events import CallTaken
from foramen.web.clinic.afterwards import diabetic, injected_at, injected_roots
from foramen.web.clinic.desk import CallTaker, Desk, Inviter, Reader, referral_of
from foramen.web.clinic.questions import read
from foramen.web.clinic.questions.fields import Field, ask, number, yes_no
from foramen.web.faults import RequestError
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

FLUSHED = "Is the face hot and red, or is the sleep bad?"
SIGNS: tuple[Field, ...] = (
    *(
        yes_no(name, name)
        for name in (
            "saddle_numbness",
            "both_legs_numb_or_weak",
            "new_weakness",
            "hard_to_breathe",
            "vision_or_speech_change",
            "fainted",
            "rash_or_swelling",
            "severe_back_pain",
        )
    ),
    yes_no("fever", "fever"),
    number("temperature_c", "What is the temperature, if it was measured?", "°C"),
    yes_no("headache_when_upright", "headache_when_upright"),
    yes_no("pain_worse", "pain_worse"),
    yes_no("flushed_or_sleepless", words=FLUSHED),
    yes_no("site_bleeding_or_weeping", "site_bleeding_or_weeping"),
)
REVERSED = (
    yes_no("passes_water", words=ask("cannot_pass_water")),
    yes_no("has_helped", words=ask("no_benefit")),
)
"""Asked the other way round, because that is how one asks: no is what is noted."""

OF_DIABETES = (
    yes_no("ketones", words="Were ketones found?"),
    number("glucose_mmol_per_l", ask("glucose_mmol_per_l"), "mmol/L"),
)


@router.get("/cases/{case_id}/diary")
def page(case_id: str, desk: Reader) -> Response:
    """Links, entries and calls."""
    desk.case(case_id, "diary")
    return _page(desk, case_id, secret="")


@router.post("/cases/{case_id}/diary/invite")
def invite(case_id: str, desk: Inviter) -> Response:
    """Make a link and show it, once: it is kept nowhere."""
    case = desk.records.case(case_id)
    until = desk.at + timedelta(days=desk.site.diary_days)
    made = desk.records.invite_to_diary(case.id, after=desk.seen(case), until=until, by=desk.person.actor, at=desk.at)
    return _page(desk, case_id, secret=made.secret)


@router.post("/cases/{case_id}/diary/revoke")
def revoke(case_id: str, desk: Inviter) -> Response:
    """End a link at once."""
    case = desk.records.case(case_id)
    reason = desk.form.get("reason", "").strip() or "no longer needed"
    desk.records.revoke_diary_link(
        case.id, desk.form.get("link", ""), reason, after=desk.seen(case), by=desk.person.actor, at=desk.at
    )
    return RedirectResponse(f"/cases/{case_id}/diary", 303)


@router.get("/cases/{case_id}/call")
def call_page(case_id: str, desk: CallTaker) -> Response:
    """The questions of a call after the injection."""
    case = desk.case(case_id, "call")
    return render(
        desk.request,
        "clinic/call.html",
        case=case,
        parts=_call_parts(desk, case_id),
        last=case.calls[-1] if case.calls else None,
        typed={},
        faults={},
        questions=(),
        row_count=None,
        stands=None,
    )


@router.post("/cases/{case_id}/call")
def call(case_id: str, desk: CallTaker) -> Response:
    """Keep the call and what it means."""
    case = desk.case(case_id, "call")
    times = [at for root in injected_roots(case) if (at := injected_at(case, root))]
    if not times:
        raise RequestError(422, "Nothing was injected yet, so there is no call after an injection.")
    found = read(_call_parts(desk, case_id), desk.form, desk.zone)
    said = dict(found.values)
    said["cannot_pass_water"] = ~Answer(said.pop("passes_water", Answer.UNKNOWN))
    said["no_benefit"] = ~Answer(said.pop("has_helped", Answer.UNKNOWN))
    known = diabetic(referral_of(case, desk.at))
    complaints = Complaints.model_validate(
        {**said, "injected_at": max(times), "at": desk.at, "diabetic": known}, strict=False
    )
    report = triage(complaints, desk.site.site.sign_offs)
    desk.keep(case, CallTaken(complaints=complaints, triage=report))
    return RedirectResponse(f"/cases/{case_id}/call", 303)


def _call_parts(desk: Desk, case_id: str) -> tuple[Field, ...]:
    sugar = diabetic(referral_of(desk.records.case(case_id), desk.at)) is not Answer.NO
    return (REVERSED[0], *SIGNS, REVERSED[1], *(OF_DIABETES if sugar else ()))


def _page(desk: Desk, case_id: str, secret: str) -> Response:
    case = desk.records.case(case_id)
    return render(
        desk.request,
        "clinic/diary_staff.html",
        case=case,
        address=f"{desk.request.base_url}diary/{secret}" if secret else "",
        zone=desk.zone,
        may_invite=desk.person.may(Action.INVITE_TO_DIARY),
        may_call=desk.person.may(Action.TAKE_CALL),
        injected=bool(injected_roots(case)),
    )
