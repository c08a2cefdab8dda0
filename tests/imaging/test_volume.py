"""A volume means the same wherever its voxels lie in memory and however its axes run."""

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foramen.errors import InputError
from foramen.imaging import Grid, Volume

OBLIQUE = np.array(
    [[0.67, -0.11, 0.2, -30.0], [0.1, 0.69, -0.3, 12.0], [-0.05, 0.08, 2.4, -900.0], [0.0, 0.0, 0.0, 1.0]]
)


def numbered(shape: tuple[int, int, int] = (3, 4, 5), affine: np.ndarray = OBLIQUE) -> Volume:
    return Volume(np.arange(np.prod(shape), dtype=np.int16).reshape(shape), affine)


coordinates = st.lists(st.floats(-500, 500), min_size=3, max_size=3)


@given(coordinates)
def test_world_and_index_are_inverse(point: list[float]) -> None:
    grid = Grid((3, 4, 5), OBLIQUE)
    np.testing.assert_allclose(grid.to_index(grid.to_world(point)), point, atol=1e-8)
    np.testing.assert_allclose(grid.to_world(grid.to_index(point)), point, atol=1e-8)


def test_spacing_direction_and_origin_are_the_affine_taken_apart() -> None:
    grid = Grid((3, 4, 5), OBLIQUE)
    np.testing.assert_allclose(grid.direction * grid.spacing_mm, OBLIQUE[:3, :3])
    np.testing.assert_allclose(np.linalg.norm(grid.direction, axis=0), 1)
    np.testing.assert_array_equal(grid.origin_mm, OBLIQUE[:3, 3])


SIGNED_PERMUTATIONS = list(product(permutations(range(3)), product((1, -1), repeat=3)))


@pytest.mark.parametrize(("axes", "signs"), SIGNED_PERMUTATIONS)
def test_canonical_undoes_every_order_and_direction_of_storage(axes: tuple[int, ...], signs: tuple[int, ...]) -> None:
    straight = np.diag([0.7, 0.8, 2.5, 1.0])
    straight[:3, 3] = 4, 5, 6
    original = numbered(affine=straight)
    flips = tuple(slice(None, None, sign) for sign in signs)
    voxels = original.voxels.transpose(axes)[flips]
    affine = np.eye(4)
    for new, (old, sign) in enumerate(zip(axes, signs, strict=True)):
        affine[:3, new] = straight[:3, old] * sign
        affine[:3, 3] += straight[:3, old] * (original.shape[old] - 1) * (sign < 0)
    affine[:3, 3] += straight[:3, 3]
    canonical = Volume(voxels, affine).canonical()
    np.testing.assert_array_equal(canonical.voxels, original.voxels)
    np.testing.assert_allclose(canonical.affine, straight, atol=1e-12)
    assert canonical.fingerprint == original.fingerprint
    assert np.shares_memory(canonical.voxels, voxels)


def test_canonical_keeps_what_is_oblique() -> None:
    turned = Volume(np.flip(numbered().voxels.transpose(2, 0, 1), 1), np.eye(4))
    affine = np.eye(4)
    affine[:3, 0], affine[:3, 1], affine[:3, 2] = OBLIQUE[:3, 2], -OBLIQUE[:3, 0], OBLIQUE[:3, 1]
    affine[:3, 3] = OBLIQUE[:3, 3] + 2 * OBLIQUE[:3, 0]
    canonical = Volume(turned.voxels, affine).canonical()
    np.testing.assert_allclose(canonical.affine, OBLIQUE, atol=1e-12)
    np.testing.assert_array_equal(canonical.voxels, numbered().voxels)


