"""The way on leads to the target that was approved, and after contrast astray to another place beside the root."""

import numpy as np
import pytest

from foramen.anatomy.root import Root
from foramen.guidance.replan import NEAR_MM, Ground, elsewhere, plan_from_here
from foramen.planning import PlanSettings, plan_routes
from support.phantoms import Phantom, straight_grid

ROOT = Root.parse("L4-left")
SETTINGS = PlanSettings()


@pytest.fixture(scope="module")
def case():
    """The recommended route in the phantom: entry, target, and the anatomy around them."""
    ct, anatomy = Phantom().on(straight_grid((1.5, 1.5, 2.0)))
    plan = plan_routes(ct, anatomy, (ROOT,), SETTINGS)
    route = next(route for route in plan.roots[0].routes if route.recommended)
    return np.array(route.entry_mm), np.array(route.target_mm), anatomy


def aside(entry, target, share, off_mm):
    """A needle that has gone that share of the way and points beside the target, toward the head."""
    tip = entry + share * (target - entry) + share * np.array([0, 0, off_mm])
    return tip, (tip - entry) / np.linalg.norm(tip - entry)


@pytest.mark.parametrize("off_mm", [0.0, 2.0, 4.0, -6.0])
def test_the_way_leads_to_the_approved_target(case, off_mm):
    entry, target, anatomy = case
    tip, direction = aside(entry, target, 0.7, off_mm)
    way = plan_from_here(tip, direction, entry, ROOT, anatomy, SETTINGS, target)
    assert way is not None
    assert np.linalg.norm(way.target_mm - target) <= NEAR_MM


def test_where_nothing_leads_there_any_place_of_the_zone_will_do(case):
    entry, target, anatomy = case
    tip, direction = aside(entry, target, 0.7, 0.0)
    ground = Ground.around(np.array([entry, tip]), ROOT, anatomy, SETTINGS)
    far = target + np.array([0.0, 0.0, 60.0])
    ways = [ground.way_to(planned, tip, direction, entry) for planned in (far, None)]
    assert None not in ways
    np.testing.assert_array_equal(ways[0].target_mm, ways[1].target_mm)


def test_elsewhere_is_another_place_of_the_zone_no_farther_from_the_root(case):
    entry, target, anatomy = case
    nerve = anatomy.spine.nerve(ROOT)
    tip = target + np.array([0.0, 2.0, 0.0])
    direction = (tip - entry) / np.linalg.norm(tip - entry)
    way = elsewhere(tip, direction, entry, ROOT, anatomy, SETTINGS, least_mm=3.0)
    assert way is not None
    assert np.linalg.norm(way.target_mm - tip) >= 3.0
    gaps = [np.linalg.norm(nerve.path_mm - point, axis=1).min() for point in (way.target_mm, tip)]
    assert gaps[0] <= gaps[1] + 0.2
    ground = Ground.around(np.array([entry, tip]), ROOT, anatomy, SETTINGS)
    assert ground.zone.distance_mm(way.target_mm) < 1e-6
