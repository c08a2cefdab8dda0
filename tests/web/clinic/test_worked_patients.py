"""The twelve worked patients, entered through the pages, are screened exactly as their stories say."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from foramen.pathway.facts import Referral
from foramen.pathway.findings import Severity
from foramen.records import Role
from support.clerk import Clerk
from support.clinic import BERLIN, set_clock, set_policy
from support.html_forms import Form, page
from support.patients import EXAMPLES
from support.worked_cases import born

RUNS = [
    (path.parent.name, run)
    for path in sorted(EXAMPLES.glob("*/expected-screening.json"))
    for run in json.loads(path.read_text())
]
FIRST_RUNS = {folder: run for folder, run in reversed(RUNS) if run["referral"] == "referral.json"}
WORDS = {
    "proceed": "Proceed",
    "proceed-with-plan": "Proceed with a plan",
    "incomplete": "Not decided yet",
    "defer": "Defer",
    "stop": "Stop",
}
Entered = Callable[[str, dict[str, Any]], str]

NOT_ASKED = {"pseudonym", "language", "implants"}
"""What the pages do not ask: the case has a number of its own, and nothing hangs on the other two."""


def story_of(folder: str, run: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((EXAMPLES / folder / run["referral"]).read_text())
    return told


@pytest.fixture(scope="module")
def entered(clinic: Any) -> Entered:
    """Cases into which a clerk has entered a story, each once; another policy asks what it needs besides."""
    cases: dict[tuple[str, str], str] = {}

    def enter(folder: str, run: dict[str, Any]) -> str:
        set_policy(clinic, run["policy"])
        story = story_of(folder, run)
        arrived = (story.get("arrival") or {}).get("at", run["at"])
        set_clock(clinic, datetime.fromisoformat(arrived))
        clerk, which = Clerk(clinic.client(Role.NURSE), story), (folder, run["referral"])
        if which not in cases:
            cases[which] = clerk.open_case("Doe, Jane", str(born(Referral.model_validate_json(json.dumps(story)))))
        clerk.answer_everything(cases[which])
        set_clock(clinic, datetime.fromisoformat(run["at"]))
        return cases[which]

    return enter


@pytest.mark.parametrize(("folder", "run"), RUNS, ids=[f"{f}-{r['referral']}-{r['policy']}" for f, r in RUNS])
def test_a_worked_patient_is_decided_on_the_page_as_the_story_says(clinic, entered, folder, run):
    case_id = entered(folder, run)
    shown = page(clinic.client(Role.NURSE).get(f"/cases/{case_id}/screening").text)

    assert shown.one("h1", id="decision").text == WORDS[run["decision"]]
    for severity, word in ((Severity.STOP, "Stop"), (Severity.DEFER, "Defer"), (Severity.WARN, "Plan")):
        findings = [item for item in shown.all("li", class_="finding") if item.one("span").text == word]
        rules = [item.one("p", class_="source").text.split(" · ")[0] for item in findings]
        assert rules == run.get(severity, []), severity
    asks = [item.text for listed in shown.all("ul", class_="asks") for item in listed.all("li")]
    assert [ask for ask in asks if ask in run.get("asks", [])] == run.get("asks", [])
    assert bool(run.get("asks")) == ("Open questions" in [heading.text for heading in shown.all("h2")])


@pytest.mark.parametrize(("folder", "run"), FIRST_RUNS.items(), ids=list(FIRST_RUNS))
def test_every_fact_of_the_story_reaches_the_record_where_it_belongs(clinic, entered, folder, run):
    case_id = entered(folder, run)
    Clerk(clinic.client(Role.NURSE), story_of(folder, run)).topic(f"/cases/{case_id}/screening/blood")
    kept = facts(clinic.records.case(case_id).referral)
    assert kept == facts(Referral.model_validate_json(json.dumps(story_of(folder, run))))


def facts(referral: Referral) -> dict[str, Any]:
    """What a story tells, but for what the pages do not ask; moments on one clock."""
    told: dict[str, Any] = json.loads(referral.to_json(), object_hook=on_one_clock)
    for part in ("patient", "conditions"):
        told[part] = {name: value for name, value in told[part].items() if name not in NOT_ASKED}
    for drug in told["medications"]:
        drug.pop("intensity")  # asked where the policy tells low from high doses
    return told


def on_one_clock(told: dict[str, Any]) -> dict[str, Any]:
    moments = {name for name, value in told.items() if isinstance(value, str) and value[10:11] == "T"}
    return {n: str(datetime.fromisoformat(v).astimezone(BERLIN)) if n in moments else v for n, v in told.items()}


def test_the_calendar_on_the_page_holds_the_story_s_dates(clinic, entered):
    folder, run = next((f, r) for f, r in RUNS if f == "03-doac-poor-kidneys" and r["policy"] == "nhs-lothian")
    case_id = entered(folder, run)
    shown = page(clinic.client(Role.NURSE).get(f"/cases/{case_id}/medication").text)
    agenda = [item.text for item in shown.one("ol", class_="agenda").all("li")]
    assert agenda == [
        "Thu 27 Mar 2025, 23:59 Apixaban: last dose by now, none after",
        "Mon 31 Mar 2025, 08:30 The procedure",
    ]


def test_red_flags_come_first_and_end_the_questions(clinic):
    folder, run = next((f, r) for f, r in RUNS if f == "07-cauda-equina")
    set_policy(clinic, run["policy"])
    set_clock(clinic, datetime.fromisoformat(run["at"]))
    clerk = Clerk(clinic.client(Role.NURSE), story_of(folder, run))
    case_id = clerk.open_case("Doe, John", "1985-06-01")
    assert clerk.client.get(f"/cases/{case_id}/screening/next").headers["location"].endswith("/screening/red-flags")
    form = Form(clerk.client.get(f"/cases/{case_id}/screening/red-flags").text)
    form.answer(form.find("Is the saddle area numb?"), "Yes")
    answer = clerk.client.post(f"/cases/{case_id}/screening/red-flags", data=dict(form.sent))
    assert answer.headers["location"].endswith("/screening/red-flags"), "since when is asked at once"
    clerk.topic(f"/cases/{case_id}/screening/red-flags")

    after = clerk.client.get(clerk.pages[-1]).headers["location"]

    assert after.endswith("/screening"), "nothing more can change a stop"
    shown = page(clerk.client.get(after).text)
    assert shown.one("h1", id="decision").text == "Stop"
    assert "MRI within 4 hours" in shown.all("li", class_="finding")[0].text
