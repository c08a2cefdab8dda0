"""The body ends at the skin: not at the table, not at the edge of the field of view, and gas inside is inside."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from foramen.anatomy import find_body, find_skin
from foramen.imaging import Ct, Grid, Volume, resample

SPACING = np.array([2.0, 2.0, 4.0])
SHAPE = (200, 170, 40)
RADII_MM = (150.0, 105.0)
AFFINE = np.diag([*SPACING, 1.0])
AFFINE[:3, 3] = -(np.array(SHAPE) - 1) / 2 * SPACING
BACK_MM = RADII_MM[1]


def field(shape: tuple[int, int, int], affine: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    index = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)
    return list(np.moveaxis(index @ affine[:3, :3].T + affine[:3, 3], -1, 0))


@cache
def patient() -> tuple[Ct, Volume]:
    """Supine on a padded table: an ellipse with lungs, bowel gas and a blanket; and the truth."""
    x, y, z = field(SHAPE, AFFINE)
    ellipse = np.sqrt((x / RADII_MM[0]) ** 2 + (y / RADII_MM[1]) ** 2)
    edge_mm = (ellipse - 1) * np.hypot(x, y) / np.maximum(ellipse, 1e-6)
    hu = np.clip(-1000 + (0.5 - edge_mm / 3.0) * 960, -1000, -40)  # the scanner blurs the skin over 3 mm
    for side in (-1, 1):
        lung = ((x - side * 75) / 45) ** 2 + (y / 60) ** 2 + ((z - 70) / 60) ** 2 < 1
        hu[lung] = -830
    hu[((x - 40) / 25) ** 2 + ((y + 60) / 15) ** 2 + ((z + 40) / 20) ** 2 < 1] = -1000
    hu[(np.abs(x) < 30) & (np.abs(y) < 30)] = 300
    hu[(edge_mm > 8) & (edge_mm < 14) & (y < 0)] = -650
    foam = (y > BACK_MM + 1) & (y < BACK_MM + 25) & (np.abs(x) < 180)
    hu[foam & (edge_mm > 3)] = -960
    hu[(np.abs(y - BACK_MM - 27) < 2.1) & (np.abs(x) < 190)] = 200
    noisy = hu + np.random.default_rng(3).normal(0, 25, SHAPE)
    return Ct(np.round(noisy).astype(np.int16), AFFINE), Volume(edge_mm <= 0, AFFINE)


def wrong(body: Volume, truth: Volume) -> float:
    """Share of voxels on the wrong side, of those in the body."""
    return float((body.voxels ^ truth.voxels).sum() / truth.voxels.sum())


def test_table_blanket_and_gas_are_told_from_the_body() -> None:
    ct, truth = patient()
    body = find_body(ct)
    assert body.voxels.dtype == bool
    assert wrong(body, truth) < 0.01
    assert body.grid.same_place_as(ct.grid)


def test_an_isolated_arm_is_no_part_of_the_trunk() -> None:
    ct, truth = patient()
    x, y, _ = field(SHAPE, AFFINE)
    voxels = ct.voxels.copy()
    voxels[np.hypot(x - 178, y + 40) < 18] = 40
    assert wrong(find_body(Ct(voxels, AFFINE)), truth) < 0.01


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_prone_and_decubitus(turn: int) -> None:
    """The same patient, table and all, turned about his long axis in the scanner."""
    ct, truth = patient()
    angle = np.radians(turn)
    rotation = np.eye(4)
    rotation[:2, :2] = np.round([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    body = find_body(Ct(ct.voxels, rotation @ ct.affine))
    assert wrong(body, truth) < 0.01


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 2, 0), (0, 1, 2)])
def test_storage_does_not_matter(order: tuple[int, int, int]) -> None:
    ct, _ = patient()
    body = find_body(ct)
    turn = np.zeros((4, 4))
    turn[3, 3] = 1
    for new, old in enumerate(order):
        turn[old, new] = -1
        turn[old, 3] = SHAPE[old] - 1
    stored = Ct(np.ascontiguousarray(ct.voxels[::-1, ::-1, ::-1].transpose(order)), AFFINE @ turn)
    assert np.array_equal(find_body(stored).canonical().voxels, body.voxels)


def test_a_mirrored_patient_has_a_mirrored_body() -> None:
    ct, _ = patient()
    mirrored = find_body(Ct(ct.voxels[::-1].copy(), AFFINE))
    assert wrong(Volume(mirrored.voxels[::-1], AFFINE), find_body(ct)) < 0.002


def test_an_oblique_anisotropic_scan() -> None:
    ct, truth = patient()
    angle = np.radians(17)
    axes = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1.0]])
    affine = np.eye(4)
    affine[:3, :3] = axes * [1.4, 1.4, 3.0]
    shape = (220, 180, 40)
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    grid = Grid(shape, affine)
    body = find_body(resample(ct, grid))
    assert wrong(body, resample(truth, grid, nearest=True, fill=0)) < 0.015


class TestCutFields:
    """A field of view that cuts the patient."""

    @pytest.mark.parametrize("half_width_mm", [60, 100])
    def test_sides_out_of_view(self, half_width_mm: float) -> None:
        ct, truth = patient()
        half = int(half_width_mm / SPACING[0])
        box = (100 - half, 0, 0), (100 + half, 170, 40)
        assert wrong(find_body(ct.crop(*box)), truth.crop(*box)) < 0.01

    def test_cut_lung_and_bowel_stay_inside(self) -> None:
        ct, truth = patient()
        box = (70, 60, 0), (135, 170, 40)
        assert wrong(find_body(ct.crop(*box)), truth.crop(*box)) < 0.01

    def test_no_skin_in_view_at_all(self) -> None:
        ct, _ = patient()
        inner = ct.crop((60, 50, 0), (140, 120, 40))
        body = find_body(inner)
        assert body.voxels.all()
        assert find_skin(inner, body).is_cut.all()

    @pytest.mark.parametrize("padding", [-1024, -2000, -2048, -3024])
    def test_outside_the_round_field_nothing_is_known(self, padding: int) -> None:
        ct, truth = patient()
        x, y, _ = field(SHAPE, AFFINE)
        seen = np.hypot(x, y) < 125
        voxels = np.where(seen, ct.voxels, padding).astype(np.int16)
        body = find_body(Ct(voxels, AFFINE))
        assert wrong(body, Volume(truth.voxels & seen, AFFINE)) < 0.01
        skin = find_skin(Ct(voxels, AFFINE), body)
        on_circle = np.hypot(*skin.points_mm[:, :2].T) > 121
        assert skin.is_cut[on_circle].all()
        assert not skin.is_cut[(np.hypot(*skin.points_mm[:, :2].T) < 115) & (np.abs(skin.points_mm[:, 2]) < 60)].any()


class TestSkin:
    def test_points_lie_on_the_skin_within_a_third_of_a_millimetre(self) -> None:
        ct, _ = patient()
        skin = find_skin(ct, find_body(ct))
        x, y, _ = skin.points_mm[~skin.is_cut].T
        ellipse = np.hypot(x / RADII_MM[0], y / RADII_MM[1])
        off_mm = (ellipse - 1) * np.hypot(x, y) / ellipse
        assert abs(np.median(off_mm)) < 0.35
        assert np.percentile(np.abs(off_mm), 95) < 1.0

    def test_normals_point_out_of_the_ellipse(self) -> None:
        ct, _ = patient()
        skin = find_skin(ct, find_body(ct))
        true_skin = ~skin.is_cut
        outward = skin.points_mm[true_skin] * [1 / RADII_MM[0] ** 2, 1 / RADII_MM[1] ** 2, 0]
        outward /= np.linalg.norm(outward, axis=1, keepdims=True)
        cosine = (outward * skin.normals[true_skin]).sum(axis=1)
        assert np.degrees(np.arccos(np.percentile(cosine, 2))) < 12
        assert np.allclose(np.linalg.norm(skin.normals, axis=1), 1)

    def test_skin_above_the_table_is_covered_and_the_rest_is_free(self) -> None:
        ct, _ = patient()
        skin = find_skin(ct, find_body(ct))
        back = (np.abs(skin.points_mm[:, 0]) < 30) & (skin.points_mm[:, 1] > 90) & ~skin.is_cut
        front = (skin.points_mm[:, 1] < 0) & ~skin.is_cut
        assert skin.is_covered[back].mean() > 0.97
        assert np.abs(np.median(skin.free_mm[back]) - 27) < 8
        assert not skin.is_covered[front].any()
        assert skin.lies_on == "back"
        assert not (skin.is_reachable & (skin.is_cut | skin.is_covered)).any()

    def test_the_first_and_last_slices_are_cut(self) -> None:
        ct, _ = patient()
        skin = find_skin(ct, find_body(ct))
        end = np.abs(skin.points_mm[:, 2]) > 40 * 4.0 / 2 - 4
        assert skin.is_cut[end].all()
        assert skin.is_cut.mean() < 0.7

    def test_about_one_point_for_each_square(self) -> None:
        ct, _ = patient()
        skin = find_skin(ct, find_body(ct), spacing_mm=4.0)
        around = np.pi * (3 * sum(RADII_MM) - np.sqrt((3 * 150 + 105) * (150 + 3 * 105)))
        expected = around * (2 * (80 - 5)) / 16
        assert 0.7 < np.count_nonzero(~skin.is_cut) / expected < 1.7

    def test_the_patient_turned_with_the_table_turns_the_skin(self) -> None:
        ct, _ = patient()
        turned = np.diag([-1.0, -1, 1, 1]) @ ct.affine
        prone = Ct(ct.voxels, turned)
        assert find_skin(prone, find_body(prone)).lies_on == "belly"
