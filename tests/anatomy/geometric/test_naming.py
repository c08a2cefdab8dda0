"""Levels are named where the evidence agrees, and asked for where it does not."""

import numpy as np
import pytest

from foramen.anatomy.geometric.canal_track import CanalTrack
from foramen.anatomy.geometric.discs import Disc
from foramen.anatomy.geometric.level_signs import Signs
from foramen.anatomy.geometric.naming import name_levels
from foramen.anatomy.geometric.owners import Owners
from foramen.anatomy.geometric.straight_spine import Curve
from foramen.anatomy.level_names import Anchor
from foramen.anatomy.structures import Structure
from foramen.errors import InputError, UsageError

CURVE = Curve.along(CanalTrack(np.stack([np.zeros(150), np.zeros(150), np.arange(150) * 2.0], 1), np.ones(150)))
NAN = float("nan")


def owners(count):
    """That many discs, 33 mm apart."""
    heights = [40.0 + 33 * n for n in range(count)]
    middles = np.array([[h, 0.0, -24.0] for h in [heights[0] - 16, *(h + 16 for h in heights)]])
    none = np.zeros((1, 1, 1))
    discs = tuple(Disc(h, 0, 0, 4, 100) for h in heights)
    return Owners(none.astype(np.int16), discs, none.astype(bool), middles)


def signs(discs, *, sacrum=True, rib_at=None, crest=NAN, clear=True, rib=0.4):
    wing = np.zeros(discs)
    wing[0] = (0.2 if clear else 0.06) if sacrum else 0.0
    neck = np.full((discs + 1, 2), 0.02)
    reach = np.full((discs + 1, 2), 40.0)
    for number in range(rib_at or discs + 2, discs + 2):
        neck[number - 1], reach[number - 1] = rib, 55.0
    return Signs(wing, neck, reach, 60.0, crest)


def named(discs, seen, anchor=None):
    names, levels = name_levels(owners(discs), seen, CURVE, anchor)
    return {number: structure.name for number, structure in names.items()}, levels


def test_sacrum_and_last_rib_agree():
    names, levels = named(7, signs(7, rib_at=7))
    assert names == {1: "SACRUM", 2: "L5", 3: "L4", 4: "L3", 5: "L2", 6: "L1", 7: "T12", 8: "T11"}
    assert levels.certain
    assert not levels.warnings


@pytest.mark.parametrize("rib_at", [6, 8])
def test_four_or_six_vertebrae_without_ribs_are_asked_about(rib_at):
    _, levels = named(7, signs(7, rib_at=rib_at))
    assert not levels.certain
    assert levels.warnings[0].startswith("LEVEL NOT CERTAIN")


def test_the_sacrum_alone_names_and_says_what_is_missing():
    names, levels = named(3, signs(3))
    assert names[2] == "L5"
    assert levels.certain
    assert any("transitional" in sentence for sentence in levels.evidence)


def test_a_faint_sacrum_alone_is_asked_about_unless_the_crests_agree():
    assert not named(3, signs(3, clear=False))[1].certain
    assert named(3, signs(3, clear=False, crest=1.1))[1].certain


def test_crests_at_the_wrong_level_take_the_certainty():
    assert not named(4, signs(4, crest=3.0))[1].certain


def test_the_last_rib_alone_names_with_a_warning():
    names, levels = named(6, signs(6, sacrum=False, rib_at=6))
    assert names[6] == "T12"
    assert levels.certain
    assert levels.warnings


def test_a_control_scan_without_anchors_is_asked_about():
    _, levels = named(2, signs(2, sacrum=False))
    assert not levels.certain
    assert "--anchor" in levels.question


@pytest.mark.parametrize(("level", "z", "expected"), [("L3", 16 + 40 + 33, {1: "L5", 2: "L4", 3: "L3", 4: "L2"})])
def test_an_anchor_decides(level, z, expected):
    point = CURVE.to_world(z, 0.0, -24.0)
    names, levels = named(3, signs(3, sacrum=False), Anchor(level, point))
    assert names == expected
    assert levels.certain


def test_an_anchor_against_a_clear_count_is_warned_about():
    point = CURVE.to_world(16 + 40, 0.0, -24.0)
    names, levels = named(7, signs(7, rib_at=7), Anchor("L4", point))
    assert names[2] == "L4"
    assert levels.warnings


def test_an_anchor_beside_the_spine_is_refused():
    with pytest.raises(InputError, match="beside the spine"):
        named(3, signs(3), Anchor("L5", CURVE.to_world(60, 80.0, 0.0)))


@pytest.mark.parametrize("text", ["L5", "L9=1,2,3", "S1=1,2,3", "L5=1,2", "L5=a,b,c"])
def test_anchors_are_written_in_one_way(text):
    with pytest.raises(UsageError, match="write it like"):
        Anchor.parse(text)


def test_an_anchor_is_read():
    anchor = Anchor.parse("l4 = 1.5,-2, 3")
    assert anchor.level == "L4"
    assert anchor.point_mm.tolist() == [1.5, -2.0, 3.0]
    assert Structure[anchor.level] is Structure.L4
