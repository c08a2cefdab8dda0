"""The administrator and the accounts."""

import re

import pytest

from foramen.records import Role


def once_shown(page: str) -> str:
    found = re.search(r'<p class="secret">(.+?)</p>', page)
    assert found is not None
    return found[1]


def sign_in(site, login: str, password: str) -> int:
    return site.client().post("/sign-in", data={"name": login, "password": password}).status_code


@pytest.fixture
def administrator(site):
    return site.client(Role.ADMINISTRATOR)


def test_an_account_is_made_with_a_password_that_is_shown_once_and_works(site, administrator):
    form = {"name": "Nora Berg", "login": "Nora", "roles": ["nurse", "clerk"]}
    password = once_shown(administrator.post("/users", data=form).text)
    assert len(password) >= 12
    assert sign_in(site, "nora", password) == 303
    made = next(person for person in site.records.people.all() if person.login == "nora")
    assert made.roles == (Role.NURSE, Role.CLERK)
    assert password not in administrator.get(f"/users/{made.id}").text
    assert password not in administrator.get("/users").text


def test_every_password_is_another(administrator):
    made = {
        once_shown(administrator.post("/users", data={"name": "N", "login": f"n{i}", "roles": ["nurse"]}).text)
        for i in range(5)
    }
    assert len(made) == 5


def test_what_was_typed_is_kept_where_it_cant_be_used(administrator):
    answer = administrator.post("/users", data={"name": "Nora Berg", "login": "nurse", "roles": ["clerk"]})
    assert answer.status_code == 422
    assert "is taken" in answer.text
    assert 'value="Nora Berg"' in answer.text
    assert 'value="clerk" checked' in answer.text
    assert administrator.post("/users", data={"name": "Nora Berg", "login": "n2"}).status_code == 422


def test_a_new_password_signs_the_person_out(site, administrator):
    nurse = site.client(Role.NURSE)
    answer = administrator.post(f"/users/{site.people[Role.NURSE].id}/password")
    assert nurse.get("/").status_code == 303
    assert sign_in(site, "nurse", once_shown(answer.text)) == 303


def test_an_ended_account_is_out_at_once_and_may_begin_again(site, administrator):
    nurse, person = site.client(Role.NURSE), site.people[Role.NURSE].id
    administrator.post(f"/users/{person}/active", data={"active": "false"})
    assert nurse.get("/").status_code == 303
    administrator.post(f"/users/{person}/active", data={"active": "true"})
    assert site.client(Role.NURSE).get("/").status_code == 200


def test_other_roles_count_from_the_next_click(site, administrator):
    nurse, person = site.client(Role.NURSE), site.people[Role.NURSE].id
    assert nurse.get("/users").status_code == 403
    administrator.post(f"/users/{person}/roles", data={"roles": ["nurse", "administrator"]})
    assert nurse.get("/users").status_code == 200


def test_the_last_administrator_stays_one(site, administrator):
    person = site.people[Role.ADMINISTRATOR].id
    for path, form in (("active", {"active": "false"}), ("roles", {"roles": ["nurse"]})):
        answer = administrator.post(f"/users/{person}/{path}", data=form)
        assert answer.status_code == 422
        assert "Somebody must stay administrator" in answer.text


def test_every_change_stands_in_the_audit(site, administrator):
    administrator.post("/users", data={"name": "Nora Berg", "login": "nora", "roles": ["nurse"]})
    page = site.client(Role.AUDITOR).get("/reads/site").text
    assert "made with the roles nurse" in page
    assert "The administrator, administrator" in page


class TestFirstStart:
    @pytest.fixture
    def empty(self, tmp_path, running):
        from datetime import UTC, datetime, timedelta

        from foramen.web.app_settings import SetUp

        begins = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
        set_up = SetUp("only-this-once", begins + timedelta(minutes=15))
        with running(tmp_path, set_up=set_up, staffed=False) as site:
            yield site

    FORM = {"name": "Mia Grau", "login": "mia", "password": "a long enough password"}  # noqa: RUF012 - never changed

    def test_the_link_makes_the_first_administrator_and_is_then_gone(self, empty):
        client = empty.client()
        assert "Who is the first administrator" in client.get("/set-up/only-this-once").text
        assert "at least 12" in client.post("/set-up/only-this-once", data=self.FORM | {"password": "short"}).text
        assert client.post("/set-up/only-this-once", data=self.FORM).headers["location"] == "/users"
        assert client.get("/users").status_code == 200
        assert [person.roles for person in empty.records.people.all()] == [(Role.ADMINISTRATOR,)]
        assert empty.client().get("/set-up/only-this-once").status_code == 404

    def test_another_link_opens_nothing(self, empty):
        assert empty.client().get("/set-up/guessed").status_code == 404
        assert empty.client().post("/set-up/guessed", data=self.FORM).status_code == 404
        assert empty.records.people.count() == 0

    def test_after_a_quarter_of_an_hour_it_opens_nothing(self, empty):
        from datetime import timedelta

        empty.clock.move(timedelta(minutes=16))
        answer = empty.client().post("/set-up/only-this-once", data=self.FORM)
        assert answer.status_code == 404
        assert "start it again" in answer.text

    def test_nobody_has_a_default_password(self, empty):
        for login in ("admin", "administrator", "foramen", "root"):
            for password in ("", "admin", "password", "foramen"):
                assert sign_in(empty, login, password) in (403, 422)
