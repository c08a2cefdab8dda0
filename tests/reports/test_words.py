from datetime import UTC, datetime

import pytest

from foramen.anatomy.root import Root, Side
from foramen.anatomy.structures import Structure, structure_name
from foramen.reports import words
from support.report_patient import route_to

LEFT, RIGHT = Root("L5", Side.LEFT), Root("L5", Side.RIGHT)


def test_lengths_carry_their_unit_and_uncertainty():
    assert words.mm(84.3) == "84 mm"
    assert words.mm(84.3, 2.1) == "84 mm ± 2"
    assert words.mm(84.3, 0.2) == "84 mm ± 1"
    assert words.mm(-112.4) == "−112 mm"
    assert words.mm(-0.2) == "0 mm"
    assert words.mm(4.24, decimals=1) == "4.2 mm"


@pytest.mark.parametrize(("value", "said"), [(None, "not checked"), (4.24, "4.2 mm"), (25.0, "> 25 mm")])
def test_a_clearance_says_when_it_was_not_checked_or_not_measured_farther(value, said):
    assert words.clearance(value) == said


@pytest.mark.parametrize(("share", "said"), [(0.913, "91 %"), (0.9999, "over 99 %"), (0.0, "0 %")])
def test_success_is_never_certain(share, said):
    assert words.percent(share) == said


def test_sides_are_the_patients():
    assert words.from_midline(route_to(LEFT), LEFT).endswith(" mm LEFT")
    assert words.from_midline(route_to(RIGHT), RIGHT).endswith(" mm RIGHT")
    assert words.tip_direction(route_to(LEFT)) == "tip toward the patient's RIGHT"
    assert words.tip_direction(route_to(RIGHT)) == "tip toward the patient's LEFT"
    assert words.tip_direction(route_to(LEFT, angle_deg=0.2)) == "straight down"
    beyond = route_to(LEFT)
    beyond = beyond.model_copy(update={"skin": beyond.skin.model_copy(update={"lateral_of_midline_mm": -6.0})})
    assert words.from_midline(beyond, LEFT) == "6 mm RIGHT"


def test_tilt_says_where_the_tip_goes():
    assert words.craniocaudal_angle(route_to(LEFT)) == "none"
    assert words.craniocaudal_angle(route_to(LEFT, tilt_deg=6)) == "6° to head"
    assert words.craniocaudal_direction(route_to(LEFT, tilt_deg=-6)) == "tip toward the feet"


def test_dates_and_names_are_read_by_people():
    assert words.moment(datetime(2026, 11, 20, 9, 30, tzinfo=UTC)) == "Fri 20 Nov 2026, 09:30"
    assert words.dicom_day("20261119") == "Thu 19 Nov 2026"
    assert words.dicom_day("1961") == "1961"
    assert words.person("DOE^JANE^^Dr") == "DOE, JANE Dr"
    assert words.person("DOE") == "DOE"
    assert words.patient_position("FFP") == "feet first, prone"


def test_structures_are_named_in_words():
    names = {structure_name(s) for s in Structure}
    assert {"L5", "S1", "sacrum", "left kidney", "vena cava", "canal", "right iliac artery"} <= names
    assert not any("_" in name for name in names)


def test_settings_carry_the_unit_of_their_name_or_of_their_group():
    assert words.setting("bone_margin_mm", 2.0) == ("bone margin", "2 mm")
    assert words.setting("needles", [{"gauge": 22, "length_mm": 90}]) == ("needles", "gauge 22 length 90 mm")
    assert words.setting("approach", None) == ("approach", "not set")
    assert words.with_unit_of("margins_mm", {"bone": 2.0, "tilt_deg": 3}) == {"bone_mm": 2.0, "tilt_deg": 3}
