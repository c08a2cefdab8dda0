"""What the course of pain after a block says: how much went, for how long, and which reading that supports (§5.4)."""

from dataclasses import dataclass
from enum import StrEnum

from foramen.pathway.answer import Answer
from foramen.pathway.followup.block_window import Window
from foramen.pathway.followup.diary import Diary, Entry
from foramen.pathway.followup.instruments import relief_percent

STRICT_PERCENT, STANDARD_PERCENT, INDETERMINATE_PERCENT = 80.0, 50.0, 30.0
"""Relief at its peak that counts as positive by the strict and the standard rule, and as not negative (§5.4)."""

ANAESTHETIC_PHASE_H = 8.0
"""Ratings up to here can show the anaesthetic where its own duration is not known (§5.4, phase A)."""


class Reading(StrEnum):
    """What the relief supports."""

    POSITIVE_STRICT = "positive-strict"
    POSITIVE_STANDARD = "positive-standard"
    INDETERMINATE = "indeterminate"
    NEGATIVE = "negative"
    NOT_READABLE = "not-readable"


@dataclass(frozen=True)
class Course:
    """The ratings of the usual pain by time, those while the anaesthetic can work, and the relief they show.

    `peak` is the rating with the most relief among the early ones; `until` the last of the unbroken run after it that
    still holds half of that relief. Both are None where there is nothing to compare.
    """

    diary: Diary
    usual: tuple[Entry, ...]
    early: tuple[Entry, ...]
    window: Window | None
    peak: Entry | None
    until: Entry | None

    def relief(self, entry: Entry) -> float:
        """Relief of the leg at one rating, in percent of the baseline."""
        return relief_percent(self.diary.baseline.leg_nrs or 0.0, entry.leg_nrs or 0.0)


def course_of(diary: Diary, window: Window | None) -> Course:
    """Follow the usual pain through a diary; ratings known to be of another pain are left out."""
    usual = tuple(entry for entry in diary.rated if entry.in_usual_area is not Answer.NO)
    last_h = window.longest_h if window else ANAESTHETIC_PHASE_H
    early = tuple(entry for entry in usual if diary.hours(entry) <= last_h)
    course = Course(diary, usual, early, window, None, None)
    if diary.baseline.leg_nrs is None or not early:
        return course
    peak = min(early, key=lambda entry: (entry.leg_nrs or 0.0, entry.at))
    return Course(diary, usual, early, window, peak, _relieved_until(course, peak))


def _relieved_until(course: Course, peak: Entry) -> Entry:
    until = peak
    for entry in (entry for entry in course.usual if entry.at > peak.at):
        if course.relief(entry) < course.relief(peak) / 2:
            break
        until = entry
    return until


def read(course: Course) -> tuple[Reading, str]:
    """The reading that a course supports, and why."""
    if course.peak is None or course.until is None:
        return Reading.NOT_READABLE, "There is nothing to compare."
    relief = course.relief(course.peak)
    if relief < INDETERMINATE_PERCENT:
        return _little_relief(course, relief)
    gone = f"At its peak {relief:.0f} % of the pain had gone"
    if relief < STANDARD_PERCENT:
        return Reading.INDETERMINATE, f"{gone}; 50 % is the usual measure."
    if misfit := _misfit(course, course.until):
        return Reading.INDETERMINATE, f"{gone}, but {misfit}."
    reading = Reading.POSITIVE_STRICT if relief >= STRICT_PERCENT else Reading.POSITIVE_STANDARD
    return reading, f"{gone}, for as long as the anaesthetic explains{_window_words(course)}."


def _little_relief(course: Course, relief: float) -> tuple[Reading, str]:
    little = f"At its peak {max(relief, 0):.0f} % of the pain had gone"
    if any(entry.leg_numb_or_weak is Answer.YES for entry in course.early):
        return Reading.NEGATIVE, f"{little}, though numbness or weakness shows that the root was reached."
    return Reading.INDETERMINATE, f"{little}, but no numbness or weakness shows that the root was reached at all."


def _misfit(course: Course, until: Entry) -> str:
    """Why the relief is not the anaesthetic's by its duration; empty where it fits."""
    if course.window is None:
        return "how long this anaesthetic works was only recalled, so its duration can't be judged"
    lasted = course.diary.hours(until)
    if lasted > course.window.longest_h:
        return f"it was still there {lasted:.1f} h after the block, longer than twice{_window_words(course)}"
    if any(e.at > until.at and course.diary.hours(e) < course.window.shortest_h for e in course.usual):
        return f"it ended sooner than half{_window_words(course)}"
    return ""


def _window_words(course: Course) -> str:
    return f" ({course.window.text})" if course.window else ""
