"""Routes on real scans, and two oracles on each of them."""

import numpy as np
import pytest

from foramen.anatomy import ALL_ROOTS, from_labels, read_labels
from foramen.anatomy.structures import STRUCTURES_OF, Tissue
from foramen.imaging import read_ct
from foramen.planning import RootStatus, plan_routes
from support.real_data import real
from support.surfaces import Lines, surface_of

pytestmark = pytest.mark.real


def planned(ct_name, labels_name):
    ct = read_ct(real(ct_name))
    anatomy = from_labels(ct, read_labels(real(labels_name), ct))
    return anatomy, plan_routes(ct, anatomy, ALL_ROOTS)


@pytest.fixture(scope="module")
def torso():
    return planned("ct/torso_3mm/ct.nii.gz", "ct/torso_3mm/labels_totalsegmentator_v1.nii.gz")


@pytest.fixture(scope="module")
def chest():
    return planned("ct/chest_to_L2/ct.nii.gz", "ct/chest_to_L2/labels.nii.gz")


def by_root(plan):
    return {found.root: found for found in plan.roots}


def test_the_torso_plans_every_root_or_says_why_not(torso):
    _, plan = torso
    for found in plan.roots:
        if found.status is RootStatus.PLANNED:
            assert found.candidates >= 1_000_000
            assert found.routes[0].recommended
        else:
            assert found.reason
    lumbar = [found for found in plan.roots if found.root.startswith("L")]
    assert sum(found.status is RootStatus.PLANNED for found in lumbar) == 10
    assert any("on the back" in warning for warning in plan.warnings)


def test_a_radiologist_would_know_the_recommended_routes(torso):
    """Entry 2 to 12 cm from midline, 5 to 13 cm deep (Brummett 2009), at most 50° oblique; to L4 in plane."""
    _, plan = torso
    for found in plan.roots:
        best = found.routes[0]
        assert 20 <= best.skin.lateral_of_midline_mm <= 120
        assert 50 <= best.depth_mm <= 130
        assert abs(best.axial_angle_deg) <= 50
        if found.root[:2] in ("L1", "L2", "L3", "L4"):
            assert abs(best.craniocaudal_angle_deg) <= 10


def test_the_chest_scan_plans_l1_and_cannot_see_l3_and_below(chest):
    _, plan = chest
    roots = by_root(plan)
    assert roots["L1-left"].status is RootStatus.PLANNED
    assert roots["L1-right"].status is RootStatus.PLANNED
    for level in ("L3", "L4", "L5", "S1"):
        for side in ("left", "right"):
            assert roots[f"{level}-{side}"].status is RootStatus.NOT_VISIBLE
            assert roots[f"{level}-{side}"].reason


def test_verse014_checks_no_organs_and_has_no_skin_behind():
    _, plan = planned("ct/verse014/sub-verse014_ct.nii.gz", "ct/verse014/sub-verse014_seg-vert_msk.nii.gz")

    assert {"organ", "vessel", "lung"} <= set(plan.anatomy.not_checked)
    for found in plan.roots:
        for route in found.routes:
            assert route.clearance_mm.organ is None
        if found.status is RootStatus.NO_ACCEPTABLE_ROUTE:
            assert "field of view" in found.reason


@pytest.mark.parametrize("name", ["torso", "chest"])
def test_both_oracles_agree_on_every_offered_route(name, request):
    anatomy, plan = request.getfixturevalue(name)
    labels = anatomy.structures
    surfaces = {t: Lines(surface_of(labels.mask(STRUCTURES_OF[t]), labels)) for t in Tissue}
    forbidden = [int(s) for structures in STRUCTURES_OF.values() for s in structures]
    half_a_voxel = np.linalg.norm(labels.spacing_mm) / 2
    for found in plan.roots:
        for route in found.routes:
            start, end = np.array(route.entry_mm), np.array(route.target_mm)
            line = np.linspace(start, end, 3000)
            index = np.clip(np.round(labels.to_index(line)).astype(int), 0, np.array(labels.shape) - 1)
            assert not np.isin(labels.voxels[tuple(index.T)], forbidden).any()
            for tissue, surface in surfaces.items():
                assert not surface.meets(start, end)
                given = getattr(route.clearance_mm, tissue.value)
                nearest = min(surface.distance(point) for point in line[::20])
                assert given == pytest.approx(min(nearest, 25.0), abs=half_a_voxel + 0.3)
