"""Reading a volume out on another grid agrees with SimpleITK, and keeps what it must."""

import numpy as np
import pytest
import SimpleITK
from hypothesis import given, settings
from hypothesis import strategies as st

from foramen.imaging import Ct, Grid, Volume, resample
from foramen.imaging.straighten import straighten, tilt_deg


def turn(degrees: float, about: tuple[float, float, float]) -> np.ndarray:
    axis = np.array(about) / np.linalg.norm(about)
    cross = np.cross(np.eye(3), axis)
    s, c = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    return c * np.eye(3) + s * cross.T + (1 - c) * np.outer(axis, axis)


def affine_of(direction: np.ndarray, spacing: tuple[float, ...], origin: tuple[float, ...]) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3] = direction * spacing
    affine[:3, 3] = origin
    return affine


def as_sitk(volume: Volume) -> SimpleITK.Image:
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(volume.voxels.T))
    image.SetSpacing(volume.spacing_mm.tolist())
    image.SetDirection(volume.direction.ravel().tolist())
    image.SetOrigin(volume.origin_mm.tolist())
    return image


def sitk_resample(volume: Volume, grid: Grid, interpolator: int, fill: float) -> np.ndarray:
    filt = SimpleITK.ResampleImageFilter()
    filt.SetSize(grid.shape)
    filt.SetOutputSpacing(grid.spacing_mm.tolist())
    filt.SetOutputDirection(grid.direction.ravel().tolist())
    filt.SetOutputOrigin(grid.origin_mm.tolist())
    filt.SetInterpolator(interpolator)
    filt.SetDefaultPixelValue(fill)
    return SimpleITK.GetArrayFromImage(filt.Execute(as_sitk(volume))).T


def noise(dtype: type, seed: int = 1) -> Volume:
    voxels = np.random.default_rng(seed).integers(0, 200, (17, 13, 9)).astype(dtype)
    return Volume(voxels, affine_of(turn(20, (1, 2, 3)), (0.7, 0.9, 2.5), (-5, 3, 100)))


def other_grid(degrees: float) -> Grid:
    """A grid turned about the middle of the noise, partly outside it."""
    direction = turn(degrees, (-1, 1, 2)) * (0.9, 1.1, 1.7)
    middle = noise(np.uint8).to_world([8, 6, 4])
    return Grid((15, 12, 14), affine_of(direction, (1, 1, 1), tuple(middle - direction @ [7, 5.5, 6.5])))


@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.uint8])
@pytest.mark.parametrize("degrees", [0, 33, -110])
def test_linear_agrees_with_simpleitk(dtype: type, degrees: float) -> None:
    volume, grid = noise(dtype), other_grid(degrees)
    ours = resample(volume, grid, fill=7)
    theirs = sitk_resample(volume, grid, SimpleITK.sitkLinear, 7)
    assert ours.voxels.dtype == dtype
    difference = np.abs(ours.voxels.astype(float) - theirs)
    # Points within rounding of the box's face may fall on either side of it.
    assert (difference > (1 if dtype is not np.float32 else 1e-3)).sum() <= 2
    assert (ours.voxels == 7).any()
    assert (ours.voxels != 7).any()


@pytest.mark.parametrize("degrees", [0, 33, -110])
def test_nearest_agrees_with_simpleitk(degrees: float) -> None:
    volume, grid = noise(np.uint8), other_grid(degrees)
    ours = resample(volume, grid, nearest=True, fill=0)
    theirs = sitk_resample(volume, grid, SimpleITK.sitkNearestNeighbor, 0)
    assert (ours.voxels != theirs).sum() <= 2


def test_storage_order_makes_no_difference() -> None:
    volume, grid = noise(np.int16), other_grid(33)
    expected = resample(volume, grid).voxels
    backwards = volume.affine.copy()
    backwards[:3, 0] *= -1
    backwards[:3, 3] = volume.to_world([16, 0, 0])
    others = [
        Volume(np.asfortranarray(volume.voxels), volume.affine),
        Volume(np.asfortranarray(volume.voxels[::-1]), backwards),
        Volume(volume.voxels[::-1], backwards),
    ]
    for same in others:
        np.testing.assert_array_equal(resample(same, grid).voxels, expected)


@settings(max_examples=20, deadline=None)
@given(st.floats(-180, 180), st.floats(0.5, 3))
def test_an_even_gradient_survives_any_turn(degrees: float, spacing: float) -> None:
    source = Grid((12, 12, 12), affine_of(turn(10, (0, 1, 1)), (1.0, 1.5, 2.0), (0, 0, 0)))
    index = np.stack(np.meshgrid(*map(np.arange, source.shape), indexing="ij"), axis=-1)
    slopes = np.array([1.0, -2.0, 3.0])
    volume = Volume(source.to_world(index) @ slopes, source.affine)
    centre = source.to_world([5.5, 5.5, 5.5])
    grid = Grid((4, 4, 4), affine_of(turn(degrees, (3, 1, 1)), (spacing * 0.5,) * 3, tuple(centre)))
    out = resample(volume, grid, fill=np.nan)
    points = grid.to_world(np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1))
    between = (source.to_index(points) >= 0).all(-1) & (source.to_index(points) <= 11).all(-1)
    np.testing.assert_allclose(out.voxels[between], (points @ slopes)[between], atol=1e-9)


def test_a_mask_stays_a_mask_and_a_ct_stays_a_ct() -> None:
    mask = Volume(noise(np.uint8).voxels > 100, noise(np.uint8).affine)
    assert resample(mask, other_grid(5), nearest=True, fill=0).voxels.dtype == bool
    ct = Ct(noise(np.int16).voxels, noise(np.int16).affine, warnings=("told",))
    moved = resample(ct, other_grid(5))
    assert isinstance(moved, Ct)
    assert moved.warnings == ("told",)
    assert (moved.voxels == -1024).any()


def test_a_fill_that_the_numbers_cannot_hold_is_an_error() -> None:
    with pytest.raises(OverflowError):
        resample(noise(np.uint8), other_grid(5), nearest=True)


def test_the_same_grid_gives_the_same_voxels() -> None:
    for nearest in (True, False):
        volume = noise(np.int16)
        np.testing.assert_array_equal(resample(volume, volume.grid, nearest=nearest).voxels, volume.voxels)


@pytest.mark.parametrize("lean", [0.3, -0.2])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_straightening_works_whatever_axis_the_slices_are_stored_on(lean: float, axis: int) -> None:
    affine = np.diag([0.6, 0.7, 0.8, 1.0])
    affine[:3, axis] *= 4
    affine[(axis + 1) % 3, axis] = lean * 3
    sheared = Volume(noise(np.int16).voxels, affine)
    straight = straighten(sheared)
    assert straight.grid.is_straight
    expected = np.degrees(np.arctan(abs(lean) * 3 / np.abs(affine[axis, axis])))
    assert tilt_deg(sheared.grid) == pytest.approx(expected)
    assert straight.grid.contains(sheared.to_world([[0, 0, 0], [16, 12, 8], [16, 0, 8], [0, 12, 0]])).all()


def test_slices_slide_within_their_planes_and_never_mix() -> None:
    whole = np.diag([1.0, 1.0, 3.0, 1.0])
    whole[0, 2] = 2.0  # each slice lies two whole pixels further along i
    sheared = Volume(noise(np.int16).voxels, whole)
    straight = straighten(sheared)
    assert straight.shape == (17 + 2 * 8, 13, 9)
    for k in range(9):
        np.testing.assert_array_equal(straight.voxels[2 * k : 2 * k + 17, :, k], sheared.voxels[:, :, k])
