"""Reading a diagnostic block: whether the test was valid, and what the relief supports.

The rules are those of the evidence table's §5.4. A block never proves a root to be the source: over six studies its
specificity ran from 10 to 86 % (Beynon, BMJ Open 2019;9:e025790), so a reading supports or does not support, and the
figures are always printed with it. S2-15 says that relief "confirms" the root; that is more than the studies carry.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from pydantic import Field

from foramen.pathway.answer import Answer, every
from foramen.pathway.engine import Evaluation, Scope, SignOff, evaluate, read_rules
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Finding, Question, Severity
from foramen.pathway.followup.block_window import Window, window_of
from foramen.pathway.followup.diary import Diary, Entry
from foramen.pathway.followup.instruments import relief_percent
from foramen.pathway.injectate.selectivity import expected_selectivity

STRICT_PERCENT, STANDARD_PERCENT, INDETERMINATE_PERCENT = 80.0, 50.0, 30.0
"""Relief at its peak that counts as positive by the strict and the standard rule, and as not negative (§5.4)."""

ANAESTHETIC_PHASE_H = 8.0
"""Ratings up to here can show the anaesthetic where its own duration is not known (§5.4, phase A)."""

ACCURACY = (
    "Against what the operation found, a block was 93.5 % sensitive (84.0 to 97.6) and 50.0 % specific (16.8 to 83.2); "
    "against the operation's outcome 90.9 % (83.1 to 95.3) and 22.0 % (7.4 to 49.9). Over six studies of 341 patients, "
    "all at high risk of bias, sensitivity ran from 57 to 100 % and specificity from 10 to 86 %."
)
ACCURACY_SOURCE = "Beynon, BMJ Open 2019;9:e025790"


class Reading(StrEnum):
    """What the relief supports."""

    POSITIVE_STRICT = "positive-strict"
    POSITIVE_STANDARD = "positive-standard"
    INDETERMINATE = "indeterminate"
    NEGATIVE = "negative"
    NOT_READABLE = "not-readable"


class Block(Facts):
    """How the block was done: what the diary alone can't know."""

    agent: str = Field(description="the anaesthetic at the root, such as lidocaine")
    pattern: str | None = Field(None, description="where the contrast went, such as along-root")
    volume_ml: float | None = Field(None, gt=0, description="at the root, contrast included")
    root_count: int | None = Field(None, ge=1)
    sedation_or_opioid: Answer = Answer.UNKNOWN
    steroid_given: Answer = Answer.UNKNOWN
    analgesic_before: Answer = Answer.UNKNOWN


class BlockReport(Facts):
    """The reading with everything it stands on, `foramen.block-report/1`."""

    schema_: Literal["foramen.block-report/1"] = Field("foramen.block-report/1", alias="schema")
    root: str
    reading: Reading
    valid: Answer
    peak_relief_percent: float | None
    peak_hours: float | None
    relieved_until_hours: float | None
    window_hours: tuple[float, float] | None
    summary: str
    reasons: tuple[str, ...]
    limits: tuple[Finding, ...]
    questions: tuple[Question, ...]
    accuracy: str = ACCURACY
    accuracy_source: str = ACCURACY_SOURCE


def read_block(diary: Diary, block: Block, sign_offs: Iterable[SignOff] = ()) -> BlockReport:
    """Read a diagnostic block from its diary.

    Ratings of another pain than the usual one are left out; where nobody asked, the rating counts and validity is
    unknown. Relief lasts until the first rating that has lost half of the peak relief.
    """
    sign_offs = tuple(sign_offs)
    window = window_of(block.agent, sign_offs)
    usual = _of_usual_pain(diary)
    early = _while_it_works(diary, usual, window)
    limits = evaluate(read_rules("block"), block_scope(diary, block, sign_offs), sign_offs)
    peak = min(early, key=lambda entry: (entry.leg_nrs or 0.0, entry.at), default=None)
    if peak is None or diary.baseline.leg_nrs is None:
        return _report(diary, limits, window, Reading.NOT_READABLE, None, None, ("There is nothing to compare.",))
    until = _relieved_until(diary, usual, peak)
    reading, reasons = _judge(diary, peak, usual, until, window)
    return _report(diary, limits, window, reading, peak, until, reasons)


def block_scope(diary: Diary, block: Block, sign_offs: Iterable[SignOff] = ()) -> Scope:
    """Every fact that a rule of `rules/block.toml` may name."""
    early = _while_it_works(diary, _of_usual_pain(diary), window_of(block.agent, sign_offs))
    return {
        "baseline_nrs": diary.baseline.leg_nrs,
        "pattern": block.pattern,
        "volume_ml": block.volume_ml,
        "expected": expected_selectivity(block.volume_ml) if block.volume_ml is not None else None,
        "root_count": block.root_count,
        "sedation_or_opioid": block.sedation_or_opioid,
        "steroid_given": block.steroid_given,
        "analgesic_before": block.analgesic_before,
        "ratings_in_window": len(early),
        "usual_pain_rated": every(entry.in_usual_area for entry in early),
    }


