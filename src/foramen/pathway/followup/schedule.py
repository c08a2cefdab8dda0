"""When the diary asks, and which times were missed (§5.2 of the evidence)."""

from dataclasses import dataclass
from math import log

from foramen.pathway.followup.diary import Diary, Entry

DAY_H = 24.0
WEEK_H = 7 * DAY_H
MONTH_H = 365.25 / 12 * DAY_H
_MINUTE_H = 1 / 60


@dataclass(frozen=True)
class DueTime:
    """A time at which the diary asks."""

    name: str
    hours: float
    asks: tuple[str, ...]
    ref: str


PAIN = ("pain in leg and back", "the movement that brings it on")
FUNCTION = ("pain in leg and back", "function score", "own impression", "another injection or operation")

SCHEDULE = (
    DueTime("30 minutes", 0.5, (*PAIN, "power and feeling of both legs"), "S4-19, S2-12"),
    *(DueTime(f"{hours} h", float(hours), PAIN, "5.2") for hours in (1, 2, 4, 6)),
    *(DueTime(f"day {day}", day * DAY_H, ("pain in leg and back", "analgesics"), "S1-44") for day in range(1, 15)),
    DueTime("day 21", 21 * DAY_H, ("pain in leg and back", "analgesics"), "S3-22"),
    DueTime("6 weeks", 6 * WEEK_H, FUNCTION, "5.2"),
    DueTime("3 months", 3 * MONTH_H, FUNCTION, "5.2"),
    DueTime("6 months", 6 * MONTH_H, FUNCTION, "5.2"),
    DueTime("12 months", 12 * MONTH_H, FUNCTION, "5.2"),
)
"""Every time the diary asks; pain is asked for at the time itself, since recalled relief differs from rated relief."""

BLOCK_HOURS = (0.5, 1.0, 2.0, 4.0, 6.0)
"""The times that a diagnostic block is read from."""


def nearest(hours: float) -> DueTime:
    """The due time that an entry belongs to: the nearest, by ratio of hours, since the times spread out."""
    return min(SCHEDULE, key=lambda due: abs(_log_ratio(hours, due.hours)))


def missed(diary: Diary, until_hours: float) -> tuple[DueTime, ...]:
    """The due times up to then that no rated entry belongs to."""
    kept = by_due_time(diary)
    return tuple(due for due in SCHEDULE if due.hours <= until_hours and due.name not in kept)


def next_due(diary: Diary, now_hours: float) -> DueTime | None:
    """The next time at which the diary asks; None after a year."""
    return next((due for due in SCHEDULE if due.hours > now_hours), None)


def by_due_time(diary: Diary) -> dict[str, Entry]:
    """The rated entry that belongs to each due time, the nearest one where there are several."""
    kept: dict[str, tuple[float, Entry]] = {}
    for entry in diary.rated:
        due = nearest(diary.hours(entry))
        away = abs(diary.hours(entry) - due.hours)
        if due.name not in kept or away < kept[due.name][0]:
            kept[due.name] = (away, entry)
    return {name: entry for name, (_, entry) in kept.items()}


def _log_ratio(one: float, other: float) -> float:
    return log(max(one, _MINUTE_H) / max(other, _MINUTE_H))
