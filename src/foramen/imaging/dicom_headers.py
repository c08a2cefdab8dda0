"""DICOM headers turned into `Picture`s; the world's oddities in headers end here."""

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.filereader import read_file_meta_info
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    LegacyConvertedEnhancedCTImageStorage,
    SecondaryCaptureImageStorage,
)

from foramen.imaging.ct import ScanIdentity
from foramen.imaging.dicom_pixels import PLUGIN_OF_SYNTAX
from foramen.imaging.limits import (
    MOST_BYTES_DECODED,
    MOST_BYTES_OF_A_MULTIFRAME,
    MOST_BYTES_OF_A_PICTURE,
    PICTURE_SIDE,
)
from foramen.imaging.picture import Picture
from foramen.progress import Progress

CT_CLASSES = {CTImageStorage, EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage}
HU_TYPES = {"", "HU", "US"}
"""Rescale types taken for HU. "US" means unspecified, and older scanners and anonymisers write it for real HU."""

COMPUTED = {"MIP", "MINIP", "MAXIMUM", "MINIMUM", "PROJECTION IMAGE", "SUBTRACTION", "PERFUSION"}
"""Image types whose values are no longer the HU of the tissue at that place (PS3.3 C.8.15.3.1 and vendors' own)."""

GROUPS = {
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "ImagePositionPatient": "PlanePositionSequence",
    "PixelSpacing": "PixelMeasuresSequence",
    "RescaleSlope": "PixelValueTransformationSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
    "RescaleType": "PixelValueTransformationSequence",
    "FrameType": "CTImageFrameTypeSequence",
    "ConvolutionKernel": "CTReconstructionSequence",
    "InStackPositionNumber": "FrameContentSequence",
    "FrameAcquisitionNumber": "FrameContentSequence",
}
"""Where a multi-frame file keeps, per frame or for all, what a single picture has at the top."""

TAGS = [
    *("SOPClassUID", "SOPInstanceUID", "Modality", "SeriesInstanceUID", "SeriesNumber", "InstanceNumber"),
    *("AcquisitionNumber", "ImageType", "FrameOfReferenceUID", "ImageOrientationPatient", "ImagePositionPatient"),
    *("PixelSpacing", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "BitsAllocated", "RescaleSlope"),
    *("RescaleIntercept", "RescaleType", "ConvolutionKernel", "SharedFunctionalGroupsSequence"),
    *("PerFrameFunctionalGroupsSequence", "PatientID", "PatientName", "PatientBirthDate", "StudyInstanceUID"),
]


class _NotASliceError(Exception):
    """A file that is no slice of a CT; the text names its kind in the plural."""


@dataclass(frozen=True)
class Headers:
    """The CT pictures found, and how many files of which other kind lay among them."""

    pictures: tuple[Picture, ...]
    left_out: Counter[str]


def read_headers(files: Sequence[Path], progress: Progress) -> Headers:
    """Read what places every picture, never its pixels. Copies of the same picture count once."""
    pictures: dict[tuple[str, int], Picture] = {}
    left_out: Counter[str] = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd headers are our own to judge, below
        for done, file in enumerate(files):
            try:
                for picture in _pictures_of(file):
                    pictures.setdefault((picture.instance_uid or str(file), picture.frame), picture)
            except _NotASliceError as kind:
                left_out[str(kind)] += 1
            except Exception:  # an untrusted header may fail in any way
                left_out["damaged files"] += 1
            progress("reading headers", (done + 1) / len(files))
    return Headers(tuple(pictures.values()), left_out)


def _pictures_of(file: Path) -> list[Picture]:
    # The deflated syntax unpacks without bounds as soon as the header is read, so the syntax is looked at first.
    syntax = read_file_meta_info(file).TransferSyntaxUID
    if syntax == DeflatedExplicitVRLittleEndian:
        raise _NotASliceError("files in the deflated transfer syntax, which is not read")
    data = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=list(TAGS))
    _check_kind(data)
    if syntax not in PLUGIN_OF_SYNTAX:
        raise _NotASliceError(f"pictures in a transfer syntax that is not read, {syntax.name}")
    frames = int(data.get("NumberOfFrames") or 1)
    _check_bounds(data, frames, file.stat().st_size)
    return [_picture(_Frame(data, index), file) for index in range(frames)]


def _check_kind(data: pydicom.Dataset) -> None:
    modality = str(data.get("Modality", "")) or "unknown"
    if modality != "CT":
        raise _NotASliceError(f"{modality} objects")
    # A missing class is forgiven: some anonymisers drop it, and what follows is judged on its own.
    if (data.get("SOPClassUID") or CTImageStorage) not in CT_CLASSES:
        kind = (
            "secondary captures" if data.SOPClassUID == SecondaryCaptureImageStorage else "objects other than pictures"
        )
        raise _NotASliceError(kind)


