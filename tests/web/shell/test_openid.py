"""The site's own sign-in, against a small real provider on loopback."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from foramen.records import Role
from foramen.web.app_settings import OpenId
from foramen.web.csrf import session_cookie
from support import openid_provider


@pytest.fixture(scope="module")
def provider():
    with openid_provider.provider() as one:
        yield one


@pytest.fixture
def hospital(tmp_path, running, provider):
    """A site that brings its own accounts, and nobody of it known here yet."""
    provider.lie.clear()
    openid = OpenId(provider.url, openid_provider.CLIENT, openid_provider.SECRET)
    with running(tmp_path, openid=openid) as site:
        yield site


def come_back(client: httpx.Client, begin: str = "/sign-in/openid") -> httpx.Response:
    """Go to the provider and back, as a browser does."""
    there = client.get(begin)
    back = httpx.get(there.headers["location"], verify=False)
    return client.get(back.headers["location"])


def test_the_first_sign_in_ties_the_account_made_under_that_name_later_ones_go_by_subject(hospital, provider, somebody):
    made = somebody(hospital.records, Role.RADIOLOGIST, at=hospital.clock(), login="ada")
    client = hospital.client()
    answer = come_back(client)
    assert answer.headers["location"] == "/"
    assert client.get("/").status_code == 200
    assert hospital.records.people.get(made.id).subject == "4711"
    provider.user["preferred_username"] = "ada.by-marriage"
    try:
        assert session_cookie(hospital.settings) in come_back(hospital.client()).headers["set-cookie"]
    finally:
        provider.user["preferred_username"] = "ada"


def test_the_request_carries_state_nonce_and_a_challenge(hospital):
    there = hospital.client().get("/sign-in/openid").headers["location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20
    assert asked["redirect_uri"] == f"{hospital.url}/sign-in/openid/answer"


def test_it_leads_on_to_the_page_that_was_asked_for(hospital, somebody):
    somebody(hospital.records, Role.RADIOLOGIST, at=hospital.clock(), login="ada")
    assert come_back(hospital.client(), "/sign-in/openid?next=/settings").headers["location"] == "/settings"
    assert come_back(hospital.client(), "/sign-in/openid?next=//evil.example").headers["location"] == "/"


def test_somebody_without_an_account_here_is_told_so(hospital):
    answer = come_back(hospital.client())
    assert answer.status_code == 403
    assert "you have no account here" in answer.text


def test_an_account_with_a_password_is_not_taken_over_by_its_name(hospital, somebody):
    somebody(hospital.records, Role.RADIOLOGIST, at=hospital.clock(), login="ada", password="a long enough password")
    assert come_back(hospital.client()).status_code == 403


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "of another sign-in"},
        {"iss": "https://evil.example"},
        {"aud": "another-application"},
        {"exp": 1_000_000_000},
        {"sub": ""},
        {"key": RSAKey.generate_key(2048, {"kid": "one"})},
    ],
    ids=["nonce", "issuer", "audience", "expired", "nobody", "signed by another"],
)
def test_a_token_that_is_wrong_opens_nothing(hospital, provider, somebody, lie):
    somebody(hospital.records, Role.RADIOLOGIST, at=hospital.clock(), login="ada")
    provider.lie.update(lie)
    answer = come_back(hospital.client())
    assert answer.status_code == 403
    assert "did not confirm who you are" in answer.text
    assert session_cookie(hospital.settings) not in answer.headers.get("set-cookie", "")


def test_an_answer_that_another_browser_asked_for_opens_nothing(hospital, somebody):
    somebody(hospital.records, Role.RADIOLOGIST, at=hospital.clock(), login="ada")
    there = hospital.client().get("/sign-in/openid")
    back = httpx.get(there.headers["location"], verify=False).headers["location"]
    assert hospital.client().get(back).status_code == 403


def test_the_same_answer_twice_opens_nothing_the_second_time(hospital, somebody):
    somebody(hospital.records, Role.RADIOLOGIST, at=hospital.clock(), login="ada")
    client = hospital.client()
    there = client.get("/sign-in/openid")
    kept = client.cookies["foramen-openid"]
    back = httpx.get(there.headers["location"], verify=False).headers["location"]
    assert client.get(back).status_code == 303
    thief = hospital.client()
    thief.cookies.set("foramen-openid", kept, path="/sign-in/openid")
    assert thief.get(back).status_code == 403, "the provider takes each code once"


def test_a_provider_that_does_not_answer_is_one_sentence(tmp_path, running):
    with running(tmp_path, openid=OpenId("http://127.0.0.1:9", "foramen", "x")) as site:
        answer = site.client().get("/sign-in/openid")
        assert answer.status_code == 502
        assert "be reached. Try again" in answer.text


def test_a_site_without_one_says_so(shared_site):
    assert shared_site.client().get("/sign-in/openid").status_code == 404
    assert "hospital's account" not in shared_site.client().get("/sign-in").text
