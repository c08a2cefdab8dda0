"""Every page that the application has, found by itself, on a phone and on a desk: looked at by axe, and watched.

The plan's page, which draws in three dimensions, is walked by its own tests beside the images.
"""

from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from foramen.records import Action, Role, may
from foramen.records.events import SiteSettings
from foramen.web.app import create_app
from foramen.web.app_settings import AppSettings
from foramen.web.deps import MayDo
from support.worked_cases import worked_case

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1920, "height": 1080}
NOT_PAGES = ("/api/", "/sign-in/openid", "/diary/worker.js", "/set-up/")
NO_PAGE_ENDS = ("/plan", "/work", ".png", ".ics", ".csv", "{name}", "/screening/next")
STANDS_FOR_ITSELF = {"/settings/{name}": "/settings/margins", "/cases/{case_id}/screening/{name}": None}


def action_of(route: RouteContext) -> Action | None:
    """The action that an address asks for; None where it asks for none."""
    asked = [one.call for one in route.original_route.dependant.dependencies]
    deeper = [inner.call for one in route.original_route.dependant.dependencies for inner in one.dependencies]
    return next((call.action for call in [*asked, *deeper] if isinstance(call, MayDo)), None)


def pages() -> list[tuple[str, Role]]:
    """Every address that shows a page, with a role that may see it."""
    app = create_app(AppSettings(record_url="sqlite://", store=Path("nowhere"), secret="none"))
    found = []
    for route in iter_route_contexts(app.routes):
        path = STANDS_FOR_ITSELF.get(route.path, route.path)
        is_page = isinstance(route.original_route, APIRoute) and "GET" in route.methods
        if not is_page or path is None or path.startswith(NOT_PAGES) or path.endswith(NO_PAGE_ENDS):
            continue
        action = action_of(route)
        found.append((path, next(role for role in Role if action is None or may(role, action))))
    return [*found, ("/cases/{case_id}/screening/complaint", Role.NURSE)]


PAGES = pages()


@pytest.fixture(scope="module")
def places(shared_site) -> dict[str, str]:
    """What the words in braces stand for: a patient who has come all the way, and a link to the diary."""
    case = worked_case(shared_site.records, "01-straightforward", until="diary")
    shared_site.clock.move(shared_site.records.case(case).changed_at - shared_site.clock())
    told = SiteSettings(phone="01234 567890")  # the leaflet names it
    administrator = shared_site.people[Role.ADMINISTRATOR].actor
    shared_site.records.settings.change(told, after=0, by=administrator, at=shared_site.clock())
    nurse, at = shared_site.people[Role.NURSE].actor, shared_site.clock()
    version = shared_site.records.case(case).version
    link = shared_site.records.invite_to_diary(case, after=version, until=at.replace(year=2030), by=nurse, at=at)
    return {"{case_id}": case, "{token}": link.secret, "{person_id}": shared_site.people[Role.NURSE].id}


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        pytest.skip("no axe-core under frontend/node_modules (tools/build_web.sh .venv)")
    return AXE.read_text(encoding="utf-8")


def barriers(page: Any, axe: str) -> list[str]:
    """What axe finds that keeps somebody out."""
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


def test_the_walk_finds_the_pages():
    assert len(PAGES) > 25
    assert {"/", "/cases/{case_id}", "/cases/{case_id}/procedure", "/reads", "/diary/{token}"} <= {p for p, _ in PAGES}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_keeps_anybody_out_overflows_or_complains(shared_site, browse, places, axe, size):
    """Nothing serious for axe, nothing wider than the screen, nothing in the console, nothing from another machine."""
    wrong, open_pages = [], {}
    for path, role in PAGES:
        address = path
        for word, meant in places.items():
            address = address.replace(word, meant)
        if role not in open_pages:
            open_pages[role] = browse(shared_site, role, size=size)
        page = open_pages[role]
        answer = page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        wrong += [f"{path}: {found}" for found in barriers(page, axe)]
        wrong += [f"{path}: {answer.status}"] if answer.status != 200 else []
        wrong += [f"{path}: {wide} px too wide"] if wide > 0 else []
    assert not wrong, "\n".join(wrong)


def test_targets_on_a_phone_are_large_enough_to_touch(shared_site, browse, places):
    """44 px in height for whatever is pressed by itself; a link within a sentence may be smaller."""
    page = browse(shared_site, Role.RADIOLOGIST, size=PHONE, touch=True)
    small = []
    for path in ("/", f"/cases/{places['{case_id}']}", "/settings", "/account"):
        page.goto(path)
        small += [
            f"{path}: {found}"
            for found in page.evaluate(
                """[...document.querySelectorAll('button, .button, summary, .masthead a, .tabs a, .choice, .step a')]
                    .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)
                    .map(e => e.outerHTML.slice(0, 80))"""
            )
        ]
    assert not small, "\n".join(small)
