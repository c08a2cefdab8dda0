"""What the voxels show is what the model says: measured on the label map, which the truth was not made from."""

import numpy as np
import pytest

from foramen.anatomy.root import ALL_ROOTS, Root, Side
from foramen.anatomy.structures import Structure


def along(scan, start, direction, wanted, reach=30.0, step=0.1):
    """How far the wanted label runs from a point, by the nearest voxel."""
    steps = np.arange(0, reach, step)
    index = np.rint(scan.labels.to_index(start + steps[:, None] * direction)).astype(int)
    inside = scan.labels.mask(wanted)[tuple(index.T)]
    return step * (len(steps) if inside.all() else int(np.argmin(inside)))


@pytest.mark.parametrize("level", ["L3", "L4", "L5"])
def test_canal_width_and_depth(patient, close_scan, level):
    vertebra, size = patient.truth.vertebra(level), patient.column.sizes[level]
    canal = (Structure.SPINAL_CANAL, Structure.THECAL_SAC, Structure.NERVE_ROOT)
    frame = vertebra.frame
    across = sum(along(close_scan, vertebra.canal_centre_mm, s * frame.left, canal) for s in (1, -1))
    through = sum(along(close_scan, vertebra.canal_centre_mm, s * frame.posterior, canal) for s in (1, -1))
    assert across == pytest.approx(size.canal_width, abs=1.6)
    assert through == pytest.approx(size.canal_depth, abs=1.6)


@pytest.mark.parametrize("level", ["L3", "L4", "L5"])
def test_pedicles_are_as_wide_as_the_truth_says(patient, close_scan, level):
    vertebra = patient.truth.vertebra(level)
    for pedicle in vertebra.pedicles.values():
        bone = Structure[level]
        width = sum(along(close_scan, pedicle.centre_mm, s * vertebra.frame.left, bone) for s in (1, -1))
        assert width == pytest.approx(pedicle.width_mm, abs=1.3)


@pytest.mark.parametrize("level", ["L3", "L4", "L5"])
def test_disc_height(patient, close_scan, level):
    frame, disc = patient.column.disc_frames[level], patient.column.discs[level]
    # Endplates are hollowed by up to 1.5 mm each.
    height = sum(along(close_scan, frame.origin_mm, s * frame.cranial, Structure.DISC) for s in (1, -1))
    assert disc.height - 1.0 < height < disc.height + 4.2


@pytest.mark.parametrize("root", [Root(level, side) for level in ("L3", "L4", "L5") for side in Side], ids=str)
def test_foramina_are_open_where_the_truth_says_and_bounded_by_bone(patient, close_scan, root):
    foramen = patient.truth.foramen(root)
    hollow = (Structure.BACKGROUND, Structure.NERVE_ROOT, Structure.GANGLION, Structure.SPINAL_CANAL)
    height = sum(along(close_scan, foramen.centre_mm, s * foramen.frame.cranial, hollow) for s in (1, -1))
    width = sum(along(close_scan, foramen.centre_mm, s * foramen.frame.posterior, hollow) for s in (1, -1))
    assert height == pytest.approx(foramen.height_mm, abs=1.6)
    assert width == pytest.approx(foramen.width_mm, abs=1.6)
    for end in (foramen.medial_mm, foramen.lateral_mm):
        index = tuple(np.rint(close_scan.labels.to_index(end)).astype(int))
        assert Structure(int(close_scan.labels.voxels[index])) in hollow


def test_roots_and_ganglia_lie_where_the_truth_says(patient, close_scan):
    voxels = close_scan.labels.voxels
    for nerve in patient.truth.roots:
        index = np.rint(close_scan.labels.to_index(nerve.ganglion_mm)).astype(int)
        if close_scan.ct.grid.contains(nerve.ganglion_mm):
            assert voxels[tuple(index)] == Structure.GANGLION, nerve.root


def test_every_ganglion_lies_below_its_pedicle_in_fat(patient, close_scan):
    for root in (Root(level, side) for level in ("L3", "L4", "L5") for side in Side):
        nerve = patient.truth.nerve(root)
        vertebra = patient.truth.vertebra(root.level)
        local = vertebra.frame.to_local(nerve.ganglion_mm) - vertebra.frame.to_local(
            vertebra.pedicles[root.side].centre_mm
        )
        gap = -local[2] - vertebra.pedicles[root.side].height_mm / 2 - nerve.ganglion_radii_mm[1]
        assert 0.8 < gap < 3.5
        world = close_scan.ct.to_world(np.indices(close_scan.ct.shape).reshape(3, -1).T)
        near = np.linalg.norm(world - patient.truth.foramen(root).centre_mm, axis=1) < 7.0
        around = near & (close_scan.labels.voxels.ravel() == Structure.BACKGROUND)
        assert np.median(close_scan.ct.voxels.ravel()[around]) < -60


def test_no_bone_in_the_canal(patient, close_scan):
    canal = patient.truth.canal_centreline_mm
    inside = canal[close_scan.ct.grid.contains(canal)]
    index = np.rint(close_scan.labels.to_index(inside)).astype(int)
    values = set(close_scan.labels.voxels[tuple(index.T)].tolist())
    assert values <= {Structure.SPINAL_CANAL, Structure.THECAL_SAC, Structure.NERVE_ROOT}


def test_every_structure_is_there_in_a_whole_scan(whole_scan):
    missing = whole_scan.labels.can_hold - whole_scan.labels.present
    assert missing == set()
    for wanted in ("L1", "L5", "SACRUM", "HIP_LEFT", "RIB_RIGHT", "DISC", "THECAL_SAC", "GANGLION", "KIDNEY_LEFT",
                   "AORTA", "VENA_CAVA", "ILIAC_VEIN_LEFT", "COLON", "SMALL_BOWEL", "LIVER", "SPLEEN", "LUNG_LEFT",
                   "BACK_MUSCLE_LEFT", "ILIOPSOAS_RIGHT", "GLUTEAL_LEFT"):  # fmt: skip
        assert Structure[wanted] in whole_scan.labels.present


def test_left_is_left(patient, whole_scan):
    for left, right in (("KIDNEY_LEFT", "KIDNEY_RIGHT"), ("HIP_LEFT", "HIP_RIGHT"), ("SPLEEN", "LIVER")):
        x = [
            whole_scan.labels.to_world(np.argwhere(whole_scan.labels.mask(Structure[name])))[:, 0].mean()
            for name in (left, right)
        ]
        assert x[0] > 30 > -30 > x[1]
    assert all(np.sign(patient.truth.foramen(r).centre_mm[0]) == r.side.sign for r in ALL_ROOTS)
    assert all(np.sign(patient.truth.nerve(r).point_mm[0]) == r.side.sign for r in ALL_ROOTS)
