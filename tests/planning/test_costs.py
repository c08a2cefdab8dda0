"""Angles, soft costs and the Pareto set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foramen.anatomy.root import Root
from foramen.planning.costs import angles, plain_costs, surrounding_costs, target_costs, total, undominated
from foramen.planning.plan import Approach
from foramen.planning.settings import PlanSettings, Weights
from foramen.planning.targets import TargetZone, target_zone
from support.phantoms import Phantom

SPINE = Phantom().spine
ZONE = target_zone(Approach.PERIRADICULAR, SPINE, Root.parse("L4-left"))
CENTRE = np.array([18.0, 10, 0])


@pytest.mark.parametrize(
    ("way", "axial", "craniocaudal"),
    [
        ((0, -50, 0), 0, 0),
        ((30, -30, 0), 45, 0),
        ((-30, -30, 0), -45, 0),
        ((0, -40, 40), 0, 45),
        ((0, -40, -40), 0, -45),
        ((-20, -20 * np.sqrt(3), 40), -30, 45),
    ],
)
def test_angles_follow_the_plans_convention(way, axial, craniocaudal):
    found = angles(np.zeros((1, 3)), np.array([way], float))

    assert found.axial_deg[0] == pytest.approx(axial)
    assert found.craniocaudal_deg[0] == pytest.approx(craniocaudal)
    assert found.depth_mm[0] == pytest.approx(np.linalg.norm(way))


def costs_of(entries, targets, clearance=25.0):
    entries, targets = np.atleast_2d(entries).astype(float), np.atleast_2d(targets).astype(float)
    return plain_costs(ZONE, CENTRE, entries, targets, np.full((len(entries), 5), clearance), PlanSettings())


def test_the_best_line_costs_only_its_depth():
    along = np.radians(28)
    entry = ZONE.centre_mm + 72.5 * np.array([np.sin(along), np.cos(along), 0])

    costs = costs_of(entry, ZONE.centre_mm)

    assert costs.pop("depth")[0] == pytest.approx(0.5)
    assert {name: pytest.approx(0.0, abs=1e-9) for name in costs} == {name: c[0] for name, c in costs.items()}


def test_every_cost_lies_between_0_and_1():
    random = np.random.default_rng(0)
    entries = ZONE.centre_mm + random.uniform([-80, 20, -80], [120, 120, 80], (300, 3))
    targets = ZONE.centre_mm + random.uniform(-4, 4, (300, 3))
    for clearance in (-1.0, 0.0, 8.0, 25.0):
        for cost in costs_of(entries, targets, clearance).values():
            assert cost.min() >= 0
            assert cost.max() <= 1


@given(st.floats(0, 25), st.floats(0, 25))
def test_more_clearance_never_costs_more(one, other):
    near, far = sorted((one, other))
    entry = ZONE.centre_mm + np.array([30, 60, 0])
    close, wide = costs_of(entry, ZONE.centre_mm, near), costs_of(entry, ZONE.centre_mm, far)
    assert all(close[name] >= wide[name] for name in close)


@pytest.mark.parametrize(
    ("root", "offset", "expected"),
    [
        ("L1-left", (0, -2, 2), 1.0),
        ("L1-right", (0, -2, 2), 32.1 / 67.9),
        ("L2-left", (0, -2, 2), 0.5),
        ("L4-left", (0, -2, 2), 0.0),
        ("L1-left", (0, 2, -2), 0.0),
        ("L1-left", (0, 2, 2), 2.6 / 96.2),
        ("L1-left", (0, -2, -2), 1.3 / 96.2),
    ],
)
def test_the_artery_runs_in_the_upper_anterior_foramen_of_upper_levels(root, offset, expected):
    zone = TargetZone(Root.parse(root), Approach.SUBPEDICULAR, CENTRE, np.eye(3), np.full(3, 3.0))
    cost = target_costs(zone, CENTRE, CENTRE[None] + np.array(offset))["artery"]
    assert cost[0] == pytest.approx(expected)


def test_the_total_is_the_weighted_mean():
    settings = PlanSettings(weights=Weights(**dict.fromkeys(Weights.model_fields, 0.0) | {"depth": 3.0, "target": 1.0}))
    costs = {"depth": np.array([0.5]), "target": np.array([0.1]), "success": np.array([1.0])}
    assert total(costs, settings)[0] == pytest.approx((3 * 0.5 + 0.1) / 4)


def test_surroundings():
    costs = surrounding_costs(np.array([0.0, 2.5, 9.0]), np.array([0.2, 0.5, 1.0]), np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(costs["tolerance"], [1, 0.5, 0])
    np.testing.assert_allclose(costs["success"], [0.8, 0.5, 0])
    np.testing.assert_allclose(costs["windows"], [0, 0.5, 1])


def test_the_pareto_set_keeps_what_nothing_beats():
    costs = {"a": np.array([0.1, 0.2, 0.2, 0.3, 0.1]), "b": np.array([0.3, 0.2, 0.3, 0.1, 0.3])}
    assert undominated(costs).tolist() == [True, True, False, True, True]
