"""The plan page in a browser: by mouse, by keyboard alone, on a phone; what is moved is judged, then approved."""

import re
from pathlib import Path

import pytest

from foramen.records import Role

SMALL = {"width": 1100, "height": 720}
PHONE = {"width": 390, "height": 844}
AXE = Path(__file__).parents[3] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def open_plan(planned, browse):
    def opened(role=Role.RADIOLOGIST, size=SMALL, touch=False):
        page = browse(planned.site, role, size=size, touch=touch)
        page.goto(f"/cases/{planned.id}/plan")
        page.wait_for_selector("#plan[data-ready]", timeout=90_000)
        return page

    return opened


def drawn(page) -> None:
    """Wait until what was asked for is drawn: that takes at most the next two frames."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def judged(page) -> str:
    drawn(page)
    page.wait_for_selector("[data-judged]", timeout=180_000)
    page.locator("[data-judged] h2", has_not_text="checking").wait_for(timeout=180_000)
    return page.locator("[data-judged]").get_attribute("data-judged")


def serious(page) -> list[str]:
    """What axe finds that keeps somebody out."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found if v["impact"] in ("serious", "critical")]


def test_a_radiologist_moves_and_approves_by_keyboard_alone(open_plan, planned):
    page = open_plan()
    numbers = page.locator("dl[data-route]").inner_text()
    assert re.search(r"Depth\s+\d+ mm ± \d", numbers)

    # The target goes 3 mm toward the patient's left: the arrow to the right, in the axial picture.
    page.locator("[data-views]").focus()
    page.keyboard.press("t")
    before = [float(v) for v in page.locator("[data-views]").get_attribute("data-crosshair").split()]
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    drawn(page)
    after = [float(v) for v in page.locator("[data-views]").get_attribute("data-crosshair").split()]
    assert after[0] - before[0] == pytest.approx(3, abs=0.11)
    assert after[1:] == before[1:]
    judged(page)
    assert page.locator("dl[data-route]").get_attribute("data-route") == "L4-left-by-hand"

    # Far into the vertebra: refused with what it runs into, and not to be approved.
    for _ in range(5):
        page.keyboard.press("Shift+ArrowLeft")
    assert judged(page) == "not-acceptable"
    assert "mm are needed" in page.locator("[data-judged]").inner_text()
    assert page.locator("#approve").is_disabled()

    page.locator("#reset").focus()
    page.keyboard.press("Enter")
    drawn(page)
    page.locator("#approve").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".approved", timeout=60_000)
    assert "L4 LEFT, route 1: approved by The radiologist" in page.locator(".approved").inner_text()
    approval = planned.case.approvals["L4-left"]
    assert approval.route_id == "L4-left-1"
    assert serious(page) == []


def test_the_entry_follows_the_mouse_along_the_skin(open_plan, planned):
    page = open_plan()
    page.locator("#root-L4-right").click()
    drawn(page)
    box = page.locator("[data-view=axial]").bounding_box()
    route = (
        planned.site.client(Role.RADIOLOGIST)
        .get(f"/api/cases/{planned.id}/plan")
        .json()["plan"]["roots"][1]["routes"][0]
    )
    x, y = page.evaluate("([p]) => window.planPage.planes.get('axial').toPixel(p)", [route["entry_mm"]])
    page.mouse.move(box["x"] + x + 1, box["y"] + y + 1)
    page.mouse.down()
    page.mouse.move(box["x"] + x - 12, box["y"] + y + 3, steps=4)
    page.mouse.up()
    judged(page)
    assert page.locator("#handle-entry").get_attribute("aria-pressed") == "true"
    moved = page.evaluate("window.planPage.byHand.route")
    assert moved["entry_mm"][0] < route["entry_mm"][0] - 1  # to the viewer's left is to the patient's right
    assert moved["target_mm"] == pytest.approx(route["target_mm"], abs=0.02)


def test_labels_and_windows_change_what_is_seen(open_plan):
    page = open_plan()
    axial = page.locator("[data-view=axial]")
    with_labels = axial.screenshot()
    page.locator("[data-views]").focus()
    page.keyboard.press("l")
    drawn(page)
    without = axial.screenshot()
    assert with_labels != without
    assert page.locator("#labels").get_attribute("aria-pressed") == "false"
    page.keyboard.press("w")
    drawn(page)
    assert axial.screenshot() != without
    assert page.locator("#window-Soft-tissue").get_attribute("aria-pressed") == "true"


def test_on_a_phone_one_picture_at_a_time(open_plan):
    page = open_plan(size=PHONE, touch=True)
    assert page.locator("[data-view=axial]").is_visible()
    assert not page.locator("[data-view=coronal]").is_visible()
    page.get_by_role("button", name="Coronal").tap()
    assert page.locator("[data-view=coronal]").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []


def test_a_root_that_the_referral_does_not_ask_for_is_not_approved(planned):
    asked = {"root": "L1-right", "route_id": "L1-right-1", "after": planned.case.version}
    answer = planned.site.client(Role.RADIOLOGIST).post(f"/api/cases/{planned.id}/routes/approve", json=asked)
    assert answer.status_code == 422
    assert "not for L1-right" in answer.text
    assert "L1-right" not in planned.case.approvals


def test_a_radiographer_sees_and_moves_but_does_not_approve(open_plan):
    page = open_plan(role=Role.RADIOGRAPHER)
    assert page.locator("#handle-target").count() == 1
    assert page.locator("#approve").count() == 0


def test_a_named_vertebra_is_handed_to_the_worker(open_plan, planned):
    page = open_plan()
    page.locator("#levels summary").click()
    page.locator("#level").select_option("L4")
    page.locator("#name-level").click()
    page.wait_for_selector("#work", timeout=30_000)
    job = planned.site.records.jobs.of_case(planned.id)[0]
    assert job.kind == "find-anatomy"
    kept = planned.site.records.store.read(job.payload["corrections"]).decode()
    assert '"level": "L4"' in kept
    planned.site.records.jobs.cancel(job.id, at=planned.site.clock())


def test_where_the_levels_are_not_certain_it_asks_before_it_plans(planned, browse):
    case = planned.case
    at = planned.site.open_case("Unsure, Una", "L5-left")
    anatomy = case.anatomy.model_copy(update={"levels_certain": False, "warnings": ("LEVEL NOT CERTAIN: which?",)})
    planned.site.records.append(
        at, after=None, contents=[case.scans[0], anatomy], by=case.history[1].by, at=planned.site.clock()
    )
    page = browse(planned.site, Role.RADIOLOGIST, size=SMALL)
    page.goto(f"/cases/{at}/plan")
    page.wait_for_selector("#plan[data-ready]", timeout=90_000)
    assert page.get_by_role("heading", name="Which level is which?").is_visible()
    assert "LEVEL NOT CERTAIN" in page.locator("[data-alerts]").inner_text()
    assert page.locator("#approve").count() == 0
    answer = planned.site.client(Role.RADIOLOGIST).post(
        f"/api/cases/{at}/routes/check", json={"root": "L5-left", "entry_mm": [0, 0, 0], "target_mm": [0, 0, 0]}
    )
    assert answer.status_code == 422
    assert "once the levels of a scan are certain" in answer.json()["detail"]
