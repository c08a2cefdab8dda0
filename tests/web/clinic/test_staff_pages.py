"""Setting a finding aside, confirming the drugs, taking a call: each by whoever may, each kept with its name."""

import json

import pytest

from foramen.pathway.answer import Answer
from foramen.records import Role
from support.clinic import moment, set_clock, set_policy
from support.html_forms import Form, page
from support.patients import EXAMPLES
from support.worked_cases import story, worked_case

BEFORE = moment("2025-02-27 10:00")
CALLS = [(folder, step) for folder in ("05-diabetic", "10-allergy") for step in story(folder)["calls"]]
REPORTED = {
    "Is the saddle area numb?": "saddle_numbness",
    "Are both legs numb or weak?": "both_legs_numb_or_weak",
    "Is the leg or foot weaker than before the injection?": "new_weakness",
    "Is it hard to breathe?": "hard_to_breathe",
    "Has your sight or your speech changed?": "vision_or_speech_change",
    "Have you fainted?": "fainted",
    "Do you have a rash or any swelling?": "rash_or_swelling",
    "Do you have a new, strong pain in your back?": "severe_back_pain",
    "Do you have a fever, and what is your temperature?": "fever",
    "What is the temperature, if it was measured?": "temperature_c",
    "Do you have a headache that comes on standing and eases lying down?": "headache_when_upright",
    "Is the pain worse than before the injection?": "pain_worse",
    "Is the face hot and red, or is the sleep bad?": "flushed_or_sleepless",
    "Does the place of the injection bleed or weep?": "site_bleeding_or_weeping",
    "Were ketones found?": "ketones",
    "What is the glucose, in mmol/L?": "glucose_mmol_per_l",
}
ASKED_THE_OTHER_WAY = {
    "Can you pass water as usual?": "cannot_pass_water",
    "Has the injection helped at all?": "no_benefit",
}
OPPOSITE = {"yes": "No", "no": "Yes"}


@pytest.fixture
def case(clinic):
    """The diabetic patient two weeks before: HbA1c 75, a warning that a doctor may set aside."""
    set_policy(clinic)
    set_clock(clinic, BEFORE)
    return worked_case(clinic.records, "05-diabetic", "screened")


def set_aside(clinic, case: str, rule: str, **said: str):
    client = clinic.client(Role.RADIOLOGIST)
    finding = next(f for f in clinic.records.case(case).screened.screening.findings if f.rule_id == rule)
    form = {"after": str(clinic.records.case(case).version), "rule_id": rule, "finding": finding.text}
    return client.post(f"/cases/{case}/set-aside", data=form | said)


def test_a_finding_is_set_aside_by_name_with_a_reason_and_stays_visible(clinic, case):
    answer = set_aside(clinic, case, "SC-15", role="doctor", reason="The diabetes team has agreed to the date.")
    assert answer.status_code == 303
    shown = page(clinic.client(Role.NURSE).get(f"/cases/{case}/screening").text).text
    assert "Set aside by doctor" in shown
    assert "The diabetes team has agreed to the date. (The radiologist)" in shown
    kept = clinic.records.case(case).screened
    assert [override.rule_id for override in kept.overrides.overrides] == ["SC-15"]


@pytest.mark.parametrize("said", [{"role": "doctor", "reason": "fine"}, {"role": "", "reason": "A good long reason."}])
def test_without_a_role_or_a_reason_nothing_is_set_aside(clinic, case, said):
    answer = set_aside(clinic, case, "SC-15", **said)
    assert answer.status_code == 422
    assert "Say as whom you decide, and why" in answer.text
    assert not clinic.records.case(case).screened.overrides.overrides


def test_what_nobody_may_set_aside_has_no_form_and_is_refused(clinic):
    set_clock(clinic, BEFORE)
    case = worked_case(clinic.records, "05-diabetic", "screened")
    client = clinic.client(Role.RADIOLOGIST)
    form = Form(client.get(f"/cases/{case}/screening/red-flags").text)
    for control in form.controls:
        if control.question == "Is the saddle area numb?":
            form.answer(control, "Yes")
    client.post(f"/cases/{case}/screening/red-flags", data=dict(form.sent))
    shown = page(client.get(f"/cases/{case}/screening").text)
    stop = next(item for item in shown.all("li", class_="finding") if "cauda equina" in item.text)
    assert stop.all("form") == []
    data = {
        "after": str(clinic.records.case(case).version),
        "rule_id": "SC-01-any",
        "finding": stop.one("p", class_="said").text,
        "role": "consultant",
        "reason": "I do not believe it at all.",
    }
    refused = client.post(f"/cases/{case}/set-aside", data=data)
    assert refused.status_code == 422
    assert "nobody can set this aside" in refused.text


def test_a_nurse_can_t_set_a_finding_aside(clinic, case):
    assert clinic.client(Role.NURSE).post(f"/cases/{case}/set-aside", data={}).status_code == 403