def _check_bounds(data: pydicom.Dataset, frames: int, file_bytes: int) -> None:
    if file_bytes > (MOST_BYTES_OF_A_PICTURE if frames == 1 else MOST_BYTES_OF_A_MULTIFRAME):
        raise _NotASliceError("files too large for what they hold")
    sides = int(data.Rows), int(data.Columns)
    if min(sides) < PICTURE_SIDE[0] or max(sides) > PICTURE_SIDE[1]:
        raise _NotASliceError("pictures of an impossible size")
    if data.get("SamplesPerPixel", 1) != 1 or data.BitsAllocated not in (8, 16, 32):
        raise _NotASliceError("colour pictures")
    if frames < 1 or sides[0] * sides[1] * frames * data.BitsAllocated // 8 > MOST_BYTES_DECODED:
        raise _NotASliceError("pictures of an impossible size")


@dataclass(frozen=True)
class _Frame:
    """One frame of a file, whether it stands alone or among others."""

    data: pydicom.Dataset
    index: int

    def get(self, keyword: str) -> Any:
        """What the file says about this frame: of it alone, of all frames, or at the top; None where it is silent."""
        for functional_group in self._functional_groups():
            items = functional_group.get(GROUPS.get(keyword, ""))
            if items and items[0].get(keyword) not in (None, ""):
                return items[0].get(keyword)
        value = self.data.get(keyword)
        return None if value == "" else value

    def _functional_groups(self) -> Iterator[pydicom.Dataset]:
        if "PerFrameFunctionalGroupsSequence" in self.data:
            yield self.data.PerFrameFunctionalGroupsSequence[self.index]
        if "SharedFunctionalGroupsSequence" in self.data:
            yield from self.data.SharedFunctionalGroupsSequence

    def numbers(self, keyword: str, count: int) -> tuple[float, ...]:
        """A vector of finite numbers."""
        values = tuple(float(value) for value in self.get(keyword) or ())
        if len(values) != count or not np.isfinite(values).all():
            raise _NotASliceError("pictures that do not say where they lie")
        return values

    def number(self, keyword: str) -> float:
        """A number, or not-a-number where the file is silent."""
        value = self.get(keyword)
        return float("nan") if value is None else float(value)

    def text(self, keyword: str) -> str:
        """A text; several values joined as DICOM does."""
        value = self.get(keyword)
        if value is None:
            return ""
        return str(value) if isinstance(value, str) or not isinstance(value, Sequence) else "\\".join(map(str, value))


def _picture(frame: _Frame, file: Path) -> Picture:
    kind = frame.text("FrameType") or frame.text("ImageType")
    values = set(kind.upper().split("\\"))
    if "LOCALIZER" in values:
        raise _NotASliceError("scouts")
    if values & COMPUTED:
        raise _NotASliceError("pictures computed from a CT (projections, perfusion)")
    if frame.text("RescaleType").upper() not in HU_TYPES:
        raise _NotASliceError("pictures that are not in Hounsfield units")
    number = frame.get("InStackPositionNumber") or frame.get("InstanceNumber")
    return Picture(
        path=file,
        frame=frame.index,
        instance_uid=frame.text("SOPInstanceUID"),
        series_uid=frame.text("SeriesInstanceUID"),
        frame_of_reference=frame.text("FrameOfReferenceUID"),
        series_number=frame.text("SeriesNumber"),
        number=None if number is None else int(number),
        orientation=frame.numbers("ImageOrientationPatient", 6),
        position_mm=frame.numbers("ImagePositionPatient", 3),
        pixel_spacing_mm=frame.numbers("PixelSpacing", 2),
        rows=int(frame.data.Rows),
        columns=int(frame.data.Columns),
        slope=frame.number("RescaleSlope"),
        intercept=frame.number("RescaleIntercept"),
        kernel=frame.text("ConvolutionKernel"),
        acquisition=frame.text("FrameAcquisitionNumber") or frame.text("AcquisitionNumber"),
        kind=kind,
        patient=(frame.text("PatientID"), frame.text("PatientName"), frame.text("PatientBirthDate")),
        study_uid=frame.text("StudyInstanceUID"),
    )


IDENTITY_TAGS = {
    "patient_name": "PatientName",
    "patient_id": "PatientID",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "study_date": "StudyDate",
    "study_description": "StudyDescription",
    "series_number": "SeriesNumber",
    "series_description": "SeriesDescription",
    "series_uid": "SeriesInstanceUID",
    "study_uid": "StudyInstanceUID",
    "frame_of_reference_uid": "FrameOfReferenceUID",
    "patient_position": "PatientPosition",
    "manufacturer": "Manufacturer",
    "kernel": "ConvolutionKernel",
}


def read_identity(picture: Picture) -> ScanIdentity:
    """Whose scan the picture belongs to, from the file's header; a field that can't be read stays empty."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tags: list[Any] = [*IDENTITY_TAGS.values(), "SharedFunctionalGroupsSequence"]
        frame = _Frame(pydicom.dcmread(picture.path, stop_before_pixels=True, specific_tags=tags), 0)
        return ScanIdentity(**{field: frame.text(keyword) for field, keyword in IDENTITY_TAGS.items()})
