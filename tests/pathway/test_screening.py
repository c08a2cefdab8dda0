"""One screening as a whole: order, what waits for the day, and what belongs to a diabetic patient."""

import json
from datetime import datetime
from typing import Any

import pytest

from foramen.pathway.facts import Referral
from foramen.pathway.findings import Decision
from foramen.pathway.medication import read_policy
from foramen.pathway.screening import Screening, screen
from support.patients import BEFORE, DAY, facts


def screened(changes: dict[str, Any], at: str = BEFORE, forgotten: tuple[str, ...] = ()) -> Screening:
    referral = Referral.from_json(json.dumps(facts(changes, forgotten)))
    return screen(referral, read_policy("insideradiology-2017"), datetime.fromisoformat(at))


def test_what_can_not_wait_comes_before_what_is_as_grave() -> None:
    found = screened({"infection.spinal": "yes", "request.targets": [{"level": "L5", "side": "right"}]}).findings
    assert [finding.rule_id for finding in found[:2]] == ["SC-08", "LOC-imaging"]


@pytest.mark.parametrize(
    ("diabetes", "steroid", "days"),
    [
        ("insulin", "dexamethasone-phosphate", 5),
        ("diet", "dexamethasone-phosphate", 5),
        ("insulin", "none", 0),
        ("none", "dexamethasone-phosphate", 0),
    ],
)
def test_a_diabetic_patient_who_gets_a_steroid_gets_a_glucose_plan(diabetes: str, steroid: str, days: int) -> None:
    assert len(screened({"conditions.diabetes": diabetes, "request.steroid": steroid}).glucose_plan) == days


def test_unknown_diabetes_is_asked_about_and_gets_no_plan() -> None:
    result = screened({}, forgotten=("conditions.diabetes",))
    assert not result.glucose_plan
    assert result.decision is Decision.INCOMPLETE


def test_the_day_s_questions_wait_for_the_day() -> None:
    before, on_the_day = screened({"request.intent": "diagnostic", "request.steroid": "none"}), {}
    assert before.decision is Decision.PROCEED
    assert "How strong is the pain now, 0 to 10?" in before.on_the_day
    on_the_day = screened({"request.intent": "diagnostic", "request.steroid": "none"}, at=DAY)
    assert on_the_day.decision is Decision.INCOMPLETE
    assert not on_the_day.on_the_day


def test_the_day_begins_at_midnight_where_the_procedure_takes_place() -> None:
    assert screened({}, at="2025-03-12T22:59:00Z").on_the_day
    assert not screened({}, at="2025-03-12T23:00:00Z").on_the_day


def test_without_an_appointment_a_referral_is_incomplete() -> None:
    result = screened({}, forgotten=("request.starts_at",))
    assert (result.decision, result.could_become) == (Decision.INCOMPLETE, Decision.STOP)
    assert result.questions[0].ask == "When is the procedure, to the minute?"
    assert result.procedure_day is result.procedure_at is None


def test_the_fingerprint_is_of_the_facts_not_of_how_the_file_was_typed() -> None:
    power = {"ankle-dorsiflexion": 5, "hip-flexion": 5}
    one, other = (
        screened({"examination.left.power": power}),
        screened({"examination.left.power": dict(reversed(power.items()))}),
    )
    assert one.referral_fingerprint == other.referral_fingerprint
    assert one.referral_fingerprint != screened({"patient.weight_kg": 83}).referral_fingerprint


def test_an_empty_referral_asks_for_everything_and_lets_nobody_through() -> None:
    bare = Referral.from_json('{"patient": {"pseudonym": "P"}}')
    result = screen(bare, read_policy("sir-2019"), datetime.fromisoformat(BEFORE))
    assert (result.decision, result.could_become) == (Decision.INCOMPLETE, Decision.STOP)
    assert len(result.questions) > 40
    assert not result.findings


def test_a_diabetic_patient_without_an_appointment_has_no_glucose_plan_yet() -> None:
    assert not screened({"conditions.diabetes": "insulin"}, forgotten=("request.starts_at",)).glucose_plan


def test_the_ledger_stands_in_the_screening() -> None:
    dose = {"product": "methylprednisolone", "dose_mg": 80, "on": "2024-03-20", "site": "joint"}
    result = screened({"history.steroids": [dose]})
    assert result.steroid_year_mg == 80
    assert [line.methylprednisolone_mg for line in result.steroid_ledger] == [80]
