"""Lumbar foramina between vertebrae whose geometry is known by construction."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from foramen.anatomy.bone_mask import boxes_of
from foramen.anatomy.foramina import find_foramen
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Root, Side
from foramen.anatomy.spine import Foramen
from foramen.anatomy.structures import Structure
from foramen.anatomy.vertebrae import find_vertebrae
from support.spine_phantom import (
    FORAMEN_BACK,
    FORAMEN_BELOW,
    FORAMEN_HEIGHT_MM,
    FORAMEN_WIDTH_MM,
    PEDICLE_ASIDE,
    PEDICLE_WIDTH_MM,
    box_grid,
    column,
    make,
    turned,
)

OBLIQUE = Rotation.from_euler("xyz", [5, 8, -10], degrees=True).as_matrix()


def foramen(labels: LabelMap, side: Side) -> Foramen:
    map_ = labels.canonical()
    seen = {s.vertebra.level: s for s in find_vertebrae(map_, boxes_of(map_))[0]}
    return find_foramen(Root("L3", side), seen.get("L3"), seen.get("L4"), "L4").foramen


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("spacing", [(1, 1, 1), (0.8, 0.8, 2.0)])
@pytest.mark.parametrize("direction", [np.eye(3), np.diag([-1.0, -1.0, 1.0]), OBLIQUE])
@pytest.mark.parametrize("first", [turned(), turned(18, -14, 7, (40, -90, 300))])
def test_centre_borders_and_size_are_those_of_the_construction(side, spacing, direction, first):
    frames = column(["L3", "L4"], first)
    found = foramen(make(frames, box_grid(frames.values(), spacing, direction)).labels, side)

    assert found.visible, found.reason
    local = frames["L3"].to_local
    assert local(found.centre_mm) == pytest.approx((side.sign * PEDICLE_ASIDE, FORAMEN_BACK, FORAMEN_BELOW), abs=1.5)
    assert found.height_mm == pytest.approx(FORAMEN_HEIGHT_MM, abs=2.5)
    assert found.width_mm == pytest.approx(FORAMEN_WIDTH_MM, abs=2.0)
    assert side.sign * local(found.medial_mm)[0] == pytest.approx(PEDICLE_ASIDE - PEDICLE_WIDTH_MM / 2, abs=1.5)
    assert side.sign * local(found.lateral_mm)[0] == pytest.approx(PEDICLE_ASIDE + PEDICLE_WIDTH_MM / 2, abs=1.5)


def test_a_slipped_vertebra_moves_the_centre_by_part_of_the_slip():
    frames = column(["L3", "L4"], turned())
    slipped = frames | {"L4": replace(frames["L4"], origin_mm=frames["L4"].origin_mm + np.array([0, 6, 0]))}
    found = foramen(make(slipped, box_grid(slipped.values(), (1, 1, 1))).labels, Side.LEFT)

    assert found.visible, found.reason
    assert FORAMEN_BACK - 0.5 < found.centre_mm[1] < FORAMEN_BACK + 6


def test_without_the_vertebra_below_the_reason_names_it():
    frames = column(["L3"], turned())
    found = foramen(make(frames, box_grid(frames.values())).labels, Side.LEFT)

    assert not found.visible
    assert found.centre_mm is None
    assert found.reason == "L4, which bounds the foramen below, is not in the scan or not wholly labelled"


def test_without_its_own_vertebra_the_reason_names_it():
    frames = {"L4": turned()}
    found = foramen(make(frames, box_grid(frames.values())).labels, Side.LEFT)

    assert found.reason == "L3 is not in the scan or not wholly labelled"


def test_a_cut_neighbour_is_named():
    frames = column(["L3", "L4"], turned())
    labels = make(frames, box_grid(frames.values(), (1, 1, 1))).labels
    cut = labels.crop((0, 0, int(labels.to_index((0, 0, -38))[2])), labels.shape)

    assert foramen(cut, Side.LEFT).reason == "L4, which bounds the foramen below, is cut by the scan's border"


def test_a_lower_neighbour_may_lose_what_lies_below_its_body():
    frames = column(["L3", "L4"], turned())
    labels = make(frames, box_grid(frames.values(), (1, 1, 1))).labels
    cut = labels.crop((0, 0, int(labels.to_index((0, 0, -52))[2])), labels.shape)

    assert foramen(cut, Side.RIGHT).visible


def test_a_missing_pedicle_is_named_and_the_other_side_still_seen():
    frames = column(["L3", "L4"], turned())
    map_ = make(frames, box_grid(frames.values())).labels.canonical()
    upper, lower = find_vertebrae(map_, boxes_of(map_))[0]
    one_sided = replace(upper.vertebra, pedicles={Side.RIGHT: upper.vertebra.pedicles[Side.RIGHT]})
    broken = replace(upper, vertebra=one_sided)

    left, right = (find_foramen(Root("L3", side), broken, lower, "L4").foramen for side in Side)
    assert left.reason == "the left pedicle of L3 is not in the label map"
    assert right.visible


def test_bone_that_encloses_nothing_is_no_foramen():
    frames = column(["L3", "L4"], turned())
    labels = make(frames, box_grid(frames.values())).labels
    local = frames["L3"].to_local(labels.to_world(np.moveaxis(np.indices(labels.shape), 0, -1)))
    filled = (np.abs(local[..., 1] - FORAMEN_BACK) < 8) & (np.abs(local[..., 2] - FORAMEN_BELOW) < 12)
    filled &= (local[..., 0] > 11) & (local[..., 0] < 22) & (labels.voxels == 0)
    closed = LabelMap(np.where(filled, Structure.L3, labels.voxels).astype(np.uint8), labels.affine)

    assert foramen(closed, Side.LEFT).reason == "no bony opening could be made out below the left pedicle of L3"
