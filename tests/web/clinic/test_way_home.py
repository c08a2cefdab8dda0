"""Recovery, discharge and leaflet: the worked patients go home through the pages when their stories say so."""

import json
import re
from datetime import datetime, timedelta

import pytest

from foramen.records import Role
from support.clinic import BERLIN, set_clock, set_policy
from support.html_forms import Form, page
from support.patients import EXAMPLES
from support.worked_cases import story, worked_case

FOLDERS = [
    path.parent.name
    for path in sorted(EXAMPLES.glob("*/expected-later.json"))
    if "discharge" in json.loads(path.read_text())
]
HEADINGS = {"home": "Home", "home-with-plan": "Home, with a plan", "not-yet": "Not yet"}
ROUND = {
    "Are pulse, blood pressure, oxygen and breathing as before?": "stable",
    "How strong is the leg pain now, 0 to 10?": "pain_nrs",
    "Power of the weakest movement, left leg": "left.power",
    "Power of the weakest movement, right leg": "right.power",
    "Feeling, left leg": "left.sensation",
    "Feeling, right leg": "right.sensation",
    "Can the left heel be lifted off the bed?": "left.heel_off_bed",
    "Can the right heel be lifted off the bed?": "right.heel_off_bed",
    "Is the site clean and dry?": "site_clean",
    "What is the glucose?": "glucose_mmol_per_l",
}
READY = {
    "Has the clinician in charge said that the patient may get up?": "may_get_up",
    "Does the patient walk safely?": "walks_safely",
    "Could anaesthetic have entered the thecal sac?": "intrathecal_suspected",
    "Is somebody there to take the patient home?": "escort_present",
    "Does the patient mean to drive today?": "will_drive_today",
    "Has the leaflet been handed over?": "leaflet_given",
    "Has the telephone number been handed over?": "phone_number_given",
    "Who has confirmed when the blood thinner is taken again?": "restart_confirmed_by",
}


def filled(html: str, means: dict[str, str], said: dict[str, object]) -> dict[str, str]:
    """A form filled in by its words from what the story says."""
    form = Form(html)
    for control in form.controls:
        value: object = said
        for step in means.get(control.question, "?").split("."):
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            words = str(value).capitalize() if control.options else str(value)
            form.answer(control, words)
    return dict(form.sent)


@pytest.fixture
def at_the_table(clinic):
    """A case of a worked patient with the needle just out, and the story's recovery."""

    def brought(folder: str):
        set_policy(clinic)
        recovery = json.loads((EXAMPLES / folder / "recovery.json").read_text())
        set_clock(clinic, datetime.fromisoformat(recovery["needle_out_at"]))
        return worked_case(clinic.records, folder, "injected"), recovery

    return brought


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_worked_patient_goes_home_when_the_story_says_so(clinic, at_the_table, folder):
    case, recovery = at_the_table(folder)
    nurse = clinic.client(Role.NURSE)
    rounds = [(datetime.fromisoformat(seen["at"]), seen) for seen in recovery["rounds"]]
    steps = [(datetime.fromisoformat(step["at"]), step["destination"]) for step in story(folder)["discharge"]]
    set_clock(clinic, rounds[0][0])
    nurse.post(f"/cases/{case}/discharge", data=filled(nurse.get(f"/cases/{case}/discharge").text, READY, recovery))
    for at, step in sorted([*rounds, *steps], key=lambda one: one[0]):
        set_clock(clinic, at)
        nurse = clinic.client(Role.NURSE)  # who was away for an hour signs in again
        if isinstance(step, dict):
            form = filled(nurse.get(f"/cases/{case}/recovery").text, ROUND, step)
            assert form["at"] == f"{at.astimezone(BERLIN):%Y-%m-%dT%H:%M}"
            assert nurse.post(f"/cases/{case}/recovery", data=form).status_code == 303
            continue
        html = nurse.get(f"/cases/{case}/discharge").text
        if "restart" in html:
            nurse.post(f"/cases/{case}/discharge", data=filled(html, READY, recovery))
            html = nurse.get(f"/cases/{case}/discharge").text
        assert page(html).one("section", class_="decision").one("h1").text == HEADINGS[step]
    version = str(clinic.records.case(case).version)
    gone = nurse.post(f"/cases/{case}/discharge/go", data={"after": version})
    assert gone.status_code == 303
    kept = clinic.records.case(case)
    assert kept.discharged is not None
    assert kept.recovery_checked is not None
    assert kept.recovery_checked.discharged_by == "The nurse"


