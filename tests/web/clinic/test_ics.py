"""The calendar file: read by a parser written from RFC 5545, not from the writer."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foramen.pathway.findings import Provenance
from foramen.pathway.medication import Agenda
from foramen.pathway.screening import GlucoseDay
from foramen.web.clinic.ics import calendar_file

BERLIN = ZoneInfo("Europe/Berlin")
MADE = datetime(2025, 2, 27, 10, tzinfo=UTC)
LAST_DOSE = Agenda(at=datetime(2025, 3, 29, 23, 59, 59, tzinfo=BERLIN), text="apixaban: last dose by now, none after")
PROCEDURE = Agenda(at=datetime(2025, 3, 31, 8, 30, tzinfo=BERLIN), text="the procedure")
GLUCOSE = GlucoseDay(
    first=date(2025, 3, 31), last=date(2025, 4, 1), text="highest, measure; call", source="x", provenance=Provenance.R
)


@dataclass
class Component:
    """A component of RFC 5545: its properties, with parameters, and the components inside."""

    name: str
    properties: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    inside: "list[Component]" = field(default_factory=list)

    def one(self, name: str) -> str:
        ((_, _, value),) = [one for one in self.properties if one[0] == name]
        return value

    def parameters(self, name: str) -> dict[str, str]:
        ((_, parameters, _),) = [one for one in self.properties if one[0] == name]
        return parameters


def parsed(text: str) -> Component:
    """Unfold (3.1), split into content lines, nest by BEGIN and END (3.4)."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    for line in text.encode().split(b"\r\n"):
        assert len(line) <= 75, "a line is at most 75 octets long (3.1)"
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    stack = [Component("")]
    for line in lines:
        found = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^;:]+)*):(.*)", line)
        assert found, line
        name, rest, value = found.groups()
        parameters = dict(part.split("=", 1) for part in rest.split(";")[1:])
        if name == "BEGIN":
            stack.append(Component(value))
        elif name == "END":
            closed = stack.pop()
            assert closed.name == value
            stack[-1].inside.append(closed)
        else:
            stack[-1].properties.append((name, parameters, value))
    assert len(stack) == 1
    (calendar,) = stack[0].inside
    return calendar


def unescaped(value: str) -> str:
    """TEXT of 3.3.11."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), "commas and semicolons are escaped"
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def utc(value: str) -> datetime:
    return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def test_the_calendar_says_what_rfc_5545_asks_for() -> None:
    calendar = parsed(calendar_file("c1", [PROCEDURE], [], MADE))
    assert calendar.name == "VCALENDAR"
    assert calendar.one("VERSION") == "2.0"
    assert calendar.one("PRODID")
    (event,) = calendar.inside
    assert {name for name, _, _ in event.properties} >= {"UID", "DTSTAMP", "DTSTART", "SUMMARY"}
    assert utc(event.one("DTSTAMP")) == MADE
    (alarm,) = event.inside
    assert {name for name, _, _ in alarm.properties} >= {"ACTION", "TRIGGER", "DESCRIPTION"}


def test_each_entry_stands_at_its_true_moment_whatever_the_clocks_do() -> None:
    events = parsed(calendar_file("c1", [LAST_DOSE, PROCEDURE], [], MADE)).inside
    assert [utc(event.one("DTSTART")) for event in events] == [LAST_DOSE.at, PROCEDURE.at]
    assert utc(events[1].one("DTSTART")) - utc(events[0].one("DTSTART")) == timedelta(hours=31, minutes=30, seconds=1)


def test_something_due_between_two_moments_ends_at_the_second() -> None:
    due = Agenda(at=PROCEDURE.at - timedelta(days=2), until=PROCEDURE.at, text="warfarin: INR due")
    (event,) = parsed(calendar_file("c1", [due], [], MADE)).inside
    assert utc(event.one("DTEND")) == PROCEDURE.at


def test_whole_days_end_on_the_day_after_the_last() -> None:
    (event,) = parsed(calendar_file("c1", [], [GLUCOSE], MADE)).inside
    assert event.parameters("DTSTART") == event.parameters("DTEND") == {"VALUE": "DATE"}
    assert (event.one("DTSTART"), event.one("DTEND")) == ("20250331", "20250402")
    assert unescaped(event.one("SUMMARY")) == "Glucose: highest, measure; call"


def test_a_second_import_replaces_the_first_and_two_cases_stay_apart() -> None:
    def ids(case: str, at: datetime) -> list[str]:
        return [event.one("UID") for event in parsed(calendar_file(case, [LAST_DOSE, PROCEDURE], [], at)).inside]

    assert ids("c1", MADE) == ids("c1", MADE + timedelta(days=1))
    assert not set(ids("c1", MADE)) & set(ids("c2", MADE))
    assert len(set(ids("c1", MADE))) == 2


def test_nothing_in_the_file_says_whose_it_is() -> None:
    assert "t8aj-nps7-qp4j" not in calendar_file("t8aj-nps7-qp4j", [LAST_DOSE, PROCEDURE], [GLUCOSE], MADE)


@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_any_words_come_back_whole(words) -> None:
    (event,) = parsed(calendar_file("c1", [PROCEDURE.model_copy(update={"text": words})], [], MADE)).inside
    assert unescaped(event.one("SUMMARY")) == words[:1].upper() + words[1:]
    assert unescaped(event.inside[0].one("DESCRIPTION")) == words


@pytest.mark.parametrize("words", ["line one\nline two", "a\\b", "x; y, z"])
def test_what_means_something_to_the_format_is_escaped(words) -> None:
    (event,) = parsed(calendar_file("c1", [PROCEDURE.model_copy(update={"text": words})], [], MADE)).inside
    assert unescaped(event.inside[0].one("DESCRIPTION")) == words
