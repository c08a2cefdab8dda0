"""Days, months and hours between moments, as the rules count them."""

from calendar import monthrange
from datetime import date, datetime

SECONDS_PER_HOUR = 3600.0
DAYS_PER_MONTH = 31.0
"""Only to rank days inside one month; whole months are counted on the calendar."""


def days_between(earlier: date | None, later: date | None) -> int | None:
    """Calendar days from one day to another, negative where the second comes first; None where either is unknown."""
    return None if earlier is None or later is None else (later - earlier).days


def hours_between(earlier: datetime | None, later: datetime | None) -> float | None:
    """Hours that truly pass, whatever the clocks do in between; None where either is unknown."""
    return None if earlier is None or later is None else (later.timestamp() - earlier.timestamp()) / SECONDS_PER_HOUR


def months_between(earlier: date | None, later: date | None) -> float | None:
    """Months on the calendar, so that 15 March to 15 May is 2 exactly and one day more is over 2.

    The days beyond the whole months count as 31sts. Negative where the second day comes first.
    """
    if earlier is None or later is None:
        return None
    return _months(earlier, later) if earlier <= later else -_months(later, earlier)


def _months(earlier: date, later: date) -> float:
    whole = (later.year - earlier.year) * 12 + later.month - earlier.month
    if _add_months(earlier, whole) > later:
        whole -= 1
    return whole + (later - _add_months(earlier, whole)).days / DAYS_PER_MONTH


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
