"""The screening: question by question until none can change the decision, then the decision with its reasons."""

from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from foramen.pathway.engine import Override
from foramen.pathway.engine import Role as Rank
from foramen.pathway.screening import Overrides, Screening
from foramen.records import Action, Case
from foramen.records.events import ReferralRecorded, Screened
from foramen.web.clinic.desk import Desk, Overrider, Reader, Referrer, Screener, overrides_of, referral_of, screen_now
from foramen.web.clinic.questions import (
    TOPICS,
    Rows,
    Topic,
    Typed,
    answered,
    faults_of,
    just_raised,
    next_topic,
    questions_in,
    read,
    row_count,
    that_matter,
    topic,
    typed,
)
from foramen.web.clinic.topic_form import ADD, split, stands, with_another_row, with_shortcuts
from foramen.web.faults import RequestError
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

HEADINGS = {
    "proceed": "Proceed",
    "proceed-with-plan": "Proceed with a plan",
    "incomplete": "Not decided yet",
    "defer": "Defer",
    "stop": "Stop",
}
MEANS = {
    "proceed": "Nothing stands in the way.",
    "proceed-with-plan": "Only findings that a plan answers: read the plan.",
    "incomplete": "An answer is missing that could still forbid the injection.",
    "defer": "Not on that day, or not before something is settled.",
    "stop": "Not at all while this holds.",
}
BANNERS = {"defer": "warning", "stop": "danger", "incomplete": "open"}
"""A decision to go ahead has no colour: green is for done, never for safe."""


SHORTEST_REASON = 10
SAY_WHO_AND_WHY = "Say as whom you decide, and why, in a sentence."


@router.get("/cases/{case_id}/screening")
def decision(case_id: str, desk: Reader) -> Response:
    """The decision as it stands, its reasons, and what is still open."""
    case = desk.case(case_id, "screening")
    return _decision_page(desk, case, {}, {})


@router.get("/cases/{case_id}/screening/next")
def next_page(case_id: str, desk: Referrer, after: str = "", all_questions: str = "") -> Response:
    """Go to the next topic with a question that matters, or to the decision."""
    case = desk.records.case(case_id)
    screening = screen_now(case, desk.site, desk.at)
    questions = screening.questions if all_questions else that_matter(screening)
    following = next_topic(questions, after or None) or (next_topic(questions) if not after else None)
    where = following.path if following else "screening"
    more = "?all_questions=yes" if following and all_questions else ""
    return RedirectResponse(f"/cases/{case.id}/{where}{more}", 303)


@router.get("/cases/{case_id}/screening/{name}")
def questions_page(case_id: str, name: str, desk: Referrer) -> Response:
    """The questions of one topic that matter now; its other answers one tap behind."""
    case, where = desk.case(case_id, f"screening: {name}"), _topic(name)
    return _topic_page(desk, case, where, typed(where.parts, referral_of(case, desk.at), desk.zone), {})


@router.post("/cases/{case_id}/screening/{name}")
def answer(case_id: str, name: str, desk: Referrer, all_questions: str = "") -> Response:
    """Keep the answers and go on to the next topic."""
    case, where = desk.case(case_id, f"screening: {name}"), _topic(name)
    if ADD in desk.form:
        return _topic_page(desk, case, where, with_another_row(desk.form), {})
    form = with_shortcuts(where, desk.form)
    found = read(where.parts, form, desk.zone)
    faults = dict(found.faults)
    if not faults:
        values = found.values | ({"arrival.at": desk.at.isoformat()} if where.name == "today" else {})
        try:
            recorded = answered(referral_of(case, desk.at), values)
        except ValidationError as error:
            faults = faults_of(error)
    if faults:
        return _topic_page(desk, case, where, form, faults)
    before = screen_now(case, desk.site, desk.at)
    desk.keep(case, ReferralRecorded(referral=recorded))
    after = screen_now(case.model_copy(update={"referral": recorded}), desk.site, desk.at)
    if questions_in(where, just_raised(before, after)):
        return RedirectResponse(f"/cases/{case.id}/{where.path}{'?all_questions=yes' if all_questions else ''}", 303)
    more = "&all_questions=yes" if all_questions else ""
    return RedirectResponse(f"/cases/{case.id}/screening/next?after={where.name}{more}", 303)


