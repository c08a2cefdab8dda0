"""The digital patient refuses what it was not made for, in a sentence that says what would do."""

import pytest

from foramen.anatomy.root import Root
from foramen.errors import UsageError
from foramen.simulation import PatientParameters, ScanProtocol


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"sex": "unknown"}, "'male' or 'female'"),
        ({"stature_cm": 90}, "140 to 205 cm"),
        ({"age_years": float("nan")}, "18 to 95 years"),
        ({"bmi": 60}, "17 to 45"),
        ({"lordosis_deg": 90}, "10 to 75 degrees"),
        ({"scoliosis_cobb_deg": 70}, "-35 to 35"),
        ({"slip_mm": 30}, "0 to 6 mm"),
        ({"slip_level": "L1"}, "L4 or L5"),
        ({"bone_density": 0}, "0.3 to 1.4"),
        ({"seed": -1}, "zero or a positive"),
        ({"narrowing": {Root.parse("S1-left"): 0.5}}, "L1 to L5, not for S1-left"),
        ({"narrowing": {Root.parse("L4-left"): 1.5}}, "from 0 .none. to 1"),
    ],
)
def test_an_impossible_patient_is_refused(values, words):
    with pytest.raises(UsageError, match=words):
        PatientParameters(**values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"position": "prone"}, "HFP"),
        ({"orientation": "oblique"}, "sagittal"),
        ({"spacing_mm": (0.9, 0.9, 0.0)}, "0.2 to 10 mm"),
        ({"field_of_view_mm": (900, 300, 300)}, "5 to 700 mm"),
        ({"gantry_tilt_deg": 45}, "30° at most"),
        ({"gantry_tilt_deg": 10, "orientation": "coronal"}, "Only an axial scan"),
        ({"noise_hu": -1}, "0 to 200"),
    ],
)
def test_an_impossible_scan_is_refused(values, words):
    with pytest.raises(UsageError, match=words):
        ScanProtocol(**values)
