"""The API for programs: what it gives, what it refuses, and that no generated request finds a fault in it."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from pydantic import TypeAdapter
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from foramen.records import Role
from foramen.records.events import AnyContent
from foramen.web.api.cases import ACTIONS, Writable
from foramen.web.app import create_app
from foramen.web.app_settings import AppSettings
from foramen.web.csrf import HEADER

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

OPENED = {
    "kind": "case-opened",
    "patient": {"name": "Lindqvist, Maria", "born": "1961-02-03", "number": "481021"},
    "roots": ["L5-left"],
}


def test_a_case_is_opened_read_and_added_to(shared_site):
    client = shared_site.client(Role.NURSE)
    made = client.post("/api/cases", json=OPENED).json()
    case = client.get(f"/api/cases/{made['id']}").json()
    assert case["patient"]["name"] == "Lindqvist, Maria"
    assert case["next_role"] == "nurse"
    told = {"after": case["version"], "content": {"kind": "noted", "text": "needs an interpreter"}}
    event = client.post(f"/api/cases/{made['id']}/events", json=told).json()
    assert event["number"] == 2
    assert event["by"]["role"] == "nurse"
    assert [e["number"] for e in client.get(f"/api/cases/{made['id']}/events").json()] == [1, 2]


def test_who_comes_second_is_told_what_changed_and_writes_nothing(shared_site):
    case, client = shared_site.open_case(), shared_site.client(Role.RADIOLOGIST)
    stop = {"after": 1, "content": {"kind": "stopped", "reason": "the pain is gone"}}
    assert client.post(f"/api/cases/{case}/events", json=stop).status_code == 201
    again = client.post(f"/api/cases/{case}/events", json=stop)
    assert again.status_code == 409
    assert again.json()["missed"] == ["case stopped: the pain is gone (The radiologist, radiologist)"]
    assert shared_site.records.case(case).version == 2


def test_the_role_that_may_note_may_not_stop(shared_site):
    case, clerk = shared_site.open_case(), shared_site.client(Role.CLERK)
    assert clerk.post(
        f"/api/cases/{case}/events", json={"after": 1, "content": {"kind": "noted", "text": "called"}}
    ).is_success
    stop = {"after": 2, "content": {"kind": "stopped", "reason": "no"}}
    assert clerk.post(f"/api/cases/{case}/events", json=stop).status_code == 403


@pytest.mark.parametrize("kind", ["screened", "plan-approved", "procedure-step", "spread-read", "discharged"])
def test_what_rules_and_scans_decide_is_not_written_from_outside(shared_site, kind):
    case = shared_site.open_case()
    answer = shared_site.client(Role.RADIOLOGIST).post(
        f"/api/cases/{case}/events", json={"after": 1, "content": {"kind": kind}}
    )
    assert answer.status_code == 422


def test_every_kind_that_may_be_written_names_who_may_write_it():
    writable = {ref["$ref"].rsplit("/", 1)[1] for ref in TypeAdapter(Writable).json_schema()["oneOf"]}
    assert writable == {kind.__name__ for kind in ACTIONS}
    assert writable < {ref["$ref"].rsplit("/", 1)[1] for ref in TypeAdapter(AnyContent).json_schema()["oneOf"]}


def test_cases_are_found_page_by_page(site):
    for number in range(5):
        site.open_case(f"Haddad {number}, Samira")
    site.open_case("Okafor, Daniel")
    client, found, after = site.client(Role.CLERK), [], None
    while True:
        page = client.post("/api/worklist", json={"search": "haddad", "limit": 2, "after": after}).json()
        found += [line["name"] for line in page["lines"]]
        after = page["next"]
        if after is None:
            break
    assert len(found) == 5
    assert set(found) == {f"Haddad {number}, Samira" for number in range(5)}


def test_looking_is_kept(site):
    case, client = site.open_case(), site.client(Role.NURSE)
    client.get(f"/api/cases/{case}")
    client.get(f"/api/cases/{case}/events")
    client.post("/api/worklist", json={})
    assert [(read.what, read.case_id) for read in site.records.reads.find()] == [
        ("worklist (API)", ""),
        ("events (API)", case),
        ("case (API)", case),
    ]


def described() -> dict[str, Any]:
    """The API as the application describes it, those parts that belong to the images too.

    Whole referrals are left out of what may be appended: making them up takes half a minute, and the screening's own
    tests send them.
    """
    app = create_app(AppSettings(record_url="sqlite://", store=Path("nowhere"), secret="none"))
    api: dict[str, Any] = app.openapi()
    content = api["components"]["schemas"]["Append"]["properties"]["content"]
    content["oneOf"] = [kind for kind in content["oneOf"] if not kind["$ref"].endswith("/ReferralRecorded")]
    del content["discriminator"]["mapping"]["referral-recorded"]
    return api


schema = schemathesis.openapi.from_dict(described())


@schema.parametrize()
@settings(max_examples=12, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_generated_request_finds_a_fault(case, shared_site, asking):
    """Requests made from the description are answered as it describes, and never with a fault of the server's own."""
    if "case_id" in (case.path_parameters or {}) and len(case.path_parameters["case_id"]) % 2:
        case.path_parameters["case_id"] = asking.case_id  # half of them meet a case that is there
    case.call_and_validate(base_url=shared_site.url, headers=asking.headers, checks=CHECKS)


class Asking:
    """Who asks, and of which case."""

    def __init__(self, site) -> None:
        client = site.client(Role.RADIOLOGIST)
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        self.headers = {HEADER: client.headers[HEADER], "cookie": cookies}
        self.case_id = site.open_case()


@pytest.fixture(scope="module")
def asking(shared_site):
    return Asking(shared_site)
