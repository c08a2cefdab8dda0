"""A control scan shows the same patient, moved as its truth says, in whatever slices were asked for."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from foramen.anatomy.root import Root
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume
from foramen.simulation import ScanProtocol
from foramen.simulation.control_scan import control_scan, motion
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.skin_markers import screw, skin_grid

BEHIND = np.array([0.0, 30.0, 0.0])
QUIET = {"noise_hu": 0.0, "field_of_view_mm": (110.0, 90.0, 16.0)}


def at(ct: Ct, points_mm) -> np.ndarray:
    return map_coordinates(ct.voxels.astype(float), ct.to_index(points_mm).T, order=1, mode="nearest")


@pytest.fixture(scope="module")
def target(patient):
    return patient.truth.nerve(Root.parse("L4-left")).point_mm


def needle_to(target) -> SimulatedNeedle:
    direction = np.array([-0.4, -0.9, -0.1]) / np.linalg.norm([-0.4, -0.9, -0.1])
    return SimulatedNeedle(target, target - 50 * direction, gauge=22)


@pytest.mark.parametrize("tilt", [0.0, 12.0])
def test_a_moved_patient_is_where_the_truth_says(close_scan, target, tilt):
    moved = motion((20, -8, 12), (4, -6, 8), target)
    centre = moved[:3, :3] @ target + moved[:3, 3]
    protocol = ScanProtocol(spacing_mm=(0.9, 0.9, 2.0), centre_mm=tuple(centre), gantry_tilt_deg=tilt, **QUIET)
    control = control_scan(close_scan.ct, protocol, moved=moved)
    spots = centre + np.random.default_rng(2).uniform(-6, 6, (300, 3)) * [4, 4, 0.9]
    spots_before = spots @ control.to_planning[:3, :3].T + control.to_planning[:3, 3]
    assert np.linalg.norm(moved @ control.to_planning - np.eye(4)) < 1e-9
    assert np.corrcoef(at(control.ct, spots), at(close_scan.ct, spots_before))[0, 1] > 0.93
    assert control.ct.grid.is_straight
    assert control.raw.grid.is_straight == (tilt == 0)


def test_a_thick_slice_is_the_mean_of_the_thin_ones(close_scan, target):
    ramp = Ct((np.arange(80)[None, None, :] ** 2 / 4 * np.ones((40, 40, 1))).astype(np.int16), np.eye(4))
    thick = ScanProtocol(spacing_mm=(1, 1, 8), field_of_view_mm=(20, 20, 16), centre_mm=(20, 20, 39.5), noise_hu=0)
    shown = control_scan(ramp, thick).ct.canonical()
    expected = [np.mean(np.linspace(z - 4, z + 4, 401) ** 2 / 4) for z in shown.to_world([[0, 0, 0], [0, 0, 1]])[:, 2]]
    assert shown.voxels[10, 10] == pytest.approx(expected, abs=1.5)


def test_the_digital_patient_and_its_ct_show_the_same(patient, close_scan, target):
    protocol = ScanProtocol(spacing_mm=(0.9, 0.9, 2.4), centre_mm=tuple(target), **QUIET)
    moved = motion((3, 2, -4), (2, 0, 5), target)
    anew = control_scan(patient, protocol, moved=moved).ct.voxels[20:-20, 20:-20]
    again = control_scan(close_scan.ct, protocol, moved=moved).ct.voxels[20:-20, 20:-20]
    assert np.corrcoef(anew.ravel(), again.ravel())[0, 1] > 0.95


def test_needles_move_with_the_patient(close_scan, target):
    moved = motion((5, -4, 6), (0, 0, 7), target)
    needle = needle_to(target)
    centre = moved[:3, :3] @ target + moved[:3, 3]
    protocol = ScanProtocol(spacing_mm=(0.7, 0.7, 3.0), centre_mm=tuple(centre), **QUIET)
    control = control_scan(close_scan.ct, protocol, [needle], moved=moved)
    assert control.needles[0].tip_mm == pytest.approx(centre)
    bare = control_scan(close_scan.ct, protocol, moved=moved)
    shaft = control.needles[0].tip_mm - np.outer([3.0, 6.0, 9.0], control.needles[0].axis)
    assert (at(control.ct, shaft) - at(bare.ct, shaft)).min() > 150


def test_air_lies_beyond_the_planning_scan_and_contrast_adds_to_it(close_scan, target):
    protocol = ScanProtocol(
        spacing_mm=(1.5, 1.5, 3.0), field_of_view_mm=(300, 300, 9), centre_mm=tuple(target), noise_hu=0
    )
    plain = control_scan(close_scan.ct, protocol)
    assert (plain.ct.voxels == -1024).mean() > 0.5
    iodine = Volume(
        np.full((20, 20, 20), 300, np.float32), np.diag([1, 1, 1, 1.0]) + np.outer([*(target - 10), 0], [0, 0, 0, 1])
    )
    bright = control_scan(close_scan.ct, protocol, contrast=iodine)
    assert at(bright.ct, target[None])[0] - at(plain.ct, target[None])[0] == pytest.approx(300, abs=5)


def test_a_marker_grid_lies_on_the_skin(whole_scan, target):
    markers = skin_grid(whole_scan.ct, target)
    depth = at(Ct(whole_scan.body.voxels.astype(np.int16) * 100, whole_scan.ct.affine), markers.points_mm)
    assert np.median(depth) == pytest.approx(40, abs=40)
    assert np.ptp(markers.points_mm[:, 0]) == pytest.approx(61, abs=1)
    assert markers.points_mm[:, 1].min() > target[1] + 40


def test_a_screw_is_bright(close_scan, target):
    protocol = ScanProtocol(spacing_mm=(0.9, 0.9, 2.0), centre_mm=tuple(target), **QUIET)
    shown = control_scan(close_scan.ct, protocol, other_metal=screw(target + BEHIND, target))
    assert at(shown.ct, target[None] + BEHIND / 2)[0] > 2000
