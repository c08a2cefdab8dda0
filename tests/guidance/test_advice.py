"""Deviation, the way on and the words, against cases worked by hand."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.spatial.transform import Rotation

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.guidance.advice import Action, advise, sentence, turn
from foramen.guidance.ahead import Ahead, ahead
from foramen.guidance.deviation import deviation
from foramen.guidance.replan import MOST_TURN_DEG, SHALLOWEST_MM, WayOn, ways_on

FORWARD = np.array([0.0, -1.0, 0.0])
SKIN, TARGET = np.array([0.0, 80.0, 0.0]), np.zeros(3)


def test_lateral_error_and_depth_are_kept_apart():
    off = deviation(np.array([3.0, 30.0, 4.0]), FORWARD, SKIN, TARGET, Side.LEFT)
    assert (off.lateral_mm, off.depth_remaining_mm, off.angle_deg, off.miss_mm) == (5.0, 30.0, 0.0, 5.0)
    assert (off.outward_mm, off.cranial_mm) == (3.0, 4.0)
    assert deviation(np.array([3.0, 30.0, 4.0]), FORWARD, SKIN, TARGET, Side.RIGHT).outward_mm == -3.0


@pytest.mark.parametrize("seed", range(6))
def test_deviation_of_any_needle_is_what_its_making_says(seed):
    """A needle is made from a route by known steps: so much sideways and short, turned by so much about an axis."""
    random = np.random.default_rng(seed)
    turn = Rotation.random(random_state=seed).as_matrix()
    across, along, up = turn.T
    target = random.normal(0, 100, 3)
    entry = target - 80 * along
    sideways, short, degrees = random.uniform(0, 9), random.uniform(-10, 60), random.uniform(0, 12)
    tip = target - short * along + sideways * across
    direction = Rotation.from_rotvec(np.radians(degrees) * up).apply(along)
    off = deviation(tip, direction, entry, target, Side.LEFT)
    assert off.lateral_mm == pytest.approx(sideways)
    assert off.depth_remaining_mm == pytest.approx(short)
    assert off.angle_deg == pytest.approx(degrees, abs=1e-5)
    assert off.tip_to_target_mm == pytest.approx(np.hypot(sideways, short))
    assert np.hypot(off.cranial_mm, off.outward_mm) == pytest.approx(sideways)
    nearest = minimize_scalar(
        lambda t: np.linalg.norm(tip + t * direction - target), bounds=(-200, 200), method="bounded"
    )
    assert off.miss_mm == pytest.approx(nearest.fun, abs=1e-3)


def test_a_needle_that_points_at_the_target_is_only_advanced():
    tip = np.array([0.0, 42.0, 0.0])
    way = ways_on(tip, FORWARD, 38.0, TARGET[None])[0]
    steps = advise(deviation(tip, FORWARD, SKIN, TARGET, Side.LEFT), None, way, FORWARD, Side.LEFT)
    assert sentence(steps) == "advance 42 mm to target"


def test_a_needle_that_points_past_the_target_is_withdrawn_and_redirected():
    tip = np.array([6.0, 20.0, 0.0])
    way = ways_on(tip, FORWARD, 60.0, TARGET[None])[0]
    assert way.withdraw_mm > 0
    assert way.turn_deg <= 5.0 or way.withdraw_mm >= 45
    steps = advise(deviation(tip, FORWARD, SKIN, TARGET, Side.LEFT), None, way, FORWARD, Side.LEFT)
    assert [s.action for s in steps] == [Action.WITHDRAW, Action.REDIRECT, Action.ADVANCE]
    assert "medial" in sentence(steps)


def test_cranial_and_lateral_follow_the_side():
    wanted = np.array([0.1, -1.0, 0.05])
    cranial, lateral = turn(FORWARD, wanted, Side.LEFT)
    assert cranial > 0
    assert lateral > 0
    assert turn(FORWARD, wanted, Side.RIGHT)[1] == -lateral


def test_near_the_target_it_is_in_position_and_in_the_sac_it_stops():
    off = deviation(np.array([1.0, 1.0, 0.0]), FORWARD, SKIN, TARGET, Side.LEFT)
    assert advise(off, None, None, FORWARD, Side.LEFT)[0].action is Action.IN_POSITION
    assert advise(off, Ahead("thecal sac", 0.0, True), None, FORWARD, Side.LEFT)[0].action is Action.STOP


def test_what_lies_ahead_is_named_with_its_distance_on_any_storage_order():
    labels = np.zeros((40, 60, 30), np.uint8)
    labels[:, 10:20] = Structure.THECAL_SAC
    labels[:, 30:32] = Structure.BACK_MUSCLE_LEFT
    affine = np.diag([-1.0, -1.5, 2.0, 1.0])
    found = ahead(LabelMap(labels, affine), np.array([-20.0, -75.0, 20.0]), np.array([0.0, 1.0, 0.0]))
    assert found.structure == "thecal sac"
    assert abs(found.distance_mm - (75 - 19.5 * 1.5)) <= 0.5
    assert found.forbidden


@pytest.mark.parametrize(("cranial", "lateral"), [(3.0, 1.0), (-4.0, 2.0), (2.0, -5.0), (0.0, 4.0)])
@pytest.mark.parametrize("side", list(Side))
def test_a_turn_is_said_as_it_would_be_made(cranial, lateral, side):
    """The needle is swung about the long axis of the body, then tipped out of the axial plane, as hands do it."""
    start = Rotation.from_euler("xz", [-8.0, side.sign * 20.0], degrees=True).apply(FORWARD)
    azimuth, height = np.arctan2(start[0], -start[1]), np.arcsin(start[2])
    azimuth, height = azimuth + side.sign * np.radians(lateral), height + np.radians(cranial)
    wanted = np.array([np.cos(height) * np.sin(azimuth), -np.cos(height) * np.cos(azimuth), np.sin(height)])
    assert turn(start, 50 * wanted, side) == pytest.approx((cranial, lateral))
    way = WayOn(15.0, np.zeros(3), 42 * wanted, 3.0, 42.0)
    said = sentence(advise(deviation(np.array([9.0, 30, 0]), start, SKIN, TARGET, side), None, way, start, side))
    parts = [(cranial, "cranial", "caudal"), (lateral, "lateral", "medial")]
    turns = " and ".join(f"{abs(v):.0f}° {more if v > 0 else less}" for v, more, less in parts if v)
    assert said == f"withdraw 15 mm, redirect {turns}, then 42 mm to target"


def test_a_target_just_passed_is_reached_by_withdrawing_alone():
    tip = np.array([0.4, -7.0, 0.0])
    way = ways_on(tip, FORWARD, 87.0, TARGET[None])[0]
    steps = advise(deviation(tip, FORWARD, SKIN, TARGET, Side.LEFT), None, way, FORWARD, Side.LEFT)
    assert sentence(steps) == "withdraw 7 mm to target"


@pytest.mark.parametrize("seed", range(8))
def test_the_way_on_is_the_cheapest_that_tissue_allows(seed):
    """Against every withdrawal and every target tried one by one."""
    random = np.random.default_rng(seed)
    tip = np.array([0.0, random.uniform(5, 40), 0.0]) + random.normal(0, 4, 3)
    direction = (tip - SKIN) / np.linalg.norm(tip - SKIN)
    targets = random.normal(0, 2.0, (5, 3))
    depth = float(np.linalg.norm(tip - SKIN))
    found = ways_on(tip, direction, depth, targets)
    costs, as_it_is = [], False
    for withdraw in np.arange(0, depth - SHALLOWEST_MM + 1e-9, 5.0):
        for target in targets:
            start = tip - withdraw * direction
            way = (target - start) / np.linalg.norm(target - start)
            degrees = np.degrees(np.arccos(np.clip(way @ direction, -1, 1)))
            free = withdraw + 5.0 > depth - SHALLOWEST_MM
            if degrees <= MOST_TURN_DEG or free:
                costs.append(withdraw + 2 * degrees)
                as_it_is |= withdraw == 0
    assert found[0].withdraw_mm + 2 * found[0].turn_deg == pytest.approx(min(costs))
    assert all(way.without_withdrawing == as_it_is for way in found)


def test_a_dearer_way_without_withdrawing_still_counts_as_reachable():
    tip = np.array([0.0, 60.0, 0.0])
    aside = np.array([[60 * np.tan(np.radians(4.8)), 0.0, 0.0]])
    assert ways_on(tip, FORWARD, 60.0, aside)[0].without_withdrawing
