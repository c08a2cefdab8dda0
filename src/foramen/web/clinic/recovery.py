"""The recovery room: one round before the needle, then a round at each time that is due."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from foramen.pathway.answer import Answer
from foramen.pathway.facts import Side
from foramen.pathway.followup import Entry
from foramen.pathway.recovery import Observation, Sensation, observation_times
from foramen.records import Action, Case
from foramen.records.events import Content, DiaryAnswered, Observed
from foramen.web.clinic.afterwards import diabetic
from foramen.web.clinic.desk import Desk, Observer, Reader, referral_of
from foramen.web.clinic.moments import local_moment, typed_moment
from foramen.web.clinic.questions import Field, faults_of, read
from foramen.web.clinic.questions.fields import choice, number, spelt, yes_no
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

SCALE = tuple((str(rating), str(rating)) for rating in range(11))
_GRADES = tuple((str(grade), str(grade)) for grade in range(5, -1, -1))


def _leg(side: Side) -> tuple[Field, ...]:
    return (
        choice(f"{side}.power", f"Power of the weakest movement, {side} leg", _GRADES),
        choice(f"{side}.sensation", f"Feeling, {side} leg", spelt(Sensation)),
        yes_no(f"{side}.heel_off_bed", words=f"Can the {side} heel be lifted off the bed?"),
    )


ROUND = (
    yes_no("stable", "stable"),
    choice("pain_nrs", "How strong is the leg pain now, 0 to 10?", SCALE),
    *(part for pair in zip(*(_leg(side) for side in Side), strict=True) for part in pair),
    yes_no("site_clean", "site_clean"),
)
GLUCOSE = number("glucose_mmol_per_l", "What is the glucose?", "mmol/L", "glucose_mmol_per_l")
BASELINE = (
    choice("back_nrs", "How strong is the back pain now, 0 to 10?", SCALE),
    yes_no("in_usual_area", words="Is the leg pain the patient's own, usual pain?"),
)
"""Asked once, before the needle, for the diary to compare with."""


@router.get("/cases/{case_id}/recovery")
def page(case_id: str, desk: Reader) -> Response:
    """The rounds so far and the next one."""
    case = desk.case(case_id, "recovery")
    return _page(desk, case, {"at": local_moment(desk.at, desk.zone)}, {})


@router.post("/cases/{case_id}/recovery")
def observe(case_id: str, desk: Observer) -> Response:
    """Keep one round."""
    case = desk.case(case_id, "recovery")
    before = case.observation_before is None
    faults: dict[str, str] = {}
    at = _moment(desk, faults)
    found = read(_parts(desk, case), desk.form, desk.zone)
    faults |= found.faults
    if not faults:
        try:
            contents = _contents(found.values, at, before=before)
        except ValidationError as error:
            faults = faults_of(error)
    if faults:
        return _page(desk, case, desk.form, faults)
    desk.keep(case, *contents)
    return RedirectResponse(f"/cases/{case.id}/recovery", 303)


def _parts(desk: Desk, case: Case) -> tuple[Field, ...]:
    glucose = () if diabetic(referral_of(case, desk.at)) is Answer.NO else (GLUCOSE,)
    return (*ROUND, *glucose, *(BASELINE if case.observation_before is None else ()))


def _moment(desk: Desk, faults: dict[str, str]) -> datetime:
    """When the round was; the very minute that the page proposed counts as now."""
    at = typed_moment(desk.form.get("at", ""), desk.zone, "at", faults) or desk.at
    if at > desk.at:
        faults["at"] = "This is later than now."
    return at


def _contents(values: Mapping[str, object], at: datetime, *, before: bool) -> list[Content]:
    seen: dict[str, object] = {"at": at, "left": {}, "right": {}}
    for path, value in values.items():
        side, _, name = path.rpartition(".")
        part = seen[side] if side else seen
        if isinstance(part, dict) and path not in [one.path for one in BASELINE]:
            part[name] = value
    observation = Observation.model_validate(seen, strict=False)
    contents: list[Content] = [Observed(observation=observation, before_procedure=before)]
    if before:
        entry = Entry.model_validate(
            {
                "at": at,
                "leg_nrs": observation.pain_nrs,
                "back_nrs": values.get("back_nrs"),
                "in_usual_area": values.get("in_usual_area", Answer.UNKNOWN),
            },
            strict=False,
        )
        contents.append(DiaryAnswered(entry=entry, baseline=True))
    return contents


def _page(desk: Desk, case: Case, form: Mapping[str, str], faults: Mapping[str, str]) -> Response:
    due = observation_times(case.needle_out_at) if case.needle_out_at else ()
    done = case.observations[-1].at if case.observations else None
    return render(
        desk.request,
        "clinic/recovery.html",
        status=422 if faults else 200,
        case=case,
        before=case.observation_before is None,
        on_table=case.needle_out_at is None,
        parts=_parts(desk, case),
        due=[at for at in due if done is None or at > done][:3],
        typed=form,
        faults=faults,
        questions=(),
        row_count=None,
        stands=None,
        may_observe=desk.person.may(Action.OBSERVE),
        sides=tuple(Side),
    )
