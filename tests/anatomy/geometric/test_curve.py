"""Coordinates along the canal: there and back, whatever the canal's course."""

import numpy as np
import pytest

from foramen.anatomy.geometric.back_to_scan import owners_on, straight_coordinates
from foramen.anatomy.geometric.canal_track import CanalTrack
from foramen.anatomy.geometric.straight_spine import LEFT_MM, POSTERIOR_MM, Curve
from foramen.imaging.volume import Grid


@pytest.fixture(scope="module")
def curve():
    z = np.linspace(0, 200, 101)
    points = np.stack([6 * np.sin(z / 60), 25 * np.cos(z / 70), z], axis=1)
    return Curve.along(CanalTrack(points, np.ones(len(z))))


def test_axes_are_right_handed_and_square(curve):
    assert np.allclose(np.cross(curve.left, curve.posterior), curve.cranial)
    assert np.abs((curve.left * curve.cranial).sum(axis=1)).max() < 1e-9


def test_there_and_back(curve):
    rng = np.random.default_rng(3)
    local = np.stack([rng.uniform(5, curve.length - 6, 500), rng.uniform(-40, 40, 500), rng.uniform(-45, 40, 500)], 1)
    world = curve.to_world(*local.T)
    assert np.abs(curve.to_straight(world) - local).max() < 0.6


def test_left_is_left(curve):
    middle = curve.length / 2
    assert curve.to_world(middle, 10.0, 0.0)[0] > curve.to_world(middle, -10.0, 0.0)[0]
    assert curve.to_world(middle, 0.0, 10.0)[1] > curve.to_world(middle, 0.0, -10.0)[1]


@pytest.mark.parametrize("turn", [np.eye(3), np.array([[0, -1, 0], [0, 0, 1], [-1, 0, 0]])])
def test_a_grid_of_any_storage_sees_the_same_place(curve, turn):
    """The kernel against the curve's own arithmetic."""
    affine = np.eye(4)
    affine[:3, :3] = turn * (2.0, 3.0, 2.5)
    affine[:3, 3] = curve.to_world(90.0, 0.0, 0.0) - affine[:3, :3] @ (6, 5, 4)
    grid = Grid((12, 10, 8), affine)
    index = np.moveaxis(np.indices(grid.shape), 0, -1)
    assert np.abs(straight_coordinates(grid, curve) - curve.to_straight(grid.to_world(index))).max() < 0.1


def test_owners_come_back_to_their_place(curve):
    owner = np.zeros((curve.length, len(LEFT_MM), len(POSTERIOR_MM)), np.int16)
    owner[80:100, LEFT_MM > 0, :] = 4
    affine = np.diag([1.5, 1.5, 1.5, 1.0])
    affine[:3, 3] = curve.to_world(90.0, 0.0, -20.0) - 15
    grid = Grid((21, 21, 21), affine)
    found = owners_on(grid, curve, owner)
    place = curve.to_straight(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)))
    sure = (np.abs(place[..., 1]) > 1.5) & (np.abs(place[..., 0] - 79.5) > 1.5) & (np.abs(place[..., 0] - 99.5) > 1.5)
    expected = (place[..., 0] > 79.5) & (place[..., 0] < 99.5) & (place[..., 1] > 0)
    assert ((found == 4) == expected)[sure].all()
