"""One patient from referral to outcome, all in the browser: typed, drawn, signed, planned, injected, followed."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from foramen.records import Role, Stage
from foramen.web.worker import work_off
from support.clinic import moment, set_clock, set_policy
from support.keyboard import Keyboard
from support.small_patient import SmallPatient, small_patient
from support.worked_cases import text

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 1280, "height": 800}
BUILT = Path(__file__).parents[2] / "src" / "foramen" / "web" / "static" / "built" / "images.js"

AT_THE_TABLE: tuple[tuple[str, dict[str, str | tuple[str, ...]]], ...] = (
    (
        "signed-in",
        {
            "identifiers_matched": ("name", "date of birth"),
            "root_on_request": "L4-left",
            "root_on_consent": "L4-left",
            "side_said_by_patient": "left",
            "side_marked": "left",
            "consent_still_given": "yes",
            "allergies_read_out": "yes",
        },
    ),
    ("positioned", {"position": "prone"}),
    ("skin-prepared", {"agent": "chlorhexidine"}),
    ("stop-moment", {"root": "L4-left", "mark_seen": "yes", "operator": "Dr A", "assistant": "radiographer B"}),
    ("anaesthetised", {"product": "lidocaine-1", "volume_ml": "4"}),
    ("advanced", {"needle": "1", "depth_mm": "62", "image": "control 1"}),
    ("tip-checked", {"needle": "1", "root": "L4-left", "image": "control 2", "in_position": "yes"}),
    ("aspirated", {"needle": "1", "found": "nothing"}),
    (
        "contrast-given",
        {
            "needle": "1",
            "product": "iohexol-240",
            "volume_ml": "0.3",
            "pattern": "along-root",
            "image": "control 3",
            "seen_during": "yes",
            "vessels_checked": "yes",
            "slowly": "yes",
        },
    ),
    ("released", {}),
    (
        "injected",
        {
            "needle": "1",
            "product_1": "dexamethasone-phosphate",
            "volume_1": "1",
            "dose_1": "4",
            "product_2": "lidocaine-1",
            "volume_2": "1",
            "slowly": "yes",
        },
    ),
    ("needle-removed", {}),
    ("dressed", {}),
)


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> SmallPatient:
    """The scan of the digital patient, small enough for a browser without a graphics card."""
    own = tmp_path_factory.getbasetemp()
    return small_patient(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


def test_a_patient_goes_from_referral_to_outcome_in_the_browser(site: Any, browse: Any, patient: SmallPatient) -> None:
    if not BUILT.exists():
        pytest.skip("the viewer is not built (make web)")
    set_policy(site)
    set_clock(site, moment("2025-03-12 10:00"))
    case = refer_and_screen(browse(site, Role.NURSE, size=SMALL))
    assert site.records.case(case).stage is Stage.SCREENING
    consent(browse(site, Role.RADIOLOGIST, size=SMALL), case)
    assert site.records.case(case).stage is Stage.READY

    set_clock(site, moment("2025-03-13 08:30"))
    nurse = browse(site, Role.NURSE, size=SMALL)
    arrive(nurse, case)
    before_the_needle(nurse, case)
    scan(browse(site, Role.RADIOGRAPHER, size=SMALL), case, patient, site)
    radiologist = browse(site, Role.RADIOLOGIST, size=SMALL)
    approve(radiologist, case)
    assert site.records.case(case).stage is Stage.APPROVED
    inject(radiologist, case)
    assert site.records.case(case).stage is Stage.RECOVERY

    set_clock(site, site.records.case(case).needle_out_at + timedelta(minutes=31))
    nurse = browse(site, Role.NURSE, size=SMALL)
    go_home(nurse, case)
    link = invite(nurse, case)
    assert site.records.case(case).stage is Stage.AT_HOME

    set_clock(site, moment("2025-03-14 09:30"))
    rate(browse(site, size=PHONE, touch=True), link, leg="7")
    set_clock(site, moment("2025-06-12 09:30"))
    rate(browse(site, size=PHONE, touch=True), link, leg="2")
    radiologist = browse(site, Role.RADIOLOGIST, size=SMALL)
    radiologist.goto(f"/cases/{case}/results")
    expect(radiologist.locator("h1.reading")).to_contain_text("Substantial relief")
    radiologist.get_by_role("button", name="Record this reading").click()
    expect(radiologist.get_by_text("Recorded on")).to_be_visible()

    kept = site.records.case(case)
    assert kept.outcomes["L4-left"].response.verdict == "substantial"
    assert {event.by.role for event in kept.history} >= {"nurse", "radiologist", "radiographer", "patient", "software"}


def story() -> dict[str, Any]:
    """The straightforward patient, with the same herniation one foramen higher up: where the small scan has room."""
    told: dict[str, Any] = json.loads(text("01-straightforward", "referral.json"))
    told["request"]["targets"] = [{"level": "L4", "side": "left"}]
    told["imaging"][0]["findings"][0]["zone"] = "foraminal"
    told["examination"]["left"] |= {
        "pain_areas": ["lower-anterior-thigh", "medial-calf"],
        "numb_areas": ["medial-calf"],
        "knee_reflex": "reduced",
        "straight_leg_raise_positive": "no",
        "femoral_stretch_positive": "yes",
    }
    return told


def refer_and_screen(page: Page) -> str:
    """With the keyboard, as the story tells."""
    keyboard = Keyboard(page, story())
    page.goto("/")
    page.get_by_role("link", name="New referral").click()
    keyboard.fill_and_send({"Name": "Doe, John", "Date of birth": "1978-02-11", "Hospital number": "4711"})
    while not page.url.endswith("/screening"):
        keyboard.fill_and_send()
    expect(page.locator("#decision")).to_have_text("Proceed")
    page.get_by_role("button", name="Record this decision").click()
    return page.url.rsplit("/", 1)[1]


def consent(page: Page, case: str) -> None:
    """Every risk ticked, signed with the mouse."""
    page.goto(f"/cases/{case}/consent")
    for risk in page.locator("input[name=risk]").all():
        risk.check()
    for question in ("Were all questions answered?", "Can the patient understand this and decide?"):
        page.get_by_role("group", name=question).get_by_label("Yes").check()
    page.get_by_label("The patient", exact=True).check()
    field = page.locator("canvas")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 100, steps=6)
    page.mouse.up()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("h2.large")).to_have_text("holds")


def arrive(page: Page, case: str) -> None:
    """On the day: what is asked on arrival, and the decision once more."""
    page.goto(f"/cases/{case}/screening")
    page.get_by_role("link", name="Answer the open questions").click()
    page.get_by_label("What is the temperature on arrival?").fill("36,6")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.locator("#decision")).to_have_text("Proceed")
    page.get_by_role("button", name="Record this decision").click()


def before_the_needle(page: Page, case: str) -> None:
    """The round to compare with."""
    page.goto(f"/cases/{case}/recovery")
    see(page, pain="7", power="5")
    page.get_by_role("group", name="How strong is the back pain now").get_by_label("2", exact=True).check()
    page.get_by_role("button", name="Save this round").click()


def see(page: Page, pain: str, power: str) -> None:
    """One round at the bedside."""
    page.get_by_role("group", name=re.compile("Are pulse, blood pressure")).get_by_label("Yes").check()
    page.get_by_role("group", name="How strong is the leg pain now").get_by_label(pain, exact=True).check()
    for side in ("left", "right"):
        page.get_by_role("group", name=f"Power of the weakest movement, {side} leg").get_by_label(power).check()
        page.get_by_role("group", name=f"Feeling, {side} leg").get_by_label("Normal").check()
        page.get_by_role("group", name=f"Can the {side} heel be lifted").get_by_label("Yes").check()
    page.get_by_role("group", name="Is the site clean and dry?").get_by_label("Yes").check()


def scan(page: Page, case: str, patient: SmallPatient, site: Any) -> None:
    """The planning scan is sent, read and planned."""
    page.goto(f"/cases/{case}/plan")
    page.set_input_files("#file-planning", patient.ct)
    page.locator("summary", has_text="More").click()
    page.set_input_files("#labels-planning", patient.labels)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Reading the scan")).to_be_visible()
    work_off(site.records, clock=site.clock)
    assert site.records.case(case).planned is not None


def approve(page: Page, case: str) -> None:
    """The radiologist goes through the pictures and approves the first route."""
    page.goto(f"/cases/{case}/plan")
    page.wait_for_selector("#plan[data-ready]", timeout=90_000)
    views = page.locator("[data-views]")
    at_first = views.get_attribute("data-crosshair")
    views.focus()
    page.keyboard.press("PageUp")
    expect(views).not_to_have_attribute("data-crosshair", at_first or "")
    page.locator("#approve").click()
    page.wait_for_selector(".approved", timeout=30_000)


def inject(page: Page, case: str) -> None:
    """Every step at the table, by its large button."""
    page.goto(f"/cases/{case}/procedure?root=L4-left")
    page.locator("[data-next]").click()
    page.on("dialog", lambda dialog: dialog.accept())
    for step, answers in AT_THE_TABLE:
        page.goto(f"/cases/{case}/procedure?root=L4-left&step={step}")
        form = page.locator("form.step-form")
        for name, said in answers.items():
            for value in said if isinstance(said, tuple) else (said,):
                answer(form, name, value)
        form.locator("[data-next]").click()
        page.wait_for_load_state()
        refusal = page.locator(".banner.danger")
        assert refusal.count() == 0, refusal.first.inner_text()
    expect(page.get_by_text("Recovery goes on from here")).to_be_visible()


def answer(form: Any, name: str, value: str) -> None:
    """A choice, a list or a field, whichever stands there."""
    choice = form.locator(f"input:is([type=radio], [type=checkbox])[name='{name}'][value='{value}']")
    if choice.count():
        choice.check()
    elif form.locator(f"select[name='{name}']").count():
        form.locator(f"select[name='{name}']").select_option(value)
    elif form.locator(f"[name='{name}']").count():
        form.locator(f"[name='{name}']").fill(value)


def go_home(page: Page, case: str) -> None:
    """One round, everything ready, home by name."""
    page.goto(f"/cases/{case}/recovery")
    see(page, pain="1", power="5")
    page.get_by_role("button", name="Save this round").click()
    page.get_by_role("link", name="May the patient go home?").click()
    for question, words in (
        ("may get up", "Yes"),
        ("walk safely", "Yes"),
        ("entered the thecal sac", "No"),
        ("take the patient home", "Yes"),
        ("mean to drive", "No"),
        ("leaflet been handed over", "Yes"),
        ("number been handed over", "Yes"),
    ):
        page.get_by_role("group", name=re.compile(question)).get_by_label(words, exact=True).check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("section.decision h1")).to_have_text("Home")
    page.get_by_role("button", name="Discharge in my name").click()
    expect(page.get_by_role("heading", name="The patient's diary")).to_be_visible()


def invite(page: Page, case: str) -> str:
    """The link that the patient takes home."""
    page.goto(f"/cases/{case}/diary")
    page.get_by_role("button", name="Make a link for the patient").click()
    return page.locator(".secret-link").inner_text()


def rate(page: Page, link: str, leg: str) -> None:
    """The patient at home: one question after the other."""
    page.goto(link)
    for _ in range(12):
        shown = page.locator(".screen:not([hidden])")
        name = shown.get_attribute("data-name")
        if name == "leg_nrs":
            shown.locator("label.choice").filter(has_text=re.compile(rf"^\s*{leg}\s*$")).tap()
        elif name == "alarms":
            shown.locator("label.choice", has_text="None of these").tap()
            page.locator("[data-forward]").tap()
            break
        page.locator("[data-forward]").tap()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
