"""The page of the body map: drawn with a finger, a mouse or, area by area, the keyboard."""

from collections.abc import Iterable
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import TypeAdapter, ValidationError

from foramen.errors import InputError
from foramen.pathway.answer import Answer
from foramen.pathway.facts import Area, Side
from foramen.pathway.localisation import agreement
from foramen.records import Case
from foramen.records.events import PainDrawn, PainMark, ReferralRecorded
from foramen.web.clinic.body_map.figure import HEIGHT, VIEWS, WIDTH, outline, regions, side_at_left
from foramen.web.clinic.body_map.reading import Felt, areas_of, drawn, roots_by_pain, touched
from foramen.web.clinic.desk import Desk, Referrer, referral_of
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

FEELINGS = ("pain", "numbness")
MOST_MARKS, MOST_POINTS = 300, 2000
_MARKS: TypeAdapter[tuple[PainMark, ...]] = TypeAdapter(tuple[PainMark, ...])


@router.get("/cases/{case_id}/pain-drawing")
def page(case_id: str, desk: Referrer) -> Response:
    """The map with what was drawn and named before."""
    case = desk.case(case_id, "body map")
    strokes = tuple(mark for mark in case.pain.marks if mark.points) if case.pain else ()
    return render(
        desk.request,
        "clinic/pain_drawing.html",
        case=case,
        views=[(view, outline(view), regions(view), side_at_left(view)) for view in VIEWS],
        width=WIDTH,
        height=HEIGHT,
        strokes=strokes,
        marks=_MARKS.dump_json(strokes).decode(),
        **_reading(desk, case, areas_of(referral_of(case, desk.at))),
    )


@router.post("/cases/{case_id}/pain-drawing/reading")
def reading(case_id: str, desk: Referrer) -> Response:
    """What a drawing says as it grows: the areas it covers and the roots that supply them."""
    case = desk.records.case(case_id)
    taken_back = touched(_marks(desk, "taken_back"))
    felt = (_named(desk) - taken_back) | touched(_marks(desk, "marks"))
    return render(desk.request, "clinic/pain_reading.html", case=case, **_reading(desk, case, felt))


@router.post("/cases/{case_id}/pain-drawing")
def save(case_id: str, desk: Referrer, all_questions: str = "") -> Response:
    """Keep the drawing, and the areas as facts that the screening reads."""
    case = desk.case(case_id, "body map")
    felt = _named(desk)
    marks = (*_marks(desk, "marks"), *_as_marks(felt))
    referral = drawn(referral_of(case, desk.at), felt)
    by: Literal["patient", "staff"] = "patient" if desk.form.get("drawn_by") == "patient" else "staff"
    desk.keep(case, PainDrawn(marks=marks, drawn_by=by), ReferralRecorded(referral=referral))
    more = "&all_questions=yes" if all_questions else ""
    return RedirectResponse(f"/cases/{case.id}/screening/next?after=pain-drawing{more}", 303)


def _reading(desk: Desk, case: Case, felt: Felt) -> dict[str, Any]:
    referral = referral_of(case, desk.at)
    with_it = drawn(referral, felt)
    targets = with_it.request.targets or ()
    return {
        "felt": {f"{feeling}.{side}.{area}" for feeling, side, area in felt},
        "areas": tuple(Area),
        "sides": tuple(Side),
        "roots": roots_by_pain(felt, referral),
        "unexplained": [str(target) for target in targets if felt and agreement(with_it, target).symptoms is Answer.NO],
        "wrong_side": [str(target) for target in targets if felt and agreement(with_it, target).side is Answer.NO],
    }


def _named(desk: Desk) -> Felt:
    """The areas that are ticked."""
    known = {
        f"{feeling}.{side}.{area}": (feeling, side, area) for feeling in FEELINGS for side in Side for area in Area
    }
    return frozenset(known[name] for name in desk.chosen("felt") if name in known)


def _marks(desk: Desk, name: str) -> tuple[PainMark, ...]:
    """The strokes that the page sends, as JSON in a field."""
    try:
        marks = _MARKS.validate_json(desk.form.get(name) or "[]")
    except ValidationError:
        raise InputError("The drawing can't be read; load the page again and draw once more.") from None
    if len(marks) > MOST_MARKS or any(len(mark.points) > MOST_POINTS for mark in marks):
        raise InputError("The drawing has too many strokes; take some back.")
    return marks


def _as_marks(felt: Felt) -> Iterable[PainMark]:
    for feeling, side, area in sorted(felt):
        view = next(view for view in VIEWS if any(region.area is area for region in regions(view)))
        yield PainMark.model_validate({"view": view, "feeling": feeling, "area": area, "side": side.value})
