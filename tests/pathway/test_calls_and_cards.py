"""A call after the injection, and the emergency cards."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foramen.errors import UsageError
from foramen.guidance.release import Pattern as SpreadPattern
from foramen.guidance.release import Release as SpreadRelease
from foramen.pathway.followup import Complaints, Response, TriageReport, triage
from foramen.pathway.procedure import Pattern, Release, card, cards, pattern_from_spread, release
from support.journey import JOURNEY, journey, part

SIGNS = [name for name, value in JOURNEY["call"].items() if value in ("yes", "no") and name != "diabetic"]
RED = ["saddle_numbness", "cannot_pass_water", "both_legs_numb_or_weak", "hard_to_breathe", "fainted"]
ORDER = [Response.REASSURE, Response.CALL, Response.ASK_FIRST, Response.SAME_DAY, Response.EMERGENCY]
WELL = {"call.glucose_mmol_per_l": 9, "call.flushed_or_sleepless": "no"}


def called(changes: dict[str, Any], forgotten: tuple[str, ...] = ()) -> TriageReport:
    return triage(part(journey({**WELL, **changes}, forgotten), "call", Complaints))


def on_day(day: int) -> str:
    return f"2025-03-{20 + day}T10:30:00+01:00"


@pytest.mark.parametrize("day", [1, 2, 5, 9])
@pytest.mark.parametrize("sign", RED)
def test_a_red_flag_is_an_emergency_on_every_day(sign: str, day: int) -> None:
    assert called({f"call.{sign}": "yes", "call.at": on_day(day)}).response is Response.EMERGENCY


@pytest.mark.parametrize(("day", "response"), [(0, "reassure"), (2, "same-day"), (5, "reassure"), (11, "call")])
def test_an_ordinary_flare_is_told_from_pain_that_should_have_eased(day: int, response: str) -> None:
    at = on_day(day) if day < 10 else "2025-03-31T10:30:00+02:00"
    assert called({"call.pain_worse": "yes", "call.at": at}).response == response


def test_a_flare_with_fever_is_no_flare() -> None:
    assert called({"call.pain_worse": "yes", "call.fever": "yes", "call.at": on_day(6)}).response is Response.EMERGENCY


def test_the_stricter_of_two_sources_speaks_and_the_conflict_is_shown() -> None:
    report = called({"call.pain_worse": "yes", "call.at": on_day(2)})
    assert "A clinic calls a flare on day 2 to 7 ordinary" in (report.findings[0].conflict or "")


def test_nobody_is_reassured_while_a_red_flag_was_not_asked_for() -> None:
    report = called({}, ("call.saddle_numbness",))
    assert report.response is Response.ASK_FIRST
    assert [question.ask for question in report.questions] == ["Is the saddle area numb?"]


def test_a_known_emergency_does_not_wait_for_questions() -> None:
    assert called({"call.cannot_pass_water": "yes"}, ("call.fever",)).response is Response.EMERGENCY


def test_a_fever_that_is_felt_or_measured_counts() -> None:
    assert called({"call.fever": "no", "call.temperature_c": 38.4}).response is Response.SAME_DAY
    assert called({"call.fever": "unknown", "call.temperature_c": 37.0}).response is Response.REASSURE


@settings(deadline=None)
@given(st.sets(st.sampled_from(SIGNS)), st.sampled_from(SIGNS), st.integers(0, 9))
def test_one_more_complaint_never_makes_a_call_less_urgent(present: set[str], more: str, day: int) -> None:
    before = {f"call.{sign}": "yes" for sign in present} | {"call.at": on_day(day)}
    one, other = called(before).response, called({**before, f"call.{more}": "yes"}).response
    assert ORDER.index(other) >= ORDER.index(one)


@settings(deadline=None)
@given(st.sets(st.sampled_from(SIGNS)), st.sampled_from(SIGNS), st.integers(0, 9))
def test_forgetting_an_answer_never_reassures(present: set[str], forgotten: str, day: int) -> None:
    before = {f"call.{sign}": "yes" for sign in present} | {"call.at": on_day(day)}
    one, other = called(before), called(before, (f"call.{forgotten}",))
    assert other.response is not Response.REASSURE or one.response is Response.REASSURE


def test_toxicity_card_for_seventy_kilograms() -> None:
    said = " ".join(card("last", 70).steps)
    for words in ("105 mL over 1 minute", "1050 mL an hour", "5 and at 10 minutes", "Never more than 840 mL"):
        assert words in said
    assert "1.5 mL/kg over 1 minute" in " ".join(card("last").steps)


def test_every_emergency_has_a_card_and_what_is_recalled_is_marked() -> None:
    assert [one.id for one in cards(70)] == ["last", "anaphylaxis", "high-spinal", "vasovagal", "haematoma"]
    recalled = {one.id: one.caution for one in cards()}
    assert recalled["anaphylaxis"] == "Steps and signs recalled, not verified: check against your own card."
    assert recalled["last"] == "Signs recalled, not verified: check against your own card."
    assert recalled["haematoma"] is None


def test_an_unknown_card_is_refused() -> None:
    with pytest.raises(UsageError, match="no emergency card 'flood'; there are last, anaphylaxis"):
        card("flood")


@pytest.mark.parametrize(
    ("pattern", "decision"),
    [
        (Pattern.ALONG_ROOT, Release.GO),
        (Pattern.VASCULAR_ARTERIAL, Release.ABORT),
        (Pattern.VASCULAR_VENOUS, Release.REPOSITION),
        (Pattern.VASCULAR_UNKNOWN, Release.ABORT),
        (Pattern.INTRATHECAL, Release.ABORT),
        (Pattern.INTRANEURAL, Release.WITHDRAW),
        (Pattern.EPIDURAL_ONLY, Release.REPOSITION),
        (Pattern.ELSEWHERE, Release.REPOSITION),
        (Pattern.UNCERTAIN, Release.REPEAT),
    ],
)
def test_the_gate(pattern: Pattern, decision: Release) -> None:
    assert release(pattern, seen_during=True, vessels_checked=True)[0] is decision
    for seen, checked in ((False, True), (True, False), (False, False)):
        assert release(pattern, seen_during=seen, vessels_checked=checked)[0] is not Release.GO


@pytest.mark.parametrize(
    ("spread", "places", "pattern"),
    [
        (("perineural", "go"), (), Pattern.ALONG_ROOT),
        (("intravascular", "reposition"), (), Pattern.VASCULAR_VENOUS),
        (("intravascular", "abort"), (), Pattern.VASCULAR_UNKNOWN),
        (("intrathecal", "abort"), (), Pattern.INTRATHECAL),
        (("mixed", "abort"), ("along-root", "intrathecal"), Pattern.INTRATHECAL),
        (("mixed", "abort"), ("along-root", "intravascular"), Pattern.VASCULAR_UNKNOWN),
        (("mixed", "reposition"), ("along-root", "intravascular"), Pattern.VASCULAR_VENOUS),
        (("mixed", "reposition"), ("along-root", "intradiscal"), Pattern.ELSEWHERE),
        (("epidural", "reposition"), ("intravascular",), Pattern.EPIDURAL_ONLY),
        (("facet", "reposition"), (), Pattern.ELSEWHERE),
        (("none", "repeat"), (), Pattern.UNCERTAIN),
        (("uncertain", "repeat"), (), Pattern.UNCERTAIN),
        (("perineural", "repeat"), (), Pattern.UNCERTAIN),
        (("?", "go"), (), Pattern.UNCERTAIN),
    ],
)
def test_a_spread_files_pattern_in_the_words_of_the_gate(
    spread: tuple[str, str], places: tuple[str, ...], pattern: Pattern
) -> None:
    assert pattern_from_spread(*spread, places) is pattern


@pytest.mark.parametrize("told", SpreadRelease)
@pytest.mark.parametrize("spread", SpreadPattern)
def test_the_gate_decides_as_the_spread_file_does(spread: SpreadPattern, told: SpreadRelease) -> None:
    """The two say the same of every file; only what the file contradicts itself in counts as uncertain."""
    decision = release(pattern_from_spread(spread, told), seen_during=True, vessels_checked=True)[0]
    contradicts = told is SpreadRelease.GO and spread is not SpreadPattern.PERINEURAL
    assert decision == ("repeat" if contradicts else told)
