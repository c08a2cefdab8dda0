"""Every tissue has the HU that a reader expects of it (nominal values: order and sign, not calibration)."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from foramen.anatomy.structures import Structure
from foramen.simulation import DigitalPatient, PatientParameters, ScanProtocol

SMALL = ScanProtocol(spacing_mm=(1, 1, 2), field_of_view_mm=(70, 60, 40), centre_mm=(0, 5, -5), noise_hu=0)


def middle(scan, *structures):
    """Median HU away from the structure's edge."""
    core = binary_erosion(scan.labels.mask([Structure[name] for name in structures]))
    return float(np.median(scan.ct.voxels[core]))


@pytest.mark.parametrize(
    ("structure", "least", "most"),
    [
        ("L3", 100, 320),
        ("L5", 100, 320),
        ("DISC", 60, 120),
        ("THECAL_SAC", 5, 30),
        ("SPINAL_CANAL", -110, 0),
        ("ILIOPSOAS_LEFT", 35, 70),
        ("BACK_MUSCLE_RIGHT", 10, 65),
    ],
)
def test_spine_and_muscle(close_scan, structure, least, most):
    assert least < middle(close_scan, structure) < most


@pytest.mark.parametrize(
    ("structure", "least", "most"),
    [("KIDNEY_LEFT", 15, 50), ("LIVER", 40, 75), ("LUNG_RIGHT", -950, -700), ("AORTA", 25, 60)],
)
def test_organs(whole_scan, structure, least, most):
    assert least < middle(whole_scan, structure) < most


def test_bone_has_a_dense_cortex(close_scan):
    bone = close_scan.labels.mask(Structure.L4)
    shell = bone & ~binary_erosion(bone)
    assert np.percentile(close_scan.ct.voxels[shell], 75) > 350


def test_bowel_holds_gas_above_fluid(whole_scan):
    bowel = whole_scan.labels.mask([Structure.COLON, Structure.SMALL_BOWEL])
    hu = whole_scan.ct.voxels
    gas, fluid = bowel & (hu < -700), bowel & (hu > -20) & (hu < 60)
    # Gravity pulls along j.
    below, above = (gas[:, :-1] & fluid[:, 1:]).sum(), (gas[:, 1:] & fluid[:, :-1]).sum()
    assert below > 100
    assert below > 3 * above


def test_osteoporosis_lowers_bone_alone():
    usual, thin = (DigitalPatient(PatientParameters(bone_density=d)).scan(SMALL) for d in (1.0, 0.5))
    assert middle(thin, "L3") == pytest.approx(0.5 * middle(usual, "L3"), rel=0.15)
    assert middle(thin, "THECAL_SAC") == pytest.approx(middle(usual, "THECAL_SAC"), abs=1)


def test_partial_volume_is_the_mean_of_finer_voxels():
    """A coarse voxel holds the mean of the fine ones in it: the oracle is the same model sampled 4 × 4 × 4 finer."""
    field = {"field_of_view_mm": (48.0, 48.0, 24.0), "centre_mm": (10.0, 20.0, -30.0), "noise_hu": 0.0}
    patient = DigitalPatient()
    coarse = patient.scan(ScanProtocol(spacing_mm=(2, 2, 4), **field)).ct.voxels.astype(float)
    fine = patient.scan(ScanProtocol(spacing_mm=(0.5, 0.5, 1), **field)).ct.voxels.astype(float)
    mean = fine.reshape(24, 4, 24, 4, 6, 4).mean(axis=(1, 3, 5))
    difference = coarse - mean
    assert abs(difference.mean()) < 12
    assert np.median(np.abs(difference)) < 40
    assert np.corrcoef(coarse.ravel(), mean.ravel())[0, 1] > 0.95