@router.post("/cases/{case_id}/screening")
def record(case_id: str, desk: Screener) -> Response:
    """Keep the decision as it stands, in the name of whoever is signed in."""
    case = desk.case(case_id, "screening")
    _keep(desk, case, overrides_of(case))
    return RedirectResponse(f"/cases/{case.id}", 303)


@router.post("/cases/{case_id}/set-aside")
def set_aside(case_id: str, desk: Overrider) -> Response:
    """Set one finding aside, by name and with a reason, where the rules allow it."""
    case, form = desk.case(case_id, "screening"), desk.form
    rule, text, reason = form.get("rule_id", ""), form.get("finding", ""), form.get("reason", "").strip()
    if form.get("role") not in tuple(Rank) or len(reason) < SHORTEST_REASON:
        return _decision_page(desk, case, form, {text: SAY_WHO_AND_WHY})
    by_name = f"{reason} ({desk.person.name})"
    override = Override(rule_id=rule, finding=text, role=Rank(form["role"]), reason=by_name, at=desk.at)
    screening = screen_now(case, desk.site, desk.at, (*overrides_of(case), override))
    if refusals := [words for words in screening.refused_overrides if words.startswith(f"{rule}:")]:
        return _decision_page(desk, case, form, {text: " ".join(refusals)})
    _keep(desk, case, (*overrides_of(case), override))
    return RedirectResponse(f"/cases/{case.id}/screening", 303)


def _keep(desk: Desk, case: Case, overrides: tuple[Override, ...]) -> None:
    screening = screen_now(case, desk.site, desk.at, overrides)
    policy = screening.policy.name
    desk.keep(case, Screened(screening=screening, policy=policy, overrides=Overrides(overrides=overrides)))


def _topic(name: str) -> Topic:
    where = topic(name)
    if not where.parts:
        raise RequestError(404, "This is asked on a page of its own.")
    return where


def _topic_page(desk: Desk, case: Case, where: Topic, shown: Typed, faults: Mapping[str, str]) -> Response:
    screening = screen_now(case, desk.site, desk.at)
    known = typed(where.parts, referral_of(case, desk.at), desk.zone)
    now, others = split(where, screening.questions, known)
    return render(
        desk.request,
        "clinic/topic.html",
        status=422 if faults else 200,
        case=case,
        topic=where,
        now=now,
        others=others,
        others_at_fault=any(fault.startswith(part.path) for fault in faults for part in others),
        asks=_worth_saying(where, screening),
        shortcuts=[one for one in where.shortcuts if any(path not in known for path in one.answers)],
        typed=shown,
        faults=faults,
        questions=screening.questions,
        row_count=row_count,
        stands=stands,
    )


def _worth_saying(where: Topic, screening: Screening) -> list[str]:
    """The open questions that a list answers: its own heading does not say which rows are meant."""
    if not any(isinstance(part, Rows) for part in where.parts):
        return []
    return [one.ask for one in questions_in(where, screening.questions)]


def _decision_page(desk: Desk, case: Case, form: Mapping[str, str], faults: Mapping[str, str]) -> Response:
    screening = screen_now(case, desk.site, desk.at)
    matter = that_matter(screening)
    kept = case.screened.screening if case.screened else None
    return render(
        desk.request,
        "clinic/screening.html",
        status=422 if faults else 200,
        case=case,
        screening=screening,
        heading=HEADINGS[screening.decision],
        means=MEANS[screening.decision],
        could=HEADINGS[screening.could_become].lower() if screening.could_become != screening.decision else "",
        banner=BANNERS.get(screening.decision, ""),
        open_topics=[(one, questions_in(one, screening.questions)) for one in TOPICS],
        following=next_topic(matter),
        waiting=len(matter),
        rest=len(screening.questions) - len(matter),
        is_kept=kept is not None and _same(kept, screening),
        may_screen=desk.person.may(Action.SCREEN),
        may_answer=desk.person.may(Action.RECORD_REFERRAL),
        may_set_aside=desk.person.may(Action.SET_FINDING_ASIDE),
        typed=form,
        faults=faults,
        zone=desk.zone,
    )


def _same(one: Screening, other: Screening) -> bool:
    """Whether two screenings say the same about the same facts, whenever they were made."""
    return one.model_copy(update={"at": other.at}) == other
