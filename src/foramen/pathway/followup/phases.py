"""The four phases of pain after an injection with steroid, and when the sources expect each (§5.4, §5.4b).

The sources disagree about when the steroid begins to work; all of them are kept and drawn, none is averaged.
"""

from dataclasses import dataclass
from enum import StrEnum


class Phase(StrEnum):
    """A stretch of the time after the injection."""

    ANAESTHETIC = "anaesthetic"
    REBOUND = "rebound"
    STEROID_ONSET = "steroid-onset"
    SUSTAINED = "sustained"


@dataclass(frozen=True)
class Span:
    """When a phase begins and ends, in hours; the last one has no end."""

    phase: Phase
    from_h: float
    to_h: float | None
    words: str


SPANS = (
    Span(Phase.ANAESTHETIC, 0.0, 8.0, "local anaesthetic"),
    Span(Phase.REBOUND, 8.0, 72.0, "it wears off, a flare is ordinary"),
    Span(Phase.STEROID_ONSET, 72.0, 21 * 24.0, "steroid begins"),
    Span(Phase.SUSTAINED, 21 * 24.0, None, "lasting effect"),
)
"""A 0 to 8 h, B 8 h to day 3, C day 3 to 21, D beyond (§5.4)."""


@dataclass(frozen=True)
class Onset:
    """When one source expects the steroid to begin, in days."""

    source: str
    ref: str
    from_day: float
    to_day: float


ONSETS = (
    Onset("practice page", "S4-21", 1, 3),
    Onset("North Bristol NHS", "5.4b", 2, 7),
    Onset("US hospital sheet", "5.4b", 2, 5),
    Onset("University of Illinois", "5.4b", 3, 10),
    Onset("clinic", "5.4b", 3, 14),
    Onset("radiology page", "S3-22", 0, 21),
    Onset("Royal Orthopaedic NHS", "5.4b", 0, 42),
)
"""The spread of the sources, first beginning to last; an onset given as "up to" begins at 0."""

NOT_JUDGED_BEFORE_DAY = 21.0
"""Steroid may take up to three weeks (S3-22): nobody's injection is called without effect before."""


def phase_at(hours: float) -> Phase:
    """The phase of a moment; a boundary belongs to the later phase."""
    return next(span.phase for span in reversed(SPANS) if hours >= span.from_h)
