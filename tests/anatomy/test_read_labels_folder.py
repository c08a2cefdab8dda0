"""A folder of masks, and DICOM SEG: structures by name instead of by value."""

from functools import cache
from pathlib import Path

import highdicom
import nibabel as nib
import numpy as np
import pydicom
import pytest
from highdicom.seg import SegmentationTypeValues
from numpy.typing import NDArray
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from foramen.anatomy import Structure, read_labels
from foramen.errors import InputError
from foramen.imaging import Ct
from support.label_phantom import AFFINE, LEVELS, SHAPE, torso

FLIP = np.diag([-1.0, -1, 1, 1])
NAMES = [f"vertebrae_{level}" for level in LEVELS]


@cache
def scan() -> tuple[Ct, dict[str, NDArray[np.bool_]]]:
    return torso()


def mask_file(mask: NDArray[np.generic], path: Path) -> None:
    nib.save(nib.Nifti1Image(mask.astype(np.uint8), FLIP @ AFFINE), path)


class TestFolder:
    def test_files_are_read_by_their_names(self, tmp_path: Path) -> None:
        ct, masks = scan()
        for name in (*NAMES, "kidney_left", "kidney_right"):
            mask_file(masks[name], tmp_path / f"{name}.nii.gz")
        mask_file(np.zeros(SHAPE, bool), tmp_path / "aorta.nii.gz")
        mask_file(masks["kidney_left"], tmp_path / "lesion_7.nii.gz")
        labels = read_labels(tmp_path, ct)
        assert np.array_equal(labels.mask(Structure.L4), masks["vertebrae_L4"])
        assert np.array_equal(labels.mask(Structure.KIDNEY_RIGHT), masks["kidney_right"])
        assert labels.scheme == "file names"
        assert Structure.AORTA in labels.can_hold - labels.present, "looked for and empty"
        assert Structure.LIVER not in labels.can_hold
        assert any("lesion_7" in warning for warning in labels.warnings)

    def test_other_spellings_and_formats(self, tmp_path: Path) -> None:
        ct, masks = scan()
        mask_file(masks["vertebrae_L1"] * 255, tmp_path / "L1.nii")
        mask_file(masks["vertebrae_L2"], tmp_path / "Second Lumbar Vertebra.nii.gz")
        mask_file(masks["kidney_left"], tmp_path / "Left-Kidney.nii.gz")
        labels = read_labels(tmp_path, ct)
        assert labels.present == {Structure.L1, Structure.L2, Structure.KIDNEY_LEFT}

    def test_where_masks_overlap_bone_wins(self, tmp_path: Path) -> None:
        ct, masks = scan()
        mask_file(masks["vertebrae_L2"], tmp_path / "vertebrae_L2.nii.gz")
        mask_file(np.ones(SHAPE, bool), tmp_path / "colon.nii.gz")
        mask_file(masks["vertebrae_L3"], tmp_path / "vertebrae_L3.nii.gz")
        labels = read_labels(tmp_path, ct)
        assert np.array_equal(labels.mask(Structure.L2), masks["vertebrae_L2"])
        assert np.array_equal(labels.mask(Structure.COLON), ~(masks["vertebrae_L2"] | masks["vertebrae_L3"]))

    def test_a_file_that_is_no_mask_is_refused_by_name(self, tmp_path: Path) -> None:
        ct, masks = scan()
        mask_file(masks["vertebrae_L2"], tmp_path / "vertebrae_L2.nii.gz")
        mask_file(masks["vertebrae_L2"] + 2 * masks["vertebrae_L3"].astype(int), tmp_path / "vertebrae_L3.nii.gz")
        with pytest.raises(InputError, match=r"vertebrae_L3.nii.gz holds more than one value"):
            read_labels(tmp_path, ct)

    def test_no_structure_among_the_names(self, tmp_path: Path) -> None:
        for name in ("mask_1", "mask_2"):
            mask_file(scan()[1]["vertebrae_L2"], tmp_path / f"{name}.nii.gz")
        with pytest.raises(InputError, match="None of the 2 files"):
            read_labels(tmp_path, scan()[0])

    def test_organs_without_a_vertebra(self, tmp_path: Path) -> None:
        for name in ("kidney_left", "kidney_right"):
            mask_file(scan()[1][name], tmp_path / f"{name}.nii.gz")
        with pytest.raises(InputError, match="names no thoracic or lumbar vertebra"):
            read_labels(tmp_path, scan()[0])


