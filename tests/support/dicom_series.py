"""Real DICOM series of a made-up world, for tests of the reader.

The world is `hu_at`: HU that change evenly along x, y and z, differently along each. No turn, mirror image or swap of
axes leaves it as it was, and linear interpolation gives it back exactly, so one comparison checks place and value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydicom import uid
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset

SLOPES_HU_PER_MM = np.array([2.0, -3.0, 5.0])


def hu_at(world_mm: ArrayLike) -> NDArray[np.float64]:
    """HU of the made-up world at points in LPS mm, shape (..., 3)."""
    return np.asarray(world_mm, float) @ SLOPES_HU_PER_MM - 300.0


@dataclass(frozen=True)
class Series:
    """How a series is scanned; `write` makes its files.

    `slices_mm` are the positions of the slices along `step`, which is the normal of the pictures in a straight scan
    and leans from it in a tilted one.
    """

    row: ArrayLike = (1, 0, 0)
    column: ArrayLike = (0, 1, 0)
    step: ArrayLike | None = None
    origin_mm: ArrayLike = (-12.0, -9.0, -8.0)
    slices_mm: Sequence[float] = (0, 2.5, 5, 7.5, 10, 12.5)
    columns: int = 20
    rows: int = 16
    column_mm: float = 1.1
    row_mm: float = 0.8
    number: int = 3
    series_uid: str = "1.2.826.0.1.3680043.8.498.1"
    frame_of_reference: str = "1.2.826.0.1.3680043.8.498.2"
    slope: float = 1.0
    intercept: float = -1024.0
    tags: dict[str, object] = field(default_factory=dict)

    def but(self, **changes: object) -> "Series":
        """The same series with some things changed."""
        return replace(self, **changes)

    def pixel_world_mm(self, n: int) -> NDArray[np.float64]:
        """Where the pixels of slice n lie, shape (rows, columns, 3)."""
        row, column = np.asarray(self.row, float), np.asarray(self.column, float)
        step = np.cross(row, column) if self.step is None else np.asarray(self.step, float)
        i, j = np.meshgrid(np.arange(self.columns), np.arange(self.rows))
        in_plane = i[..., None] * row * self.column_mm + j[..., None] * column * self.row_mm
        return np.asarray(self.origin_mm, float) + step * self.slices_mm[n] + in_plane

    def dataset(self, n: int) -> FileDataset:
        """Slice n as a DICOM object."""
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
        meta.MediaStorageSOPClassUID = uid.CTImageStorage
        meta.MediaStorageSOPInstanceUID = f"{self.series_uid}.{n + 1}"
        data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
        world = self.pixel_world_mm(n)
        stored = np.rint((np.rint(hu_at(world)) - self.intercept) / self.slope).astype(np.int16)
        values = {
            "SOPClassUID": uid.CTImageStorage,
            "SOPInstanceUID": f"{self.series_uid}.{n + 1}",
            "StudyInstanceUID": "1.2.826.0.1.3680043.8.498.9",
            "SeriesInstanceUID": self.series_uid,
            "FrameOfReferenceUID": self.frame_of_reference,
            "StudyDate": "20260102",
            "StudyTime": "101500",
            "AccessionNumber": "",
            "StudyID": "1",
            "ReferringPhysicianName": "",
            "PatientName": "Phantom^Linear",
            "PatientID": "P1",
            "PatientBirthDate": "19600203",
            "PatientSex": "O",
            "Manufacturer": "Foramen tests",
            "Modality": "CT",
            "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
            "SeriesNumber": self.number,
            "InstanceNumber": n + 1,
            "AcquisitionNumber": 1,
            "PatientPosition": "HFS",
            "ConvolutionKernel": "B30f",
            "ImageOrientationPatient": [*map(float, np.ravel([self.row, self.column]))],
            "ImagePositionPatient": [*map(float, world[0, 0])],
            "PixelSpacing": [self.row_mm, self.column_mm],
            "Rows": self.rows,
            "Columns": self.columns,
            "SamplesPerPixel": 1,
            "PhotometricInterpretation": "MONOCHROME2",
            "BitsAllocated": 16,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 1,
            "RescaleSlope": self.slope,
            "RescaleIntercept": self.intercept,
            "RescaleType": "HU",
            **self.tags,
        }
        for keyword, value in values.items():
            if value is not None:
                setattr(data, keyword, _decimal(value))
        data.PixelData = stored.tobytes()
        return data

    def datasets(self) -> list[FileDataset]:
        """All slices as DICOM objects."""
        return [self.dataset(n) for n in range(len(self.slices_mm))]

    def write(
        self,
        folder: Path,
        change: Callable[[Dataset, int], None] = lambda data, n: None,
        name: Callable[[int], str] = "{:04d}.dcm".format,
    ) -> Path:
        """Write one file per slice, after `change` had its way with each, and give back the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for n, data in enumerate(self.datasets()):
            change(data, n)
            data.save_as(folder / name(n), enforce_file_format=True)
        return folder


def _decimal(value: object) -> object:
    """DICOM's decimal strings hold 16 characters."""
    if isinstance(value, float):
        return float(f"{value:.10g}")
    return [_decimal(v) for v in value] if isinstance(value, list) else value
