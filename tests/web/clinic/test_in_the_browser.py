"""The patient's way in a real browser: keyboard alone, a finger, a phone without a connection, and for everybody."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from foramen.records import Role
from support.clinic import moment, set_clock, set_policy
from support.keyboard import Keyboard
from support.worked_cases import text, worked_case

AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1920, "height": 1080}
DAY = moment("2025-03-13 10:02")
STAFF_PAGES = (
    "referral",
    "screening",
    "screening/red-flags",
    "screening/legs",
    "screening/imaging",
    "screening/drugs",
    "pain-drawing",
    "medication",
    "consent",
    "recovery",
    "discharge",
    "leaflet",
    "diary",
    "call",
    "results",
)


def keeps_somebody_out(page: Any) -> list[str]:
    """What axe finds that is serious or worse."""
    if not AXE.exists():
        pytest.skip("no axe-core under frontend/node_modules (make web)")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in ("serious", "critical")
    ]


def is_wider_than_the_screen(page: Any) -> bool:
    wider: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return wider


@pytest.fixture
def case(clinic):
    """A patient with a drug to stop, half an hour after the needle."""
    set_policy(clinic)
    set_clock(clinic, DAY)
    return worked_case(clinic.records, "02-warfarin", "watched")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_is_for_everybody_and_fits_the_screen(clinic, case, browse, size):
    page = browse(clinic, Role.RADIOLOGIST, size=size)
    faults = []
    for path in ("/cases/new", "/audit", *(f"/cases/{case}/{name}" for name in STAFF_PAGES)):
        page.goto(path)
        name = path.replace(case, "ID")
        if size is PHONE:  # what keeps somebody out does so at every size, and looking takes a second each
            faults += [f"{name}: {fault}" for fault in keeps_somebody_out(page)]
        if is_wider_than_the_screen(page):
            faults.append(f"{name}: wider than the screen")
        if page.locator("h1").count() != 1:
            faults.append(f"{name}: {page.locator('h1').count()} first headings")
    assert not faults, "\n".join(faults)


def test_from_referral_to_consent_with_the_keyboard_alone(clinic, browse):
    set_policy(clinic)
    set_clock(clinic, moment("2025-03-12 10:00"))
    page = browse(clinic, Role.RADIOLOGIST)
    keyboard = Keyboard(page, json.loads(text("01-straightforward", "referral.json")))
    page.goto("/cases/new")
    keyboard.fill_and_send({"Name": "Doe, John", "Date of birth": "1978-02-11", "Hospital number": "4711"})
    for _ in range(20):
        if page.url.endswith("/screening"):
            break
        keyboard.fill_and_send()
    assert page.locator("#decision").inner_text() == "Proceed"
    keyboard.press("Record this decision")
    case = page.url.rsplit("/", 1)[1]
    page.goto(f"/cases/{case}/consent")
    keyboard.fill_and_send(
        {
            "Were all questions answered?": "Yes",
            "Can the patient understand this and decide?": "Yes",
            "Who signs?": "The patient",
            "Or type the full name instead": "John Doe",
        },
        tick_all="risk",
        send="Sign",
    )
    assert page.locator("h2.large").inner_text() == "holds"
    kept = clinic.records.case(case).consents["L5-left"]
    assert kept.signed_name == "John Doe"


def test_the_pain_is_drawn_with_a_finger_and_taken_back(clinic, browse):
    set_clock(clinic, DAY)
    case = worked_case(clinic.records, "01-straightforward", "screened")
    page = browse(clinic, Role.NURSE, size=PHONE, touch=True)
    page.goto(f"/cases/{case}/pain-drawing")
    before = page.locator("input[name=felt]:checked").count()
    figure = page.locator("svg[data-view=front]")
    figure.scroll_into_view_if_needed()
    box = figure.bounding_box()
    scale = box["width"] / 200
    x, y = box["x"] + 60 * scale, box["y"] + 230 * scale
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y + 10, steps=4)
    page.mouse.up()
    box_of = page.get_by_label("pain, right lower anterior thigh")
    expect(box_of).to_be_checked()  # from the front the right leg is on the viewer's left
    page.get_by_role("button", name="Take back the last stroke").click()
    expect(box_of).not_to_be_checked()
    assert page.locator("input[name=felt]:checked").count() == before


def test_a_signature_drawn_with_the_mouse_is_kept_as_it_was_drawn(clinic, browse):
    set_clock(clinic, moment("2025-03-13 08:30"))
    case = worked_case(clinic.records, "01-straightforward", "screened")
    page = browse(clinic, Role.RADIOLOGIST)
    page.goto(f"/cases/{case}/consent")
    for box in page.locator("input[name=risk]").all():
        box.check()
    page.get_by_role("group", name="Were all questions answered?").get_by_label("Yes").check()
    page.get_by_role("group", name="Can the patient understand this and decide?").get_by_label("Yes").check()
    page.get_by_label("The patient", exact=True).check()
    field = page.locator("canvas")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="Sign", exact=True).click()
    page.locator("figure.signature-kept img").wait_for()
    assert clinic.records.case(case).consents["L5-left"].signature is not None


# --- the diary on a phone ---------------------------------------------------------------------------------------------


@pytest.fixture
def diary(clinic, browse):
    """The diary of an injected patient, open on a phone."""
    set_policy(clinic)
    set_clock(clinic, moment("2025-03-14 09:28"))
    case = worked_case(clinic.records, "01-straightforward", "watched")
    kept = clinic.records.case(case)
    until = moment("2026-03-14 09:28")
    made = clinic.records.invite_to_diary(
        case, after=kept.version, until=until, by=clinic.people[Role.NURSE].actor, at=clinic.clock()
    )
    page = browse(clinic, size=PHONE, touch=True)
    page.goto(f"/diary/{made.secret}")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # from here on the worker has the page
    return page, case


def answer(page: Any, *, sign: str = "None of these") -> None:
    """Every screen of the day, with a finger."""
    for words in ("4", "2", "Yes", "Paracetamol", sign):
        page.locator(".screen:not([hidden]) label.choice").filter(has_text=re.compile(rf"^\s*{words}\s*$")).tap()
        page.locator("[data-forward]").tap()


def test_one_question_a_screen_with_large_targets(clinic, diary):
    page, case = diary
    assert page.locator(".screen:visible").count() == 1
    heights = page.eval_on_selector_all(".choice, .button", "all => all.map(one => one.offsetHeight).filter(h => h)")
    assert min(heights) >= 60
    assert keeps_somebody_out(page) == []
    assert not is_wider_than_the_screen(page)
    answer(page)
    page.get_by_role("heading", name="Thank you").wait_for()
    assert len(clinic.records.case(case).diary) == 1


def test_the_signs_of_danger_are_not_passed_over(clinic, diary):
    page, case = diary
    for words in ("4", "2", "Yes", "Paracetamol"):
        page.locator(".screen:not([hidden]) label.choice").filter(has_text=re.compile(rf"^\s*{words}\s*$")).tap()
        page.locator("[data-forward]").tap()
    page.locator("[data-forward]").tap()
    assert page.get_by_text("Tick what you have").is_visible()
    assert clinic.records.case(case).diary == ()


def test_an_answer_begun_survives_a_closed_page(clinic, diary):
    page, _ = diary
    page.locator(".screen:not([hidden]) label.choice").filter(has_text="7").first.tap()
    page.locator("[data-forward]").tap()
    page.reload()
    assert page.get_by_role("heading", name="How strong is the pain in your back now?").is_visible()
    page.locator("[data-back]").tap()
    assert page.locator("input[name=leg_nrs]:checked").input_value() == "7"


def test_without_a_connection_the_answer_waits_and_arrives_once(clinic, diary):
    page, case = diary
    page.context.set_offline(True)
    page.reload()  # the page opens without a connection too
    answer(page, sign="I can't pass water as usual")
    page.get_by_role("heading", name="Call the emergency number now").wait_for()
    assert page.get_by_text("They will be sent when you are back online").first.is_visible()
    assert clinic.records.case(case).diary == ()
    page.reload()
    page.context.set_offline(False)
    expect(page.locator("[data-unsent]")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.watch.faults[:] = [fault for fault in page.watch.faults if "net::ERR" not in fault]
    kept = clinic.records.case(case)
    assert [entry.leg_nrs for entry in kept.diary] == [4]
    assert [call.triage.response for call in kept.calls] == ["emergency"]


def test_the_diary_works_without_any_script(clinic, diary, browser):
    page, case = diary
    context = browser.new_context(base_url=clinic.url, viewport=PHONE, java_script_enabled=False)
    plain = context.new_page()
    plain.goto(page.url)
    assert plain.locator(".screen:visible").count() == 5
    plain.locator("input[name=leg_nrs][value='3']").check()
    plain.get_by_label("None of these").check()
    plain.get_by_role("button", name="Send").click()
    plain.get_by_role("heading", name="Thank you").wait_for()
    assert [entry.leg_nrs for entry in clinic.records.case(case).diary] == [3]
    context.close()
