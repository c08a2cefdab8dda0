"""Reading a diagnostic block: whether the test was valid, and what the relief supports.

The rules are those of the evidence table's §5.4. A block never proves a root to be the source: over six studies its
specificity ran from 10 to 86 % (Beynon, BMJ Open 2019;9:e025790), so a reading supports or does not support, and the
figures are always printed with it. S2-15 says that relief "confirms" the root; that is more than the studies carry.
"""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from foramen.pathway.answer import Answer, every
from foramen.pathway.engine import Evaluation, Scope, SignOff, evaluate, read_rules
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Finding, Question, Severity
from foramen.pathway.followup.block_reading import Reading, course_of, read
from foramen.pathway.followup.block_window import window_of
from foramen.pathway.followup.diary import Diary
from foramen.pathway.injectate.selectivity import expected_selectivity

ACCURACY = (
    "Against what the operation found, a block was 93.5 % sensitive (84.0 to 97.6) and 50.0 % specific (16.8 to 83.2); "
    "against the operation's outcome 90.9 % (83.1 to 95.3) and 22.0 % (7.4 to 49.9). Over six studies of 341 patients, "
    "all at high risk of bias, sensitivity ran from 57 to 100 % and specificity from 10 to 86 %."
)
ACCURACY_SOURCE = "Beynon, BMJ Open 2019;9:e025790"


class Block(Facts):
    """How the block was done: what the diary alone can't know, `foramen.block/1`."""

    schema_: Literal["foramen.block/1"] = Field("foramen.block/1", alias="schema")
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
    reason: str
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
    course = course_of(diary, window_of(block.agent, sign_offs))
    limits = evaluate(read_rules("block"), block_scope(diary, block, sign_offs), sign_offs)
    reading, reason = read(course)
    valid, peak, until, window = _validity(limits), course.peak, course.until, course.window
    return BlockReport(
        root=diary.root,
        reading=reading,
        valid=valid,
        peak_relief_percent=round(course.relief(peak), 1) if peak else None,
        peak_hours=round(diary.hours(peak), 2) if peak else None,
        relieved_until_hours=round(diary.hours(until), 2) if until else None,
        window_hours=(window.shortest_h, window.longest_h) if window else None,
        summary=_SUMMARIES[reading].format(root=diary.root) + _DOUBTS[valid],
        reason=reason,
        limits=limits.findings,
        questions=limits.questions,
    )


def block_scope(diary: Diary, block: Block, sign_offs: Iterable[SignOff] = ()) -> Scope:
    """Every fact that a rule of `rules/block.toml` may name."""
    early = course_of(diary, window_of(block.agent, sign_offs)).early
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
_DOUBTS = {
    Answer.NO: " The test was not valid, so this carries little weight.",
    Answer.UNKNOWN: " Whether the test was valid is not fully known.",
    Answer.YES: "",
}
