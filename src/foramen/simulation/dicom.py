"""Write a digital scan as the DICOM series a scanner would send, tilt and position included."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, generate_uid

from foramen.imaging.ct import Ct, ScanIdentity
from foramen.imaging.volume import Grid
from foramen.simulation.control_scan import ControlScan
from foramen.simulation.patient import DigitalScan
from foramen.simulation.protocol import ScanProtocol

STUDY_DATE = "20260101"
INTERCEPT_HU = -1024


@dataclass(frozen=True)
class Series:
    """What a series says of itself beside its pixels.

    Attributes
    ----------
    number, description
        Series Number and Series Description.
    study
        Series of one study share this word, and with it study and frame of reference; else each is a study of its own.
    """

    number: int = 2
    description: str = "Digital patient"
    study: str = ""


PLANNING = Series()


def write_dicom(scan: DigitalScan | ControlScan, folder: Path | str, series: Series = PLANNING) -> Path:
    """Write one CT image file per slice into a folder, which is made if need be.

    The patient is called Digital^Patient. A tilted gantry gives a sheared stack: the image planes are tilted and the
    positions advance along the table. The same scan gives the same UIDs.

    Parameters
    ----------
    scan : DigitalScan or ControlScan
        Its slices are ``ct.voxels[:, :, k]``, of a control scan as the scanner sends them.
    folder : Path or str
    series : Series

    Returns
    -------
    Path
        The folder.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    ct = scan.raw if isinstance(scan, ControlScan) else scan.ct
    seed = ct.fingerprint
    for k in range(ct.shape[2]):
        _slice(ct, scan.protocol, series, k, seed).save_as(target / f"ct_{k + 1:04d}.dcm", enforce_file_format=True)
    return target


def _slice(ct: Ct, protocol: ScanProtocol, series: Series, k: int, seed: str) -> FileDataset:
    image = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=b"\0" * 128)
    instance = UID(_uid(seed, f"slice {k}"))
    image.file_meta.MediaStorageSOPClassUID = CTImageStorage
    image.file_meta.MediaStorageSOPInstanceUID = instance
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID, image.SOPInstanceUID = CTImageStorage, instance
    _describe(image, ct.identity, series, seed)
    image.PatientPosition = protocol.position
    image.GantryDetectorTilt = protocol.gantry_tilt_deg
    _place(image, ct.grid, k)
    _fill(image, ct.voxels[:, :, k].T)
    return image


def _describe(image: Dataset, identity: ScanIdentity, series: Series, seed: str) -> None:
    """Whose scan it is, and which."""
    study = series.study or seed
    image.PatientName, image.PatientID = identity.patient_name, identity.patient_id
    image.PatientBirthDate, image.PatientSex = "", identity.sex
    image.StudyInstanceUID, image.SeriesInstanceUID = _uid(study, "study"), _uid(seed, "series")
    image.FrameOfReferenceUID, image.PositionReferenceIndicator = _uid(study, "frame"), ""
    image.StudyDate = image.SeriesDate = image.AcquisitionDate = image.ContentDate = STUDY_DATE
    image.StudyTime = image.SeriesTime = image.AcquisitionTime = image.ContentTime = "120000"
    image.AccessionNumber, image.StudyID, image.ReferringPhysicianName = "", "1", ""
    image.Modality, image.SeriesNumber, image.AcquisitionNumber = "CT", series.number, 1
    image.SeriesDescription, image.StudyDescription = series.description, "Simulated lumbar spine"
    image.Manufacturer, image.ManufacturerModelName = identity.manufacturer, "Digital patient"
    image.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    image.KVP, image.ConvolutionKernel = 120, "SIMULATED"


def _place(image: Dataset, grid: Grid, k: int) -> None:
    """Where the slice lies. DICOM's rows run along i, its columns along j."""
    across, down = grid.direction[:, 0], grid.direction[:, 1]
    normal = np.cross(across, down)
    position = grid.to_world([0, 0, k])
    image.ImageOrientationPatient = [_number(v) for v in (*across, *down)]
    image.ImagePositionPatient = [_number(v) for v in position]
    image.PixelSpacing = [_number(grid.spacing_mm[1]), _number(grid.spacing_mm[0])]
    image.SliceThickness = _number(grid.spacing_mm[2] * abs(normal @ grid.direction[:, 2]))
    image.SliceLocation = _number(float(position @ normal))
    image.InstanceNumber = k + 1


def _fill(image: Dataset, pixels: NDArray[np.int16]) -> None:
    image.Rows, image.Columns = pixels.shape
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 12, 11, 0
    image.RescaleIntercept, image.RescaleSlope, image.RescaleType = INTERCEPT_HU, 1, "HU"
    image.WindowCenter, image.WindowWidth = 40, 350
    stored = np.clip(pixels.astype(np.int32) - INTERCEPT_HU, 0, 4095).astype("<u2")
    image.PixelData = np.ascontiguousarray(stored).tobytes()


def _uid(seed: str, what: str) -> str:
    return str(generate_uid(entropy_srcs=[sha256(f"{seed} {what}".encode()).hexdigest()]))


def _number(value: float) -> str:
    """A decimal string of at most 16 characters, as DICOM wants."""
    return f"{value:.8f}"[:16]
