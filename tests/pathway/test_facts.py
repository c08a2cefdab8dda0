"""The referral: strict, frozen, unknown everywhere, and faults named without what stands in them."""

import json
from datetime import date, datetime

import pytest
from pydantic import ValidationError

from foramen.errors import InputError
from foramen.pathway.answer import Answer
from foramen.pathway.facts import LabTest, Referral
from foramen.pathway.scope import scope_of
from foramen.pathway.timing import days_between, hours_between, months_between
from support.patients import STRAIGHTFORWARD, facts, referral

BARE = Referral.from_json('{"patient": {"pseudonym": "P"}}')


def test_leaving_everything_out_means_unknown_never_no() -> None:
    def leaves(value: object) -> list[object]:
        if isinstance(value, dict):
            return [leaf for part in value.values() for leaf in leaves(part)]
        return [value]

    told = json.loads(BARE.to_json())
    del told["patient"]["pseudonym"], told["schema"]
    assert {json.dumps(leaf) for leaf in leaves(told)} == {"null", '"unknown"', "[]"}
    assert BARE.labs == ()  # results that nobody has sent in are simply not there yet


def test_a_referral_reads_back_from_its_own_json() -> None:
    assert Referral.from_json(referral().to_json()) == referral()


def test_a_fault_names_the_field_and_not_what_stands_in_it() -> None:
    with pytest.raises(InputError) as fault:
        Referral.from_json(json.dumps(facts({"patient.weight_kg": "heavy as Jones", "patient.shoe": 43})))
    assert "patient.weight_kg" in str(fault.value)
    assert "patient.shoe" in str(fault.value)
    assert "Jones" not in str(fault.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("patient.weight_kg", 0),
        ("patient.age_years", 47.5),
        ("patient.has_escort", True),
        ("examination.left.power.hip-flexion", 6),
        ("request.starts_at", "2025-03-13T09:00:00"),
        ("request.time_zone", "Mars/Olympus"),
        ("medications", [{"drug": "Warfarin Sodium (brand)"}]),
        ("schema", "foramen.referral/2"),
    ],
)
def test_what_can_not_be_is_refused(path: str, value: object) -> None:
    with pytest.raises(InputError, match=path.split(".")[0]):
        referral({path: value})


def test_text_that_is_no_json_is_refused_in_a_sentence() -> None:
    with pytest.raises(InputError, match="read as Referral"):
        Referral.from_json("hello")


def test_facts_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        BARE.patient.weight_kg = 80.0  # type: ignore[misc]


def test_the_latest_result_counts_and_of_two_at_once_the_higher() -> None:
    at = ("2025-03-12T08:00:00+01:00", "2025-03-13T08:00:00+01:00", "2025-03-13T07:00:00+00:00")
    values = (2.0, 1.4, 1.6)
    about = referral({"labs": [{"test": "inr", "value": v, "at": t} for v, t in zip(values, at, strict=True)]})
    latest = about.latest(LabTest.INR)
    assert latest is not None
    assert latest.value == 1.6
    assert about.latest(LabTest.EGFR) is None


def test_taking_a_drug_is_unknown_while_nobody_has_asked_for_drugs() -> None:
    assert BARE.takes(["warfarin"]) is Answer.UNKNOWN
    assert referral().takes(["warfarin"]) is Answer.NO
    assert referral().takes(["warfarin", "paracetamol"]) is Answer.YES


def test_the_day_of_the_procedure_is_the_day_where_it_takes_place() -> None:
    late = {"request.starts_at": "2025-03-12T23:30:00Z", "request.time_zone": "Europe/Berlin"}
    assert referral(late).day == date(2025, 3, 13)
    assert referral(late, forgotten=["request.time_zone"]).day == date(2025, 3, 12)
    assert BARE.day is None


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        ("2024-12-13", "2025-03-13", 3.0),
        ("2024-12-14", "2025-03-13", 2 + 27 / 31),
        ("2024-12-12", "2025-03-13", 3 + 1 / 31),
        ("2025-01-31", "2025-02-28", 1.0),
        ("2024-02-29", "2025-02-28", 12.0),
        ("2025-03-13", "2025-03-13", 0.0),
        ("2025-03-13", "2025-02-13", -1.0),
    ],
)
def test_months_are_counted_on_the_calendar(earlier: str, later: str, months: float) -> None:
    assert months_between(date.fromisoformat(earlier), date.fromisoformat(later)) == pytest.approx(months)


def test_time_between_is_unknown_where_either_end_is() -> None:
    day, moment = date(2025, 3, 13), datetime.fromisoformat("2025-03-13T09:00:00+01:00")
    assert days_between(None, day) is days_between(day, None) is None
    assert hours_between(None, moment) is hours_between(moment, None) is None
    assert months_between(None, day) is months_between(day, None) is None
    assert days_between(date(2025, 3, 15), day) == -2


def test_the_straightforward_patient_is_complete() -> None:
    assert "unknown" not in json.dumps(STRAIGHTFORWARD)


@pytest.mark.parametrize(("at", "known"), [("2025-03-13T08:15:00+01:00", 3), ("2025-03-12T08:15:00+01:00", None)])
def test_what_was_measured_for_another_appointment_does_not_count(at: str, known: float | None) -> None:
    about = referral({"arrival": {"at": at, "pain_nrs": 3}})
    assert scope_of(about)["pain_on_the_day_nrs"] == known
