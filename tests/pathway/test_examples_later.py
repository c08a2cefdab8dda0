"""The worked patients who get to the needle go the rest of the way as their stories say."""

import json
from datetime import datetime
from typing import Any

import pytest

from foramen.pathway.answer import Answer
from foramen.pathway.consent import Consent, check_consent, consent_document
from foramen.pathway.facts import Diabetes, Referral
from foramen.pathway.findings import Severity
from foramen.pathway.followup import Block, Complaints, Diary, block_done, read_block, read_response, triage
from foramen.pathway.injectate import Injectate, check_injectate
from foramen.pathway.medication import read_policy
from foramen.pathway.procedure import ProcedureRecord, book
from foramen.pathway.recovery import Recovery, Visit, analgesic_plan, discharge, leaflet
from foramen.pathway.screening import screen
from foramen.pathway.texts import reading_age
from support.patients import EXAMPLES

STORIES = {path.parent.name: json.loads(path.read_text()) for path in sorted(EXAMPLES.glob("*/expected-later.json"))}


def steps(name: str) -> list[Any]:
    """Every step of that kind, with its patient's folder."""
    found = []
    for folder, story in STORIES.items():
        given = story.get(name, [])
        for number, step in enumerate(given if isinstance(given, list) else [given]):
            found.append(pytest.param(folder, step, id=f"{folder}-{number}"))
    return found


def text(folder: str, name: str) -> str:
    return (EXAMPLES / folder / name).read_text()


def patient(folder: str) -> Referral:
    return Referral.from_json(text(folder, STORIES[folder]["referral"]))


def moment(step: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(step["at"])


@pytest.mark.parametrize(("folder", "step"), steps("consent"))
def test_the_consent_holds(folder: str, step: dict[str, Any]) -> None:
    consent = Consent.from_json(text(folder, "consent.json"))
    assert check_consent(consent, patient(folder), moment(step)).holds is step["holds"]


@pytest.mark.parametrize("folder", [folder for folder in STORIES if "consent" in STORIES[folder]])
def test_the_consent_names_every_risk_that_was_gone_through(folder: str) -> None:
    consent = Consent.from_json(text(folder, "consent.json"))
    risks = consent_document(patient(folder), consent.basis.root).section("risks")
    assert risks is not None
    assert len(risks.points) == len(consent.risks_gone_through)


@pytest.mark.parametrize(("folder", "step"), steps("injectate"))
def test_the_injectate_is_judged(folder: str, step: dict[str, Any]) -> None:
    report = check_injectate(Injectate.from_json(text(folder, step["file"])), patient(folder))
    assert report.decision == step["decision"]
    assert [found.rule_id for found in report.findings if found.severity is not Severity.INFO] == step["rules"]
    assert not report.questions


@pytest.mark.parametrize(("folder", "step"), steps("procedure"))
def test_the_procedure_takes_its_course(folder: str, step: dict[str, Any]) -> None:
    course = ProcedureRecord.from_json(text(folder, "procedure.json")).course()
    assert course.state.stage == step["stage"]
    assert len(course.refused) == len(step["refused"])
    for (_, refusal), expected in zip(course.refused, step["refused"], strict=True):
        assert expected in refusal.reason
    assert sum(dose.dose_mg for dose in course.state.anaesthetic) == pytest.approx(step["anaesthetic_mg"])


@pytest.mark.parametrize("folder", [folder for folder in STORIES if "consent" in STORIES[folder]])
def test_the_booking_follows_from_referral_and_consent(folder: str) -> None:
    record = ProcedureRecord.from_json(text(folder, "procedure.json"))
    who, consent = patient(folder), Consent.from_json(text(folder, "consent.json"))
    check = check_consent(consent, who, moment(STORIES[folder]["consent"][0]))
    assert book(who, record.booking.root, check) == record.booking


@pytest.mark.parametrize(("folder", "step"), steps("discharge"))
def test_the_patient_goes_home_when_they_may(folder: str, step: dict[str, Any]) -> None:
    recovery = Recovery.from_json(text(folder, "recovery.json"))
    diabetic = Answer.of(patient(folder).conditions.diabetes is not Diabetes.NONE)
    assert discharge(recovery, moment(step), diabetic=diabetic).destination == step["destination"]


@pytest.mark.parametrize(("folder", "step"), steps("leaflet"))
def test_the_leaflet_is_for_this_patient_and_easy_to_read(folder: str, step: dict[str, Any]) -> None:
    visit, who = Visit.from_json(text(folder, "visit.json")), patient(folder)
    plans = screen(who, read_policy(STORIES[folder]["policy"]), visit.injected_at).medication_plan
    written = leaflet(who, visit, analgesic_plan(who), plans)
    for said in step["says"]:
        assert said in written.to_text()
    for unsaid in step["silent"]:
        assert unsaid not in written.to_text()
    assert reading_age(written.to_text()) <= 12


@pytest.mark.parametrize(("folder", "step"), steps("calls"))
def test_a_call_is_answered(folder: str, step: dict[str, Any]) -> None:
    assert triage(Complaints.from_json(text(folder, step["file"]))).response == step["response"]


@pytest.mark.parametrize(("folder", "step"), steps("outcome"))
def test_the_outcome_is_read(folder: str, step: dict[str, Any]) -> None:
    assert read_response(Diary.from_json(text(folder, "diary.json")), moment(step)).verdict == step["verdict"]


@pytest.mark.parametrize(("folder", "step"), steps("block"))
def test_the_block_is_read(folder: str, step: dict[str, Any]) -> None:
    done = block_done(
        ProcedureRecord.from_json(text(folder, "procedure.json")),
        sedation_or_opioid=Answer.NO,
        analgesic_before=Answer.NO,
    )
    assert done == Block.from_json(text(folder, step["file"]))
    report = read_block(Diary.from_json(text(folder, "diary.json")), Block.from_json(text(folder, step["file"])))
    assert (report.reading, report.valid) == (step["reading"], step["valid"])
    assert "supports" in report.summary
    assert "confirm" not in report.to_json()
