"""Signing in and out: who gets a session, what it is worth, and how it ends."""

from datetime import timedelta

import httpx
import pytest

from foramen.records import Role
from foramen.web.csrf import session_cookie

PASSWORD = "a long enough password"


def sign_in(client: httpx.Client, password: str = PASSWORD, **more: str) -> httpx.Response:
    return client.post("/sign-in", data={"name": "ada", "password": password, **more})


@pytest.fixture
def hospital(site, somebody):
    """A site with one nurse who has a password."""
    somebody(site.records, Role.NURSE, at=site.clock(), login="ada", password=PASSWORD)
    return site


def test_name_and_password_lead_to_the_worklist(hospital, browse):
    page = browse(hospital)
    page.goto("/")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", name="Worklist").is_visible()


def test_a_wrong_password_and_a_wrong_name_are_answered_alike(hospital):
    wrong_password = sign_in(hospital.client(), "not the password")
    wrong_name = hospital.client().post("/sign-in", data={"name": "nobody", "password": PASSWORD})
    assert wrong_password.status_code == wrong_name.status_code == 403
    sentence = "Name and password do not fit"
    assert sentence in wrong_password.text
    assert sentence in wrong_name.text


def test_after_five_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour(hospital):
    client = hospital.client()
    for _ in range(5):
        assert sign_in(client, "not the password").status_code == 403
    assert sign_in(client).status_code == 403
    hospital.clock.move(timedelta(minutes=16))
    assert sign_in(client).status_code == 303


def test_an_address_that_tries_too_often_is_told_to_wait(hospital):
    client = hospital.client()
    answers = [client.post("/sign-in", data={"name": f"n{i}", "password": "x"}).status_code for i in range(31)]
    assert answers == [403] * 30 + [429]
    hospital.clock.move(timedelta(minutes=5))
    assert sign_in(client).status_code == 303


def test_the_session_is_in_a_cookie_that_no_script_reads(hospital):
    cookie = sign_in(hospital.client()).headers["set-cookie"]
    assert cookie.startswith("foramen-session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # on loopback


def test_over_https_the_cookie_is_bound_to_host_and_to_https(tmp_path, running, somebody):
    with running(tmp_path, secure_cookies=True) as site:
        somebody(site.records, Role.NURSE, at=site.clock(), login="ada", password=PASSWORD)
        client = site.client()
        cookies = dict(part.split("=", 1) for part in [client.get("/sign-in").headers["set-cookie"].split(";")[0]])
        # The browser would send it over HTTPS only; here the test carries it by hand.
        client.headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        page = client.get("/sign-in").text
        client.headers["X-CSRF-Token"] = page.split('name="csrf-token" content="')[1].split('"')[0]
        answer = sign_in(client)
        cookie = next(c for c in answer.headers.get_list("set-cookie") if "session=" in c)
        assert cookie.startswith("__Host-foramen-session=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "max-age=63072000" in answer.headers["strict-transport-security"]


def test_signing_out_ends_the_session_in_the_record(hospital):
    client = hospital.client(Role.NURSE)
    kept = client.cookies[session_cookie(hospital.settings)]
    assert client.get("/").status_code == 200
    client.post("/sign-out")
    thief = hospital.client()
    thief.cookies.set(session_cookie(hospital.settings), kept)
    assert thief.get("/").headers["location"] == "/sign-in?next=%2F"


def test_a_session_ends_half_an_hour_after_the_last_click_and_twelve_hours_after_it_began(hospital):
    client = hospital.client(Role.NURSE)
    for _ in range(24):
        hospital.clock.move(timedelta(minutes=29))
        assert client.get("/").status_code == 200
    hospital.clock.move(timedelta(minutes=29))
    assert client.get("/").status_code == 303, "12 h have passed"
    client = hospital.client(Role.NURSE)
    hospital.clock.move(timedelta(minutes=31))
    assert client.get("/").status_code == 303, "half an hour without a click"


def test_a_session_of_an_ended_account_is_worth_nothing(hospital):
    client = hospital.client(Role.NURSE)
    by = hospital.people[Role.ADMINISTRATOR].actor
    hospital.records.people.set_active(hospital.people[Role.NURSE].id, False, by=by, at=hospital.clock())
    assert client.get("/").status_code == 303


@pytest.mark.parametrize("trap", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_but_here(hospital, trap):
    assert sign_in(hospital.client(), next=trap).headers["location"] == "/"


def test_sign_in_leads_on_to_the_page_that_was_asked_for(hospital):
    case = hospital.open_case()
    client = hospital.client()
    where = client.get(f"/cases/{case}").headers["location"]
    assert where == f"/sign-in?next=%2Fcases%2F{case}"
    assert sign_in(client, next=f"/cases/{case}").headers["location"] == f"/cases/{case}"


def test_a_session_that_was_planted_before_is_not_kept(hospital):
    client = hospital.client()
    client.cookies.set(session_cookie(hospital.settings), "planted")
    client.headers["X-CSRF-Token"] = client.get("/sign-in").text.split('name="csrf-token" content="')[1].split('"')[0]
    cookie = sign_in(client).headers["set-cookie"]
    assert "planted" not in cookie


def test_a_person_sets_another_password_and_is_signed_out_everywhere_else(hospital):
    first, second = hospital.client(), hospital.client()
    sign_in(first)
    sign_in(second)
    first.headers["X-CSRF-Token"] = first.get("/account").text.split('name="csrf-token" content="')[1].split('"')[0]
    other = "quite another password"
    assert "not your password" in first.post("/account/password", data={"old": "wrong", "new": other}).text
    assert "at least 12" in first.post("/account/password", data={"old": PASSWORD, "new": "short"}).text
    assert first.post("/account/password", data={"old": PASSWORD, "new": other}).status_code == 303
    assert first.get("/").status_code == 200
    assert second.get("/").status_code == 303
    assert sign_in(hospital.client(), other).status_code == 303
