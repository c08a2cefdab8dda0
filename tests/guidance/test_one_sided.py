"""A line that keeps to one side of the root is a vessel; a sheath filled all around, or the end of one, is not."""

import numpy as np
import pytest

from foramen.anatomy.root import Root
from foramen.anatomy.spine import NerveRoot, RootEvidence
from foramen.guidance.one_sided import one_sided

WAY, ASIDE, UP = np.array([0.6, 0.0, -0.8]), np.array([0.0, 1.0, 0.0]), np.array([0.8, 0.0, 0.6])
PATH = np.linspace(0, 36, 73)[:, None] * WAY
NERVE = NerveRoot(Root.parse("L5-left"), PATH[30], PATH, PATH[30], (5.0, 3.0), 2.5, 1.2, RootEvidence.IMAGE)


def sheath(start: float, end: float) -> np.ndarray:
    """All around the root."""
    along, around = np.meshgrid(np.arange(start, end, 0.5), np.linspace(0, 2 * np.pi, 48, endpoint=False))
    ring = np.cos(around)[..., None] * ASIDE + np.sin(around)[..., None] * UP
    return (along[..., None] * WAY + 3.2 * ring).reshape(-1, 3)


def streak(start: float, end: float, away: float = 3.6) -> np.ndarray:
    """A vessel 2 mm wide beside the root."""
    along, across = np.meshgrid(np.arange(start, end, 0.5), np.linspace(-0.9, 0.9, 5))
    return (along[..., None] * WAY + away * ASIDE + across[..., None] * UP).reshape(-1, 3)


def test_a_filled_sheath_is_no_vessel():
    assert not one_sided(sheath(4, 30), NERVE).any()


@pytest.mark.parametrize("away", [3.2, 4.5, 6.0])
def test_a_streak_beside_the_root_is(away: float):
    points = np.concatenate([sheath(4, 14), streak(14, 32, away)])
    assert one_sided(points, NERVE)[len(sheath(4, 14)) + 20 :].mean() > 0.8
    assert not one_sided(points, NERVE)[: len(sheath(4, 12))].all()


def test_the_front_of_the_fluid_may_be_as_thin_for_a_little():
    assert not one_sided(np.concatenate([sheath(4, 16), streak(16, 20.5)]), NERVE).any()


def test_far_from_the_root_is_another_matter():
    assert not one_sided(streak(4, 30, away=9.0), NERVE).any()
