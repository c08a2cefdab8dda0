"""The whole way, on a digital patient whose anatomy is known exactly."""

from dataclasses import replace

import numpy as np
import pytest

from foramen.anatomy.geometric import find_structures
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.level_names import Anchor
from foramen.anatomy.providers import find_anatomy, require_certain_levels
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue
from foramen.errors import InputError
from foramen.imaging.ct import Ct
from foramen.simulation import DigitalPatient, PatientParameters, ScanProtocol

LUMBAR = (Structure.L1, Structure.L2, Structure.L3, Structure.L4, Structure.L5)


@pytest.fixture(scope="module")
def scan():
    patient = DigitalPatient(PatientParameters(bone_density=0.8, scoliosis_cobb_deg=12.0))
    view = {"field_of_view_mm": (220.0, 290.0, 280.0), "centre_mm": (0.0, -14.0, -20.0)}
    return patient.scan(ScanProtocol(spacing_mm=(1.6, 1.6, 2.5), noise_hu=15.0, **view))


@pytest.fixture(scope="module")
def found(scan):
    return find_structures(scan.ct)


def dice(one, other):
    return 2 * (one & other).sum() / (one.sum() + other.sum())


def test_every_lumbar_vertebra_is_named_and_drawn(scan, found):
    assert found.levels.certain
    for structure in LUMBAR:
        assert dice(found.labels.mask(structure), scan.labels.mask(structure)) > 0.8, structure


def test_no_bone_is_missed_as_an_obstacle(scan, found):
    """Ribs beside organs may be taken for enhanced bowel: then they are an obstacle with a wider margin."""
    bones = STRUCTURES_OF[Tissue.BONE]
    truth = scan.labels.mask(bones) & (scan.ct.voxels > 300)
    assert found.labels.mask(bones)[truth].mean() > 0.94
    assert found.labels.mask(bones + STRUCTURES_OF[Tissue.ORGAN] + STRUCTURES_OF[Tissue.VESSEL])[truth].mean() > 0.995


def test_great_vessels_and_kidneys_must_not_be_crossed(scan, found):
    forbidden = found.labels.mask(
        STRUCTURES_OF[Tissue.ORGAN] + STRUCTURES_OF[Tissue.VESSEL] + STRUCTURES_OF[Tissue.BONE]
    )
    for structure in (Structure.AORTA, Structure.VENA_CAVA, Structure.KIDNEY_LEFT, Structure.KIDNEY_RIGHT):
        assert forbidden[scan.labels.mask(structure)].mean() > 0.9, structure


def test_the_muscles_of_the_back_stay_free(scan, found):
    forbidden = found.labels.mask(STRUCTURES_OF[Tissue.ORGAN] + STRUCTURES_OF[Tissue.VESSEL])
    for structure in (Structure.BACK_MUSCLE_LEFT, Structure.BACK_MUSCLE_RIGHT):
        assert forbidden[scan.labels.mask(structure)].mean() < 0.03, structure


def test_frames_and_foramina_are_where_they_are(scan):
    anatomy = find_anatomy(scan.ct, provider="geometric")
    assert anatomy.provider == "geometric"
    require_certain_levels(anatomy)
    sac = scan.labels.mask(STRUCTURES_OF[Tissue.THECAL_SAC])
    below_t12 = scan.labels.to_world(np.argwhere(sac))[:, 2] < scan.truth.vertebra("L1").centroid_mm[2]
    above_s1 = scan.labels.to_world(np.argwhere(sac))[:, 2] > scan.truth.vertebra("L5").centroid_mm[2]
    drawn = anatomy.structures.mask(STRUCTURES_OF[Tissue.THECAL_SAC])[sac]
    assert drawn[below_t12 & above_s1].mean() > 0.9
    lumbar = [f for f in anatomy.spine.foramina if f.visible and f.root.level != "S1"]
    errors = [np.linalg.norm(f.centre_mm - scan.truth.foramen(f.root).centre_mm) for f in lumbar]
    assert len(errors) >= 9
    assert np.median(errors) < 2.5
    assert max(errors) < 8


