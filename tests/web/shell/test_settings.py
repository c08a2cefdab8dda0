"""What a site sets for itself, and who may."""

import pytest

from foramen.pathway.medication import policy_names
from foramen.planning import PlanSettings
from foramen.records import Role
from foramen.web.shell.settings_sections import sections


@pytest.fixture
def radiologist(site):
    return site.client(Role.RADIOLOGIST)


def typed(site, name: str) -> dict[str, str]:
    """What a section's form holds as it opens."""
    section = next(section for section in sections() if section.name == name)
    values = site.records.settings.current().settings.model_dump(mode="json", by_alias=True)
    return {question.place: question.shown(values) for question in section.questions}


def test_every_margin_limit_and_weight_of_the_planner_can_be_set():
    asked = {question.place for section in sections() for question in section.questions}
    shipped = PlanSettings().model_dump(mode="json")
    for group in ("margins", "limits", "spreads", "weights", "offer"):
        assert {f"planning.{group}.{name}" for name in shipped[group]} <= asked


@pytest.mark.parametrize("section", [section.name for section in sections()])
def test_a_form_sent_as_it_opens_changes_nothing(site, radiologist, section):
    before = site.records.settings.current().settings
    answer = radiologist.post(f"/settings/{section}", data={"after": "0", **typed(site, section)})
    assert answer.status_code == 303
    assert site.records.settings.current().settings == before


def test_a_margin_is_kept_with_its_reason_and_counts_for_the_next_plan(site, radiologist):
    form = {"after": "0", "reason": "a vessel was near", **typed(site, "margins"), "planning.margins.vessel": "7.5"}
    radiologist.post("/settings/margins", data=form)
    assert site.records.settings.current().settings.planning.margins.vessel == 7.5
    assert "7.5 mm" in radiologist.get("/settings").text
    assert "Margins: a vessel was near" in site.client(Role.AUDITOR).get("/reads/site").text


def test_a_value_out_of_its_bounds_is_said_beside_its_field_and_the_rest_stays_typed(site, radiologist):
    form = {
        "after": "0",
        **typed(site, "limits"),
        "planning.limits.craniocaudal_deg": "90",
        "planning.limits.skin_deg": "60",
    }
    answer = radiologist.post("/settings/limits", data=form)
    assert answer.status_code == 422
    assert 'id="planning.limits.craniocaudal_deg-fault"' in answer.text
    assert 'value="60"' in answer.text
    assert site.records.settings.current().version == 0


def test_two_who_change_at_once_do_not_lose_the_first_ones_change(site, radiologist):
    form = {"after": "0", **typed(site, "site"), "phone": "01234 1"}
    assert radiologist.post("/settings/site", data=form).status_code == 303
    answer = site.client(Role.ADMINISTRATOR).post("/settings/site", data=form | {"phone": "01234 2"})
    assert answer.status_code == 422
    assert "Somebody else changed the settings" in answer.text
    assert 'value="01234 2"' in answer.text
    assert site.records.settings.current().settings.phone == "01234 1"


def test_reference_dose_levels_ship_unset(site, radiologist):
    dose = site.records.settings.current().settings.reference_dose
    assert dose.ctdi_vol_mgy is None
    assert dose.dlp_mgy_cm is None
    form = {
        "after": "0",
        **typed(site, "doses"),
        "reference_dose.dlp_mgy_cm": "120",
        "reference_dose.source": "our own",
    }
    radiologist.post("/settings/doses", data=form)
    assert site.records.settings.current().settings.reference_dose.dlp_mgy_cm == 120
    assert site.records.settings.current().settings.reference_dose.ctdi_vol_mgy is None


@pytest.mark.parametrize("name", policy_names())
def test_each_policy_can_be_chosen_and_nothing_else(site, radiologist, name):
    after = str(site.records.settings.current().version)
    assert radiologist.post("/settings/policy", data={"after": after, "site.policy": name}).status_code == 303
    assert site.records.settings.current().settings.site.policy == name
    after = str(site.records.settings.current().version)
    assert radiologist.post("/settings/policy", data={"after": after, "site.policy": "made-up"}).status_code == 422


def test_the_time_of_day_follows_the_site_at_once(site, radiologist):
    site.open_case()
    assert "09:30" in radiologist.get("/").text
    form = {"after": "0", **typed(site, "site"), "time_zone": "Europe/Berlin"}
    radiologist.post("/settings/site", data=form)
    assert "10:30" in radiologist.get("/").text


class TestNeedles:
    def test_a_row_without_a_length_is_taken_off_the_shelf_and_new_ones_are_put_on(self, site, radiologist):
        rows = {"gauge": ["22", "22", "25"], "length_mm": ["90", "", "130"], "diameter_mm": ["0.7", "0.7", "0.5"]}
        assert radiologist.post("/settings/needles", data={"after": "0", **rows}).status_code == 303
        kept = site.records.settings.current().settings.planning.needles
        assert [(n.gauge, n.length_mm, n.diameter_mm) for n in kept] == [(22, 90, 0.7), (25, 130, 0.5)]

    def test_an_empty_shelf_is_refused(self, site, radiologist):
        rows = {"gauge": ["22"], "length_mm": [""], "diameter_mm": ["0.7"]}
        assert radiologist.post("/settings/needles", data={"after": "0", **rows}).status_code == 422
        assert site.records.settings.current().version == 0


class TestRecalledRules:
    def test_they_ship_off_and_a_radiologist_switches_one_on_by_name(self, site, radiologist):
        page = radiologist.get("/settings/rules").text
        key = page.split('name="on" value="')[1].split('"')[0]
        assert "checked" not in page
        assert radiologist.post("/settings/rules", data={"after": "0", "on": [key]}).status_code == 303
        (signed,) = site.records.settings.current().settings.site.sign_offs
        assert f"{signed.rule_id}@{signed.rule_version}" == key
        assert signed.role == "consultant"

    def test_an_administrator_does_not_decide_about_clinical_rules(self, site):
        administrator = site.client(Role.ADMINISTRATOR)
        page = administrator.get("/settings/rules").text
        key = page.split('name="on" value="')[1].split('"')[0]
        answer = administrator.post("/settings/rules", data={"after": "0", "on": [key]})
        assert answer.status_code == 403
        assert site.records.settings.current().settings.site.sign_offs == ()
