"""A route drawn by hand: judged exactly as the search judges its own, with every broken constraint in words."""

from dataclasses import replace

import numpy as np
import pytest

from foramen.anatomy.root import Root
from foramen.anatomy.structures import Structure
from foramen.errors import InputError
from foramen.planning import PlanSettings, plan_routes
from foramen.planning.candidates import try_all
from foramen.planning.check_route import Surroundings
from foramen.planning.entries import Entries
from foramen.planning.pairs import FREE
from foramen.planning.plan_routes import skin_behind
from support.phantoms import Phantom, cylinder, straight_grid

GRID = straight_grid((1.9, 2.1, 2.3))
KIDNEY = (Structure.KIDNEY_LEFT, cylinder(66, 30, 16))
LEFT = Root.parse("L4-left")
SETTINGS = PlanSettings()


@pytest.fixture(scope="module")
def scan():
    return Phantom(extra=(KIDNEY,)).on(GRID)


@pytest.fixture(scope="module")
def surroundings(scan):
    return Surroundings.of(scan[1], skin_behind(*scan, SETTINGS), LEFT, SETTINGS)


@pytest.fixture(scope="module")
def plan(scan):
    return plan_routes(*scan, (LEFT,), SETTINGS)


def test_the_plan_s_own_routes_get_the_plan_s_own_numbers(surroundings, plan):
    for route in plan.roots[0].routes:
        checked = surroundings.check(route.entry_mm, route.target_mm)
        assert checked.acceptable
        assert replace_id(checked.route, route) == replace_id(route, route)


def replace_id(route, like):
    told = route.model_dump(mode="json")
    return told | {"id": like.id, "recommended": like.recommended, "reasons": ()}


def test_a_route_is_acceptable_exactly_where_the_search_would_have_kept_it(surroundings):
    random = np.random.default_rng(3)
    found = {True: 0, False: 0}
    for _ in range(100):
        number = int(random.integers(len(surroundings.entries.points_mm)))
        entry = surroundings.entries.points_mm[number]
        target = surroundings.zone.centre_mm + random.normal(0, 4, 3)
        one = Entries(entry[None], surroundings.entries.normals[number][None])
        verdict = try_all(surroundings.region, one, target[None], surroundings.space, SETTINGS).verdicts[0, 0]
        checked = surroundings.check(entry, target)
        assert checked.acceptable == (verdict == FREE)
        found[checked.acceptable] += 1
    assert min(found.values()) > 8


def test_what_it_passes_too_near_is_named_with_its_depth(surroundings):
    """By hand: from the flank through the middle of the kidney, a cylinder of 16 mm about (66, 30)."""
    target = surroundings.zone.centre_mm
    outward = np.array([66.0, 30.0, target[2]]) - target
    checked = surroundings.check(target + outward / np.linalg.norm(outward) * 110, target)
    words = " ".join(checked.objections)
    assert "through an organ" in words
    assert checked.route.clearance_mm.organ == 0


def test_the_entry_is_laid_onto_the_skin_and_the_warning_says_so(surroundings):
    entry = surroundings.entries.points_mm[len(surroundings.entries.points_mm) // 2]
    near = surroundings.check(entry + surroundings.entries.normals[0] * 3, surroundings.zone.centre_mm)
    assert np.linalg.norm(np.subtract(near.route.entry_mm, entry)) < 5
    other_side = surroundings.check([-60.0, 70.0, 0.0], surroundings.zone.centre_mm)
    assert other_side.route.entry_mm[0] >= -1
    assert "open skin behind the patient on the LEFT" in " ".join(other_side.warnings)


def test_a_target_off_its_place_is_said(surroundings):
    outward = surroundings.zone.axes[0]
    off = surroundings.zone.centre_mm + outward * (surroundings.zone.half_mm[0] + 6)
    entry = surroundings.entries.points_mm[np.argmin(np.abs(surroundings.entries.points_mm[:, 0] - 60))]
    assert "6 mm outside the place meant for it" in " ".join(surroundings.check(entry, off).warnings)


def test_limits_are_named_with_their_figures(scan, surroundings):
    strict = SETTINGS.model_copy(
        update={
            "limits": SETTINGS.limits.model_copy(update={"craniocaudal_deg": 5.0}),
            "needles": (SETTINGS.needles[0].model_copy(update={"length_mm": 60}),),
        }
    )
    tight = replace(surroundings, settings=strict)
    points = surroundings.entries.points_mm
    far = points[np.argmax(np.linalg.norm(points - surroundings.zone.centre_mm, axis=1))]
    words = " ".join(tight.check(far, surroundings.zone.centre_mm).objections)
    assert "the longest needle on the shelf reaches 55 mm" in words


def test_a_root_that_is_not_visible_is_refused_with_its_reason(scan):
    with pytest.raises(InputError, match="L1-left is not visible"):
        Surroundings.of(scan[1], skin_behind(*scan, SETTINGS), Root.parse("L1-left"), SETTINGS)


def test_a_target_elsewhere_is_refused(surroundings):
    with pytest.raises(InputError, match="too far from the root"):
        surroundings.check(surroundings.entries.points_mm[0], [0, 0, 900])
