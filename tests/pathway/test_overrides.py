"""Findings are set aside by the right role, with a reason and a time, and some by nobody."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from foramen.pathway.engine import Override
from foramen.pathway.findings import Decision
from foramen.pathway.medication import read_policy
from foramen.pathway.screening import Screening, screen
from support.patients import BEFORE, referral

OLD_WEAKNESS = {"examination.left.power.great-toe-extension": 4, "examination.left.weakness_course": "stable"}
GIVEN_AT = "2025-02-27T09:00:00+01:00"
REASON = "Grade 4 since 2019, unchanged at three visits."


def override(
    rule_id: str, finding: str = "Long-standing weakness in the left leg (great toe extension 4).", **changes: Any
) -> Override:
    given = {
        "rule_id": rule_id,
        "finding": finding,
        "role": "doctor",
        "reason": REASON,
        "at": "2025-02-27T09:00:00+01:00",
        **changes,
    }
    return Override.model_validate(given, strict=False)


def screened(changes: dict[str, Any], *overrides: Override) -> Screening:
    policy = read_policy("insideradiology-2017")
    return screen(referral(changes), policy, datetime.fromisoformat(BEFORE), overrides=overrides)


def test_old_weakness_waits_for_a_doctor_s_reason_and_then_needs_a_plan() -> None:
    without = screened(OLD_WEAKNESS)
    assert without.decision is Decision.DEFER
    assert "S1-3" in (without.findings[0].conflict or "")
    assert "S1-11" in (without.findings[0].conflict or "")
    with_reason = screened(OLD_WEAKNESS, override("SC-07"))
    assert with_reason.decision is Decision.PROCEED_WITH_PLAN
    assert with_reason.findings[0].overridden_by == f"doctor, 27 Feb 2025, 09:00 +01:00: {REASON}"


@pytest.mark.parametrize(
    ("changes", "rule_id"),
    [
        ({"examination.red_flags.saddle_numbness": "yes", "examination.red_flags.days": 2}, "SC-01"),
        ({"infection.spinal": "yes"}, "SC-08"),
        ({"infection.fever_or_systemic": "yes"}, "SC-09-fever"),
        ({"patient.has_capacity": "no", "patient.has_representative": "no"}, "SC-capacity"),
        ({"request.targets": [{"level": "L5", "side": "right"}]}, "LOC-side"),
    ],
)
def test_nobody_sets_these_aside(changes: dict[str, Any], rule_id: str) -> None:
    before = screened(changes)
    said = next(finding.text for finding in before.findings if finding.rule_id == rule_id)
    result = screened(changes, override(rule_id, said, role="consultant"))
    assert result.decision == before.decision
    assert not result.decision.goes_ahead
    assert result.refused_overrides == (f"{rule_id}: nobody can set this aside.",)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"role": "nurse"}, "it takes a doctor"),
        ({"role": "radiographer"}, "it takes a doctor"),
        ({"at": "2025-02-27T10:00:01+01:00"}, "dated later"),
        ({"rule_id": "SC-08"}, "no such finding"),
    ],
)
def test_an_override_that_does_not_count_is_named(changes: dict[str, str], why: str) -> None:
    result = screened(OLD_WEAKNESS, override(**{"rule_id": "SC-07", **changes}))
    assert result.decision is Decision.DEFER
    assert why in result.refused_overrides[0]


def test_a_consultant_may_do_what_a_doctor_may_and_more() -> None:
    foot_drop = {"examination.left.power.ankle-dorsiflexion": 3, "examination.left.weakness_course": "stable"}
    old = override("SC-07", "Long-standing weakness in the left leg (ankle dorsiflexion 3).", role="consultant")
    said = "Foot drop: dorsiflexion of MRC grade 3 in the left leg."
    assert screened(foot_drop, old, override("SC-05", said)).decision is Decision.STOP
    assert screened(foot_drop, old, override("SC-05", said, role="consultant")).decision is Decision.PROCEED_WITH_PLAN


def test_an_override_is_spent_once_the_finding_says_something_else() -> None:
    weaker = {**OLD_WEAKNESS, "examination.left.power.great-toe-extension": 3}
    result = screened(weaker, override("SC-07"))
    assert result.decision is Decision.DEFER
    assert result.refused_overrides == ("SC-07: the finding says something else by now; decide again.",)


def test_a_reason_is_more_than_a_word() -> None:
    with pytest.raises(ValidationError, match="at least 10"):
        override("SC-07", reason="ok")


def test_what_is_missing_can_not_be_set_aside() -> None:
    result = screened({"examination.left.power": {}}, override("SC-07"))
    assert result.decision is Decision.INCOMPLETE


def test_an_override_given_at_the_very_moment_counts() -> None:
    assert screened(OLD_WEAKNESS, override("SC-07", at=BEFORE)).decision is Decision.PROCEED_WITH_PLAN
