"""Label maps of real scans: every numbering names the same vertebrae, at the places where a person sees them."""

import json
import re
import zipfile
from functools import cache
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from foramen.anatomy import LUMBAR_VERTEBRAE, LabelMap, Structure, read_labels
from foramen.anatomy.dicom_seg import read_dicom_seg
from foramen.errors import InputError
from foramen.imaging import Ct, read_ct, read_image
from support.real_data import real

pytestmark = pytest.mark.real
TORSO = "ct/torso_3mm"
LEVELS = ("L1", "L2", "L3", "L4", "L5")


@cache
def torso() -> Ct:
    return read_ct(real(f"{TORSO}/ct.nii.gz"))


@cache
def torso_labels(name: str) -> LabelMap:
    return read_labels(real(f"{TORSO}/{name}.nii.gz"), torso())


def nameless(name: str, folder: Path, voxels: NDArray[np.generic] | None = None) -> Path:
    """The same map without the names in its header, or with other voxels."""
    image = nib.load(real(f"{TORSO}/{name}.nii.gz"))
    voxels = np.asanyarray(image.dataobj) if voxels is None else voxels
    nib.save(nib.Nifti1Image(voxels, image.affine), folder / "map.nii.gz")
    return folder / "map.nii.gz"


def stored(name: str) -> NDArray[np.uint8]:
    return np.asanyarray(nib.load(real(f"{TORSO}/{name}.nii.gz")).dataobj)


def overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Dice coefficient."""
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_both_versions_of_totalsegmentator_name_the_same_vertebrae() -> None:
    first, second = torso_labels("labels_totalsegmentator_v1"), torso_labels("labels_totalsegmentator_v2_vertebrae")
    for level in LUMBAR_VERTEBRAE[:5]:
        assert overlap(first.mask(level), second.mask(level)) > 0.95


def test_the_verse_numbering_names_the_same_vertebrae_by_their_bodies() -> None:
    whole, bodies = torso_labels("labels_totalsegmentator_v1"), torso_labels("labels_verse_numbering_vertebrae")
    for level in LUMBAR_VERTEBRAE[:5]:
        body = bodies.mask(level)
        assert (whole.mask(level) & body).sum() > 0.9 * body.sum()
    assert any("vertebral bodies only" in warning for warning in bodies.warnings)


@pytest.mark.parametrize(
    ("ct", "labels", "annotations"),
    [
        (f"{TORSO}/ct.nii.gz", f"{TORSO}/labels_totalsegmentator_v1.nii.gz", "torso_3mm"),
        (f"{TORSO}/ct.nii.gz", f"{TORSO}/labels_verse_numbering_vertebrae.nii.gz", "torso_3mm"),
        ("ct/verse014/sub-verse014_ct.nii.gz", "ct/verse014/sub-verse014_seg-vert_msk.nii.gz", "verse014"),
    ],
    ids=["v1", "verse numbering", "verse014"],
)
def test_a_reader_sees_each_body_where_the_map_has_it(ct: str, labels: str, annotations: str) -> None:
    seen = {
        point["name"]: point["mm"]
        for point in json.loads(real(f"annotations/{annotations}.json").read_text())["points"]
    }
    found = read_labels(real(labels), read_ct(real(ct)))
    for level in LEVELS:
        index = tuple(np.round(found.to_index(seen[f"{level}.body_centre"])).astype(int))
        assert found.voxels[index] == Structure[level], level


def test_the_chest_scan_is_version_2_by_content_alone() -> None:
    labels = read_labels(real("ct/chest_to_L2/labels.nii.gz"), read_ct(real("ct/chest_to_L2/ct.nii.gz")))
    assert labels.scheme == "TotalSegmentator version 2"
    assert labels.confidence > 0.9
    assert {Structure.T12, Structure.L1, Structure.L2, Structure.L3, Structure.AORTA} <= labels.present
    assert {Structure.SACRUM, Structure.L5} <= labels.can_hold - labels.present
    assert any("118" in warning for warning in labels.warnings), "this file has one value more than version 2"


def test_one_vertebra_and_its_neighbours_are_verse() -> None:
    ct = read_ct(real("ct/L3_crop/sub-ct_label-22_ct.nii.gz"))
    labels = read_labels(real("ct/L3_crop/sub-ct_seg-vert_label-22_msk.nii.gz"), ct)
    assert labels.present == {Structure.L2, Structure.L3, Structure.L4}
    assert labels.can_hold <= {s for s in Structure if s <= Structure.OTHER_BONE}
    with pytest.raises(InputError, match="values 41 to 50"):
        read_labels(real("ct/L3_crop/sub-ct_seg-subreg_label-22_msk.nii.gz"), ct)


def test_bodies_and_discs_without_levels_are_refused() -> None:
    with pytest.raises(InputError, match="names no thoracic or lumbar vertebra"):
        torso_labels("labels_totalsegmentator_v2_vertebrae_body")


@pytest.mark.parametrize("name", ["labels_totalsegmentator_v1", "labels_verse_numbering_vertebrae"])
def test_content_alone_gives_what_the_header_names(name: str, tmp_path: Path) -> None:
    labels = read_labels(nameless(name, tmp_path), torso())
    assert np.array_equal(labels.voxels, torso_labels(name).voxels)


class TestValue26:
    """The trap, on a real sacrum: S1 is fused with it, a lowest lumbar vertebra is not."""

    def test_alone_below_l5_it_is_asked_for(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"totalsegmentator-v2.*totalsegmentator-v3.*--label-scheme"):
            read_labels(nameless("labels_totalsegmentator_v2_vertebrae", tmp_path), torso())

    def test_above_the_rest_of_the_sacrum_it_is_s1(self, tmp_path: Path) -> None:
        voxels = stored("labels_totalsegmentator_v2_vertebrae").copy()
        voxels[(stored("labels_totalsegmentator_v1") == 92) & (voxels == 0)] = 25
        labels = read_labels(nameless("labels_totalsegmentator_v2_vertebrae", tmp_path, voxels), torso())
        assert {Structure.S1, Structure.SACRUM} <= labels.present
        assert Structure.L6 not in labels.present

    def test_a_lumbar_vertebra_above_a_whole_sacrum_is_l6(self, tmp_path: Path) -> None:
        v1 = stored("labels_totalsegmentator_v1")
        voxels = np.zeros_like(v1)
        for number, value in enumerate((18, 19, 20, 21, 22, 23)):  # one more vertebra than usual: L5 becomes L6
            voxels[v1 == value] = 26 + number
        voxels[v1 == 92] = 25
        labels = read_labels(nameless("labels_totalsegmentator_v1", tmp_path, voxels), torso())
        assert np.array_equal(labels.mask(Structure.L6), torso_labels("labels_totalsegmentator_v1").mask(Structure.L5))


class TestRefused:
    def test_the_map_of_another_patient(self) -> None:
        with pytest.raises(InputError, match=r"does not lie on this CT|not recognised|can't be used"):
            read_labels(real("ct/verse014/sub-verse014_seg-vert_msk.nii.gz"), torso())

    def test_another_patients_map_in_the_same_place(self, tmp_path: Path) -> None:
        other = nib.load(real("ct/chest_to_L2/labels.nii.gz"))
        middle = torso().to_world(np.array(torso().shape) / 2)
        affine = other.affine.copy()
        affine[:3, 3] += np.diag([-1, -1, 1]) @ middle - (affine @ [*(np.array(other.shape) / 2), 1])[:3]
        nib.save(nib.Nifti1Image(np.asanyarray(other.dataobj), affine), tmp_path / "other.nii.gz")
        with pytest.raises(InputError, match=r"other.nii.gz "):
            read_labels(tmp_path / "other.nii.gz", torso())

    @pytest.mark.parametrize("axis", [0, 1, 2])
    def test_a_map_flipped_on_any_axis(self, axis: int, tmp_path: Path) -> None:
        flipped = np.flip(stored("labels_totalsegmentator_v1"), axis).copy()
        with pytest.raises(InputError) as caught:
            read_labels(nameless("labels_totalsegmentator_v1", tmp_path, flipped), torso())
        assert axis != 0 or "mirrored" in str(caught.value)

    @pytest.mark.parametrize("name", ["labels_totalsegmentator_v1", "labels_verse_numbering_vertebrae"])
    @pytest.mark.parametrize("axis", [0, 1, 2])
    @pytest.mark.parametrize("voxels", [4, -4, 6, -6])
    def test_a_map_displaced_by_12_or_18_mm(self, name: str, axis: int, voxels: int, tmp_path: Path) -> None:
        shifted = np.roll(stored(name), voxels, axis)
        with pytest.raises(InputError, match=re.escape("map.nii.gz ")):
            read_labels(nameless(name, tmp_path, shifted), torso())


def test_a_dicom_seg_of_dcmqi_lies_as_its_nrrd_twin(tmp_path: Path) -> None:
    with zipfile.ZipFile(real("dicom/quirks.zip")) as archive:
        for name in ("label.seg", "label.nrrd"):
            (tmp_path / name).write_bytes(archive.read(f"dcmqi/24x38x3/{name}"))
    found, twin = read_dicom_seg(tmp_path / "label.seg"), read_image(tmp_path / "label.nrrd")
    assert dict(found.names) == {1: "Liver"}
    ours = np.sort(found.codes.to_world(np.argwhere(found.codes.voxels)), axis=0)
    theirs = np.sort(twin.to_world(np.argwhere(twin.voxels)), axis=0)
    assert np.allclose(ours, theirs, atol=0.01)
