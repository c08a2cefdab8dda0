"""Scoliosis, narrowing and slip do what they say, and a patient without them is the same on both sides."""

import numpy as np
import pytest

from foramen.anatomy.root import ALL_ROOTS, Root, Side
from foramen.anatomy.structures import VERTEBRAE, Structure
from foramen.simulation import DigitalPatient, PatientParameters, ScanProtocol

MIRROR = np.array([-1.0, 1.0, 1.0])


def mirrored(root: Root) -> Root:
    return Root(root.level, root.side.other)


def test_a_straight_patient_mirrors_onto_himself(patient):
    for root in ALL_ROOTS:
        one, other = patient.truth.foramen(root), patient.truth.foramen(mirrored(root))
        assert one.centre_mm * MIRROR == pytest.approx(other.centre_mm, abs=0.02)
        assert one.height_mm == pytest.approx(other.height_mm, abs=0.02)
        nerve = patient.truth.nerve(mirrored(root))
        assert patient.truth.nerve(root).path_mm * MIRROR == pytest.approx(nerve.path_mm, abs=0.02)


def test_the_voxels_of_a_straight_spine_mirror(patient):
    protocol = ScanProtocol(
        spacing_mm=(1.2, 1.2, 2), field_of_view_mm=(120, 90, 150), centre_mm=(0, 25, -60), noise_hu=0
    )
    scan = patient.scan(protocol)
    spine = [
        *VERTEBRAE,
        Structure.SACRUM,
        Structure.DISC,
        Structure.THECAL_SAC,
        Structure.NERVE_ROOT,
        Structure.GANGLION,
    ]
    labels = np.where(scan.labels.mask(spine), scan.labels.voxels, 0)
    assert (labels != labels[::-1]).mean() < 1e-4


def cobb_deg(spine, upper="T12", lower="L4") -> float:
    """Between two vertebrae in the coronal plane, positive where the curve bulges to the left."""
    lean = [np.degrees(np.arctan2(v.frame.cranial[0], v.frame.cranial[2])) for v in map(spine.vertebra, (upper, lower))]
    return lean[1] - lean[0]


@pytest.mark.parametrize("cobb", [12.0, 30.0, -25.0])
def test_scoliosis_has_the_angle_and_side_asked_for(cobb):
    spine = DigitalPatient(PatientParameters(scoliosis_cobb_deg=cobb)).truth
    assert cobb_deg(spine) == pytest.approx(cobb, rel=0.15)
    chord = 0.5 * (spine.vertebra("T12").centroid_mm + spine.vertebra("L5").centroid_mm)
    apex = 0.5 * (spine.vertebra("L2").centroid_mm + spine.vertebra("L3").centroid_mm)
    assert np.sign(apex[0] - chord[0]) == np.sign(cobb)


def test_opposite_curves_are_mirror_images():
    left, right = (DigitalPatient(PatientParameters(scoliosis_cobb_deg=c)).truth for c in (20.0, -20.0))
    for root in ALL_ROOTS[:10]:
        here, there = left.foramen(root), right.foramen(mirrored(root))
        assert here.centre_mm * MIRROR == pytest.approx(there.centre_mm, abs=0.05)


def test_narrowing_closes_its_own_foramen_and_no_other(patient):
    root = Root("L4", Side.LEFT)
    widths = []
    for share in (0.0, 0.5, 1.0):
        spine = DigitalPatient(PatientParameters(narrowing={root: share})).truth
        widths.append(spine.foramen(root).width_mm)
        other = spine.foramen(mirrored(root))
        assert other.width_mm == pytest.approx(patient.truth.foramen(mirrored(root)).width_mm, abs=0.02)
    assert widths[0] > widths[1] + 0.8
    assert widths[1] > widths[2] + 0.4
    assert 1.5 < widths[2] < 0.65 * widths[0]


def test_a_slip_moves_the_vertebra_forward_on_the_one_below(patient):
    slipped = DigitalPatient(PatientParameters(slip_level="L4", slip_mm=6.0)).truth
    shifts = []
    for spine in (patient.truth, slipped):
        lower, upper = spine.vertebra("L5"), spine.vertebra("L4")
        shifts.append(lower.frame.to_local(upper.centroid_mm)[1])
    assert shifts[1] - shifts[0] == pytest.approx(-6.0, abs=0.6)


EVERY_FORAMEN_NARROW = {Root(level, side): 1.0 for level in ("L1", "L2", "L3", "L4", "L5") for side in Side}
CORNERS = [
    {"stature_cm": 140.0, "sex": "female", "age_years": 18.0},
    {"stature_cm": 205.0, "age_years": 95.0},
    {"lordosis_deg": 10.0},
    {"lordosis_deg": 75.0},
    {"scoliosis_cobb_deg": 35.0},
    {"slip_level": "L4", "slip_mm": 6.0},
    {"slip_level": "L5", "slip_mm": 6.0},
    {"narrowing": EVERY_FORAMEN_NARROW},
    {"narrowing": EVERY_FORAMEN_NARROW, "stature_cm": 160.0},
]


@pytest.mark.parametrize("values", CORNERS)
def test_every_patient_has_open_foramina_and_whole_pedicles(values):
    spine = DigitalPatient(PatientParameters(**values)).truth
    for foramen in spine.foramina:
        assert 5.0 < foramen.height_mm < 28.0
        assert 0.3 < foramen.width_mm < 16.0
    for vertebra in spine.vertebrae:
        for pedicle in vertebra.pedicles.values():
            assert 4.0 < pedicle.width_mm < 21.0
            assert 8.0 < pedicle.height_mm < 24.0
