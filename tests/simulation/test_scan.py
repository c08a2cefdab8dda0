"""One patient, many scanners: spacing, orientation, tilt and position change the voxels and never the anatomy."""

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from foramen.anatomy.structures import Structure
from foramen.simulation import DigitalPatient, PatientParameters, ScanProtocol
from foramen.simulation.protocol import POSITIONS

FIELD = {"field_of_view_mm": (110.0, 90.0, 80.0), "centre_mm": (4.0, 20.0, -20.0), "noise_hu": 0.0}
BONE = (Structure.L3, Structure.L4)

GRIDS = {
    "thick slices": ScanProtocol(spacing_mm=(1.2, 1.2, 4.0), **FIELD),
    "sagittal": ScanProtocol(spacing_mm=(1.3, 1.1, 2.0), orientation="sagittal", **FIELD),
    "coronal": ScanProtocol(spacing_mm=(1.3, 1.1, 2.0), orientation="coronal", **FIELD),
    "oblique": ScanProtocol(spacing_mm=(1.2, 1.2, 2.0), oblique_deg=(12.0, -7.0, 9.0), **FIELD),
    "tilted forward": ScanProtocol(spacing_mm=(1.2, 1.2, 2.0), gantry_tilt_deg=20.0, **FIELD),
    "tilted backward, supine": ScanProtocol(spacing_mm=(1.2, 1.2, 2.0), gantry_tilt_deg=-20.0, position="HFS", **FIELD),
    "feet first": ScanProtocol(spacing_mm=(1.2, 1.2, 2.0), position="FFP", **FIELD),
}


@pytest.fixture(scope="module")
def reference(patient):
    return patient.scan(ScanProtocol(spacing_mm=(0.9, 0.9, 0.9), **FIELD))


@pytest.mark.parametrize("name", GRIDS)
def test_every_grid_shows_the_same_bones_in_the_same_places(patient, reference, name):
    scan = patient.scan(GRIDS[name])
    world = scan.labels.to_world(np.indices(scan.ct.shape).reshape(3, -1).T)
    index = np.rint(reference.labels.to_index(world)).astype(int)
    inside = ((index >= 0) & (index < reference.ct.shape)).all(axis=1)
    here = scan.labels.mask(BONE).ravel()[inside]
    there = reference.labels.mask(BONE)[tuple(index[inside].T)]
    assert 2 * (here & there).sum() / (here.sum() + there.sum()) > 0.93
    assert scan.truth is reference.truth


@pytest.mark.parametrize("position", POSITIONS)
def test_the_table_lies_under_the_patient(patient, position):
    protocol = ScanProtocol(
        spacing_mm=(2, 2, 9), field_of_view_mm=(460, 460, 36), centre_mm=(0, 0, 0), position=position, noise_hu=0
    )
    scan = patient.scan(protocol)
    below_skin = ~binary_dilation(scan.body.voxels, iterations=2) & (scan.ct.voxels > -700)
    height = scan.ct.to_world(np.argwhere(below_skin)) @ protocol.up
    lowest = (scan.ct.to_world(np.argwhere(scan.body.voxels)) @ protocol.up).min()
    assert len(height) > 50
    assert np.median(height) < lowest
    # Gravity pulls along the picture's columns, whatever the position.
    assert scan.ct.direction[:, 1] == pytest.approx(-protocol.up)


def test_the_body_is_one_piece_within_a_skin(whole_scan):
    body = whole_scan.body.voxels
    labelled = whole_scan.labels.voxels > 0
    assert not (labelled & ~body).any()
    assert (whole_scan.ct.voxels[~body] < -150).mean() > 0.99


def test_more_weight_is_more_fat_behind_the_spine():
    def depth(bmi):
        protocol = ScanProtocol(
            spacing_mm=(4, 2, 8), field_of_view_mm=(8, 300, 8), centre_mm=(40, 0, 0), noise_hu=0, position="HFS"
        )
        body = DigitalPatient(PatientParameters(bmi=bmi)).scan(protocol).body
        return body.to_world(np.argwhere(body.voxels))[:, 1].max()

    assert depth(35) > depth(25) + 10 > depth(19) + 14


def test_the_same_seed_gives_the_same_scan_and_another_does_not():
    protocol = ScanProtocol(spacing_mm=(4, 4, 8), field_of_view_mm=(300, 200, 60))
    first, again = (DigitalPatient(PatientParameters(seed=3)).scan(protocol) for _ in range(2))
    other = DigitalPatient(PatientParameters(seed=4)).scan(protocol)
    assert first.ct.fingerprint == again.ct.fingerprint
    assert first.labels.fingerprint == again.labels.fingerprint
    assert (first.labels.voxels != other.labels.voxels).mean() > 0.02
    assert first.truth.foramina[4].centre_mm == pytest.approx(other.truth.foramina[4].centre_mm)


def test_noise_has_the_level_asked_for_and_a_grain(patient):
    field = {"spacing_mm": (0.8, 0.8, 2.0), "field_of_view_mm": (64.0, 64.0, 12.0), "centre_mm": (0.0, 10.0, 0.0)}
    clean, noisy = (patient.scan(ScanProtocol(noise_hu=sd, **field)).ct.voxels.astype(float) for sd in (0, 20))
    noise = noisy - clean
    assert noise.std() == pytest.approx(20, rel=0.05)
    neighbours = np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]
    slices = np.corrcoef(noise[:, :, 0].ravel(), noise[:, :, 1].ravel())[0, 1]
    assert neighbours > 0.3
    assert abs(slices) < 0.1
