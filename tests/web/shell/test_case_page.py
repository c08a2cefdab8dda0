"""One case: its journey, its history, corrections, and what the second of two people sees."""

import pytest
from pydantic import TypeAdapter

from foramen.records import Case, Role
from foramen.records import events as e
from foramen.records.events import AnyContent, Noted, Stopped
from foramen.web.shell.event_words import WORDS, history
from foramen.web.shell.journey import journey, next_step
from support.worked_cases import worked_case


def steps_of(case: Case) -> dict[str, str]:
    return {step.name: step.state for step in journey(case)}


class TestJourney:
    def test_a_new_case_has_the_referral_open_and_what_rests_on_it_blocked(self, shared_site):
        case = shared_site.records.case(shared_site.open_case())
        steps = steps_of(case)
        assert steps["Referral"] == "open"
        assert steps["Screening"] == steps["Consent"] == steps["Procedure"] == steps["Recovery"] == "blocked"
        step = next_step(case)
        assert step is not None
        assert step.do == "Record the referral"

    @pytest.mark.parametrize(
        ("until", "done", "open_next"),
        [
            ("screened", {"Referral", "Screening"}, "Medication"),
            ("consented", {"Referral", "Screening", "Consent"}, "Scan and plan"),
        ],
    )
    def test_each_stage_of_a_worked_patient_opens_the_next(self, shared_site, until, done, open_next):
        case = shared_site.records.case(worked_case(shared_site.records, "02-warfarin", until=until))
        steps = steps_of(case)
        assert {name for name, state in steps.items() if state == "done"} == done
        assert steps[open_next] == "open"

    def test_a_patient_who_takes_a_blood_thinner_has_a_step_more(self, shared_site):
        case = worked_case(shared_site.records, "02-warfarin", until="screened")
        assert "Medication" in steps_of(shared_site.records.case(case))
        plain = worked_case(shared_site.records, "01-straightforward", until="screened")
        assert "Medication" not in steps_of(shared_site.records.case(plain))

    def test_a_stopped_case_has_no_open_step_and_says_why(self, site):
        case = site.open_case()
        site.client(Role.RADIOLOGIST).post(f"/cases/{case}/stop", data={"after": "1", "reason": "the pain is gone"})
        assert next_step(site.records.case(case)) is None
        page = site.client(Role.NURSE).get(f"/cases/{case}").text
        assert "This case was stopped: the pain is gone" in page
        site.client(Role.NURSE).post(f"/cases/{case}/reopen", data={"after": "2", "reason": "it is back"})
        assert steps_of(site.records.case(case))["Referral"] == "open"


class TestHistory:
    def test_every_kind_of_event_has_its_words(self):
        kinds = {ref["$ref"].rsplit("/", 1)[1] for ref in TypeAdapter(AnyContent).json_schema()["oneOf"]}
        assert {kind.__name__ for kind in WORDS} == kinds

    def test_a_whole_way_reads_without_a_gap(self, shared_site):
        case = shared_site.records.case(worked_case(shared_site.records, "01-straightforward", until="diary"))
        lines = history(case.history, case.corrected)
        assert [line.number for line in lines] == list(range(case.version, 0, -1))
        assert lines[-1].words == "case opened for L5 LEFT"
        assert all(line.words and line.who for line in lines)

    def test_a_correction_takes_an_entry_out_of_the_case_and_leaves_it_in_the_history(self, site):
        case, client = site.open_case(), site.client(Role.NURSE)
        client.post(f"/cases/{case}/notes", data={"text": "of another patient"})
        client.post(f"/cases/{case}/corrections", data={"after": "2", "number": "2", "reason": "wrong case"})
        now = site.records.case(case)
        assert now.corrected == {2}
        page = client.get(f"/cases/{case}").text
        assert "of another patient" in page.lower()
        assert "No longer counts: wrong case (The nurse)" in page

    def test_who_the_patient_is_is_set_right_and_the_mistake_kept(self, site):
        case, client = site.open_case("Lindquist, Mario"), site.client(Role.CLERK)
        right = {"after": "1", "name": "Lindqvist, Maria", "born": "1961-02-04", "number": "7", "reason": "the letter"}
        assert client.post(f"/cases/{case}/identity", data=right).status_code == 303
        assert site.records.case(case).patient == e.Identity.from_json(
            '{"name": "Lindqvist, Maria", "born": "1961-02-04", "number": "7"}'
        )
        assert site.records.case(case).history[0].content.patient.name == "Lindquist, Mario"


class TestConflict:
    def test_the_second_sees_what_changed_keeps_what_was_typed_and_can_still_save(self, site, browse):
        case = site.open_case()
        page = browse(site, Role.NURSE)
        page.goto(f"/cases/{case}")
        by = site.people[Role.RADIOLOGIST].actor
        site.records.append(case, after=1, contents=[Noted(text="Seen on the ward.")], by=by, at=site.clock())
        page.get_by_text("Correct name, date of birth or number").click()
        page.get_by_label("Family name, given names").fill("Lindqvist, Mia")
        page.get_by_label("How was the mistake noticed?").fill("She said so herself")
        page.get_by_role("button", name="Correct", exact=True).click()
        assert page.get_by_role("heading", name="Somebody was first").is_visible()
        assert page.get_by_text("Seen on the ward.").is_visible()
        assert page.get_by_text("She said so herself").is_visible()
        assert site.records.case(case).patient.name == "Lindqvist, Maria", "nothing was saved yet"
        page.get_by_role("button", name="Save mine as well").click()
        page.wait_for_url(f"**/cases/{case}")
        assert site.records.case(case).patient.name == "Lindqvist, Mia"
        page.watch.faults = [fault for fault in page.watch.faults if "409" not in fault]

    def test_a_note_never_conflicts(self, site):
        case, client = site.open_case(), site.client(Role.NURSE)
        by = site.people[Role.RADIOLOGIST].actor
        site.records.append(case, after=1, contents=[Stopped(reason="gone")], by=by, at=site.clock())
        assert client.post(f"/cases/{case}/notes", data={"text": "she calls back"}).status_code == 303
