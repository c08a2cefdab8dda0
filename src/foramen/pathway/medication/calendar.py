"""When exactly: the moments of a row, in real dates and times."""

from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from foramen.pathway.facts.referral import Referral
from foramen.pathway.medication.policy import Row

_END_OF_DAY = time(23, 59, 59)


def zone_of(referral: Referral, starts_at: datetime) -> tzinfo:
    """The time zone of the procedure room."""
    name = referral.request.time_zone
    return ZoneInfo(name) if name else starts_at.tzinfo or ZoneInfo("UTC")


def last_dose_by(row: Row, starts_at: datetime, zone: tzinfo) -> datetime | None:
    """The last moment at which a dose may be taken, or None where the row gives none.

    Hours are hours that truly pass, also over a night when the clocks change; days are days on the local calendar.
    Where a row gives both, the earlier moment counts.
    """
    moments = []
    if row.hold_hours is not None:
        moments.append(later_by_hours(starts_at, -row.hold_hours, zone))
    if row.last_day is not None:
        day = starts_at.astimezone(zone).date() + timedelta(days=row.last_day)
        moments.append(datetime.combine(day, _END_OF_DAY, zone))
    return min(moments, key=lambda moment: moment.timestamp(), default=None)


def restart_not_before(row: Row, needle_out: datetime, zone: tzinfo) -> datetime | None:
    """The first moment at which the drug may be taken again, or None where the row gives none."""
    if row.restart_next_day:
        return datetime.combine(needle_out.astimezone(zone).date() + timedelta(days=1), time(), zone)
    return None if row.restart_hours is None else later_by_hours(needle_out, row.restart_hours, zone)


def later_by_hours(moment: datetime, hours: float, zone: tzinfo) -> datetime:
    """A moment some true hours later, on the local clock."""
    return datetime.fromtimestamp(moment.timestamp() + hours * 3600, zone)
