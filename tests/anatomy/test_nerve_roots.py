"""Roots: published numbers where the image says nothing, the image where fat shows the root."""

import numpy as np
import pytest

from foramen.anatomy.bone_mask import boxes_of
from foramen.anatomy.foramina import find_foramen
from foramen.anatomy.nerve_roots import lumbar_root
from foramen.anatomy.root import Root, Side
from foramen.anatomy.root_statistics import (
    GANGLION_VOLUME_MM3,
    ganglion_aside,
    ganglion_radii_mm,
    root_radius_mm,
)
from foramen.anatomy.spine import NerveRoot, RootEvidence
from foramen.anatomy.vertebrae import find_vertebrae
from foramen.imaging.ct import Ct
from support.spine_phantom import FORAMEN_BACK, FORAMEN_BELOW, PEDICLE_ASIDE, box_grid, column, make, turned

FRAMES = column(["L3", "L4"], turned(10, -6, 4))


def root_of(side: Side, spacing=(0.8, 0.8, 1.5), noise_hu=0.0, **drawn) -> NerveRoot:
    phantom = make(FRAMES, box_grid(FRAMES.values(), spacing), **drawn)
    noise = np.random.default_rng(0).normal(0, noise_hu, phantom.ct.shape)
    ct = Ct((phantom.ct.voxels + noise).astype(np.int16), phantom.ct.affine).canonical()
    map_ = phantom.labels.canonical()
    upper, lower = find_vertebrae(map_, boxes_of(map_))[0]
    return lumbar_root(find_foramen(Root("L3", side), upper, lower, "L4"), ct)


def in_foramen(root: NerveRoot, point: np.ndarray) -> np.ndarray:
    """Left, posterior, cranial from the true centre of the opening."""
    return FRAMES["L3"].to_local(point) - (root.root.side.sign * PEDICLE_ASIDE, FORAMEN_BACK, FORAMEN_BELOW)


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("place", [(0.0, 5.0), (-1.5, 3.0), (1.0, 6.5)])
def test_a_root_between_fat_is_seen_to_a_fraction_of_a_voxel(side, place):
    root = root_of(side, root_at=place)

    assert root.evidence is RootEvidence.IMAGE
    assert in_foramen(root, root.point_mm)[1:] == pytest.approx(place, abs=0.7)
    assert root.uncertainty_mm < 1.5


def test_noise_does_not_hide_it():
    root = root_of(Side.LEFT, noise_hu=30, root_at=(0.0, 5.0))

    assert root.evidence is RootEvidence.IMAGE
    assert in_foramen(root, root.point_mm)[1:] == pytest.approx((0, 5), abs=1.0)


@pytest.mark.parametrize("side", Side)
def test_without_contrast_it_lies_under_the_pedicle_by_published_numbers(side):
    root = root_of(side)

    assert root.evidence is RootEvidence.STATISTICS
    _, back, up = in_foramen(root, root.point_mm)
    assert 0.5 <= up <= 7.0
    assert up <= 11.0 - 1.5 - ganglion_radii_mm("L3")[1]
    assert back == pytest.approx(0.1 * 12, abs=1.5)
    assert root.uncertainty_mm >= 2.0


def test_too_coarse_voxels_are_not_believed():
    root = root_of(Side.LEFT, (2.5, 2.5, 2.5), root_at=(0.0, 5.0))

    assert root.evidence is RootEvidence.STATISTICS


@pytest.mark.parametrize("side", Side)
def test_the_course_runs_from_the_sac_outward_and_down_and_through_its_point(side):
    root = root_of(side)

    steps = np.linalg.norm(np.diff(root.path_mm, axis=0), axis=1)
    assert steps.max() < 1.0
    assert np.linalg.norm(root.path_mm - root.point_mm, axis=1).min() < 0.5
    aside, _, up = np.array([in_foramen(root, p) for p in root.path_mm]).T
    assert (np.diff(side.sign * aside) > -1e-6).all()
    assert up[-1] < up[0]
    assert np.linalg.norm(root.path_mm - root.ganglion_mm, axis=1).min() < 1e-6


def test_a_ganglion_has_its_published_volume():
    for level in ("L4", "L5", "S1"):
        along, across = ganglion_radii_mm(level)
        assert 4 / 3 * np.pi * along * across**2 == pytest.approx(GANGLION_VOLUME_MM3[level], rel=1e-6)


def test_roots_and_ganglia_grow_downward():
    levels = ["L1", "L2", "L3", "L4", "L5"]
    assert [root_radius_mm(level) for level in levels] == sorted(root_radius_mm(level) for level in levels)
    assert root_radius_mm("L1") == pytest.approx(1.75)
    assert root_radius_mm("L5") == pytest.approx(2.8)
    assert 2 * ganglion_radii_mm("L1")[1] == pytest.approx(3.2)
    assert 2 * ganglion_radii_mm("L5")[1] == pytest.approx(6.5)


def test_the_ganglion_lies_medially_above_and_laterally_at_l5():
    assert ganglion_aside("L4") < 0.5 < ganglion_aside("L5")
