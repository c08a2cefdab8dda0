"""Where on the skin a needle may enter."""

from dataclasses import replace

import numpy as np
import pytest

from foramen.anatomy.root import Root
from foramen.anatomy.skin_surface import Skin, find_skin
from foramen.planning.entries import entries_for, lateral_of_midline
from foramen.planning.plan import Approach
from foramen.planning.settings import PlanSettings
from foramen.planning.targets import target_zone
from support.phantoms import Phantom, straight_grid

ROOT = Root.parse("L4-left")
MIDLINE = Phantom().spine.canal_centreline_mm
ZONE = target_zone(Approach.PERIRADICULAR, Phantom().spine, ROOT)


@pytest.fixture(scope="module")
def skin() -> Skin:
    ct, anatomy = Phantom().on(straight_grid((2.0, 2.0, 2.0)))
    return find_skin(ct, anatomy.body, spacing_mm=2.0)


def entries(skin, settings=None):
    return entries_for(skin, ZONE, MIDLINE, settings or PlanSettings())


def test_they_lie_behind_on_the_roots_own_side_within_reach(skin):
    found = entries(skin)

    assert len(found.points_mm) > 500
    assert not found.reason
    assert (found.points_mm[:, 0] >= 0).all()
    assert (found.points_mm[:, 1] > ZONE.centre_mm[1]).all()
    assert (np.linalg.norm(found.points_mm - ZONE.centre_mm, axis=1) <= 145 + np.linalg.norm(ZONE.half_mm)).all()
    assert (np.abs(found.points_mm[:, 2]) < 71 - 4).all(), "not at the scan's border"


def test_no_entry_where_the_field_of_view_cuts_the_patient(skin):
    cut = replace(skin, is_cut=skin.is_cut | (skin.points_mm[:, 0] > 60))
    assert entries(cut).points_mm[:, 0].max() <= 60

    none = entries(replace(skin, is_cut=np.ones_like(skin.is_cut)))
    assert not len(none.points_mm)
    assert "field of view" in none.reason


def test_no_entry_under_what_lies_beside_the_patient(skin):
    beside = skin.points_mm[:, 0] > 50
    covered = replace(skin, free_mm=np.where(beside & (skin.normals[:, 0] > 0.3), 5.0, np.inf))
    assert covered.lies_on == "left"

    found = entries(covered)

    assert len(found.points_mm)
    assert not ((found.points_mm[:, 0] > 50) & (found.normals[:, 0] > 0.3)).any()


def test_a_patient_scanned_on_the_back_is_taken_to_be_turned(skin):
    on_the_back = replace(skin, free_mm=np.where(skin.normals[:, 1] > 0.5, 5.0, np.inf))
    assert on_the_back.lies_on == "back"
    assert len(entries(on_the_back).points_mm) == len(entries(skin).points_mm)


def test_short_needles_reach_nothing(skin):
    needle = PlanSettings().needles[0].model_copy(update={"length_mm": 40.0})
    found = entries(skin, PlanSettings(needles=(needle,)))

    assert not len(found.points_mm)
    assert "35 mm" in found.reason


def test_distance_from_the_midline_follows_a_curved_spine():
    curved = np.array([[0.0, 0, -50], [10.0, 0, 0], [0.0, 0, 50]])
    points = np.array([[30.0, 80, 0], [30.0, 80, 25], [30.0, 80, 500]])

    np.testing.assert_allclose(lateral_of_midline(points, curved), [20, 25, 30])
