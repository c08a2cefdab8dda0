"""Moments in forms: as a field shows them and as a person typed them, on the clock of the procedure room."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

NO_MOMENT = "Enter a date and a time, such as 2025-03-13 09:00."
SKIPPED = "The clocks skip this time that night: enter another."


def local_moment(at: datetime, zone: ZoneInfo) -> str:
    """A moment as the browser's field wants it."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


def read_moment(text: str, zone: ZoneInfo) -> datetime:
    """The moment that was typed.

    Raises
    ------
    ValueError
        If it is none, or one that the clocks skip; the message says so to whoever typed it.
    """
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        raise ValueError(NO_MOMENT) from None
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError(SKIPPED)
    return local


def typed_moment(text: str, zone: ZoneInfo, name: str, faults: dict[str, str]) -> datetime | None:
    """The moment of one field, None where it is empty; what is wrong goes to the faults under its name."""
    if not text.strip():
        return None
    try:
        return read_moment(text.strip(), zone)
    except ValueError as error:
        faults[name] = str(error)
        return None
