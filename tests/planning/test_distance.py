"""Distance to labelled voxels taken as solid boxes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from foramen.planning.distance import box_distance


def by_hand(mask, spacing):
    """Every cell against every marked box, written out."""
    cells = np.argwhere(np.ones_like(mask)) * spacing
    marked = np.argwhere(mask) * spacing
    apart = np.maximum(np.abs(cells[:, None] - marked[None]) - spacing / 2, 0)
    return np.linalg.norm(apart, axis=-1).min(axis=1).reshape(mask.shape)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shape=st.tuples(*[st.integers(2, 9)] * 3),
    spacing=st.tuples(*[st.floats(0.3, 3.0)] * 3),
)
def test_it_is_the_distance_to_the_nearest_box(seed, shape, spacing):
    mask = np.random.default_rng(seed).random(shape) < 0.05
    mask.flat[seed % mask.size] = True
    spacing = np.array(spacing)

    distance = box_distance(mask, spacing, 100.0)

    np.testing.assert_allclose(distance, by_hand(mask, spacing), atol=1e-4)


def test_larger_distances_are_given_as_the_limit():
    mask = np.zeros((40, 3, 3), bool)
    mask[0] = True

    distance = box_distance(mask, np.ones(3), 5.0)

    np.testing.assert_allclose(distance[:, 1, 1], np.minimum(np.maximum(np.arange(40) - 0.5, 0), 5.0), atol=1e-6)


def test_nothing_marked_is_as_far_as_the_limit():
    assert (box_distance(np.zeros((4, 5, 6), bool), np.ones(3), 7.0) == 7.0).all()


def test_it_stays_within_half_a_cell_of_the_transform_between_centres():
    spacing = np.array([0.7, 0.9, 2.5])
    noise = ndimage.gaussian_filter(np.random.default_rng(3).standard_normal((40, 30, 20)), 2)
    mask = noise > np.percentile(noise, 95)

    to_boxes = box_distance(mask, spacing, 50.0)
    to_centres = ndimage.distance_transform_edt(~mask, sampling=spacing)

    shorter = to_centres - to_boxes
    assert shorter.min() > -1e-4
    assert shorter.max() <= np.linalg.norm(spacing / 2) + 1e-4
