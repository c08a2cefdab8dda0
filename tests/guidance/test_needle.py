"""The needle in a control scan: the truth is where the simulated steel lies."""

import numpy as np
import pytest

from foramen.guidance import NeedleStatus, read_needle
from foramen.imaging import Ct
from foramen.simulation import ScanProtocol
from foramen.simulation.control_scan import control_scan, motion
from foramen.simulation.needle import SimulatedNeedle

ENTRY, TIP = np.array([60.0, 80.0, 4.0]), np.array([28.0, 12.0, -2.0])


def soft_tissue():
    """A block of muscle with fat behind it and air beyond the skin at y = 80."""
    affine = np.diag([1.0, 1.0, 1.0, 1.0])
    affine[:3, 3] = (-40, -50, -60)
    hu = np.full((160, 200, 120), 50, np.int16)
    y = -50 + np.arange(200)
    hu[:, y > 60] = -100
    hu[:, y > 80] = -1000
    return Ct(hu, affine)


def scanned(*needles, thickness=1.25, slices=24, centre=None, moved=None, seed=3):
    centre = (TIP + ENTRY) / 2 if centre is None else np.asarray(centre)
    protocol = ScanProtocol(
        spacing_mm=(0.7, 0.7, thickness),
        field_of_view_mm=(140.0, 150.0, slices * thickness),
        centre_mm=tuple(centre),
        noise_hu=15,
        seed=seed,
    )
    return control_scan(soft_tissue(), protocol, needles, moved=np.eye(4) if moved is None else moved)


@pytest.mark.parametrize("gauge", [20, 22, 25])
@pytest.mark.parametrize("stylet", [True, False])
def test_the_tip_is_found_to_half_a_millimetre(gauge, stylet):
    scan = scanned(SimulatedNeedle(TIP, ENTRY, gauge, 120, stylet=stylet))
    found = read_needle(scan.ct)
    assert found.status is NeedleStatus.FOUND, found.reason
    assert np.linalg.norm(found.needle.tip_mm - TIP) < 0.5
    truth = (TIP - ENTRY) / np.linalg.norm(TIP - ENTRY)
    assert np.degrees(np.arccos(found.needle.direction @ truth)) < 0.7


@pytest.mark.parametrize("thickness", [2.5, 5.0])
def test_thick_slices_cost_at_most_half_their_thickness(thickness):
    scan = scanned(SimulatedNeedle(TIP, ENTRY, 22, 120), thickness=thickness, slices=8)
    found = read_needle(scan.ct)
    assert found.status is NeedleStatus.FOUND, found.reason
    assert np.linalg.norm(found.needle.tip_mm - TIP) < thickness / 2


def test_the_reading_turns_with_the_patient():
    moved = motion((6, -4, 3), (0, 0, 12), TIP)
    scan = scanned(SimulatedNeedle(TIP, ENTRY, 22, 120), moved=moved, centre=(46, 42, 4))
    assert np.linalg.norm(read_needle(scan.ct).needle.tip_mm - scan.needles[0].tip_mm) < 0.5


def test_a_mirrored_scan_has_the_mirrored_needle():
    scan = scanned(SimulatedNeedle(TIP, ENTRY, 22, 120)).ct
    flip = np.diag([-1.0, 1, 1, 1])
    here, there = read_needle(scan).needle, read_needle(Ct(scan.voxels, flip @ scan.affine)).needle
    np.testing.assert_allclose(there.tip_mm * (-1, 1, 1), here.tip_mm, atol=0.25)


def test_a_shaft_that_leaves_the_slices_says_which_way_to_extend_the_scan():
    steep = np.array([30.0, 20.0, -40.0])
    found = read_needle(scanned(SimulatedNeedle(steep, ENTRY, 22, 120), slices=16, centre=(46, 46, 0)).ct)
    assert found.status is NeedleStatus.TIP_OUTSIDE_SCAN
    assert "feet" in found.reason


def test_two_needles_are_told_apart_by_the_route_or_by_a_point():
    other = np.array([40.0, 0, 8])
    scan = scanned(
        SimulatedNeedle(TIP, ENTRY, 22, 120), SimulatedNeedle(TIP - other, ENTRY - other, 22, 120), slices=28
    )
    assert read_needle(scan.ct).status is NeedleStatus.AMBIGUOUS
    by_route = read_needle(scan.ct, route_mm=[ENTRY + 2, TIP + 2])
    by_point = read_needle(scan.ct, near_mm=TIP - other)
    assert np.linalg.norm(by_route.needle.tip_mm - TIP) < 0.5
    assert np.linalg.norm(by_point.needle.tip_mm - (TIP - other)) < 0.5
    assert len(by_route.others) == 1


def test_the_inner_needle_decides_not_the_end_of_its_guide():
    way = (TIP - ENTRY) / np.linalg.norm(TIP - ENTRY)
    guide = SimulatedNeedle(TIP - 20 * way, ENTRY, 20, 90)
    scan = scanned(guide, SimulatedNeedle(TIP, ENTRY, 25, 120))
    found = read_needle(scan.ct)
    assert found.status is not NeedleStatus.FOUND or np.linalg.norm(found.needle.tip_mm - TIP) < 1.0


def test_without_a_needle_none_is_found():
    assert read_needle(scanned().ct).status is NeedleStatus.NOT_FOUND
