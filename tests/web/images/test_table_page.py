"""The scanner room's screen in a browser: led through by the space bar alone, readable to everybody, large enough."""

from pathlib import Path

import pytest

from foramen.records import Role

ROOM = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def signed_in(at_table):
    """The table is booked and the time-out is done."""
    client = at_table.site.client(Role.RADIOLOGIST)
    booking = {"for_root": "L5-left", "after": at_table.case.version}
    assert client.post(f"/cases/{at_table.id}/procedure/booking", data=booking).status_code == 303
    time_out = {
        "for_root": "L5-left",
        "step": "signed-in",
        "after": at_table.case.version,
        "identifiers_matched": ["name", "date of birth"],
        "root_on_request": "L5-left",
        "root_on_consent": "L5-left",
        "side_said_by_patient": "left",
        "side_marked": "left",
        "consent_still_given": "yes",
        "allergies_read_out": "yes",
    }
    assert client.post(f"/cases/{at_table.id}/procedure/steps", data=time_out).status_code == 303
    return at_table


def serious(page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")]


def test_the_space_bar_alone_leads_through_a_step(signed_in, browse):
    page = browse(signed_in.site, Role.RADIOLOGIST, size=ROOM)
    page.goto(f"/cases/{signed_in.id}/procedure")
    assert "Position the patient" in page.locator("#next-step h2").inner_text()
    assert serious(page) == []
    page.keyboard.press("Space")  # to the answer still missing
    page.keyboard.press("Space")  # which is given: prone, the first
    assert page.get_by_label("Prone", exact=True).is_checked()
    page.keyboard.press("Space")  # to the large button
    assert page.evaluate("document.activeElement.matches('[data-next]')")
    assert signed_in.case.procedures["L5-left"][-1].event == "signed-in"  # nothing was noted so far
    page.keyboard.press("Space")
    page.get_by_text("Disinfect the skin").wait_for()
    assert signed_in.case.procedures["L5-left"][-1].position == "prone"


def test_a_refused_step_says_why_and_keeps_what_was_typed(signed_in, browse):
    page = browse(signed_in.site, Role.RADIOLOGIST, size=ROOM)
    page.goto(f"/cases/{signed_in.id}/procedure?step=stop-moment")
    page.watch.faults.clear()
    if "Stop" not in page.locator("#next-step h2").inner_text():
        page.get_by_label("Chlorhexidine").check()
        page.locator("[data-next]").click()
        page.get_by_text("Said aloud, mark seen").wait_for()
    page.get_by_label("The team says aloud").select_option("L4-left")
    page.get_by_label("Yes").check()
    page.get_by_label("Operator").fill("Dr A")
    page.get_by_label("Assistant").fill("Radiographer B")
    page.locator("[data-next]").click()
    alert = page.locator(".banner.danger")
    alert.wait_for()
    assert "Wrong level: the team says L4-left, the plan is for L5-left." in alert.inner_text()
    assert page.get_by_label("Operator").input_value() == "Dr A"
    page.watch.faults.clear()  # the browser notes the answer 422 in its console


def test_what_is_touched_is_large_enough_for_a_glove(signed_in, browse):
    page = browse(signed_in.site, Role.RADIOLOGIST, size=PHONE, touch=True)
    page.goto(f"/cases/{signed_in.id}/procedure")
    small = page.evaluate(
        """[...document.querySelectorAll('main .button, main .choice, main summary, main select')]
           .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 64)
           .map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text("Local anaesthetic toxicity").tap()
    assert page.get_by_text("123 mL").first.is_visible()
