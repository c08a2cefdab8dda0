"""Holds are counted in true hours and calendar days, also in a night when the clocks change."""

from datetime import datetime, timedelta

import pytest

from foramen.pathway.findings import Decision
from foramen.pathway.medication import (
    advise,
    read_policy,
)
from support.drugs import NEEDLE, kidneys, taking
from support.patients import BEFORE, DAY, referral


@pytest.mark.parametrize(("hours", "decision"), [(48.0, Decision.PROCEED_WITH_PLAN), (47.9, Decision.DEFER)])
def test_hours_are_counted_from_the_last_dose_actually_taken(hours: float, decision: Decision) -> None:
    advice = taking("rivaroxaban", "aagbi-2013", hours=hours, intensity="high")
    assert advice.evaluation.decision is decision


def test_a_dose_too_late_says_when_the_procedure_could_be() -> None:
    late = taking("rivaroxaban", "aagbi-2013", hours=47.9, intensity="high").evaluation.findings[0]
    assert "47.9 h" in late.text
    assert "not before Thu 13 Mar 2025, 09:06 CET" in (late.action or "")


def test_a_dose_that_is_due_but_not_recorded_is_asked_for() -> None:
    advice = taking("rivaroxaban", "aagbi-2013", intensity="high")
    assert advice.evaluation.decision is Decision.INCOMPLETE
    assert advice.evaluation.questions[0].ask == "When was the last dose of rivaroxaban actually taken?"


def test_a_dose_that_is_not_due_yet_is_a_plan() -> None:
    advice = taking("rivaroxaban", "aagbi-2013", hours=340, at=BEFORE, intensity="high")
    assert advice.evaluation.decision is Decision.PROCEED_WITH_PLAN
    assert advice.plans[0].last_dose_by == NEEDLE - timedelta(hours=48)


@pytest.mark.parametrize(
    ("last_dose", "decision"),
    [("2025-03-05T23:59:00+01:00", Decision.PROCEED_WITH_PLAN), ("2025-03-06T00:30:00+01:00", Decision.DEFER)],
)
@pytest.mark.parametrize("policy", ["nhs-lothian", "aagbi-2013"])
def test_seven_days_of_clopidogrel_mean_a_last_dose_on_day_minus_eight(
    policy: str, last_dose: str, decision: Decision
) -> None:
    about = referral({"medications": [{"drug": "clopidogrel", "last_dose": last_dose}]})
    assert advise(about, read_policy(policy), datetime.fromisoformat(DAY)).evaluation.decision is decision


@pytest.mark.parametrize(
    ("starts_at", "by", "wall_hours"),
    [
        ("2025-03-31T01:00:00+02:00", "2025-03-29T00:00:00+01:00", 49),  # the clocks went forward in between
        ("2025-10-27T01:00:00+01:00", "2025-10-25T02:00:00+02:00", 47),  # the clocks went back
        ("2025-06-12T01:00:00+02:00", "2025-06-10T01:00:00+02:00", 48),
    ],
)
def test_hours_are_true_hours_in_a_night_when_the_clocks_change(starts_at: str, by: str, wall_hours: int) -> None:
    about = referral({"medications": [{"drug": "rivaroxaban", "intensity": "high"}], "request.starts_at": starts_at})
    plan = advise(about, read_policy("aagbi-2013"), datetime.fromisoformat("2025-01-01T00:00:00Z")).plans[0]
    assert plan.last_dose_by is not None
    assert plan.last_dose_by.timestamp() == datetime.fromisoformat(by).timestamp()
    starts = datetime.fromisoformat(starts_at).replace(tzinfo=None)
    assert starts - plan.last_dose_by.replace(tzinfo=None) == timedelta(hours=wall_hours)


def test_the_earlier_of_hours_and_day_counts() -> None:
    advice = taking("apixaban", "nhs-lothian", at=BEFORE, **kidneys(60))
    assert f"{advice.plans[0].last_dose_by:%d %b %H:%M %Z}" == "10 Mar 23:59 CET"  # day -3, before 11 Mar 09:00


def test_without_an_appointment_there_are_no_dates() -> None:
    about = referral({"medications": [{"drug": "warfarin"}]}, forgotten=["request.starts_at"])
    advice = advise(about, read_policy("asra-pain-2018"), datetime.fromisoformat(BEFORE))
    assert advice.plans[0].last_dose_by is advice.plans[0].restart_not_before is None


def test_without_a_time_zone_the_clock_of_the_appointment_is_kept() -> None:
    about = referral({"medications": [{"drug": "clopidogrel"}]}, forgotten=["request.time_zone"])
    plan = advise(about, read_policy("aagbi-2013"), datetime.fromisoformat(BEFORE)).plans[0]
    assert plan.last_dose_by == datetime.fromisoformat("2025-03-05T23:59:59+01:00")


def test_the_note_of_a_row_goes_with_its_plan() -> None:
    advice = taking("apixaban", "aagbi-2013", at=BEFORE, intensity="low")
    assert advice.evaluation.findings[0].action == "24 to 48 hours; the longer is used."
    assert taking("clopidogrel", "aagbi-2013", at=BEFORE).evaluation.findings[0].action is None
