"""The twelve worked patients are screened as their stories say."""

import json
from datetime import datetime
from typing import Any

import pytest

from foramen.pathway.facts import Referral
from foramen.pathway.findings import Severity
from foramen.pathway.medication import read_policy
from foramen.pathway.screening import Screening, screen
from support.patients import EXAMPLES

RUNS = [
    (folder.parent.name, run)
    for folder in sorted(EXAMPLES.glob("*/expected-screening.json"))
    for run in json.loads(folder.read_text())
]


def screened(folder: str, run: dict[str, Any]) -> Screening:
    referral = Referral.from_json((EXAMPLES / folder / run["referral"]).read_text())
    return screen(referral, read_policy(run["policy"]), datetime.fromisoformat(run["at"]))


def test_there_are_twelve_patients_each_with_a_story() -> None:
    folders = [path.parent for path in EXAMPLES.glob("*/referral.json")]
    assert len(folders) == 12
    assert all((folder / "README.md").exists() for folder in folders)
    assert {folder for folder, _ in RUNS} == {folder.name for folder in folders}


@pytest.mark.parametrize(("folder", "run"), RUNS, ids=[f"{f}-{r['referral']}-{r['policy']}" for f, r in RUNS])
def test_a_worked_patient_is_screened_as_the_story_says(folder: str, run: dict[str, Any]) -> None:
    result = screened(folder, run)
    assert result.decision == run["decision"]
    for severity in (Severity.STOP, Severity.DEFER, Severity.WARN):
        found = [finding.rule_id for finding in result.findings if finding.severity is severity]
        assert found == run.get(severity, []), severity
    assert [question.ask for question in result.questions] == run.get("asks", [])
    calendar = [
        f"{entry.at:%Y-%m-%d %H:%M %Z}"
        + (f" to {entry.until:%Y-%m-%d %H:%M %Z}" if entry.until else "")
        + f" {entry.text}"
        for entry in result.calendar
    ]
    assert calendar == run["calendar"]


def test_one_blood_sample_gets_three_answers_under_three_policies() -> None:
    decisions = {run["policy"]: run["decision"] for folder, run in RUNS if folder == "02-warfarin"}
    assert decisions["insideradiology-2017"] == "proceed-with-plan"
    assert decisions["aagbi-2013"] == decisions["asra-pain-2018"] == "stop"


def test_red_flags_come_first_with_where_to_send_the_patient_and_how_fast() -> None:
    first = screened("07-cauda-equina", RUNS[[folder for folder, _ in RUNS].index("07-cauda-equina")][1]).findings[0]
    assert first.rule_id == "SC-01"
    assert first.within == "today, MRI within 4 hours"
    assert "hospital today" in (first.action or "")


def test_a_screening_names_the_edition_and_checksum_of_everything_it_rests_on() -> None:
    result = screened(*RUNS[0])
    assert result.policy.name == "insideradiology-2017"
    assert len(result.policy.checksum) == len(result.referral_fingerprint) == 64
    assert result.rules["screening/red_flags"] == "1.0.0"
    assert result.software["name"] == "foramen"


def test_a_screening_reads_back_from_its_own_json() -> None:
    result = screened(*RUNS[1])
    assert Screening.from_json(result.to_json()) == result


def test_the_same_referral_gives_the_same_bytes() -> None:
    assert screened(*RUNS[3]).to_json() == screened(*RUNS[3]).to_json()


def test_the_documentation_tells_the_same_stories() -> None:
    root = EXAMPLES.parent
    stories = [path.read_text().strip() for path in sorted(EXAMPLES.glob("*/README.md"))]
    page = (root / "docs" / "worked-patients.md").read_text()
    assert all("#" + story in page for story in stories), "run python tools/tell_worked_patients.py"
