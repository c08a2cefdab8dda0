"""What a site may set."""

import pytest

from foramen.anatomy.root import Root
from foramen.errors import InputError, UsageError
from foramen.planning.plan import Approach
from foramen.planning.settings import PlanSettings, ShelfNeedle


def test_a_file_changes_what_it_names(tmp_path):
    file = tmp_path / "site.toml"
    file.write_text("[margins]\nbone = 3.5\n[[needles]]\ngauge = 25\nlength_mm = 88\ndiameter_mm = 0.5\n")

    settings = PlanSettings.from_toml(file)

    assert settings.margins.bone == 3.5
    assert settings.margins.lung == PlanSettings().margins.lung
    assert settings.needles == (ShelfNeedle(gauge=25, length_mm=88, diameter_mm=0.5),)
    assert settings.needle_radius_mm == 0.25


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[margins]\nbones = 2\n", "margins.bones"),
        ("[margins]\nbone = -1\n", "margins.bone"),
        ("[limits]\ncraniocaudal_deg = 90\n", "limits.craniocaudal_deg"),
        ("needles = []\n", "needles"),
        ("margins = [\n", "TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path, text, what):
    file = tmp_path / "site.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=what):
        PlanSettings.from_toml(file)


def test_the_approach_goes_by_level_unless_asked_for():
    settings = PlanSettings()
    assert settings.approach_for(Root.parse("L4-left")) is Approach.PERIRADICULAR
    assert settings.approach_for(Root.parse("S1-left")) is Approach.S1_DORSAL
    assert settings.with_approach("infraneural").approach_for(Root.parse("L4-left")) is Approach.INFRANEURAL
    assert settings.with_approach("infraneural").approach_for(Root.parse("S1-left")) is Approach.S1_DORSAL


def test_an_approach_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="kambin"):
        PlanSettings().with_approach("kambin")
    with pytest.raises(UsageError, match="s1-dorsal"):
        PlanSettings().with_approach("s1-dorsal").approach_for(Root.parse("L4-left"))


@pytest.mark.parametrize(("depth", "length"), [(60, 90), (85, 90), (85.1, 120), (115, 120), (145, 150), (146, None)])
def test_the_shortest_needle_that_reaches_with_its_reserve(depth, length):
    needle = PlanSettings().needle_for(depth)
    assert (needle.length_mm if needle else None) == length
