"""The spine of real scans against points that a person placed on them, each with its own uncertainty."""

import json
from functools import cache

import numpy as np
import pytest

from foramen.anatomy import LUMBAR_LEVELS, Anatomy, Root, RootEvidence, Side, Structure, from_labels, read_labels
from foramen.imaging import read_ct
from support.real_data import real

pytestmark = pytest.mark.real

SCANS = {
    "torso_3mm": ("ct/torso_3mm/ct.nii.gz", "ct/torso_3mm/labels_totalsegmentator_v1.nii.gz"),
    "verse014": ("ct/verse014/sub-verse014_ct.nii.gz", "ct/verse014/sub-verse014_seg-vert_msk.nii.gz"),
    "chest_to_L2": ("ct/chest_to_L2/ct.nii.gz", "ct/chest_to_L2/labels.nii.gz"),
}
ANNOTATED = ("torso_3mm", "verse014")


@cache
def anatomy_of(scan: str) -> Anatomy:
    ct_file, label_file = SCANS[scan]
    ct = read_ct(real(ct_file))
    return from_labels(ct, read_labels(real(label_file), ct))


def away(scan: str, found: dict[str, np.ndarray]) -> dict[str, tuple[float, float]]:
    """Distance to the annotated point of that name, and that point's uncertainty."""
    points = json.loads(real(f"annotations/{scan}.json").read_text())["points"]
    return {
        p["name"]: (float(np.linalg.norm(found[p["name"]] - p["mm"])), p["uncertainty_mm"])
        for p in points
        if p["name"] in found
    }


def lumbar(scan: str) -> list:
    return [v for v in anatomy_of(scan).spine.vertebrae if v.level in LUMBAR_LEVELS]


@pytest.mark.parametrize("scan", ANNOTATED)
def test_bodies_and_canal(scan):
    bodies = away(scan, {f"{v.level}.body_centre": v.centroid_mm for v in lumbar(scan)})
    canals = away(scan, {f"{v.level}.canal_centre": v.canal_centre_mm for v in lumbar(scan)})

    assert len(bodies) == len(canals) == 5
    assert np.median([mm for mm, _ in bodies.values()]) <= 3.0
    assert np.median([mm for mm, _ in canals.values()]) <= 2.5
    for mm, sigma in canals.values():
        assert mm <= 2.5 * sigma


@pytest.mark.parametrize("scan", ANNOTATED)
def test_pedicles(scan):
    found = away(scan, {f"{v.level}.pedicle_{s}": p.centre_mm for v in lumbar(scan) for s, p in v.pedicles.items()})

    assert len(found) == 10
    assert np.median([mm for mm, _ in found.values()]) <= 2.5
    for name, (mm, sigma) in found.items():
        assert mm <= 3 * sigma, name


@pytest.mark.parametrize("scan", ANNOTATED)
def test_foramina(scan):
    visible = [f for f in anatomy_of(scan).spine.foramina if f.visible and f.root.level != "S1"]
    found = away(scan, {f"{f.root.level}.foramen_{f.root.side}": f.centre_mm for f in visible})

    assert np.median([mm for mm, _ in found.values()]) <= 4.0
    for name, (mm, sigma) in found.items():
        assert mm <= 3 * sigma, name
    for f in visible:
        assert 6 <= f.height_mm <= 26
        assert 3 <= f.width_mm <= 20
        inner, outer = (f.frame.to_local(p)[0] * f.root.side.sign for p in (f.medial_mm, f.lateral_mm))
        assert inner < 0 < outer


def test_torso_shows_every_foramen():
    assert all(f.visible for f in anatomy_of("torso_3mm").spine.foramina)


def test_torso_s1_foramina():
    spine = anatomy_of("torso_3mm").spine
    for side in Side:
        foramen = spine.foramen(Root("S1", side))
        found = {f"S1.s1_foramen_{side}_dorsal": foramen.centre_mm, f"S1.s1_foramen_{side}_ventral": foramen.medial_mm}
        for name, (mm, sigma) in away("torso_3mm", found).items():
            assert mm <= 2 * sigma, name


def test_torso_roots_lie_within_their_uncertainty():
    roots = {f"{n.root.level}.root_{n.root.side}": n for n in anatomy_of("torso_3mm").spine.roots}
    for name, (mm, sigma) in away("torso_3mm", {name: n.point_mm for name, n in roots.items()}).items():
        assert roots[name].evidence is RootEvidence.STATISTICS  # 3 mm voxels show no root
        assert mm <= 2 * np.hypot(roots[name].uncertainty_mm, sigma), name


def test_verse_without_a_sacrum_says_so():
    spine = anatomy_of("verse014").spine
    for side in Side:
        assert spine.foramen(Root("L5", side)).reason.startswith("the sacrum, which bounds the foramen below")
        assert not spine.foramen(Root("S1", side)).visible
    assert sum(f.visible for f in spine.foramina) == 8


def test_chest_shows_l1_and_says_why_not_the_others():
    anatomy = anatomy_of("chest_to_L2")
    visible = {f.root for f in anatomy.spine.foramina if f.visible}
    assert {Root("L1", side) for side in Side} <= visible
    assert not {r for r in visible if r.level in ("L3", "L4", "L5", "S1")}
    assert all(f.reason for f in anatomy.spine.foramina if not f.visible)


def test_chest_keeps_the_labelled_cord_within_the_canal():
    anatomy = anatomy_of("chest_to_L2")
    map_ = anatomy.structures
    assert {Structure.SPINAL_CANAL, Structure.THECAL_SAC} <= map_.estimated
    cord = map_.to_world(np.argwhere(map_.voxels == Structure.SPINAL_CORD))
    line = anatomy.spine.canal_centreline_mm
    near = cord[(cord[:, 2] < line[0, 2]) & (cord[:, 2] > line[-1, 2])]
    distance = np.linalg.norm(near[:, None] - line[None], axis=2).min(axis=1)
    assert np.quantile(distance, 0.99) < 12


@pytest.mark.parametrize("scan", SCANS)
def test_drawn_structures_cover_nothing_that_was_labelled_but_muscle_bright_as_bone(scan):
    ct_file, label_file = SCANS[scan]
    before = read_labels(real(label_file), read_ct(real(ct_file))).voxels
    after = anatomy_of(scan).structures.voxels
    muscle = [s for s in Structure if s.name.startswith(("BACK_MUSCLE", "ILIOPSOAS", "GLUTEAL"))]
    covered = (before != after) & (before != Structure.BACKGROUND)
    # Muscle as bright as bone is bone at its edge or calcium: an obstacle, where a needle would go through muscle.
    assert np.isin(before[covered], muscle).all()
    assert (after[covered] == Structure.OTHER_BONE).all()
    assert covered.sum() <= 0.001 * np.isin(before, muscle).sum()
