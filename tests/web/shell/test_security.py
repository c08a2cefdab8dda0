"""What every answer says, and what is refused whoever asks."""

import pytest

from foramen.records import Role
from foramen.web.csrf import HEADER

PAGES = ("/sign-in", "/", "/static/foramen.css", "/nothing", "/api/health")


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_forbids_foreign_content_frames_and_guessing(shared_site, path):
    headers = shared_site.client(Role.NURSE).get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert "script-src" not in policy, "scripts come from here alone, as everything else"
    assert "style-src" not in policy
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_what_a_page_shows_is_kept_by_no_cache(shared_site):
    client = shared_site.client(Role.NURSE)
    assert client.get("/").headers["cache-control"] == "no-store"
    assert client.get("/api/health").headers["cache-control"] == "no-store"


def test_another_host_name_is_not_answered(shared_site):
    assert shared_site.client().get("/sign-in", headers={"host": "evil.example"}).status_code == 400


class TestFormTokens:
    def test_a_form_without_one_changes_nothing(self, site):
        case, client = site.open_case(), site.client(Role.NURSE)
        del client.headers[HEADER]
        answer = client.post(f"/cases/{case}/notes", data={"text": "planted"})
        assert answer.status_code == 403
        assert "load it again" in answer.text
        assert site.records.case(case).version == 1

    def test_one_of_another_browser_changes_nothing(self, site):
        case, client = site.open_case(), site.client(Role.NURSE)
        client.headers[HEADER] = site.client(Role.NURSE).headers[HEADER]
        assert client.post(f"/cases/{case}/notes", data={"text": "planted"}).status_code == 403

    def test_it_counts_as_a_field_as_well_as_in_the_header(self, site):
        case, client = site.open_case(), site.client(Role.NURSE)
        token = client.headers.pop(HEADER)
        assert client.post(f"/cases/{case}/notes", data={"text": "mine", "csrf_token": token}).status_code == 303
        assert site.records.case(case).version == 2

    def test_the_api_asks_for_it_too(self, site):
        case, client = site.open_case(), site.client(Role.NURSE)
        del client.headers[HEADER]
        body = {"after": 1, "content": {"kind": "noted", "text": "planted"}}
        assert client.post(f"/api/cases/{case}/events", json=body).status_code == 403

    def test_signing_in_needs_one(self, shared_site):
        client = shared_site.client()
        del client.headers[HEADER]
        assert client.post("/sign-in", data={"name": "nurse", "password": "x"}).status_code == 403


class TestErrors:
    def test_a_page_that_is_not_there_is_one_sentence(self, shared_site):
        answer = shared_site.client(Role.NURSE).get("/nothing/here")
        assert answer.status_code == 404
        assert "There is nothing at this address" in answer.text

    def test_a_case_that_is_not_there_is_one_sentence(self, shared_site):
        for path in ("/cases/none", "/api/cases/none"):
            answer = shared_site.client(Role.NURSE).get(path)
            assert answer.status_code == 404
            assert "There is no case with this number" in answer.text

    def test_a_program_gets_its_sentence_as_json(self, shared_site):
        assert shared_site.client().get("/api/cases/none").json() == {"detail": "Sign in first."}

    def test_what_was_typed_wrong_is_named_by_field_and_not_repeated(self, shared_site):
        case = shared_site.open_case()
        form = {"after": "1", "name": "Lindqvist, Maria", "born": "once upon a time", "reason": "typing"}
        answer = shared_site.client(Role.NURSE).post(f"/cases/{case}/identity", data=form)
        assert answer.status_code == 422
        assert "born" in answer.text
        assert "once upon a time" not in answer.text
        body = {"kind": "case-opened", "patient": {"name": "Lindqvist", "born": "once upon a time"}}
        answer = shared_site.client(Role.NURSE).post("/api/cases", json=body)
        assert answer.status_code == 422
        assert "patient.born" in answer.json()["detail"]
        assert "once upon a time" not in answer.text

    def test_a_fault_of_its_own_names_no_patient_and_no_trace_anywhere(self, site, monkeypatch, caplog):
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("Lindqvist, Maria")

        monkeypatch.setattr(site.records, "read", broken)
        answer = site.client(Role.NURSE).get("/cases/any")
        assert answer.status_code == 500
        assert "a fault of its own" in answer.text
        assert answer.headers["content-security-policy"]
        assert "Lindqvist" not in answer.text + caplog.text
        assert "ZeroDivisionError in test_security.py" in caplog.text
