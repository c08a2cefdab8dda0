"""The verdict on every pair of entry and target."""

import numpy as np
import pytest
from scipy import ndimage

from foramen.planning.clearance import Obstacle
from foramen.planning.distance import box_distance
from foramen.planning.pairs import FREE, TOO_FLAT, TOO_LONG, TOO_OBLIQUE, TOO_TILTED, judge
from foramen.planning.walk import first_forbidden, least_along

WIDE = np.array([200.0, 1.0, 1.0, -1.0])
"""Limits that nothing exceeds: length, sines of both angles, cosine to the skin."""


def signed(mask, cell):
    return box_distance(mask, cell, 25.0) - box_distance(~mask, cell, 8.0)


def plane_of_entries(x, y, z):
    px, pz = np.meshgrid(x, z, indexing="ij")
    return np.stack([px, np.full_like(px, y), pz], axis=-1).reshape(-1, 3)


def verdicts_on(field, cell, entries, targets, limits=WIDE):
    normals = np.tile([0.0, 1.0, 0.0], (len(entries), 1))
    blame = np.full(field.shape, Obstacle.BONE, np.uint8)
    return judge(field.astype(np.float32), blame, cell, entries, normals, targets, np.eye(3), limits)


def test_a_plate_with_a_hole_lets_through_what_aims_at_the_hole():
    cell = np.array([0.5, 1.0, 0.8])
    shape = (160, 60, 100)
    x, y, z = (np.arange(n) * c + c / 2 for n, c in zip(shape, cell, strict=True))
    hole = np.hypot(x[:, None, None] - 40, z[None, None, :] - 40) < 10
    plate = ((y > 30) & (y < 34))[None, :, None] & ~hole
    entries = plane_of_entries(np.arange(2, 78, 1.5), 58.0, np.arange(2, 78, 1.5))
    target = np.array([[40.0, 10.0, 40.0]])
    margin = 2.0

    verdicts = verdicts_on(signed(plate, cell) - margin, cell, entries, target)[:, 0]

    # The plate's face nearest to the skin, y = 34, decides, by similar triangles.
    off_axis = np.hypot(*(entries - target)[:, [0, 2]].T) * (34 - 10) / (58 - 10)
    length = np.linalg.norm(entries - target, axis=1)
    room = (10 - off_axis) * (58 - 10) / length - margin
    clear = np.abs(room) > 1.0
    assert (verdicts[clear & (room > 0)] == FREE).all()
    assert (verdicts[clear & (room < 0)] == Obstacle.BONE).all()
    assert clear.mean() > 0.8


@pytest.fixture(scope="module")
def clutter():
    cell = np.array([0.8, 0.9, 1.0])
    noise = ndimage.gaussian_filter(np.random.default_rng(0).standard_normal((90, 90, 80)), 5)
    mask = noise > np.percentile(noise, 98.5)
    return signed(mask, cell) - 1.0, cell


def test_bundles_give_the_verdict_of_every_single_route(clutter):
    field, cell = clutter
    entries = plane_of_entries(np.arange(4, 68, 3.0), 78.0, np.arange(4, 76, 3.0))
    lattice = np.stack(np.meshgrid(*[np.arange(-2, 3.0)] * 3), axis=-1).reshape(-1, 3)
    targets = lattice + np.array([36, 20, 40])

    verdicts = verdicts_on(field, cell, entries, targets)

    steps = np.linspace(0, 1, 500)[:, None, None, None]
    points = targets + (entries[:, None] - targets) * steps
    sampled = ndimage.map_coordinates(field, np.moveaxis(points / cell - 0.5, -1, 0), order=1, mode="nearest").min(
        axis=0
    )
    differs = (verdicts == FREE) != (sampled >= 0)
    assert np.abs(sampled[differs]).max(initial=0.0) < 0.05
    assert 0.1 < (verdicts == FREE).mean() < 0.9


def test_a_walk_finds_the_least_value_and_the_first_forbidden_one(clutter):
    field, cell = clutter
    random = np.random.default_rng(1)
    for _ in range(200):
        start, end = random.uniform(4, 66, (2, 3))
        line = start + (end - start) * np.linspace(0, 1, 4000)[:, None]
        values = ndimage.map_coordinates(field, (line / cell - 0.5).T, order=1, mode="nearest")

        assert least_along(field, cell, start, end, -1e9, 30.0) == pytest.approx(values.min(), abs=0.15)
        found = first_forbidden(field, cell, start, end)
        if values.min() < -0.15:
            first = np.linalg.norm(end - start) * np.argmax(values < 0) / 3999
            assert first - 0.1 <= found <= first + 0.5
        if values.min() > 0:
            assert found == -1


def test_limits_come_before_obstacles():
    cell = np.ones(3)
    field = np.full((120, 60, 120), -5.0)
    target = np.array([[60.0, 10.0, 60.0]])
    entries = np.array([[60.0, 55, 60], [60, 55, 115], [118, 55, 60], [60, 55, 85], [60, 30, 60]])
    limits = np.array([60.0, np.sin(np.radians(30)), np.sin(np.radians(45)), np.cos(np.radians(65))])
    normals = np.tile([0.0, 1.0, 0.0], (5, 1))
    normals[4] = [1, 0, 0]

    verdicts = judge(
        field.astype(np.float32), np.zeros(field.shape, np.uint8), cell, entries, normals, target, np.eye(3), limits
    )

    assert verdicts[:, 0].tolist() == [Obstacle.BONE, TOO_LONG, TOO_LONG, Obstacle.BONE, TOO_FLAT]
    tilted = judge(
        field.astype(np.float32),
        np.zeros(field.shape, np.uint8),
        cell,
        np.array([[60.0, 40, 85], [100, 30, 60]]),
        normals[:2],
        target,
        np.eye(3),
        limits,
    )
    assert tilted[:, 0].tolist() == [TOO_TILTED, TOO_OBLIQUE]
