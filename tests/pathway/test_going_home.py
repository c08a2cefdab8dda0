"""The recovery room, painkillers to zero by day 5, and the leaflet."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foramen.pathway.answer import Answer
from foramen.pathway.facts import Medication, Modality, Referral
from foramen.pathway.medication import DrugPlan
from foramen.pathway.recovery import (
    AnalgesicPlan,
    Destination,
    PlanKind,
    Recovery,
    Visit,
    analgesic_plan,
    discharge,
    leaflet,
    observation_times,
)
from foramen.pathway.recovery.analgesia import taper
from foramen.pathway.texts import Document, reading_age
from support.journey import journey, part

LATER = datetime.fromisoformat("2025-03-13T10:01:00+01:00")


def sent(changes: dict[str, Any], forgotten: tuple[str, ...] = (), at: datetime = LATER) -> Destination:
    return discharge(part(journey(changes, forgotten), "recovery", Recovery), at, diabetic=Answer.NO).destination


def plan(changes: dict[str, Any] | None = None, forgotten: tuple[str, ...] = ()) -> AnalgesicPlan:
    return analgesic_plan(part(journey(changes, forgotten), "referral", Referral))


def sheet(changes: dict[str, Any] | None = None, forgotten: tuple[str, ...] = (), **visit: Any) -> Document:
    referral = part(journey(changes, forgotten), "referral", Referral)
    was = {"root": "L5-left", "injected_at": LATER, "steroid_given": True, "sedation_given": False, "phone": "01234"}
    return leaflet(referral, Visit(**{**was, **visit}), analgesic_plan(referral))


def test_home_is_where_every_criterion_is_met() -> None:
    assert sent({}) is Destination.HOME


def test_not_before_anybody_has_looked() -> None:
    assert sent({"recovery.rounds": []}) is Destination.NOT_YET
    assert sent({}, at=datetime.fromisoformat("2025-03-13T09:29:00+01:00")) is Destination.NOT_YET


@pytest.mark.parametrize(
    "fact",
    ["may_get_up", "walks_safely", "escort_present", "will_drive_today", "leaflet_given", "intrathecal_suspected"],
)
def test_what_nobody_has_asked_keeps_the_patient_here(fact: str) -> None:
    assert sent({}, (f"recovery.{fact}",)) is Destination.NOT_YET


def test_who_stays_is_looked_at_again_at_the_next_round() -> None:
    recovery = part(journey({"recovery.may_get_up": "no"}), "recovery", Recovery)
    report = discharge(recovery, LATER, diabetic=Answer.NO)
    assert report.next_round == datetime.fromisoformat("2025-03-13T10:30:00+01:00")
    assert discharge(part(journey(), "recovery", Recovery), LATER, diabetic=Answer.NO).next_round is None


def test_a_spinal_block_or_two_weak_legs_stay_in_hospital() -> None:
    assert sent({"recovery.intrathecal_suspected": "yes"}) is Destination.STAY_IN_HOSPITAL
    both = {"recovery.rounds.2.left.power": 3, "recovery.rounds.2.right.power": 3}
    assert sent(both) is Destination.STAY_IN_HOSPITAL


def test_the_order_of_rounds_does_not_matter() -> None:
    rounds = journey()["recovery"]["rounds"]
    assert sent({"recovery.rounds": rounds[::-1]}) is Destination.HOME


def test_a_leg_that_was_weak_before_need_not_be_strong_now() -> None:
    weak = {"recovery.before.left.power": 3, "recovery.rounds.2.left.power": 3}
    assert sent(weak) is Destination.HOME


def test_rounds_at_once_then_at_15_and_30_minutes_then_half_hourly_to_four_hours() -> None:
    out = LATER
    minutes = [(at - out) / timedelta(minutes=1) for at in observation_times(out)]
    assert minutes[:4] == [0, 15, 30, 60]
    assert minutes[-1] == 240


def test_who_takes_painkillers_keeps_them_a_day_and_is_at_zero_by_day_five() -> None:
    made = plan({"referral.medications": [{"drug": "paracetamol", "dose_mg": 1000, "times_per_day": 4}]})
    assert made.kind is PlanKind.TAPER
    assert [(dose.day, dose.times) for dose in made.doses] == [(0, 4), (1, 4), (2, 3), (3, 2), (4, 1)]


def test_who_takes_none_gets_paracetamol_for_a_day() -> None:
    made = plan({"referral.medications": [{"drug": "ramipril"}]})
    assert made.kind is PlanKind.PARACETAMOL_FOR_A_DAY
    assert [(dose.drug, dose.dose_mg, dose.times) for dose in made.doses] == [("paracetamol", 1000.0, 4)]


@pytest.mark.parametrize(
    ("changes", "forgotten"),
    [
        ({"referral.conditions.liver_disease": "yes"}, ()),
        ({}, ("referral.conditions.liver_disease",)),
        ({"referral.patient.weight_kg": 49}, ()),
        ({}, ("referral.patient.weight_kg",)),
        ({}, ("referral.medications",)),
        ({"referral.medications": [{"drug": "ibuprofen", "times_per_day": 3}, {"drug": "apixaban"}]}, ()),
        ({"referral.medications": [{"drug": "paracetamol"}]}, ()),
    ],
)
def test_where_anything_speaks_against_it_a_doctor_makes_the_plan(
    changes: dict[str, Any], forgotten: tuple[str, ...]
) -> None:
    made = plan(changes, forgotten)
    assert made.kind is PlanKind.ASK_A_DOCTOR
    assert made.doses == ()


def test_opioids_are_left_to_whoever_prescribes_them() -> None:
    drugs = [{"drug": "tramadol", "times_per_day": 3}, {"drug": "paracetamol", "times_per_day": 4}]
    made = plan({"referral.medications": drugs})
    assert {dose.drug for dose in made.doses} == {"paracetamol"}
    assert "AN-05" in {finding.rule_id for finding in made.findings}


@given(st.lists(st.integers(1, 8), min_size=1, max_size=4))
def test_a_taper_never_rises_and_ends_before_day_five(times: list[int]) -> None:
    drugs = [Medication(drug=f"drug {chr(97 + i)}", times_per_day=float(n)) for i, n in enumerate(times)]
    doses = taper(drugs)
    for drug in drugs:
        course = [sum(d.times for d in doses if d.drug == drug.drug and d.day == day) for day in range(7)]
        assert course == sorted(course, reverse=True)
        assert course[0] == course[1] == drug.times_per_day
        assert course[5] == course[6] == 0


def test_the_leaflet_says_what_every_patient_needs() -> None:
    said = sheet().to_text()
    for words in (
        "Thu 13 Mar 2025",
        "the L5 nerve on your left side",
        "Do not drive today.",
        "up to 3 weeks",
        "No hard work and no sport for 2 days.",
        "Day 5: none",
        "you can't pass water",
        "still weak 4 hours after",
        "Our number: 01234.",
        "start your exercises again",
        "does not replace what your doctor tells you",
    ):
        assert words in said


def test_what_is_not_this_patients_is_left_out_and_what_is_unknown_is_told() -> None:
    assert sheet().section("diabetes") is None
    assert sheet().section("thinner") is None
    assert sheet({}, ("referral.conditions.diabetes",)).section("diabetes") is not None
    assert sheet({}, ("referral.medications",)).section("thinner") is not None
    assert "steroid" not in sheet({"referral.request.intent": "diagnostic"}, steroid_given=False).to_text().lower()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "warfarin: not before Fri 14 Mar 2025, 00:00"),
        ({"restart_not_before": None}, "warfarin: ask us before you take it again"),
        ({"blocked": True}, "warfarin: ask us before you take it again"),
        ({"continues": True, "restart_not_before": None}, "warfarin: go on taking it as before"),
    ],
)
def test_the_leaflet_names_when_a_blood_thinner_may_be_taken_again(changes: dict[str, Any], line: str) -> None:
    midnight = datetime.fromisoformat("2025-03-14T00:00:00+01:00")
    told = {"drug": "warfarin", "rule_id": "AC-001", "text": "", "blocked": False, "restart_not_before": midnight}
    told |= changes
    referral = part(journey({"referral.medications": [{"drug": "warfarin"}]}), "referral", Referral)
    was = Visit(root="L5-left", injected_at=LATER, steroid_given=True, sedation_given=False, phone="01234")
    written = leaflet(referral, was, analgesic_plan(referral), [DrugPlan(**told)])
    thinner = written.section("thinner")
    assert thinner is not None
    assert thinner.points[0] == line


@pytest.mark.parametrize(
    ("guidance", "words"),
    [
        (Modality.CT, "The CT scanner showed us"),
        (Modality.FLUOROSCOPY, "The X-ray showed us"),
        (None, "The scan showed us"),
    ],
)
def test_the_leaflet_says_what_guided_the_needle(guidance: Modality | None, words: str) -> None:
    assert words in sheet(guidance=guidance).to_text()


def test_warnings_come_before_what_to_expect() -> None:
    order = [section.id for section in sheet().sections]
    assert order.index("emergency") < order.index("same-day") < order.index("expect")


@pytest.mark.parametrize("medications", [[], [{"drug": "paracetamol", "dose_mg": 500, "times_per_day": 4}], None])
@pytest.mark.parametrize("diabetes", ["none", "insulin"])
@pytest.mark.parametrize("sedation", [True, False])
def test_every_leaflet_can_be_read_at_twelve(medications: Any, diabetes: str, sedation: bool) -> None:
    changes = {"referral.medications": medications, "referral.conditions.diabetes": diabetes}
    written = sheet(changes, sedation_given=sedation)
    assert reading_age(written.to_text()) <= 12
    for section in written.sections:
        words = "\n".join((section.heading, *section.sentences, *section.points))
        assert reading_age(words) <= 12, section.id


def test_it_is_markdown_too() -> None:
    markdown = sheet().to_markdown()
    assert markdown.startswith("# After your nerve root injection\n\n## What was done\n\n")
    assert "\n- Someone must take you home. Do not drive today.\n" in markdown
