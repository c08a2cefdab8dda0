"""Was it this root, did it help? One patient's curve with the reading that the pathway gives it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from foramen.pathway.answer import Answer
from foramen.pathway.facts import Intent
from foramen.pathway.followup import (
    Block,
    Diary,
    Entry,
    Score,
    block_done,
    missed,
    next_due,
    pain_curve,
    read_block,
    read_response,
)
from foramen.pathway.procedure import ProcedureRecord
from foramen.pathway.rule_data import rule_data
from foramen.records import Action, Case
from foramen.records.events import DiaryAnswered, OutcomeRead
from foramen.web.clinic.afterwards import diary_of, injected_roots
from foramen.web.clinic.desk import Desk, OutcomeReader, Reader, referral_of
from foramen.web.clinic.plots import pain_drawing
from foramen.web.clinic.questions import read
from foramen.web.clinic.questions.fields import yes_no
from foramen.web.faults import RequestError
from foramen.web.pages import render

router = APIRouter(include_in_schema=False)

OF_THE_BLOCK = (
    yes_no("sedation_or_opioid", "sedation_or_opioid"),
    yes_no("analgesic_before", "analgesic_before"),
)
BLOCK_READ_FOR_H = 8.0
"""A block is read from its first hours; later times are not missed."""


@router.get("/cases/{case_id}/results")
def page(case_id: str, desk: Reader, root: str = "") -> Response:
    """The curve and what it supports."""
    case = desk.case(case_id, "results")
    return _page(desk, case, root)


@router.post("/cases/{case_id}/results")
def record(case_id: str, desk: OutcomeReader, root: str = "") -> Response:
    """Keep the reading as it stands, in the name of whoever reads it."""
    case = desk.case(case_id, "results")
    which = _root(case, root)
    desk.keep(case, _outcome(desk, case, which, read(OF_THE_BLOCK, desk.form, desk.zone).values))
    return RedirectResponse(f"/cases/{case.id}/results?root={which}", 303)


@router.post("/cases/{case_id}/results/score")
def score(case_id: str, desk: OutcomeReader, root: str = "") -> Response:
    """Keep the score of a questionnaire that the patient filled in elsewhere."""
    case = desk.case(case_id, "results")
    name, text = desk.form.get("instrument", ""), desk.form.get("value", "").replace(",", ".")
    known = dict(_instruments())
    if name not in known or not text.replace(".", "", 1).isdigit():
        raise RequestError(422, "Choose the questionnaire and enter its score as a number.")
    entry = Entry(at=desk.at, scores=(Score(instrument=name, value=float(text)),))
    desk.keep(case, DiaryAnswered(entry=entry))
    return RedirectResponse(f"/cases/{case.id}/results?root={root}", 303)


def _root(case: Case, root: str) -> str:
    done = injected_roots(case)
    if not done:
        raise RequestError(422, "Nothing was injected yet, so there is no outcome to read.")
    return root if root in done else done[0]


def _diary(case: Case, root: str) -> Diary:
    diary = diary_of(case, root)
    if diary is None:
        raise RequestError(422, "The time of the injection is not noted, so the diary can't be read against it.")
    return diary


def _outcome(desk: Desk, case: Case, root: str, said: Mapping[str, Any]) -> OutcomeRead:
    """What the diary says now: a block's reading where it was a test, the response otherwise."""
    diary = _diary(case, root)
    if diary.intent is not Intent.DIAGNOSTIC:
        return OutcomeRead(root=root, response=read_response(diary, desk.at))
    block = _block(case, root, said)
    if block is None:
        raise RequestError(422, "No anaesthetic reached the root, so there is no block to read.")
    return OutcomeRead(root=root, block=block, block_report=read_block(diary, block, desk.site.site.sign_offs))


def _block(case: Case, root: str, said: Mapping[str, Any]) -> Block | None:
    record = ProcedureRecord(booking=case.bookings[root].booking, events=case.procedures[root])
    return block_done(
        record,
        root_count=len(injected_roots(case)),
        sedation_or_opioid=Answer(said.get("sedation_or_opioid") or Answer.UNKNOWN),
        analgesic_before=Answer(said.get("analgesic_before") or Answer.UNKNOWN),
    )


def _page(desk: Desk, case: Case, root: str) -> Response:
    which = _root(case, root)
    diary, kept = _diary(case, which), case.outcomes.get(which)
    said = _said_of_block(desk, case, kept)
    outcome = _outcome(desk, case, which, said)
    report = outcome.block_report
    hours = (desk.at - diary.injected_at).total_seconds() / 3600
    due = next_due(diary, hours) if report is None else None
    return render(
        desk.request,
        "clinic/results.html",
        case=case,
        this_root=which,
        roots=injected_roots(case),
        outcome=outcome,
        drawing=pain_drawing(pain_curve(diary, report.window_hours if report else None)),
        has_band=diary.intent is not Intent.DIAGNOSTIC or bool(report and report.window_hours),
        baseline=diary.baseline.leg_nrs,
        missing=[one.name for one in missed(diary, min(hours, BLOCK_READ_FOR_H) if report else hours)],
        following=due.name if due else "",
        kept=kept,
        kept_event=case.last(OutcomeRead, which),
        is_kept=kept is not None and _same(kept, outcome),
        parts=OF_THE_BLOCK if report else (),
        typed={name: str(value) for name, value in said.items()},
        faults={},
        questions=(),
        row_count=None,
        stands=None,
        instruments=_instruments(),
        may_read=desk.person.may(Action.READ_OUTCOME),
    )


def _said_of_block(desk: Desk, case: Case, kept: OutcomeRead | None) -> dict[str, str]:
    """What is known of the conditions of the block: as it was read last, else what the day's arrival says."""
    if kept is not None and kept.block is not None:
        return {name: str(getattr(kept.block, name)) for name in ("sedation_or_opioid", "analgesic_before")}
    arrival = referral_of(case, desk.at).arrival
    return {"analgesic_before": str(arrival.analgesic_taken_today)} if arrival else {}


def _same(kept: OutcomeRead, now: OutcomeRead) -> bool:
    """Whether a reading says the same, whatever the day it was read on."""
    if kept.response is None or now.response is None:
        return kept.block_report == now.block_report
    return kept.response.model_copy(update={"day": now.response.day}) == now.response


def _instruments() -> list[tuple[str, str]]:
    rows = rule_data("instruments").items()
    return [(name, row["name"]) for name, row in rows if isinstance(row, dict) and name != "nrs"]
