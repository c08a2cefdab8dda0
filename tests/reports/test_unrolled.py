"""A spine that bends forward and back lies flat, and nothing moves sideways or along."""

import numpy as np
import pytest

from foramen.imaging.volume import Volume
from foramen.reports.unrolled import unrolled

AFFINE = np.array([[0.0, 0, 1.5, -30], [-1.0, 0, 0, 60], [0, 2.0, 0, -80], [0, 0, 0, 1]])
"""Axes swapped and one turned round, as a sagittal series is stored."""

BODIES = np.array([[0.0, 10.0, 60.0], [2.0, -15.0, 20.0], [1.0, 5.0, -30.0]])


@pytest.fixture
def world():
    grid = Volume(np.zeros((120, 80, 40), np.int16), AFFINE)
    x, y, z = np.moveaxis(grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1)), -1, 0)
    return Volume((2 * x - 3 * y + 5 * z).astype(np.float32), AFFINE)


def test_every_point_is_the_one_on_the_line_through_the_bodies(world):
    flat = unrolled(world, BODIES, (40.0, 100.0))
    for x, y, z in (*BODIES, (-8.0, -2.5, 40.0), (9.0, 5.0, -34.0)):
        i, j, k = np.rint(flat.to_index((x, 0.0, z))).astype(int)
        seen = flat.to_world((i, j, k))
        course = np.interp(seen[2], BODIES[::-1, 2], BODIES[::-1, 1])
        assert course == pytest.approx(y, abs=0.5)
        assert flat.voxels[i, j, k] == pytest.approx(2 * seen[0] - 3 * course + 5 * seen[2], abs=0.5)


def test_labels_stay_labels(world):
    labels = Volume((world.voxels > 0).astype(np.uint8) * 25, AFFINE)
    assert set(np.unique(unrolled(labels, BODIES, (40.0, 100.0)).voxels)) <= {0, 25}