def test_fingerprint_depends_on_voxels_place_and_type_but_not_on_memory() -> None:
    volume = numbered()
    same = Volume(np.asfortranarray(volume.voxels), OBLIQUE)
    assert volume.fingerprint == same.fingerprint
    wide = np.zeros((6, 4, 5), np.int16)
    wide[::2] = volume.voxels
    assert Volume(wide[::2], OBLIQUE).fingerprint == volume.fingerprint
    other_voxel = volume.voxels.copy()
    other_voxel[1, 2, 3] += 1
    moved = OBLIQUE.copy()
    moved[0, 3] += 0.001
    others = [
        Volume(other_voxel, OBLIQUE),
        Volume(volume.voxels, moved),
        Volume(volume.voxels.astype(np.int32), OBLIQUE),
        Volume(volume.voxels.reshape(4, 3, 5), OBLIQUE),
    ]
    assert len({volume.fingerprint, *(other.fingerprint for other in others)}) == 5


def test_fingerprint_does_not_see_the_sign_of_zero() -> None:
    signed = np.diag([1.0, 1.0, 1.0, 1.0])
    signed[0, 1] = -1e-9
    assert numbered(affine=signed).fingerprint == numbered(affine=np.eye(4)).fingerprint


def test_crop_keeps_every_voxel_in_its_place() -> None:
    volume = numbered()
    part = volume.crop((1, 0, 2), (3, 3, 9))
    assert part.shape == (2, 3, 3)
    np.testing.assert_array_equal(part.voxels, volume.voxels[1:3, 0:3, 2:5])
    np.testing.assert_allclose(part.to_world([0, 0, 0]), volume.to_world([1, 0, 2]))
    assert np.shares_memory(part.voxels, volume.voxels)


@given(coordinates.map(lambda p: np.array(p) % 1), st.floats(0, 3))
def test_crop_around_holds_the_point_and_its_margin(share: np.ndarray, margin_mm: float) -> None:
    volume = numbered((20, 21, 22))
    point = volume.to_world(share * (np.array(volume.shape) - 1))
    part = volume.crop_around(point, margin_mm)
    lower, upper = part.to_index(point), np.array(part.shape) - 1 - part.to_index(point)
    first = np.round(volume.to_index(part.origin_mm)).astype(int)
    at_lower_edge, at_upper_edge = first == 0, first + np.array(part.shape) == volume.shape
    margin = margin_mm / volume.spacing_mm - 1e-9
    assert ((lower >= margin) | at_lower_edge).all()
    assert ((upper >= margin) | at_upper_edge).all()


def test_contains_is_the_box_of_whole_voxels() -> None:
    grid = Grid((3, 4, 5), OBLIQUE)
    index = np.array([[-0.49, 0, 0], [2.49, 3.49, 4.49], [-0.51, 0, 0], [0, 3.51, 0], [1, 1, 4.6]])
    np.testing.assert_array_equal(grid.contains(grid.to_world(index)), [True, True, False, False, False])
    np.testing.assert_allclose(grid.corners_mm[-1], grid.to_world([2.5, 3.5, 4.5]))


def test_a_sheared_grid_is_not_straight() -> None:
    sheared = np.diag([1.0, 1.0, 2.0, 1.0])
    assert Grid((2, 2, 2), sheared).is_straight
    sheared[1, 2] = 0.1
    assert not Grid((2, 2, 2), sheared).is_straight


def test_same_place_is_judged_at_the_far_corner() -> None:
    turned = np.eye(4)
    turned[0, 1] = 1e-4
    assert Grid((9, 9, 9), np.eye(4)).same_place_as(Grid((9, 9, 9), turned))
    assert not Grid((900, 900, 9), np.eye(4)).same_place_as(Grid((900, 900, 9), turned))
    assert not Grid((9, 9, 9), np.eye(4)).same_place_as(Grid((9, 9, 8), np.eye(4)))


@pytest.mark.parametrize("affine", [np.diag([1.0, 0, 1, 1]), np.full((4, 4), np.nan), np.eye(3)])
def test_an_impossible_geometry_is_refused(affine: np.ndarray) -> None:
    with pytest.raises(InputError):
        Grid((2, 2, 2), affine)


@pytest.mark.parametrize("shape", [(2, 2), (2, 0, 2), (2, 2, 2, 2)])
def test_a_volume_has_three_dimensions(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="three dimensions"):
        Volume(np.zeros(shape), np.eye(4))