@pytest.mark.parametrize(("order", "flips"), [((2, 0, 1), (1, 0, 1)), ((1, 2, 0), (0, 1, 0))])
def test_storage_changes_nothing(scan, found, order, flips):
    """The same voxels with axes swapped and turned round."""
    step = tuple(slice(None, None, -1 if flip else 1) for flip in flips)
    turn = np.zeros((4, 4))
    turn[3, 3] = 1
    for new, (old, flip) in enumerate(zip(order, flips, strict=True)):
        turn[old, new] = -1 if flip else 1
        turn[old, 3] = scan.ct.shape[old] - 1 if flip else 0
    stored = Ct(scan.ct.voxels.transpose(order)[step], scan.ct.affine @ turn)
    again = find_structures(stored)
    assert (again.labels.voxels == found.labels.voxels.transpose(order)[step]).mean() > 0.999
    assert again.levels == found.levels


def test_a_mirrored_patient_has_mirrored_labels(scan, found):
    mirrored = find_structures(
        replace(scan.ct, voxels=scan.ct.canonical().voxels[::-1], affine=scan.ct.canonical().affine)
    )
    expected = LabelMap(found.labels.canonical().voxels[::-1], found.labels.canonical().affine)
    for structure in LUMBAR:
        assert dice(mirrored.labels.mask(structure), expected.mask(structure)) > 0.95, structure
    left, right = expected.mask(Structure.HIP_LEFT), mirrored.labels.mask(Structure.HIP_RIGHT)
    assert not left.any() or dice(left, right) > 0.9


def test_without_sacrum_or_rib_the_level_is_asked(scan):
    middle = scan.truth.vertebra("L3").centroid_mm
    few = scan.ct.canonical()
    k = few.to_index(middle)[2]
    short = few.crop((0, 0, k - 18), (*few.shape[:2], k + 19))
    anatomy = find_anatomy(short, provider="geometric")
    assert anatomy.warnings[0].startswith("LEVEL NOT CERTAIN")
    with pytest.raises(InputError, match="--anchor"):
        require_certain_levels(anatomy)
    asked = find_anatomy(short, provider="geometric", anchor=Anchor("L3", middle))
    require_certain_levels(asked)
    named = asked.spine.vertebra("L3")
    assert named is not None
    assert np.linalg.norm(named.centroid_mm - middle) < 5


@pytest.mark.parametrize("above_l4_mm", [-25.0, -19.0, -9.0])
def test_a_control_scan_of_six_slices_is_a_question(scan, above_l4_mm):
    """15 mm through a body, or through a disc where bone is open on both sides of the canal."""
    stack, whole = scan.ct.canonical(), scan.truth.vertebra("L4").centroid_mm
    k = int(stack.to_index(whole + np.array([0, 0, above_l4_mm]))[2])
    short = stack.crop((0, 0, k), (*stack.shape[:2], k + 6))
    anatomy = find_anatomy(short, provider="geometric")
    assert anatomy.warnings[0].startswith("LEVEL NOT CERTAIN")
    assert "--anchor L5=x,y,z" in anatomy.levels.question


def test_a_stack_without_a_disc_takes_the_name_it_is_given(scan):
    stack, middle = scan.ct.canonical(), scan.truth.vertebra("L4").centroid_mm
    k = int(stack.to_index(middle)[2])
    short = stack.crop((0, 0, k - 3), (*stack.shape[:2], k + 3))
    anatomy = find_anatomy(short, provider="geometric", anchor=Anchor("L4", middle))
    assert anatomy.levels.certain
    assert anatomy.warnings[0] == "Levels: L4 was named by the user; the others are counted from it."
    assert anatomy.structures.mask(Structure.L4)[tuple(np.rint(short.to_index(middle)).astype(int))]


def test_a_scan_without_a_spine_is_refused():
    empty = Ct(np.full((60, 60, 40), 40, np.int16), np.diag([3.0, 3.0, 3.0, 1.0]))
    with pytest.raises(InputError, match="spine was not found"):
        find_structures(empty)