def test_a_changed_answer_asks_for_the_decision_again(clinic, case):
    client = clinic.client(Role.NURSE)
    assert "Recorded: on with the case" in client.get(f"/cases/{case}/screening").text
    form = Form(client.get(f"/cases/{case}/screening/infection").text)
    form.answer(form.find("Does the patient have fever or an infection anywhere?"), "Yes")
    client.post(f"/cases/{case}/screening/infection", data=dict(form.sent))
    shown = page(client.get(f"/cases/{case}/screening").text)
    assert shown.one("h1", id="decision").text == "Defer"
    assert "Record this decision" in shown.text


def test_an_answer_that_can_t_be_read_is_said_beside_its_field_and_nothing_is_saved(clinic, case):
    client = clinic.client(Role.NURSE)
    form = Form(client.get(f"/cases/{case}/screening/person").text)
    form.answer(form.find("What does the patient weigh?"), "heavy")
    before = clinic.records.case(case).version
    answer = client.post(f"/cases/{case}/screening/person", data=dict(form.sent))
    assert answer.status_code == 422
    assert "Enter a number, such as 7 or 7.5." in answer.text
    assert page(answer.text).one("input", id="patient.weight_kg").attributes["value"] == "heavy"
    assert clinic.records.case(case).version == before


def test_a_referral_without_a_side_is_not_opened(clinic):
    client = clinic.client(Role.CLERK)
    form = Form(client.get("/cases/new").text)
    for question, words in (("Name", "Doe, Jane"), ("Date of birth", "1970-01-01"), ("Hospital number", "1")):
        form.answer(form.find(question), words)
    form.answer(form.find("Level", ("Root 1",)), "L5")
    before = sum(clinic.records.counts().values())
    answer = client.post("/cases/new", data=dict(form.sent))
    assert answer.status_code == 422
    assert "Say which root, and on which side." in answer.text
    assert sum(clinic.records.counts().values()) == before


# --- drugs ------------------------------------------------------------------------------------------------------------


def test_the_last_dose_really_taken_is_kept_and_counted_from(clinic):
    set_policy(clinic, "asra-pain-2018")
    set_clock(clinic, moment("2025-03-13 08:20"))
    case = worked_case(clinic.records, "02-warfarin", "screened")
    client = clinic.client(Role.NURSE)
    form = Form(client.get(f"/cases/{case}/medication").text)
    dose = form.find("When was the last dose really taken?", ("Warfarin",))
    form.answer(dose, "2025-03-12T18:00")
    form.answer(form.find("As the calendar says?", ("Warfarin",)), "No")
    assert client.post(f"/cases/{case}/medication", data=dict(form.sent)).status_code == 303
    kept = clinic.records.case(case)
    (drug,) = kept.medication.drugs
    assert (drug.drug, drug.as_planned) == ("warfarin", Answer.NO)
    assert kept.referral.medications[0].last_dose == moment("2025-03-12 18:00")
    shown = page(client.get(f"/cases/{case}/screening").text).text
    assert "The last warfarin was taken 15.0 h before the procedure" in shown


def test_a_last_dose_in_the_future_is_refused(clinic):
    set_policy(clinic)
    set_clock(clinic, moment("2025-03-13 08:20"))
    case = worked_case(clinic.records, "02-warfarin", "screened")
    client = clinic.client(Role.NURSE)
    form = Form(client.get(f"/cases/{case}/medication").text)
    form.answer(form.find("When was the last dose really taken?", ("Warfarin",)), "2025-03-14T18:00")
    answer = client.post(f"/cases/{case}/medication", data=dict(form.sent))
    assert answer.status_code == 422
    assert "later than now" in answer.text


def test_the_calendar_file_is_one_and_names_nobody(clinic):
    set_policy(clinic)
    set_clock(clinic, moment("2025-03-10 08:20"))
    case = worked_case(clinic.records, "02-warfarin", "screened")
    answer = clinic.client(Role.NURSE).get(f"/cases/{case}/medication.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="medication-calendar.ics"'
    assert answer.text.startswith("BEGIN:VCALENDAR\r\n")
    assert "Doe" not in answer.text
    assert case not in answer.text


# --- calls ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("folder", "step"), CALLS, ids=[folder for folder, _ in CALLS])
def test_a_worked_call_is_answered_on_the_page_as_its_story_says(clinic, folder, step):
    set_policy(clinic)
    told = json.loads((EXAMPLES / folder / step["file"]).read_text())
    set_clock(clinic, moment(told["at"][:16].replace("T", " ")))
    case = worked_case(clinic.records, folder, "watched")
    client = clinic.client(Role.NURSE)
    form = Form(client.get(f"/cases/{case}/call").text)
    for control in form.controls:
        if control.question in ASKED_THE_OTHER_WAY:
            value = told.get(ASKED_THE_OTHER_WAY[control.question])
            form.answer(control, OPPOSITE.get(value, "Not known"))
        elif told.get(REPORTED.get(control.question, "?")) is not None:
            value = told[REPORTED[control.question]]
            form.answer(control, value.capitalize() if control.options else f"{value:g}")
    assert client.post(f"/cases/{case}/call", data=dict(form.sent)).status_code == 303
    kept = clinic.records.case(case).calls[-1]
    assert kept.triage.response == step["response"]
    shown = page(client.get(f"/cases/{case}/call").text)
    assert shown.one("section", class_="decision").one("h1").text == step["response"].replace("-", " ").capitalize()
