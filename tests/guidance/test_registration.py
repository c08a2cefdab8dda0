"""A control scan laid onto the plan: the truth is the motion the digital patient made."""

import numpy as np
import pytest

from foramen.guidance import Trust, register
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


def test_two_levels_away_is_refused_rather_than_taken_for_the_nearest_vertebra(planning):
    far = motion((0, 0, 72), (0, 0, 0), TARGET)
    assert register(scanned(far, slices=6).ct, planning, TARGET).status is Trust.REFUSED
