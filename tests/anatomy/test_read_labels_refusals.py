"""What can't be used as a label map is refused with one sentence that says what, and what to do."""

from functools import cache
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from foramen.anatomy import read_labels
from foramen.errors import InputError
from foramen.imaging import Ct
from support.label_phantom import AFFINE, LEVELS, SHAPE, painted, torso

FLIP = np.diag([-1.0, -1, 1, 1])
V2 = {f"vertebrae_{level}": value for level, value in zip(LEVELS, range(33, 26, -1), strict=True)}
SIDED = {"kidney_right": 2, "kidney_left": 3, "hip_left": 77, "hip_right": 78}


@cache
def scan() -> tuple[Ct, dict[str, NDArray[np.bool_]]]:
    return torso()


def refusal(voxels: NDArray[np.generic], folder: Path, affine: NDArray[np.float64] = AFFINE) -> str:
    """The sentence with which this map is refused."""
    nib.save(nib.Nifti1Image(voxels, FLIP @ affine), folder / "map.nii.gz")
    with pytest.raises(InputError) as caught:
        read_labels(folder / "map.nii.gz", scan()[0])
    sentence = str(caught.value)
    assert sentence.startswith("map.nii.gz ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_fractions(tmp_path: Path) -> None:
    assert "0.25; labels are whole numbers" in refusal(np.full(SHAPE, 0.25, np.float32), tmp_path)


def test_not_a_number(tmp_path: Path) -> None:
    assert "whole numbers" in refusal(np.full(SHAPE, np.nan, np.float32), tmp_path)


def test_negative_values(tmp_path: Path) -> None:
    assert "the value -3" in refusal(np.full(SHAPE, -3, np.int16), tmp_path)


def test_the_ct_itself(tmp_path: Path) -> None:
    assert "an image, not a label map" in refusal(scan()[0].voxels, tmp_path)


def test_nothing_labelled(tmp_path: Path) -> None:
    assert "is empty" in refusal(np.zeros(SHAPE, np.uint8), tmp_path)


def test_another_place_in_the_world(tmp_path: Path) -> None:
    away = AFFINE.copy()
    away[:3, 3] += 2000
    assert "no region in common" in refusal(painted(scan()[1], V2), tmp_path, away)


def test_boxes_that_meet_where_nothing_is_labelled(tmp_path: Path) -> None:
    away = AFFINE.copy()
    away[2, 3] -= 300
    assert "no label comes to lie inside" in refusal(painted(scan()[1], {"vertebrae_T11": 33, "vertebrae_T12": 32})
                                                     [:, :, ::-1].copy(), tmp_path, away)  # fmt: skip


def test_vertebrae_on_soft_tissue(tmp_path: Path) -> None:
    beside = AFFINE.copy()
    beside[0, 3] += 60
    assert "do not lie on bone" in refusal(painted(scan()[1], V2), tmp_path, beside)


def test_vertebrae_on_air(tmp_path: Path) -> None:
    above = AFFINE.copy()
    above[1, 3] -= 110
    assert "do not lie on bone" in refusal(painted(scan()[1], V2), tmp_path, above)


def test_displaced_by_a_centimetre(tmp_path: Path) -> None:
    beside = AFFINE.copy()
    beside[0, 3] += 12.5
    assert "moved by 10 mm it would fit better" in refusal(painted(scan()[1], V2), tmp_path, beside)


def test_mirrored(tmp_path: Path) -> None:
    assert "lies mirrored" in refusal(painted(scan()[1], V2 | SIDED)[::-1].copy(), tmp_path)


def test_upside_down(tmp_path: Path) -> None:
    values = {f"vertebrae_{level}": value for level, value in zip(LEVELS, range(27, 34), strict=True)}
    sentence = refusal(painted(scan()[1], values | SIDED), tmp_path)
    assert "follow each other from head to foot" in sentence
    assert "--label-scheme" in sentence


def test_values_of_no_numbering(tmp_path: Path) -> None:
    values = {f"vertebrae_{level}": value for level, value in zip(LEVELS, range(301, 308), strict=True)}
    wide = np.zeros(SHAPE, np.uint16)
    for name, value in values.items():
        wide[scan()[1][name]] = value
    assert "no numbering that Foramen knows" in refusal(wide, tmp_path)


def test_one_vertebra_alone_could_be_any(tmp_path: Path) -> None:
    sentence = refusal(painted(scan()[1], {"vertebrae_L3": 22}), tmp_path)
    assert "22 = L1" in sentence
    assert "22 = L3" in sentence
    assert "--label-scheme" in sentence


def test_bodies_and_discs_without_levels(tmp_path: Path) -> None:
    assert "without their levels" in refusal(painted(scan()[1], {"vertebrae_L3": 1, "vertebrae_L4": 2}), tmp_path)


def test_parts_of_vertebrae_without_levels(tmp_path: Path) -> None:
    assert "41 to 50" in refusal(painted(scan()[1], {"vertebrae_L3": 49, "vertebrae_L4": 50}), tmp_path)


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("L5 is the lowest one")
    with pytest.raises(InputError, match=r"notes.txt is no label map that Foramen reads: NIfTI, NRRD or DICOM SEG"):
        read_labels(tmp_path / "notes.txt", scan()[0])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        read_labels(tmp_path / "gone.nii.gz", scan()[0])


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no label map"):
        read_labels(tmp_path, scan()[0])
