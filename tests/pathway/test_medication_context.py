"""Stents, strokes, platelets, and the price of stopping."""

import pytest

from foramen.pathway.findings import Decision
from foramen.pathway.medication import (
    advise,
    read_policy,
)
from support.drugs import NEEDLE, lab, taking
from support.patients import BEFORE, referral


@pytest.mark.parametrize(
    ("kind", "on", "blocked"),
    [
        ("elective-stent", "2025-02-06", False),  # five weeks, beyond four
        ("urgent-stent", "2025-02-06", True),  # five weeks, within three months
        ("stroke", "2024-10-01", True),
        ("mechanical-valve", "2025-02-06", False),
    ],
)
def test_a_recent_stent_or_stroke_blocks_every_date(kind: str, on: str, blocked: bool) -> None:
    changes = {"conditions.thromboses": [{"kind": kind, "on": on}]}
    advice = taking("clopidogrel", "aagbi-2013", at=BEFORE, **changes)
    assert advice.plans[0].blocked is blocked
    assert (advice.plans[0].last_dose_by is None) is blocked
    assert not blocked or advice.evaluation.decision is Decision.DEFER


def test_bridging_is_never_proposed() -> None:
    changes = {"conditions.thromboses": [{"kind": "mechanical-valve"}]}
    advice = taking("warfarin", "aagbi-2013", at=BEFORE, **changes)
    words = " ".join(found.text for found in advice.evaluation.findings)
    assert "Bridging is never proposed here" in words
    assert {plan.drug for plan in advice.plans} == {"warfarin"}


@pytest.mark.parametrize(("count", "decision"), [(50, Decision.PROCEED), (49.9, Decision.DEFER)])
def test_platelets_under_sir(count: float, decision: Decision) -> None:
    about = referral({"labs": [lab("platelets-e9-per-l", count)]})
    assert advise(about, read_policy("sir-2019"), NEEDLE).evaluation.decision is decision
    assert advise(about, read_policy("aagbi-2013"), NEEDLE).evaluation.decision is Decision.PROCEED


def test_the_price_of_stopping_stands_beside_every_stop_and_no_continuing() -> None:
    stop = taking("clopidogrel", "aagbi-2013", at=BEFORE).plans[0]
    assert "9 serious events" in stop.thrombosis_cost
    assert "0.39 %" in stop.thrombosis_cost
    assert not taking("aspirin", "aagbi-2013", at=BEFORE).plans[0].thrombosis_cost


def test_an_elective_stent_of_three_weeks_blocks_every_date_too() -> None:
    changes = {"conditions.thromboses": [{"kind": "elective-stent", "on": "2025-02-20"}]}
    advice = taking("clopidogrel", "aagbi-2013", at=BEFORE, **changes)
    assert advice.plans[0].blocked
    assert "no automatic dates" in advice.plans[0].text


def test_under_a_block_nothing_is_planned_but_a_dose_taken_too_late_is_told() -> None:
    changes = {"conditions.thromboses": [{"kind": "urgent-stent", "on": "2025-02-20"}]}
    late = taking("clopidogrel", "aagbi-2013", hours=24, **changes).evaluation.findings
    assert [finding.rule_id for finding in late if "24.0 h before" in finding.text] == ["aagbi-2013/AC-101"]
    early = taking("clopidogrel", "aagbi-2013", at=BEFORE, **changes).evaluation.findings
    assert "aagbi-2013/AC-101" not in {finding.rule_id for finding in early}


def test_what_continues_goes_on_under_a_block_too() -> None:
    changes = {"conditions.thromboses": [{"kind": "urgent-stent", "on": "2025-02-20"}]}
    plan = taking("aspirin", "aagbi-2013", at=BEFORE, **changes).plans[0]
    assert (plan.blocked, plan.text) == (False, "continue")
