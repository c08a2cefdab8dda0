"""Trees of balls over points."""

import numpy as np
import pytest

from foramen.planning.balls import grow


@pytest.mark.parametrize("leaf", [1, 5])
def test_balls_hold_every_point_once_and_within_their_radius(leaf):
    points = np.random.default_rng(2).uniform(0, 50, (137, 3))

    balls = grow(points, leaf)

    leaves = balls.spans[balls.spans[:, 2] < 0]
    assert sorted(np.concatenate([balls.order[a:b] for a, b, *_ in leaves])) == list(range(137))
    assert max(b - a for a, b, *_ in leaves) <= leaf
    for (first, last, *_), (*middle, radius) in zip(balls.spans, balls.middles, strict=True):
        assert np.linalg.norm(points[balls.order[first:last]] - middle, axis=1).max() <= radius + 1e-9
