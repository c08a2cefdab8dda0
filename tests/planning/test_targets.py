"""Where each approach means the tip to lie, on a phantom whose anatomy is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foramen.anatomy.root import Root, Side
from foramen.planning.plan import Approach
from foramen.planning.targets import TargetZone, target_zone
from support.phantoms import Phantom

LUMBAR = [Approach.PERIRADICULAR, Approach.SUBPEDICULAR, Approach.INFRANEURAL]


def zone(approach, side=Side.LEFT, **phantom):
    return target_zone(approach, Phantom(**phantom).spine, Root("L4", side))


def test_periradicular_lies_behind_the_root_at_the_lateral_border():
    # The root crosses the border, x = 25, at (25, 6, -4); radius 2 and 1.5 mm behind.
    np.testing.assert_allclose(zone(Approach.PERIRADICULAR).centre_mm, [25, 9.5, -4], atol=1e-9)


def test_periradicular_keeps_to_the_fat_around_the_root():
    """3 mm of loose fat around a root of 2 mm: most places of the zone lie in it, and none far outward."""
    here = zone(Approach.PERIRADICULAR)
    root = Phantom().spine.nerve(Root("L4", Side.LEFT))
    gap = np.linalg.norm(here.candidates_mm[:, None] - root.path_mm, axis=2).min(axis=1) - root.radius_mm
    assert np.mean(gap <= 3.0) > 0.5
    assert gap.max() < 6.0
    assert here.candidates_mm[:, 0].max() <= 25 + 2.0 + 1e-9


def test_subpedicular_lies_below_the_pedicle_above_the_root():
    centre = zone(Approach.SUBPEDICULAR).centre_mm
    lower_border = 17 - 14 / 2
    assert centre[2] == pytest.approx(lower_border - 4.0)
    assert centre[2] > 1 + 2.0, "above the root's upper surface"


def test_infraneural_lies_below_root_and_ganglion():
    centre = zone(Approach.INFRANEURAL).centre_mm
    assert centre[2] == pytest.approx(-5.0)
    assert 18 < centre[0] < 25


@pytest.mark.parametrize("approach", LUMBAR)
def test_left_and_right_are_mirror_images(approach):
    left, right = zone(approach), zone(approach, Side.RIGHT)

    np.testing.assert_allclose(right.centre_mm, left.centre_mm * [-1, 1, 1], atol=1e-9)
    np.testing.assert_allclose(right.candidates_mm, left.candidates_mm * [-1, 1, 1], atol=1e-9)


@pytest.mark.parametrize("approach", LUMBAR)
def test_a_moved_patient_moves_the_zone(approach):
    moved = zone(approach, shift_mm=(10.0, -20.0, 30.0))
    np.testing.assert_allclose(moved.centre_mm, zone(approach).centre_mm + np.array([10, -20, 30]), atol=1e-9)


@pytest.mark.parametrize("approach", LUMBAR)
def test_candidates_fill_the_zone_and_include_its_centre(approach):
    here = zone(approach)
    local = here.to_local(here.candidates_mm)

    assert (np.abs(local) <= here.half_mm + 1e-9).all()
    assert np.linalg.norm(local, axis=1).min() < 1e-9
    assert len(local) == np.prod(2 * (here.half_mm // 1.0) + 1)


@given(st.tuples(*[st.floats(-20, 20)] * 3))
def test_distance_from_the_zone(offset):
    box = TargetZone(Root("L4", Side.LEFT), Approach.PERIRADICULAR, np.ones(3), np.eye(3), np.array([1.0, 2, 3]))
    nearest = np.clip(offset, -box.half_mm, box.half_mm)

    assert box.distance_mm(np.array(offset) + 1) == pytest.approx(np.linalg.norm(nearest - offset), abs=1e-9)
