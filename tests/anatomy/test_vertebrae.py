"""Frames, canal and pedicles of vertebrae whose geometry is known by construction."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from foramen.anatomy.bone_mask import boxes_of
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.anatomy.vertebrae import SeenVertebra, find_vertebrae
from support.spine_phantom import (
    BODY_HEIGHT_MM,
    CANAL_CENTRE,
    PEDICLE_ASIDE,
    PEDICLE_BACK,
    PEDICLE_HEIGHT_MM,
    PEDICLE_UP,
    PEDICLE_WIDTH_MM,
    angle_deg,
    box_grid,
    make,
    turned,
)

OBLIQUE = Rotation.from_euler("xyz", [6, -9, 12], degrees=True).as_matrix()
REVERSED = np.diag([-1.0, 1.0, -1.0])
PERMUTED = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])

GRIDS = [
    pytest.param((1.0, 1.0, 1.0), np.eye(3), id="isotropic"),
    pytest.param((0.8, 0.8, 2.5), np.eye(3), id="anisotropic"),
    pytest.param((0.9, 1.4, 2.0), OBLIQUE, id="oblique"),
    pytest.param((1.0, 0.8, 2.0), REVERSED, id="reversed"),
    pytest.param((1.2, 0.9, 2.0), PERMUTED, id="permuted"),
]
FRAMES = [
    pytest.param(turned(), id="straight"),
    pytest.param(turned(tilt_deg=35), id="lordosis"),
    pytest.param(turned(lean_deg=-25, twist_deg=12), id="scoliosis"),
    pytest.param(turned(tilt_deg=-20, lean_deg=15, twist_deg=-15, origin=(120, -310, 40)), id="all"),
]


def find(labels: LabelMap) -> tuple[list[SeenVertebra], list[str]]:
    map_ = labels.canonical()
    return find_vertebrae(map_, boxes_of(map_))


@pytest.mark.parametrize(("spacing", "direction"), GRIDS)
@pytest.mark.parametrize("truth", FRAMES)
def test_a_turned_vertebra_is_found_in_any_grid(spacing, direction, truth):
    labels = make({"L3": truth}, box_grid([truth], spacing, direction)).labels

    (seen,), warnings = find(labels)

    fine = max(1.0, 0.7 * max(spacing))
    assert not warnings
    found = seen.vertebra
    assert found.level == "L3"
    assert found.complete
    for axis, true_axis in zip(found.frame.axes, truth.axes, strict=True):
        assert angle_deg(axis, true_axis) < 3
    assert truth.to_local(found.centroid_mm) == pytest.approx((0, 0, 0), abs=fine)
    assert truth.to_local(found.canal_centre_mm) == pytest.approx(CANAL_CENTRE, abs=fine)
    assert found.body_height_mm == pytest.approx(BODY_HEIGHT_MM, abs=fine)
    for side in Side:
        pedicle = found.pedicles[side]
        assert pedicle.side is side
        expected = (side.sign * PEDICLE_ASIDE, PEDICLE_BACK, PEDICLE_UP)
        assert truth.to_local(pedicle.centre_mm) == pytest.approx(expected, abs=2.0)
        assert pedicle.width_mm == pytest.approx(PEDICLE_WIDTH_MM, abs=1.5)
        assert pedicle.height_mm == pytest.approx(PEDICLE_HEIGHT_MM, abs=1.5)


def test_three_millimetre_voxels_are_enough():
    truth = turned(tilt_deg=20, lean_deg=8)
    labels = make({"L4": truth}, box_grid([truth], (3, 3, 3))).labels

    (seen,), _ = find(labels)

    assert angle_deg(seen.vertebra.frame.cranial, truth.cranial) < 4
    assert truth.to_local(seen.vertebra.canal_centre_mm) == pytest.approx(CANAL_CENTRE, abs=1.5)
    assert set(seen.vertebra.pedicles) == set(Side)


def test_the_frame_is_right_handed_with_left_to_the_patients_left():
    truth = turned(lean_deg=10)
    (seen,), _ = find(make({"L2": truth}, box_grid([truth])).labels)

    frame = seen.vertebra.frame
    assert np.cross(frame.left, frame.posterior) == pytest.approx(frame.cranial)
    assert frame.left[0] > 0.9
    assert frame.posterior[1] > 0.9


def test_stray_islands_change_nothing():
    truth = turned(tilt_deg=10)
    labels = make({"L3": truth}, box_grid([truth])).labels
    (clean,), _ = find(labels)
    strayed = labels.voxels.copy()
    strayed[2:5, 2:5, 2:5] = Structure.L3
    strayed[-6:-2, 3:6, -6:-2] = Structure.L3

    (seen,), _ = find(LabelMap(strayed, labels.affine))

    assert seen.vertebra.centroid_mm == pytest.approx(clean.vertebra.centroid_mm, abs=1e-6)
    assert seen.vertebra.frame.axes == pytest.approx(clean.vertebra.frame.axes, abs=1e-6)


def test_a_gap_in_the_lamina_is_bridged_and_lowers_the_confidence():
    truth = turned()
    labels = make({"L3": truth}, box_grid([truth], (1, 1, 1))).labels
    world = labels.to_world(np.moveaxis(np.indices(labels.shape), 0, -1))
    local = truth.to_local(world)
    broken = labels.voxels.copy()
    broken[(np.abs(local[..., 0] - 5) < 1.6) & (local[..., 1] > 26)] = 0

    (seen,), _ = find(LabelMap(broken, labels.affine))

    assert truth.to_local(seen.vertebra.canal_centre_mm) == pytest.approx(CANAL_CENTRE, abs=1.5)
    assert seen.hole.gap_mm > 0
    assert seen.vertebra.confidence < 1


def test_a_body_alone_is_refused_with_the_reason():
    truth = turned()
    labels = make({"L3": truth}, box_grid([truth])).labels
    world = labels.to_world(np.moveaxis(np.indices(labels.shape), 0, -1))
    body_only = np.where(truth.to_local(world)[..., 1] < 14, labels.voxels, 0).astype(np.uint8)

    seen, warnings = find(LabelMap(body_only, labels.affine))

    assert not seen
    assert warnings == [
        "L3 can't be measured: its arch, which would enclose the canal, is not in view or not labelled."
    ]


@pytest.mark.parametrize(("cut_mm", "complete"), [(0, False), (-16, False), (None, True)])
def test_a_vertebra_cut_by_the_border_is_not_complete(cut_mm, complete):
    truth = turned()
    labels = make({"L3": truth}, box_grid([truth], (1, 1, 1))).labels
    if cut_mm is not None:
        labels = labels.crop((0, 0, int(labels.to_index((0, 0, cut_mm))[2])), labels.shape)

    (seen,), _ = find(labels)

    assert seen.vertebra.complete is complete
    assert seen.body_cut is (cut_mm == 0)


def test_losing_the_tips_of_the_transverse_processes_leaves_a_vertebra_complete():
    truth = turned()
    labels = make({"L3": truth}, box_grid([truth], (1, 1, 1))).labels
    narrow = labels.crop(labels.to_index((-30, -60, -60)), labels.to_index((30, 80, 60)) + 1)

    (seen,), _ = find(narrow)

    assert seen.vertebra.complete
