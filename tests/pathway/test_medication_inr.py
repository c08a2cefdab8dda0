"""The INR decides on the day, in a sample that saw the last dose."""

import pytest

from foramen.pathway.findings import Decision
from support.drugs import NEEDLE, lab, taking
from support.patients import BEFORE


@pytest.mark.parametrize(
    ("policy", "inr", "decision"),
    [
        ("insideradiology-2017", 1.5, Decision.PROCEED_WITH_PLAN),
        ("insideradiology-2017", 1.6, Decision.STOP),
        ("aagbi-2013", 1.4, Decision.PROCEED_WITH_PLAN),
        ("aagbi-2013", 1.5, Decision.STOP),
        ("nhs-lothian", 1.4, Decision.PROCEED_WITH_PLAN),
        ("nhs-lothian", 1.5, Decision.STOP),
        ("sir-2019", 1.5, Decision.PROCEED_WITH_PLAN),
        ("sir-2019", 1.6, Decision.DEFER),
        ("sir-2019", 1.8, Decision.DEFER),
        ("sir-2019", 1.9, Decision.STOP),
    ],
)
def test_the_inr_decides_on_the_day(policy: str, inr: float, decision: Decision) -> None:
    assert taking("warfarin", policy, hours=130, labs=[lab("inr", inr)]).evaluation.decision is decision


@pytest.mark.parametrize(("inr", "decision"), [(1.2, Decision.PROCEED_WITH_PLAN), (1.3, Decision.STOP)])
def test_a_normal_inr_is_what_the_laboratory_calls_normal(inr: float, decision: Decision) -> None:
    labs = [lab("inr", inr, upper_limit_of_normal=1.2)]
    assert taking("warfarin", "esaic-2022", hours=140, labs=labs).evaluation.decision is decision


def test_without_the_laboratory_s_limit_normal_is_asked_for() -> None:
    advice = taking("warfarin", "esaic-2022", hours=140, labs=[lab("inr", 1.1)])
    assert advice.evaluation.decision is Decision.INCOMPLETE
    assert "upper limit" in advice.evaluation.questions[0].ask


def test_an_inr_taken_before_the_last_dose_says_nothing() -> None:
    early = lab("inr", 1.2, at="2025-03-05T08:00:00+01:00")
    advice = taking("warfarin", "insideradiology-2017", hours=130, labs=[early])
    assert advice.evaluation.decision is Decision.INCOMPLETE
    assert advice.evaluation.could_become is Decision.STOP


def test_before_the_day_the_inr_is_planned_for_not_judged() -> None:
    advice = taking("warfarin", "insideradiology-2017", at=BEFORE, labs=[lab("inr", 2.6, at=BEFORE)])
    assert advice.evaluation.decision is Decision.PROCEED_WITH_PLAN
    assert advice.plans[0].inr_due_before == NEEDLE
    assert advice.plans[0].last_dose_by is None  # S1 gives no days, and none are invented


def test_without_any_inr_the_day_asks_for_one() -> None:
    advice = taking("warfarin", "insideradiology-2017", hours=130)
    assert [question.fact for question in advice.evaluation.questions] == ["inr of warfarin"]
    assert advice.evaluation.could_become is Decision.STOP


@pytest.mark.parametrize(("at", "decision"), [("10:59", Decision.INCOMPLETE), ("11:00", Decision.PROCEED_WITH_PLAN)])
def test_a_sample_sees_the_last_dose_from_its_very_minute(at: str, decision: Decision) -> None:
    sample = lab("inr", 1.2, at=f"2025-03-08T{at}:00+01:00")
    advice = taking("warfarin", "insideradiology-2017", hours=118, labs=[sample])
    assert advice.evaluation.decision is decision
