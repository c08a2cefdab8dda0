"""Each role × each action, over HTTP, held to the one table in `records.roles`.

The walk finds every address of the application by itself, so a new page can't forget to say who may use it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from foramen.records import Action, Role, may
from foramen.records.roles import MAY
from foramen.web.app import create_app
from foramen.web.app_settings import AppSettings
from foramen.web.deps import AnyRole, MayDo, OpenToAll


def rules(dependant: Dependant) -> Iterator[object]:
    """What an address asks of who calls it."""
    if isinstance(dependant.call, MayDo | AnyRole | OpenToAll):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from rules(inner)


APP = create_app(AppSettings(record_url="sqlite://", store=Path("nowhere"), secret="none"))
ADDRESSES = list(iter_route_contexts(APP.routes))
ROUTES = [address for address in ADDRESSES if isinstance(address.original_route, APIRoute)]


def asked_of(route: RouteContext) -> list[object]:
    """The rules of one address."""
    return list(rules(route.original_route.dependant))


GUARDED = [
    (method, route.path, rule.action)
    for route in ROUTES
    for rule in asked_of(route)
    if isinstance(rule, MayDo)
    for method in sorted(route.methods)
]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{'/'.join(route.methods)} {route.path}")
def test_every_address_says_who_may_use_it(route):
    asked = asked_of(route)
    assert len(asked) >= 1, "name an Action, or say with `any_role` or `open_to_all` why none is needed"
    assert not (any(isinstance(rule, OpenToAll) for rule in asked) and len(asked) > 1)


def test_these_addresses_and_no_others_need_no_sign_in():
    described = {address.path for address in ADDRESSES} - {route.path for route in ROUTES}
    assert described == {"/api/openapi.json", "/static"}
    found = {route.path for route in ROUTES if any(isinstance(rule, OpenToAll) for rule in asked_of(route))}
    assert {path for path in found if not path.startswith("/diary/")} == {
        "/sign-in",
        "/sign-out",
        "/sign-in/openid",
        "/sign-in/openid/answer",
        "/set-up/{secret}",
        "/api/health",
    }


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_over_http_what_the_table_says_and_nothing_else(shared_site, role):
    """Where the role is right, anything but "sign in" and "not for this role" will do: the paths name nothing real."""
    assert len(GUARDED) > 40
    client = shared_site.client(role)
    wrong = []
    for method, path, action in GUARDED:
        address = path.replace("{case_id}", "none").replace("{", "").replace("}", "")
        status = client.request(method, address).status_code
        if (status == 403) == may(role, action) or status == 401:
            wrong.append(f"{method} {path} ({action}): {status}")
    assert not wrong, "\n".join(wrong)


def test_nobody_who_is_not_signed_in_gets_anywhere(shared_site):
    client = shared_site.client()
    for method, path, _ in GUARDED:
        address = path.replace("{", "").replace("}", "")
        answer = client.request(method, address)
        assert answer.status_code == (401 if path.startswith("/api/") else 303), f"{method} {path}"
        assert answer.headers.get("location", "/sign-in").startswith("/sign-in")


def test_every_action_of_the_table_has_an_address():
    """But for the release, one step among the others of the table's page, where `tests/web/images` asks who may."""
    asked = {action for _, _, action in GUARDED}
    assert set(Action) - asked == {Action.RELEASE_INJECTION}


def test_who_has_two_roles_signs_each_act_in_the_one_that_may_do_it(site, somebody):
    both = somebody(site.records, Role.CLERK, Role.RADIOGRAPHER, at=site.clock(), login="both")
    site.people[Role.CLERK] = both
    case = site.open_case()
    site.client(Role.CLERK).post(f"/cases/{case}/notes", data={"text": "first"})
    last = site.records.case(case).history[-1]
    assert last.by.role == Role.RADIOGRAPHER, "the first of their roles, and it may note"
    assert Role.CLERK in MAY[Action.INVITE_TO_DIARY]


def test_a_refusal_says_who_may(shared_site):
    answer = shared_site.client(Role.CLERK).get("/users")
    assert answer.status_code == 403
    assert "As clerk you may not do this (manage people); an administrator may." in answer.text
