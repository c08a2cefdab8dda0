"""Deviation, the way on and the words, against cases worked by hand."""

import numpy as np

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.guidance.advice import Action, advise, sentence, turn
from foramen.guidance.ahead import Ahead, ahead
from foramen.guidance.deviation import deviation
from foramen.guidance.replan import ways_on

FORWARD = np.array([0.0, -1.0, 0.0])
SKIN, TARGET = np.array([0.0, 80.0, 0.0]), np.zeros(3)


def test_lateral_error_and_depth_are_kept_apart():
    off = deviation(np.array([3.0, 30.0, 4.0]), FORWARD, SKIN, TARGET)
    assert (off.lateral_mm, off.depth_remaining_mm, off.angle_deg, off.miss_mm) == (5.0, 30.0, 0.0, 5.0)


def test_a_needle_that_points_at_the_target_is_only_advanced():
    tip = np.array([0.0, 42.0, 0.0])
    way = ways_on(tip, FORWARD, 38.0, TARGET[None])[0]
    steps = advise(deviation(tip, FORWARD, SKIN, TARGET), None, way, FORWARD, Side.LEFT)
    assert sentence(steps) == "advance 42 mm to target"


def test_a_needle_that_points_past_the_target_is_withdrawn_and_redirected():
    tip = np.array([6.0, 20.0, 0.0])
    way = ways_on(tip, FORWARD, 60.0, TARGET[None])[0]
    assert way.withdraw_mm > 0
    assert way.turn_deg <= 5.0 or way.withdraw_mm >= 45
    steps = advise(deviation(tip, FORWARD, SKIN, TARGET), None, way, FORWARD, Side.LEFT)
    assert [s.action for s in steps] == [Action.WITHDRAW, Action.REDIRECT, Action.ADVANCE]
    assert "medial" in sentence(steps)


def test_cranial_and_lateral_follow_the_side():
    wanted = np.array([0.1, -1.0, 0.05])
    cranial, lateral = turn(FORWARD, wanted, Side.LEFT)
    assert cranial > 0
    assert lateral > 0
    assert turn(FORWARD, wanted, Side.RIGHT)[1] == -lateral


def test_near_the_target_it_is_in_position_and_in_the_sac_it_stops():
    off = deviation(np.array([1.0, 1.0, 0.0]), FORWARD, SKIN, TARGET)
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
