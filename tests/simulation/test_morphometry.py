"""The sizes are those of the published formulas, and the column stands as asked for."""

import numpy as np
import pytest

from foramen.simulation import DigitalPatient, PatientParameters
from foramen.simulation.column import build_column
from foramen.simulation.morphometry import disc_sizes, vertebra_size

LUMBAR = ("L1", "L2", "L3", "L4", "L5")


@pytest.mark.parametrize(
    ("sex", "stature", "heights", "discs"),
    [
        ("male", 175, (24.0, 24.7), (9.9, 11.7, 13.8, 14.2, 14.0)),
        ("female", 163, (21.7, 22.4), (8.7, 10.6, 12.3, 13.0, 13.3)),
    ],
)
def test_heights_match_the_worked_examples_of_the_source(sex, stature, heights, discs):
    patient = PatientParameters(sex=sex, stature_cm=stature, age_years=50)
    bodies = [vertebra_size(level, patient).posterior_height for level in LUMBAR]
    assert min(bodies) == pytest.approx(heights[0], abs=0.06)
    assert max(bodies) == pytest.approx(heights[1], abs=0.06)
    assert [disc_sizes(patient)[level].height for level in LUMBAR] == pytest.approx(discs, abs=0.06)


@pytest.mark.parametrize("lordosis", [20.0, 43.49, 65.0])
def test_lordosis_between_the_upper_endplates_of_l1_and_s1_is_the_one_asked_for(lordosis):
    column = build_column(PatientParameters(lordosis_deg=lordosis))
    upper = column.vertebrae["L1"]
    half_wedge = np.radians(column.sizes["L1"].wedge_deg / 2)
    normal = np.cos(half_wedge) * upper.cranial + np.sin(half_wedge) * upper.posterior
    assert np.degrees(np.arccos(normal @ column.sacrum.cranial)) == pytest.approx(lordosis, abs=0.01)


def test_frames_are_square_and_right_handed_even_with_scoliosis():
    column = build_column(PatientParameters(scoliosis_cobb_deg=30))
    for frame in (*column.vertebrae.values(), *column.disc_frames.values(), column.sacrum):
        assert frame.axes @ frame.axes.T == pytest.approx(np.eye(3), abs=1e-12)
        assert np.cross(frame.left, frame.posterior) == pytest.approx(frame.cranial)


def test_true_sizes_lie_in_the_published_ranges(patient):
    spine = patient.truth
    pedicles = {v.level: next(iter(v.pedicles.values())) for v in spine.vertebrae}
    assert 8.4 - 1.8 < pedicles["L1"].width_mm < 8.4 + 1.8  # Torun 2008
    assert 16.1 - 2.3 < pedicles["L5"].width_mm < 16.1 + 2.3  # Cook & Baker 2021
    widths = [pedicles[level].width_mm for level in LUMBAR]
    assert widths == sorted(widths)
    for foramen in spine.foramina[:10]:
        assert 14.0 < foramen.height_mm < 23.0
        assert 5.5 < foramen.width_mm < 12.0
    for foramen in spine.foramina[10:]:
        assert foramen.width_mm == pytest.approx(8.5, abs=1.6)  # Korean J Pain 2023 36:98
        assert abs(foramen.centre_mm[0]) == pytest.approx(23.5, abs=0.1)


def test_a_smaller_patient_has_a_shorter_spine():
    tall, small = (DigitalPatient(PatientParameters(stature_cm=cm)).truth for cm in (190, 155))
    length = [s.vertebra("L1").centroid_mm[2] - s.vertebra("L5").centroid_mm[2] for s in (tall, small)]
    assert length[0] > 1.15 * length[1]
