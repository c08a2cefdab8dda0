"""The patient's diary on a phone, behind a link and without an account: no answer is lost, and none is kept twice."""

from collections.abc import Iterator
from datetime import datetime
from secrets import token_urlsafe
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse, Response

from foramen.pathway.answer import Answer
from foramen.pathway.followup import DueTime, TriageReport, next_due, triage
from foramen.pathway.followup.schedule import by_due_time, nearest
from foramen.records import PATIENT, Case, Conflict, Records
from foramen.records.events import CallTaken, Content, DiaryAnswered
from foramen.records.links import Link
from foramen.web.clinic.afterwards import diabetic, diary_of, injected_at, injected_roots
from foramen.web.clinic.desk import referral_of
from foramen.web.clinic.diary_entry import at_once, complaints_of, entry_of, moment_of, painkillers
from foramen.web.clinic.diary_words import ADVICE, HEADINGS, KETONES, SIGNS, screens
from foramen.web.deps import AddressDep, LimitsDep, NowDep, RecordsDep, open_to_all
from foramen.web.faults import RequestError
from foramen.web.pages import STATIC, render

router = APIRouter(include_in_schema=False, dependencies=[open_to_all("the link is the patient's key to one case")])

MOST_TRIES = 20
"""How often an answer is offered again while others write to the case."""

ENDED = "This link is no longer good. Please call us."


def link_of(token: str, records: RecordsDep, limits: LimitsDep, address: AddressDep, at: NowDep) -> Link:
    """The link that the patient followed.

    Raises
    ------
    RequestError
        If it is not known, has ended or was taken back; tries are counted, so that nobody can guess one.
    """
    found = records.links.find(token, at=at)
    if found is None:
        limits.diary.spend(address, at)
        raise RequestError(404, ENDED)
    return found


LinkDep: TypeAlias = Annotated[Link, Depends(link_of)]


@router.get("/diary/worker.js")
def worker() -> Response:
    """The script that opens the diary without a connection. It lies here so that its reach is the diary alone."""
    return FileResponse(STATIC / "clinic" / "diary-worker.js", media_type="text/javascript")


@router.get("/diary/{token}")
def page(request: Request, token: str, link: LinkDep, records: RecordsDep, at: NowDep) -> Response:
    """The questions of now, one a screen."""
    case = records.read(link.case_id, by=PATIENT, at=at, what="diary")
    when = _injected_at(case)
    due = _due(case, when, at)
    referral = referral_of(case, at)
    sugar = diabetic(referral) is not Answer.NO
    signs = (*SIGNS, KETONES) if sugar else SIGNS
    return render(
        request,
        "clinic/diary.html",
        token=token,
        key=token_urlsafe(18),
        root=(injected_roots(case) or case.roots or ("",))[0],
        injected_at=when,
        screens=list(screens(due, diabetic=sugar, signs=when is not None)),
        drugs=painkillers(referral),
        signs=[(name, words, at_once(name, when, at)) for name, words in signs] if when else [],
        headings=HEADINGS,
        advice=ADVICE,
        answered=due is not None and _has_answered(case, due),
        following=_following(case, at),
        phone=records.settings.current().settings.phone,
    )


@router.post("/diary/{token}/entries")
def answer(request: Request, token: str, link: LinkDep, records: RecordsDep, at: NowDep) -> Response:
    """Keep one answer, and say at once whom to call. Sent again with the same key, it is kept once."""
    report = _keep(request, records, link, at)
    case = records.case(link.case_id)
    response = report.response if report else None
    return render(
        request,
        "clinic/diary_done.html",
        token=token,
        response=response,
        heading=HEADINGS[response] if response else "Thank you",
        advice=ADVICE[response] if response else "We have your answers.",
        questions=[one.ask for one in report.questions] if report else [],
        told=[words for name, words in (*SIGNS, KETONES) if name in _signs(request)],
        following=_following(case, at),
        phone=records.settings.current().settings.phone,
    )


def _keep(request: Request, records: Records, link: Link, at: datetime) -> TriageReport | None:
    for _ in range(MOST_TRIES):
        case = records.read(link.case_id, by=PATIENT, at=at, what="diary entry")
        contents, report = _contents(request, case, link, at)
        if _is_kept(case, request):
            return report
        try:
            records.append(case.id, after=case.version, contents=contents, by=PATIENT, at=at)
        except Conflict:
            continue
        return report
    raise RequestError(503, "Your answers could not be kept just now. Please try again.")


def _contents(request: Request, case: Case, link: Link, at: datetime) -> tuple[list[Content], TriageReport | None]:
    form = dict(request.state.typed)
    drugs = [value for name, value in request.state.typed if name == "drug"]
    when = moment_of(form.get("answered_at", ""), case.opened_at, at)
    injected = _injected_at(case)
    referral = referral_of(case, at)
    entry = entry_of(form, drugs, referral, when)
    contents: list[Content] = [
        DiaryAnswered(
            entry=entry,
            baseline=injected is None or when < injected,
            link=link.id,
            key=form.get("key", "")[:64],
        )
    ]
    if injected is None or when < injected:
        return contents, None
    complaints = complaints_of(form, _signs(request), referral, injected, when)
    if complaints is None:
        return contents, None
    report = triage(complaints)
    return [*contents, CallTaken(complaints=complaints, triage=report)], report


def _signs(request: Request) -> list[str]:
    return [value for name, value in request.state.typed if name == "sign"]


def _is_kept(case: Case, request: Request) -> bool:
    key = dict(request.state.typed).get("key", "")[:64]
    return bool(key) and any(
        isinstance(event.content, DiaryAnswered) and event.content.key == key for event in case.history
    )


def _injected_at(case: Case) -> datetime | None:
    """When the last of the roots got its medicine."""
    return max(_times(case), default=None)


def _times(case: Case) -> Iterator[datetime]:
    for root in injected_roots(case):
        at = injected_at(case, root)
        if at is not None:
            yield at


def _due(case: Case, injected: datetime | None, at: datetime) -> DueTime | None:
    return nearest((at - injected).total_seconds() / 3600) if injected else None


def _has_answered(case: Case, due: DueTime) -> bool:
    diary = diary_of(case, injected_roots(case)[-1])
    return diary is not None and due.name in by_due_time(diary)


def _following(case: Case, at: datetime) -> str:
    """When the diary asks next; empty before the injection and after a year."""
    roots = injected_roots(case)
    diary = diary_of(case, roots[-1]) if roots else None
    due = next_due(diary, (at - diary.injected_at).total_seconds() / 3600) if diary else None
    return due.name if due else ""