def _of_usual_pain(diary: Diary) -> list[Entry]:
    return [entry for entry in diary.rated if entry.in_usual_area is not Answer.NO]


def _while_it_works(diary: Diary, entries: list[Entry], window: Window | None) -> list[Entry]:
    last_h = window.longest_h if window else ANAESTHETIC_PHASE_H
    return [entry for entry in entries if diary.hours(entry) <= last_h]


def _relief(diary: Diary, entry: Entry) -> float:
    return relief_percent(diary.baseline.leg_nrs or 0.0, entry.leg_nrs or 0.0)


def _relieved_until(diary: Diary, usual: list[Entry], peak: Entry) -> Entry:
    """The last rating of the unbroken run after the peak that still holds half of the peak's relief."""
    until = peak
    for entry in usual:
        if entry.at <= peak.at:
            continue
        if _relief(diary, entry) < _relief(diary, peak) / 2:
            break
        until = entry
    return until


def _judge(
    diary: Diary, peak: Entry, usual: list[Entry], until: Entry, window: Window | None
) -> tuple[Reading, tuple[str, ...]]:
    relief = _relief(diary, peak)
    if relief < INDETERMINATE_PERCENT:
        return _judge_little_relief(usual, relief)
    if relief < STANDARD_PERCENT:
        return Reading.INDETERMINATE, (f"At its peak {relief:.0f} % of the pain had gone; 50 % is the usual measure.",)
    if window is None:
        return Reading.INDETERMINATE, (
            "How long this anaesthetic works was only recalled, so the course can't be judged.",
        )
    if diary.hours(until) > window.longest_h:
        lasted = f"Relief was still there {diary.hours(until):.1f} h after the block"
        return Reading.INDETERMINATE, (f"{lasted}, longer than twice what the anaesthetic explains: {window.text}.",)
    if _ended_before(diary, usual, until, window.shortest_h):
        return Reading.INDETERMINATE, (f"Relief ended sooner than the anaesthetic explains: {window.text}.",)
    strict = relief >= STRICT_PERCENT
    reasons = (f"At its peak {relief:.0f} % of the pain had gone, within the hours of the anaesthetic: {window.text}.",)
    return (Reading.POSITIVE_STRICT if strict else Reading.POSITIVE_STANDARD), reasons


def _ended_before(diary: Diary, usual: list[Entry], until: Entry, hours: float) -> bool:
    """Whether a rating shows that the relief was over by then."""
    return any(entry.at > until.at and diary.hours(entry) < hours for entry in usual)


def _judge_little_relief(usual: list[Entry], relief: float) -> tuple[Reading, tuple[str, ...]]:
    little = f"At its peak {max(relief, 0):.0f} % of the pain had gone"
    if any(entry.leg_numb_or_weak is Answer.YES for entry in usual):
        return Reading.NEGATIVE, (f"{little}, though numbness or weakness shows that the root was reached.",)
    return Reading.INDETERMINATE, (f"{little}, but no numbness or weakness shows that the root was reached at all.",)


def _validity(limits: Evaluation) -> Answer:
    if any(finding.severity is Severity.STOP for finding in limits.findings):
        return Answer.NO
    return Answer.UNKNOWN if limits.questions else Answer.YES


_SUMMARIES = {
    Reading.POSITIVE_STRICT: "The relief supports {root} as a source of the pain (strict rule, 80 % or more).",
    Reading.POSITIVE_STANDARD: "The relief supports {root} as a source of the pain (standard rule, 50 % or more).",
    Reading.INDETERMINATE: "The block of {root} says neither yes nor no.",
    Reading.NEGATIVE: "The block does not support {root} as the source of the pain.",
    Reading.NOT_READABLE: "The block of {root} can't be read.",
}
_NOT_VALID = " The test was not valid, so this carries little weight."
_NOT_KNOWN = " Whether the test was valid is not fully known."


def _report(
    diary: Diary,
    limits: Evaluation,
    window: Window | None,
    reading: Reading,
    peak: Entry | None,
    until: Entry | None,
    reasons: tuple[str, ...],
) -> BlockReport:
    valid = _validity(limits)
    doubt = {Answer.NO: _NOT_VALID, Answer.UNKNOWN: _NOT_KNOWN, Answer.YES: ""}[valid]
    return BlockReport(
        root=diary.root,
        reading=reading,
        valid=valid,
        peak_relief_percent=round(_relief(diary, peak), 1) if peak else None,
        peak_hours=round(diary.hours(peak), 2) if peak else None,
        relieved_until_hours=round(diary.hours(until), 2) if until else None,
        window_hours=(window.shortest_h, window.longest_h) if window else None,
        summary=_SUMMARIES[reading].format(root=diary.root) + doubt,
        reasons=reasons,
        limits=limits.findings,
        questions=limits.questions,
    )
