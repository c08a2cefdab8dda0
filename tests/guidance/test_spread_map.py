"""What rose between two scans: its amount is kept on any grid, motion and metal don't feign it, misuse is refused."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from foramen.errors import InputError
from foramen.guidance.contrast_map import HU_PER_MG_ML, NeedleAxis, contrast_between
from foramen.imaging.ct import Ct

CENTRE = np.array([3.0, -2.0, 5.0])
RADIUS_MM, RISE_HU = 4.0, 900.0
TRUE_MG = 4 / 3 * np.pi * RADIUS_MM**3 / 1000 * RISE_HU / HU_PER_MG_ML


def smooth_step(distance: np.ndarray, width: float = 0.9) -> np.ndarray:
    return np.clip(0.5 - distance / width, 0, 1)


def scan(
    contrast: bool, *, spacing=(0.8, 0.8, 1.5), turn=(0, 0, 0), shift=(0, 0, 0), flip=False, seed=1, needle=None,
    slices=32,
) -> Ct:  # fmt: skip
    """Soft tissue, a tube of bone and a cube of it, moved as asked, with noise."""
    shape = np.array([90, 80, slices])
    columns = np.diag(spacing).astype(float)
    if flip:
        columns[:, 0] *= -1
    affine = np.eye(4)
    affine[:3, :3] = columns
    affine[:3, 3] = -columns @ ((shape - 1) / 2)
    index = np.moveaxis(np.indices(shape), 0, -1)
    rotation = Rotation.from_euler("xyz", turn, degrees=True)
    places = rotation.inv().apply((index @ columns.T + affine[:3, 3] - shift).reshape(-1, 3))
    hu = np.full(len(places), -90.0)
    tube = np.linalg.norm(places[:, :2] - [-14, 12], axis=1)
    hu += 800 * smooth_step(np.abs(tube - 6) - 1.5)
    cube = np.abs(places - [18, 14, 4]).max(axis=1)
    hu += 600 * smooth_step(cube - 8)
    if needle is not None:
        behind = (needle.tip_mm - places) @ needle.direction
        aside = np.linalg.norm(places - needle.tip_mm + behind[:, None] * needle.direction, axis=1)
        hu += 2500 * smooth_step(aside - 0.5) * (behind > 0)
    if contrast:
        hu += RISE_HU * smooth_step(np.linalg.norm(places - CENTRE, axis=1) - RADIUS_MM)
    noise = np.random.default_rng(seed).normal(0, 15, len(places))
    return Ct(np.clip(hu + noise, -1024, 3071).reshape(shape).astype(np.int16), affine)


def matrix(turn, shift) -> np.ndarray:
    """From the moved scan's frame back."""
    forward = np.eye(4)
    forward[:3, :3] = Rotation.from_euler("xyz", turn, degrees=True).as_matrix()
    forward[:3, 3] = shift
    return np.linalg.inv(forward)


@pytest.mark.parametrize(
    "changes",
    [{}, {"flip": True}, {"spacing": (0.6, 1.1, 2.5), "slices": 22}, {"spacing": (1.2, 0.7, 1.0), "slices": 44}],
    ids=["plain", "reversed", "thick", "anisotropic"],
)
def test_all_the_iodine_is_found_where_it_lies(changes):
    found = contrast_between(scan(False, seed=1, **changes), scan(True, seed=2, **changes), (0, 0, 0))
    assert found.iodine_mg.sum() == pytest.approx(TRUE_MG, rel=0.08)
    assert np.linalg.norm(found.points_mm.mean(axis=0) - CENTRE) < 0.5
    assert np.linalg.norm(found.points_mm - CENTRE, axis=1).max() < RADIUS_MM + 2.5


def test_motion_is_taken_out_and_its_last_half_millimetre_is_not_taken_for_contrast():
    turn, shift = (2.0, -1.0, 3.0), (4.0, -3.0, 2.5)
    after = scan(True, turn=turn, shift=shift, seed=2)
    nearly = matrix((2.2, -1.0, 2.8), (4.3, -2.7, 2.9))
    found = contrast_between(scan(False), after, (0, 0, 0), after_to_planning=nearly)
    assert found.iodine_mg.sum() == pytest.approx(TRUE_MG, rel=0.1)
    assert np.linalg.norm(found.points_mm - CENTRE, axis=1).max() < RADIUS_MM + 3.0


def test_no_contrast_gives_none_even_with_motion_and_a_needle():
    needle = NeedleAxis(np.array([2.0, -4.0, 5.0]), np.array([-0.3, -0.95, 0.0]) / np.hypot(0.3, 0.95))
    after = scan(False, shift=(1.0, 0.5, 0.4), seed=3, needle=needle)
    found = contrast_between(
        scan(False), after, (0, 0, 0), after_to_planning=matrix((0, 0, 0), (1.2, 0.3, 0.5)), needles=(needle,)
    )
    assert found.iodine_mg.sum() < 0.05 * TRUE_MG


def test_contrast_that_a_needle_hides_counts_as_its_surroundings_do():
    needle = NeedleAxis(CENTRE, np.array([-0.3, -0.95, 0.0]) / np.hypot(0.3, 0.95))
    scans = [scan(wet, seed=seed, needle=needle) for wet, seed in ((False, 1), (True, 2))]
    found = contrast_between(*scans, (0, 0, 0), needles=(needle,))
    assert found.hidden[found.mask].mean() == 0
    assert found.iodine_mg.sum() == pytest.approx(TRUE_MG, rel=0.08)


def test_swapped_scans_are_told():
    with pytest.raises(InputError, match="swapped"):
        contrast_between(scan(True), scan(False, seed=2), (0, 0, 0))


def test_scans_of_different_places_are_refused():
    with pytest.raises(InputError, match="overlap"):
        contrast_between(scan(False), scan(True), (0, 0, 0), after_to_planning=matrix((0, 0, 0), (0, 0, 200)))
