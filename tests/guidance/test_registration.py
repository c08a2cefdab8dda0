"""A control scan laid onto the plan: the truth is the motion the digital patient made."""

import numpy as np
import pytest

from foramen.guidance import Trust, register
from foramen.imaging import Ct
from foramen.simulation import DigitalPatient, PatientParameters, ScanProtocol
from foramen.simulation.control_scan import control_scan, motion

PATIENT = DigitalPatient()
TARGET = np.array(next(f for f in PATIENT.truth.foramina if str(f.root) == "L4-left").centre_mm)


@pytest.fixture(scope="module")
def planning():
    return PATIENT.scan(ScanProtocol(spacing_mm=(1.2, 1.2, 2.0), field_of_view_mm=(240, 200, 220))).ct


def scanned(moved=None, *, patient=PATIENT, slices=4, thickness=2.5, centre=None, tilt=0.0):
    moved = np.eye(4) if moved is None else moved
    at = moved[:3, :3] @ TARGET + moved[:3, 3] if centre is None else centre
    protocol = ScanProtocol(
        spacing_mm=(0.8, 0.8, thickness),
        field_of_view_mm=(150.0, 150.0, slices * thickness),
        centre_mm=tuple(at),
        gantry_tilt_deg=tilt,
        noise_hu=20,
        seed=5,
    )
    return control_scan(patient, protocol, moved=moved)


def error_mm(found, scan):
    there = np.linalg.inv(scan.to_planning)
    return np.linalg.norm(found.motion(there[:3, :3] @ TARGET + there[:3, 3]) - TARGET)


@pytest.mark.parametrize(
    ("shift", "turn", "geometry"),
    [
        ((0, 0, 29), (0, 0, 0), {"slices": 6}),
        ((18, -12, -16), (5, -6, 4), {"slices": 8}),
        ((-9, 6, 10), (2, 3, -4), {"slices": 5, "thickness": 5.0}),
        ((5, 5, -12), (-3, 1, 2), {"slices": 12, "tilt": 14.0}),
    ],
)
def test_the_target_is_found_again_to_a_millimetre_however_the_patient_moved(planning, shift, turn, geometry):
    scan = scanned(motion(shift, turn, TARGET), **geometry)
    found = register(scan.ct, planning, TARGET)
    assert found.status is Trust.TRUSTED, found.reason
    assert error_mm(found, scan) < 1.0


def test_nobody_moved_is_exactly_the_identity(planning):
    found = register(scanned(slices=5).ct, planning, TARGET)
    assert found.status is Trust.TRUSTED
    np.testing.assert_array_equal(found.motion.matrix, np.eye(4))


def test_the_scan_itself_is_the_identity(planning):
    np.testing.assert_array_equal(register(planning, planning, TARGET).motion.matrix, np.eye(4))


def test_another_patient_is_refused(planning):
    other = DigitalPatient(PatientParameters(stature_cm=192, seed=9))
    found = register(scanned(patient=other, slices=8).ct, planning, TARGET)
    assert found.status is Trust.REFUSED
    assert "another patient" in found.reason


def test_a_region_without_bone_around_the_target_is_refused(planning):
    found = register(scanned(centre=TARGET + np.array([100, -90, 0])).ct, planning, TARGET)
    assert found.status is Trust.REFUSED


@pytest.mark.parametrize("far", [72.0, -68.0])
def test_a_scan_two_levels_away_is_seen_where_it_lies_and_refused(planning, far):
    """The table was set anew: what lies at the planned place is another vertebra."""
    scan = scanned(motion((0, 0, far), (0, 0, 0), TARGET), slices=6, centre=TARGET + np.array([0, 0, far]))
    found = register(scan.ct, planning, TARGET)
    assert found.status is Trust.REFUSED
    assert error_mm(found, scan) < 1.0
    assert "level" in found.reason


@pytest.mark.parametrize("by", [36.0, -35.0])
def test_another_level_where_the_planned_one_should_be_is_never_trusted(planning, by):
    scan = scanned(centre=TARGET + np.array([0, 0, by]), slices=6).ct
    affine = scan.affine.copy()
    affine[2, 3] -= by
    assert register(Ct(scan.voxels, affine), planning, TARGET).status is Trust.REFUSED
