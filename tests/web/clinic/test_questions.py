"""Which questions are asked, on which page, and how what is typed becomes a fact."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from foramen.pathway.answer import Answer
from foramen.pathway.engine import read_rules
from foramen.pathway.facts import Conditions, Diabetes, Infection, Patient, Referral, Request, Sex
from foramen.pathway.findings import Decision, Question, Severity
from foramen.pathway.medication import read_policy
from foramen.pathway.screening import Screening, all_rules, screen
from foramen.web.clinic.questions import (
    TOPICS,
    answered,
    asked,
    facts_of,
    faults_of,
    just_raised,
    names,
    next_topic,
    questions_in,
    read,
    that_matter,
    topic,
    typed,
)
from foramen.web.clinic.topic_form import split, stands, with_another_row, with_shortcuts

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2025, 2, 27, 9, tzinfo=UTC)
OF_AN_APPOINTMENT = {"starts_at", "time_zone", "inr", "last_dose", "platelets", "intensity", "antithrombotic"}


def screened(referral: Referral) -> Screening:
    return screen(referral, read_policy("insideradiology-2017"), AT)


def nobody() -> Referral:
    return Referral(patient=Patient(pseudonym="case"))


def question(fact: str, could_become: Decision) -> Question:
    return Question(fact=fact, ask=f"{fact}?", rule_ids=("X",), could_become=could_become)


# --- which page asks -------------------------------------------------------------------------------------


def test_every_fact_that_a_rule_can_miss_is_asked_on_some_page() -> None:
    rules = [rule for rule in (*all_rules(), *read_rules("medication")) if rule.severity is not Severity.INFO]
    collections = {rule.each for rule in rules if rule.each}
    can_miss = {name for rule in rules for name in rule.condition.names} | OF_AN_APPOINTMENT
    on_pages = frozenset().union(*(one.asked_by for one in TOPICS))
    own = {"legs", "movements", "allergy_to", "cause", "zone", "is_scar", "operation", "vaccine", "kind", "lumbar"}
    own |= {"injected", "is_dexamethasone", "leg_side", "level", "target", "weak_movements", "imaging_age_months"}
    assert sorted(can_miss - on_pages - own - collections) == []


def test_the_questions_of_a_case_of_which_nothing_is_known_all_have_a_page() -> None:
    for one in screened(nobody()).questions:
        assert any(questions_in(where, (one,)) for where in TOPICS), one.fact


def test_what_could_end_it_at_once_is_asked_first() -> None:
    first = next_topic(screened(nobody()).questions)
    assert first is not None
    assert first.name == "red-flags"


def test_after_one_topic_comes_the_next_that_has_a_question() -> None:
    questions = [question("fever_or_systemic_infection", Decision.DEFER), question("allergies", Decision.STOP)]
    following = next_topic(questions, after="infection")
    assert following is not None
    assert following.name == "allergies"
    assert next_topic(questions, after="allergies") is None


# --- which questions matter ------------------------------------------------------------------------------


def test_while_nothing_is_decided_every_open_question_matters() -> None:
    screening = screened(nobody())
    assert screening.decision is Decision.INCOMPLETE
    assert that_matter(screening) == screening.questions


def test_a_deferral_asks_only_for_what_could_stop() -> None:
    screening = screened(nobody().model_copy(update={"infection": Infection(fever_or_systemic=Answer.YES)}))
    assert screening.decision is Decision.DEFER
    assert {one.could_become for one in that_matter(screening)} == {Decision.STOP}


def test_a_stop_asks_for_nothing_more() -> None:
    screening = screened(nobody().model_copy(update={"conditions": Conditions(bleeding_disorder=Answer.YES)}))
    assert screening.decision is Decision.STOP
    assert that_matter(screening) == ()
    assert screening.questions


def test_a_man_is_not_asked_for_a_pregnancy() -> None:
    man = nobody().model_copy(update={"patient": Patient(pseudonym="case", sex=Sex.MALE)})
    assert "could_be_pregnant" in names(screened(nobody()).questions)
    assert "could_be_pregnant" not in names(screened(man).questions)


def test_an_answer_raises_its_own_questions_at_once() -> None:
    before, after = screened(nobody()), screened(answered(nobody(), {"examination.red_flags.saddle_numbness": "yes"}))
    assert "red_flag_days" in names(just_raised(before, after))


def test_only_what_nobody_has_answered_stands_on_the_page() -> None:
    where = topic("infection")
    referral = answered(nobody(), {"infection.spinal": "no"})
    now, others = split(where, screened(referral).questions, typed(where.parts, referral, BERLIN))
    assert "infection.spinal" not in [part.path for part in now]
    assert "infection.skin_on_path" in [part.path for part in now]
    assert {*now, *others} == set(where.parts)


def test_only_the_weak_leg_is_asked_how_its_weakness_goes() -> None:
    where = topic("legs")
    full = {f"examination.{side}.power.{movement}": 5 for side in ("left", "right") for movement in MOVEMENTS}
    referral = answered(nobody(), {**full, "examination.left.power.great-toe-extension": 4})
    now, _ = split(where, screened(referral).questions, typed(where.parts, referral, BERLIN))
    assert [part.path for part in now] == ["examination.left.weakness_course"]


def test_what_the_doses_are_reckoned_from_is_asked_with_the_rest() -> None:
    now, _ = split(topic("person"), screened(nobody()).questions, {})
    assert {"patient.weight_kg", "patient.height_cm", "patient.sex"} <= {part.path for part in now}


MOVEMENTS = ("hip-flexion", "knee-extension", "ankle-dorsiflexion", "great-toe-extension", "ankle-plantarflexion")


def test_only_the_drug_that_a_rule_asks_about_is_asked_for_its_last_dose() -> None:
    (drugs,) = topic("drugs").parts
    last_dose = next(one for one in drugs.row if one.path == "last_dose")
    row = {"medications.0.drug": "apixaban", "medications.1.drug": "ramipril"}
    questions = [question("last_dose of apixaban", Decision.DEFER)]
    assert stands(last_dose, row, "medications.0.", questions)
    assert not stands(last_dose, row, "medications.1.", questions)


# --- what is typed ---------------------------------------------------------------------------------------


def test_a_comma_counts_as_a_point_in_a_number() -> None:
    found = read(topic("person").parts, {"patient.weight_kg": "71,5"}, BERLIN)
    assert found.values == {"patient.weight_kg": 71.5}


def test_a_field_that_is_not_in_the_form_changes_nothing() -> None:
    known = answered(nobody(), {"infection.spinal": "no"})
    again = answered(known, read(topic("infection").parts, {"infection.skin_on_path": "yes"}, BERLIN).values)
    assert again.infection.spinal is Answer.NO
    assert again.infection.skin_on_path is Answer.YES


def test_an_answer_can_be_taken_back_to_not_known() -> None:
    known = answered(nobody(), {"infection.spinal": "no"})
    again = answered(known, read(topic("infection").parts, {"infection.spinal": "unknown"}, BERLIN).values)
    assert again.infection.spinal is Answer.UNKNOWN


def test_none_is_an_answer_and_an_untouched_list_is_not() -> None:
    (drugs,) = topic("drugs").parts
    said = read((drugs,), {"medications.there": "none", "medications.0.drug": ""}, BERLIN)
    silent = read((drugs,), {"medications.0.drug": ""}, BERLIN)
    assert answered(nobody(), said.values).medications == ()
    assert answered(nobody(), silent.values).medications is None


def test_none_beside_a_drug_is_refused_with_a_sentence() -> None:
    found = read(topic("drugs").parts, {"medications.there": "none", "medications.0.drug": "warfarin"}, BERLIN)
    assert "none" in found.faults["medications.there"]


def test_these_without_any_is_refused_with_a_sentence() -> None:
    found = read(topic("drugs").parts, {"medications.there": "some", "medications.0.drug": ""}, BERLIN)
    assert "at least one drug" in found.faults["medications.there"]


def test_a_time_is_read_on_the_clock_of_the_procedure_room() -> None:
    summer = read(topic("request").parts, {"request.starts_at": "2025-03-31T08:30"}, BERLIN).values
    winter = read(topic("request").parts, {"request.starts_at": "2025-03-13T08:30"}, BERLIN).values
    assert summer == {"request.starts_at": "2025-03-31T08:30:00+02:00"}
    assert winter == {"request.starts_at": "2025-03-13T08:30:00+01:00"}


def test_a_time_that_the_clocks_skip_is_refused() -> None:
    found = read(topic("request").parts, {"request.starts_at": "2025-03-30T02:30"}, BERLIN)
    assert "skip" in found.faults["request.starts_at"]


@pytest.mark.parametrize("text", ["yesterday", "31.03.2025 8:30"])
def test_what_is_no_time_is_said_beside_its_field(text) -> None:
    assert "2025-03-13" in read(topic("request").parts, {"request.starts_at": text}, BERLIN).faults["request.starts_at"]


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "heavy", "7 kg"])
def test_what_is_no_number_is_said_beside_its_field(text) -> None:
    assert read(topic("person").parts, {"patient.weight_kg": text}, BERLIN).faults == {
        "patient.weight_kg": "Enter a number, such as 7 or 7.5."
    }


def test_a_form_that_claims_a_billion_rows_is_not_believed() -> None:
    (drugs,) = topic("drugs").parts
    found = read((drugs,), {"medications.there": "some", "medications.1000000000.drug": "warfarin"}, BERLIN)
    assert found.values == {}


def test_a_choice_that_was_not_offered_is_refused() -> None:
    assert read(topic("illnesses").parts, {"conditions.diabetes": "perhaps"}, BERLIN).faults


def test_a_weight_that_nobody_has_is_said_beside_its_field() -> None:
    with pytest.raises(ValidationError) as caught:
        answered(nobody(), {"patient.weight_kg": 5000.0})
    assert faults_of(caught.value) == {"patient.weight_kg": "Enter 400.0 or less."}


def test_full_power_is_one_tap_and_overwrites_nothing() -> None:
    form = {"full-power-left": "yes", "examination.left.power.ankle-dorsiflexion": "4"}
    values = read(topic("legs").parts, with_shortcuts(topic("legs"), form), BERLIN).values
    assert values["examination.left.power.ankle-dorsiflexion"] == 4
    assert values["examination.left.power.hip-flexion"] == 5
    assert not [path for path in values if "right" in path]


def test_another_row_keeps_what_was_typed() -> None:
    form = {"medications.there": "some", "medications.0.drug": "warfarin", "add": "medications"}
    longer = with_another_row(form)
    assert longer["medications.0.drug"] == "warfarin"
    assert any(name.startswith("medications.1.") for name in longer)


def test_what_is_known_is_shown_and_read_back_the_same() -> None:
    referral = nobody().model_copy(
        update={
            "conditions": Conditions(diabetes=Diabetes.TABLETS, thromboses=()),
            "request": Request(starts_at=datetime(2025, 10, 26, 2, 30, tzinfo=BERLIN), steroid="none"),
        }
    )
    again = nobody()
    for where in TOPICS:
        again = answered(again, read(where.parts, typed(where.parts, referral, BERLIN), BERLIN).values)
    assert again.to_json() == referral.to_json()


def test_the_facts_of_a_list_include_those_of_its_rows() -> None:
    assert {"medications", "last_dose"} <= facts_of(topic("drugs").parts)


def test_a_question_for_several_facts_names_each_with_whose_it_is() -> None:
    two = question("dorsiflexion_grade of the left leg, mrc_grade of ankle dorsiflexion in the left leg", Decision.STOP)
    assert asked((two,)) == {
        ("dorsiflexion_grade", "the left leg"),
        ("mrc_grade", "ankle dorsiflexion in the left leg"),
    }
    assert replace(topic("legs").parts[0], whose="right leg").waits(asked((two,))) is False
