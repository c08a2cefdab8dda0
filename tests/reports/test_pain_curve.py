"""The pain curve: the right size, the same bytes from the same diary, and an axis that never turns back."""

import json
from io import BytesIO

import matplotlib.image
import numpy as np
import pytest

from foramen.pathway.followup import Diary, cohort_curve, pain_curve
from foramen.reports.pain_curve import draw_cohort_curve, draw_pain_curve
from foramen.reports.time_axis import TICKS, phase_corners, phases_until, place
from support.patients import EXAMPLES

DIARIES = [Diary.from_json(path.read_text()) for path in sorted(EXAMPLES.glob("*/diary.json"))]


def shape(png: bytes) -> tuple[int, ...]:
    return tuple(matplotlib.image.imread(BytesIO(png), format="png").shape[:2])


@pytest.mark.parametrize("diary", DIARIES, ids=lambda diary: diary.pseudonym)
def test_a_patients_curve_is_drawn_the_same_each_time(diary: Diary) -> None:
    drawn = draw_pain_curve(pain_curve(diary))
    assert shape(drawn) == (780, 1500)
    assert drawn == draw_pain_curve(pain_curve(diary))


def test_a_diary_without_entries_or_baseline_is_drawn_too() -> None:
    empty = DIARIES[0].model_copy(update={"entries": ()})
    assert shape(draw_pain_curve(pain_curve(empty))) == (780, 1500)
    told = json.loads(empty.to_json())
    told["baseline"]["leg_nrs"] = None
    assert shape(draw_pain_curve(pain_curve(Diary.from_json(json.dumps(told))))) == (780, 1500)


def test_a_cohort_is_drawn() -> None:
    assert shape(draw_cohort_curve(cohort_curve(DIARIES))) == (780, 1500)


def test_time_only_runs_forward_and_each_phase_has_the_same_width() -> None:
    hours = np.linspace(0, 9000, 5000)
    assert (np.diff(place(hours)) > 0).all()
    assert place([0, 8, 72, 504]).tolist() == [0, 1, 2, 3]
    assert float(place(TICKS[-1][0])) == pytest.approx(4)


def test_no_more_phases_than_have_begun() -> None:
    assert [phases_until(hours) for hours in (0, 8, 8.1, 72.1, 504, 504.1)] == [1, 1, 2, 3, 3, 4]


def test_a_straight_line_in_hours_keeps_its_corners() -> None:
    corners = phase_corners([0.0, 0.5, 8.0])
    assert {0.0, 0.5, 8.0} <= set(corners.tolist())
    assert (np.diff(corners) > 0).all()