def slices(ct: Ct) -> list[pydicom.Dataset]:
    """The CT as a scanner writes it, one object a slice, enough to hang a segmentation on."""
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    out = []
    for k in range(ct.shape[2]):
        ds = pydicom.Dataset()
        ds.file_meta = pydicom.dataset.FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID, ds.SOPInstanceUID = pydicom.uid.CTImageStorage, generate_uid()
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, series, frame
        ds.Modality, ds.PatientID, ds.PatientName, ds.PatientBirthDate, ds.PatientSex = "CT", "x", "No^One", "", "O"
        ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber, ds.ReferringPhysicianName = "", "", "", "", ""
        ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = (
            ct.shape[1],
            ct.shape[0],
            1,
            "MONOCHROME2",
        )
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
        ds.PixelSpacing, ds.SliceThickness = [ct.spacing_mm[1], ct.spacing_mm[0]], ct.spacing_mm[2]
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        ds.ImagePositionPatient = list(ct.to_world((0, 0, k)))
        ds.InstanceNumber, ds.SeriesNumber = k + 1, 1
        ds.PixelData = np.ascontiguousarray(ct.voxels[:, :, k].T).tobytes()
        out.append(ds)
    return out


def segmentation(names: list[str], labels: list[str], kind: SegmentationTypeValues) -> highdicom.seg.Segmentation:
    ct, masks = scan()
    voxels = np.zeros((*SHAPE[::-1],), np.uint8)
    for number, name in enumerate(names, start=1):
        voxels[masks[name].T] = number
    described = [
        highdicom.seg.SegmentDescription(
            number, label, codes.SCT.Organ, codes.SCT.Vertebra, highdicom.seg.SegmentAlgorithmTypeValues.MANUAL
        )
        for number, label in enumerate(labels, start=1)
    ]
    return highdicom.seg.Segmentation(
        slices(ct), voxels, kind, described, generate_uid(), 2, generate_uid(), 1, "Maker", "Model", "1", "0"
    )


class TestDicomSeg:
    @pytest.mark.parametrize("kind", [SegmentationTypeValues.BINARY, SegmentationTypeValues.LABELMAP])
    def test_segments_are_read_by_their_names(self, kind: SegmentationTypeValues, tmp_path: Path) -> None:
        ct, masks = scan()
        labels = [*(f"{level} vertebra" for level in LEVELS), "Left Kidney"]
        segmentation([*NAMES, "kidney_left"], labels, kind).save_as(tmp_path / "seg.dcm")
        for path in (tmp_path / "seg.dcm", tmp_path):
            found = read_labels(path, ct)
            assert found.grid.same_place_as(ct.grid)
            for level, name in zip(LEVELS, NAMES, strict=True):
                assert np.array_equal(found.mask(Structure[level]), masks[name])
            assert np.array_equal(found.mask(Structure.KIDNEY_LEFT), masks["kidney_left"])
            assert found.can_hold == found.present

    def test_another_dicom_object_is_refused(self, tmp_path: Path) -> None:
        picture = slices(scan()[0])[0]
        picture.file_meta.MediaStorageSOPClassUID = picture.SOPClassUID
        picture.file_meta.MediaStorageSOPInstanceUID = picture.SOPInstanceUID
        picture.save_as(tmp_path / "ct.dcm", enforce_file_format=True)
        with pytest.raises(InputError, match=r"ct.dcm is (no DICOM SEG|a DICOM file but no segmentation)"):
            read_labels(tmp_path / "ct.dcm", scan()[0])

    @pytest.mark.parametrize("keep", [140, 1000, 5000, 0.5])
    def test_a_truncated_file_is_refused(self, keep: float, tmp_path: Path) -> None:
        whole = tmp_path / "whole.dcm"
        segmentation(NAMES, list(LEVELS), SegmentationTypeValues.BINARY).save_as(whole)
        content = whole.read_bytes()
        cut = tmp_path / "cut.dcm"
        cut.write_bytes(content[: int(keep if keep > 1 else keep * len(content))])
        with pytest.raises(InputError, match=r"cut.dcm "):
            read_labels(cut, scan()[0])
