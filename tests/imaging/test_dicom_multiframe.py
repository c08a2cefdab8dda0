"""One file that holds a whole stack reads as the single pictures would."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
from highdicom.legacy import LegacyConvertedEnhancedCTImage
from pydicom import uid
from pydicom.dataset import Dataset, FileDataset

from foramen.errors import InputError
from foramen.imaging import Ct, read_ct
from support.dicom_series import Series

SERIES = Series((0.0, 1, 0), (0.0, 0, -1), slices_mm=np.arange(7) * 2.5, columns=64, rows=48)


def item(**values: object) -> Dataset:
    data = Dataset()
    for keyword, value in values.items():
        setattr(data, keyword, value)
    return data


def enhanced(series: Series, per_frame: Callable[[Dataset, int], None] = lambda group, n: None) -> FileDataset:
    """The series as one enhanced CT object, its frames stored backwards."""
    slices = series.datasets()[::-1]
    data = deepcopy(slices[0])
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = uid.EnhancedCTImageStorage
    data.NumberOfFrames = len(slices)
    data.SharedFunctionalGroupsSequence = [
        item(
            PlaneOrientationSequence=[item(ImageOrientationPatient=data.ImageOrientationPatient)],
            PixelMeasuresSequence=[item(PixelSpacing=data.PixelSpacing)],
            PixelValueTransformationSequence=[
                item(RescaleSlope=data.RescaleSlope, RescaleIntercept=data.RescaleIntercept, RescaleType="HU")
            ],
            CTImageFrameTypeSequence=[item(FrameType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"])],
            CTReconstructionSequence=[item(ConvolutionKernel="Br40")],
        )
    ]
    groups = []
    for n, single in enumerate(slices):
        group = item(
            PlanePositionSequence=[item(ImagePositionPatient=single.ImagePositionPatient)],
            FrameContentSequence=[item(InStackPositionNumber=len(slices) - n)],
        )
        per_frame(group, n)
        groups.append(group)
    data.PerFrameFunctionalGroupsSequence = groups
    for keyword in (
        *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope"),
        *("RescaleIntercept", "RescaleType", "ConvolutionKernel"),
    ):
        delattr(data, keyword)
    data.PixelData = b"".join(single.PixelData for single in slices)
    return data


def saved(data: Dataset, path: Path) -> Path:
    data.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def singles(tmp_path: Path) -> Ct:
    return read_ct(SERIES.write(tmp_path / "singles"))


@pytest.mark.parametrize("syntax", [None, uid.RLELossless, uid.JPEG2000Lossless, uid.JPEGLSLossless])
def test_an_enhanced_ct_reads_as_its_slices_would(syntax: str | None, singles: Ct, tmp_path: Path) -> None:
    data = enhanced(SERIES)
    if syntax:
        data.compress(syntax)
    ct = read_ct(saved(data, tmp_path / "mf.dcm"))
    assert ct.fingerprint == singles.fingerprint
    assert ct.identity.kernel == "Br40"
    assert ct.choice == ""


def test_a_legacy_converted_ct_reads_as_its_slices_would(singles: Ct, tmp_path: Path) -> None:
    converted = LegacyConvertedEnhancedCTImage(
        SERIES.datasets(), "1.2.826.0.1.3680043.8.498.77", 12, "1.2.826.0.1.3680043.8.498.78", 1
    )
    ct = read_ct(saved(converted, tmp_path / "legacy.dcm"))
    assert ct.fingerprint == singles.fingerprint


def test_each_frame_has_its_own_rescale(singles: Ct, tmp_path: Path) -> None:
    def shifted(group: Dataset, n: int) -> None:
        values = item(RescaleSlope=1, RescaleIntercept=-1024 - n, RescaleType="HU")
        group.PixelValueTransformationSequence = [values]

    ct = read_ct(saved(enhanced(SERIES, shifted), tmp_path / "mf.dcm"))
    lowered = (singles.voxels.astype(int) - ct.voxels)[0, 0]
    assert sorted(lowered.tolist()) == list(range(7))


def test_a_missing_frame_and_a_perfusion_map_are_refused(tmp_path: Path) -> None:
    gap = SERIES.but(slices_mm=[0, 2.5, 5, 10, 12.5])

    def renumber(group: Dataset, n: int) -> None:
        group.FrameContentSequence[0].InStackPositionNumber += n < 2

    with pytest.raises(InputError, match="missing slices"):
        read_ct(saved(enhanced(gap, renumber), tmp_path / "gap.dcm"))
    flow = enhanced(SERIES)
    frame_type = ["DERIVED", "PRIMARY", "PERFUSION", "RCBF"]
    flow.SharedFunctionalGroupsSequence[0].CTImageFrameTypeSequence = [item(FrameType=frame_type)]
    with pytest.raises(InputError, match="computed from a CT"):
        read_ct(saved(flow, tmp_path / "flow.dcm"))


def test_frames_cut_short_are_refused(tmp_path: Path) -> None:
    data = enhanced(SERIES)
    data.PixelData = data.PixelData[:-2]
    with pytest.raises(InputError, match="cut short"):
        read_ct(saved(data, tmp_path / "mf.dcm"))
