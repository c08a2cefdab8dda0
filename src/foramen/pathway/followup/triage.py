"""A call after the injection: red flag, same-day call, call, or an ordinary flare (§7.6)."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.answer import Answer
from foramen.pathway.engine import Scope, SignOff, evaluate, read_rules
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Decision, Finding, Question

FEVER_C = 38.1
"""Over 100.5 °F (clinic sheet, §7.6), taken as 38.1 °C and more."""


class Response(StrEnum):
    """What to do with the call, least first."""

    REASSURE = "reassure"
    CALL = "call"
    SAME_DAY = "same-day"
    EMERGENCY = "emergency"
    ASK_FIRST = "ask-first"


class Complaints(Facts):
    """What a patient reports on the phone or in the diary. What was not asked stays unknown, and is asked."""

    schema_: Literal["foramen.complaints/1"] = Field("foramen.complaints/1", alias="schema")
    injected_at: AwareDatetime
    at: AwareDatetime
    diabetic: Answer = Answer.UNKNOWN
    saddle_numbness: Answer = Answer.UNKNOWN
    cannot_pass_water: Answer = Answer.UNKNOWN
    both_legs_numb_or_weak: Answer = Answer.UNKNOWN
    new_weakness: Answer = Answer.UNKNOWN
    hard_to_breathe: Answer = Answer.UNKNOWN
    vision_or_speech_change: Answer = Answer.UNKNOWN
    fainted: Answer = Answer.UNKNOWN
    rash_or_swelling: Answer = Answer.UNKNOWN
    severe_back_pain: Answer = Answer.UNKNOWN
    fever: Answer = Answer.UNKNOWN
    temperature_c: float | None = Field(None, ge=25, le=45)
    headache_when_upright: Answer = Answer.UNKNOWN
    pain_worse: Answer = Answer.UNKNOWN
    no_benefit: Answer = Answer.UNKNOWN
    ketones: Answer = Answer.UNKNOWN
    glucose_mmol_per_l: float | None = Field(None, ge=0)
    flushed_or_sleepless: Answer = Answer.UNKNOWN
    site_bleeding_or_weeping: Answer = Answer.UNKNOWN


class TriageReport(Facts):
    """The answer to a call, worst first, `foramen.triage/1`."""

    schema_: Literal["foramen.triage/1"] = Field("foramen.triage/1", alias="schema")
    response: Response
    hours_since: float
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]


_RESPONSES = {
    Decision.PROCEED: Response.REASSURE,
    Decision.PROCEED_WITH_PLAN: Response.CALL,
    Decision.INCOMPLETE: Response.ASK_FIRST,
    Decision.DEFER: Response.SAME_DAY,
    Decision.STOP: Response.EMERGENCY,
}


def triage(complaints: Complaints, sign_offs: Iterable[SignOff] = ()) -> TriageReport:
    """Answer a call.

    Nobody is reassured while a red flag has not been asked for: the answer is then `ask-first`, unless what is known
    already needs the same day or more.
    """
    found = evaluate(read_rules("triage"), triage_scope(complaints), tuple(sign_offs))
    return TriageReport(
        response=_RESPONSES[found.decision],
        hours_since=round(_hours(complaints), 1),
        findings=found.findings,
        questions=found.questions,
    )


def triage_scope(complaints: Complaints) -> Scope:
    """Every fact that a rule of `rules/triage.toml` may name."""
    said = {name: getattr(complaints, name) for name in type(complaints).model_fields}
    return said | {"hours_since": _hours(complaints), "fever": _fever(complaints)}


def _hours(complaints: Complaints) -> float:
    return (complaints.at - complaints.injected_at) / timedelta(hours=1)


def _fever(complaints: Complaints) -> Answer:
    """Fever as measured, or as said where nobody measured; one yes is enough."""
    if complaints.temperature_c is None:
        return complaints.fever
    measured = Answer.of(complaints.temperature_c >= FEVER_C)
    return measured if complaints.fever is Answer.UNKNOWN else measured | complaints.fever
