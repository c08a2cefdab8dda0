"""Did the injection help? Response by phase, at 2 to 4 weeks and from 3 months, with what could mislead.

Before day 21 nothing is called without effect (S3-22); at day 21 no benefit is a reason for a review, not a failure.
Relief is that of the leg against the baseline: 30 % moderate, 50 % substantial (IMMPACT); 50 % is the measure of
response (SI-1, OM-12).
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.followup.diary import Diary, Entry
from foramen.pathway.followup.instruments import (
    IMPRESSION,
    SUBSTANTIAL_PERCENT,
    Change,
    matters,
    pain_change,
    relief_percent,
)
from foramen.pathway.followup.phases import NOT_JUDGED_BEFORE_DAY, SPANS, Phase, phase_at

EARLY_DAYS = (14.0, 28.0)
"""Response at 2 to 4 weeks (§5.4)."""

LATE_FROM_DAY = 90.0
"""Response at 3 months and later (§5.4), counted as 90 days."""

TAPERED_BY_DAY = 5.0
"""Analgesics are meant to be at zero by day 4 to 5, so that the effect can be told (S1-44)."""


class Verdict(StrEnum):
    """What can be said now."""

    TOO_EARLY = "too-early"
    RESPONDING = "responding"
    SUBSTANTIAL = "substantial"
    MODERATE = "moderate"
    MINIMAL = "minimal"
    NO_BENEFIT_REVIEW = "no-benefit-review"
    NOT_RATED = "not-rated"


class PhaseRelief(Facts):
    """How one phase went."""

    phase: Phase
    ratings: int
    best_percent: float | None
    last_percent: float | None


class ScoreChange(Facts):
    """An instrument before and after."""

    instrument: str
    before: float
    after: float
    matters: bool


class ResponseReport(Facts):
    """The therapeutic response with everything it stands on, `foramen.response-report/1`."""

    schema_: Literal["foramen.response-report/1"] = Field("foramen.response-report/1", alias="schema")
    root: str
    day: float
    verdict: Verdict
    summary: str
    baseline_nrs: float | None
    latest_nrs: float | None
    relief_percent: float | None
    matters: bool | None = Field(description="2 points or 30 %, the least change that patients notice")
    early_response: Answer = Field(description="50 % or more at 2 to 4 weeks")
    late_response: Answer = Field(description="50 % or more from 3 months on")
    phases: tuple[PhaseRelief, ...]
    scores: tuple[ScoreChange, ...]
    impression: Change | None = Field(description="the patient's own impression, last given")
    cautions: tuple[str, ...]


def read_response(diary: Diary, now: datetime) -> ResponseReport:
    """Read the response as it stands at a moment; later entries are left out.

    Parameters
    ----------
    diary : Diary
        Baseline and entries.
    now : datetime
        With its time zone; decides whether it is too early to judge.
    """
    kept = [entry for entry in diary.rated if entry.at <= now]
    day = (now - diary.injected_at).total_seconds() / 86400
    before = diary.baseline.leg_nrs
    latest = kept[-1] if kept and before is not None else None
    relief = _relief(diary, latest) if latest else None
    verdict = _verdict(diary, latest, day)
    return ResponseReport(
        root=diary.root,
        day=round(day, 1),
        verdict=verdict,
        summary=_SUMMARIES[verdict],
        baseline_nrs=before,
        latest_nrs=latest.leg_nrs if latest else None,
        relief_percent=None if relief is None else round(relief, 1),
        matters=None if latest is None else matters("nrs", before or 0.0, latest.leg_nrs or 0.0),
        early_response=_responded([e for e in kept if EARLY_DAYS[0] <= diary.days(e) <= EARLY_DAYS[1]], diary),
        late_response=_responded([e for e in kept if diary.days(e) >= LATE_FROM_DAY], diary),
        phases=tuple(_phase(diary, kept, span.phase) for span in SPANS),
        scores=_scores(diary, now),
        impression=_impression(diary, now),
        cautions=_cautions(diary, kept, _impression(diary, now), verdict),
    )


_SUMMARIES = {
    Verdict.TOO_EARLY: "Too early to judge: the steroid may take up to three weeks.",
    Verdict.RESPONDING: "The leg pain is at most half of what it was; how long that lasts remains to be seen.",
    Verdict.SUBSTANTIAL: "Substantial relief: the leg pain is at most half of what it was.",
    Verdict.MODERATE: "Moderate relief, 30 to 50 %.",
    Verdict.MINIMAL: "Minimal relief, 10 to 30 %.",
    Verdict.NO_BENEFIT_REVIEW: "No benefit so far: review with the patient. This is not yet called a failure.",
    Verdict.NOT_RATED: "The leg pain was not rated before the injection, or not after day 21.",
}


def _verdict(diary: Diary, latest: Entry | None, day: float) -> Verdict:
    if day < NOT_JUDGED_BEFORE_DAY:
        steroid_phase = latest is not None and phase_at(diary.hours(latest)) is Phase.STEROID_ONSET
        responding = steroid_phase and latest is not None and _relief(diary, latest) >= SUBSTANTIAL_PERCENT
        return Verdict.RESPONDING if responding else Verdict.TOO_EARLY
    if latest is None or diary.days(latest) < NOT_JUDGED_BEFORE_DAY:
        return Verdict.NOT_RATED
    change = pain_change(diary.baseline.leg_nrs or 0.0, latest.leg_nrs or 0.0)
    return _VERDICTS.get(change, Verdict.NO_BENEFIT_REVIEW)


_VERDICTS = {
    Change.SUBSTANTIAL: Verdict.SUBSTANTIAL,
    Change.MODERATE: Verdict.MODERATE,
    Change.MINIMAL: Verdict.MINIMAL,
}


def _relief(diary: Diary, entry: Entry) -> float:
    return relief_percent(diary.baseline.leg_nrs or 0.0, entry.leg_nrs or 0.0)


def _responded(entries: list[Entry], diary: Diary) -> Answer:
    if not entries or diary.baseline.leg_nrs is None:
        return Answer.UNKNOWN
    return Answer.of(_relief(diary, entries[-1]) >= SUBSTANTIAL_PERCENT)


def _phase(diary: Diary, kept: list[Entry], phase: Phase) -> PhaseRelief:
    reliefs = [_relief(diary, e) for e in kept if phase_at(diary.hours(e)) is phase]
    if diary.baseline.leg_nrs is None:
        reliefs = []
    return PhaseRelief(
        phase=phase,
        ratings=len(reliefs),
        best_percent=round(max(reliefs), 1) if reliefs else None,
        last_percent=round(reliefs[-1], 1) if reliefs else None,
    )


def _scores(diary: Diary, now: datetime) -> tuple[ScoreChange, ...]:
    before = {score.instrument: score.value for score in diary.baseline.scores}
    after = {s.instrument: s.value for entry in diary.in_order if entry.at <= now for s in entry.scores}
    return tuple(
        ScoreChange(
            instrument=name, before=before[name], after=after[name], matters=matters(name, before[name], after[name])
        )
        for name in sorted(before.keys() & after.keys())
    )


def _impression(diary: Diary, now: datetime) -> Change | None:
    given = [e.impression for e in diary.in_order if e.impression is not None and e.at <= now]
    return IMPRESSION[given[-1]] if given else None


def _cautions(diary: Diary, kept: list[Entry], impression: Change | None, verdict: Verdict) -> tuple[str, ...]:
    cautions = []
    if any(entry.analgesics for entry in kept if diary.days(entry) > TAPERED_BY_DAY):
        cautions.append("Analgesics were still taken after day 5, so part of the relief may be theirs (S1-44).")
    if any(entry.retreated is Answer.YES for entry in kept):
        cautions.append("Another injection or an operation came in between; what follows it is not this injection's.")
    if impression in (Change.NONE, Change.WORSE) and verdict in (Verdict.SUBSTANTIAL, Verdict.MODERATE):
        cautions.append(f"The pain is rated lower, yet the patient's own impression is '{impression}': ask (OM-8).")
    return tuple(cautions)
