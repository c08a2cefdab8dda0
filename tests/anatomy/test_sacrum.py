"""S1, the foramen above it and the ones in it, on a sacrum whose geometry is known by construction."""

import numpy as np
import pytest

from foramen.anatomy.bone_mask import boxes_of
from foramen.anatomy.foramina import find_foramen
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Root, Side
from foramen.anatomy.s1_foramina import find_s1_foramina
from foramen.anatomy.sacrum import find_first_sacral
from foramen.anatomy.structures import Structure
from foramen.anatomy.vertebrae import find_vertebrae
from foramen.imaging.ct import Ct
from support.spine_phantom import (
    CANAL_CENTRE,
    FORAMEN_BACK,
    FORAMEN_BELOW,
    PEDICLE_ASIDE,
    S1_FORAMEN_ASIDE,
    S1_FORAMEN_BELOW,
    SACRUM_BACK,
    SACRUM_FRONT,
    angle_deg,
    box_grid,
    column,
    make,
    turned,
)

FRAMES = column(["L5", "S1"], turned(14, 5, -6))


def see(labels: LabelMap):
    map_ = labels.canonical()
    boxes = boxes_of(map_)
    (last,), _ = find_vertebrae(map_, boxes)
    return last, find_first_sacral(map_, boxes, last)


@pytest.fixture(scope="module")
def phantom():
    return make(FRAMES, box_grid(FRAMES.values(), (1.0, 1.0, 1.5), margin_mm=(50, 62, 48)))


def test_s1_is_found_under_l5(phantom):
    _, sacral = see(phantom.labels)

    truth = FRAMES["S1"]
    assert sacral.vertebra.level == "S1"
    assert angle_deg(sacral.vertebra.frame.cranial, truth.cranial) < 2
    assert truth.to_local(sacral.vertebra.centroid_mm) == pytest.approx((0, 0, 0), abs=1.5)
    assert truth.to_local(sacral.vertebra.canal_centre_mm)[:2] == pytest.approx(CANAL_CENTRE[:2], abs=1.5)


def test_an_s1_label_beside_the_sacrums_is_part_of_it(phantom):
    local = FRAMES["S1"].to_local(phantom.labels.to_world(np.moveaxis(np.indices(phantom.labels.shape), 0, -1)))
    upper = (phantom.labels.voxels == Structure.SACRUM) & (local[..., 2] > -13)
    split = np.where(upper, Structure.S1, phantom.labels.voxels).astype(np.uint8)

    _, whole = see(phantom.labels)
    _, parted = see(LabelMap(split, phantom.labels.affine))

    assert parted.vertebra.centroid_mm == pytest.approx(whole.vertebra.centroid_mm, abs=1e-6)


@pytest.mark.parametrize("side", Side)
def test_the_l5_foramen_has_the_sacrum_for_its_lower_border(phantom, side):
    last, sacral = see(phantom.labels)
    found = find_foramen(Root("L5", side), last, sacral, "the sacrum").foramen

    assert found.visible, found.reason
    expected = (side.sign * PEDICLE_ASIDE, FORAMEN_BACK, FORAMEN_BELOW)
    assert FRAMES["L5"].to_local(found.centre_mm) == pytest.approx(expected, abs=2.0)


@pytest.mark.parametrize("side", Side)
def test_the_s1_foramen_is_where_one_can_look_through(phantom, side):
    _, sacral = see(phantom.labels)
    found = find_s1_foramina(sacral, phantom.ct.canonical(), has_sacrum=True)[side]

    assert found.seen_in_image
    local = FRAMES["S1"].to_local
    dorsal = (side.sign * S1_FORAMEN_ASIDE, SACRUM_BACK, S1_FORAMEN_BELOW)
    assert local(found.foramen.centre_mm) == pytest.approx(dorsal, abs=1.5)
    ventral = (side.sign * S1_FORAMEN_ASIDE, SACRUM_FRONT, S1_FORAMEN_BELOW)
    assert local(found.foramen.medial_mm) == pytest.approx(ventral, abs=2.0)
    assert found.foramen.width_mm == pytest.approx(8.0, abs=1.5)


@pytest.mark.parametrize("side", Side)
def test_label_filling_the_foramen_leaves_it_to_the_image(phantom, side):
    local = FRAMES["S1"].to_local(phantom.labels.to_world(np.moveaxis(np.indices(phantom.labels.shape), 0, -1)))
    inside = (np.hypot(np.abs(local[..., 0]) - S1_FORAMEN_ASIDE, local[..., 2] - S1_FORAMEN_BELOW) < 5) & (
        (local[..., 1] > 20) & (local[..., 1] < 30)
    )
    filled = np.where(inside, Structure.SACRUM, phantom.labels.voxels).astype(np.uint8)
    _, sacral = see(LabelMap(filled, phantom.labels.affine))
    found = find_s1_foramina(sacral, phantom.ct.canonical(), has_sacrum=True)[side]

    assert found.seen_in_image
    aside, _, up = FRAMES["S1"].to_local(found.foramen.centre_mm)
    assert (aside, up) == pytest.approx((side.sign * S1_FORAMEN_ASIDE, S1_FORAMEN_BELOW), abs=1.5)


def test_without_clear_sight_published_numbers_stand_in_with_more_uncertainty(phantom):
    _, sacral = see(phantom.labels)
    solid = Ct(np.full(phantom.ct.shape, 400, np.int16), phantom.ct.affine)
    local = FRAMES["S1"].to_local(phantom.labels.to_world(np.moveaxis(np.indices(phantom.labels.shape), 0, -1)))
    plugged = phantom.labels.voxels.copy()
    plugged[(local[..., 2] < -13) & (np.abs(local[..., 1] - 7.5) < 22) & (np.abs(local[..., 0]) > 14)] = (
        Structure.SACRUM
    )
    _, sacral = see(LabelMap(plugged, phantom.labels.affine))
    found = find_s1_foramina(sacral, solid.canonical(), has_sacrum=True)[Side.LEFT]

    assert found.foramen.visible
    assert not found.seen_in_image
    assert found.uncertainty_mm == 5.0
    assert FRAMES["S1"].to_local(found.foramen.centre_mm)[0] == pytest.approx(23.5, abs=1.0)


def test_no_sacrum_no_foramen():
    frames = {"L5": turned()}
    phantom = make(frames, box_grid(frames.values()))
    last, sacral = see(phantom.labels)

    assert sacral is None
    l5 = find_foramen(Root("L5", Side.LEFT), last, sacral, "the sacrum").foramen
    assert l5.reason == "the sacrum, which bounds the foramen below, is not in the scan or not wholly labelled"
    s1 = find_s1_foramina(sacral, phantom.ct.canonical(), has_sacrum=False)[Side.LEFT].foramen
    assert not s1.visible
    assert s1.reason == "the sacrum is not in the scan or not labelled"