def test_a_patient_who_may_not_go_yet_can_t_be_discharged(clinic, at_the_table):
    case, _ = at_the_table("01-straightforward")
    nurse = clinic.client(Role.NURSE)
    answer = nurse.post(f"/cases/{case}/discharge/go", data={"after": str(clinic.records.case(case).version)})
    assert answer.status_code == 422
    assert "discharged yet" in answer.text
    assert clinic.records.case(case).discharged is None


def test_a_round_from_the_future_is_refused(clinic, at_the_table):
    case, _ = at_the_table("01-straightforward")
    nurse = clinic.client(Role.NURSE)
    form = filled(nurse.get(f"/cases/{case}/recovery").text, ROUND, {})
    later = clinic.clock() + timedelta(hours=2)
    answer = nurse.post(f"/cases/{case}/recovery", data={**form, "at": f"{later.astimezone(BERLIN):%Y-%m-%dT%H:%M}"})
    assert answer.status_code == 422
    assert "This is later than now." in answer.text
    assert clinic.records.case(case).observations == ()


def test_the_round_before_the_needle_also_gives_the_diary_its_baseline(clinic):
    set_clock(clinic, datetime.fromisoformat("2025-03-13T08:40:00+01:00"))
    case = worked_case(clinic.records, "01-straightforward", "consented")
    nurse = clinic.client(Role.NURSE)
    form = Form(nurse.get(f"/cases/{case}/recovery").text)
    form.answer(form.find("How strong is the leg pain now, 0 to 10?"), "7")
    form.answer(form.find("How strong is the back pain now, 0 to 10?"), "2")
    form.answer(form.find("Is the leg pain the patient's own, usual pain?"), "Yes")
    assert nurse.post(f"/cases/{case}/recovery", data=dict(form.sent)).status_code == 303
    kept = clinic.records.case(case)
    assert kept.observation_before is not None
    assert kept.diary_baseline is not None
    assert (kept.diary_baseline.leg_nrs, kept.diary_baseline.back_nrs) == (7, 2)


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_leaflet_says_what_this_patient_needs_and_nothing_else(clinic, at_the_table, folder):
    case, _ = at_the_table(folder)
    told = page(clinic.client(Role.NURSE).get(f"/cases/{case}/leaflet").text).one("article", class_="leaflet").text
    for said in story(folder)["leaflet"]["says"]:
        assert said in told
    for unsaid in story(folder)["leaflet"]["silent"]:
        assert unsaid not in told
    assert "01234 567890" in told


def test_no_leaflet_without_a_number_to_call(clinic, at_the_table):
    case, _ = at_the_table("01-straightforward")
    set_policy(clinic, phone="")
    answer = clinic.client(Role.NURSE).get(f"/cases/{case}/leaflet")
    assert answer.status_code == 422
    assert "settings" in answer.text


@pytest.mark.parametrize("folder", ["02-warfarin", "05-diabetic", "12-diagnostic-block"])
@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_the_leaflet_is_printed_on_one_page_in_twelve_points(clinic, at_the_table, browse, folder, size):
    case, _ = at_the_table(folder)
    shown = browse(clinic, Role.NURSE)
    shown.goto(f"/cases/{case}/leaflet")
    printed = shown.pdf(format=size)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    shown.emulate_media(media="print")
    sizes = shown.eval_on_selector_all(
        ".leaflet li, .leaflet p", "all => all.map(one => getComputedStyle(one).fontSize)"
    )
    assert set(sizes) == {"16px"}, "12 pt are 16 px"
