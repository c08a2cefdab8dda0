"""The medication calendar as a file for a phone, iCalendar (RFC 5545), with no word about whose it is."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from foramen.pathway.medication import Agenda
from foramen.pathway.screening import GlucoseDay

_OURS = UUID("6f0a3c1e-5d0e-5c1b-9d5e-2f1f3f0d7a11")
"""The namespace of our entries' ids: one case's entry keeps its id, so that a second import replaces the first."""

LONGEST_LINE_BYTES = 75
REMIND_BEFORE_H = 12
"""A reminder comes half a day before: our own choice, so that a dose due in the evening is told in the morning."""


def calendar_file(case_id: str, entries: Iterable[Agenda], glucose: Iterable[GlucoseDay], at: datetime) -> str:
    """The calendar's text.

    Parameters
    ----------
    case_id : str
        Whose it is: goes into the entries' ids, where it can't be read back.
    entries, glucose
        From the screening.
    at : datetime
        When the file is made.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Foramen//Medication calendar//EN", "CALSCALE:GREGORIAN"]
    for entry in entries:
        lines += _event(case_id, entry, at)
    for day in glucose:
        lines += _days(case_id, day, at)
    return "".join(f"{folded}\r\n" for line in (*lines, "END:VCALENDAR") for folded in _folded(line))


def _event(case_id: str, entry: Agenda, at: datetime) -> list[str]:
    until = [f"DTEND:{_utc(entry.until)}"] if entry.until else []
    return [
        "BEGIN:VEVENT",
        f"UID:{_id(case_id, entry.text)}",
        f"DTSTAMP:{_utc(at)}",
        f"DTSTART:{_utc(entry.at)}",
        *until,
        f"SUMMARY:{_escaped(entry.text[:1].upper() + entry.text[1:])}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(entry.text)}",
        f"TRIGGER:-PT{REMIND_BEFORE_H}H",
        "END:VALARM",
        "END:VEVENT",
    ]


def _days(case_id: str, day: GlucoseDay, at: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{_id(case_id, f'glucose {day.text}')}",
        f"DTSTAMP:{_utc(at)}",
        f"DTSTART;VALUE=DATE:{_day(day.first)}",
        f"DTEND;VALUE=DATE:{_day(day.last + timedelta(days=1))}",  # the day after: the end is not part of it
        f"SUMMARY:{_escaped(f'Glucose: {day.text}')}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _id(case_id: str, text: str) -> str:
    return f"{uuid5(_OURS, f'{case_id} {text}')}@foramen"


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """A line in pieces of at most 75 bytes, none of which splits a letter; each further piece begins with a space."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > LONGEST_LINE_BYTES:
            pieces.append(piece)
            piece = " "
        piece += letter
    return [*pieces, piece]
