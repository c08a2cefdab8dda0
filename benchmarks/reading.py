"""Reading a CT of 512 × 512 × 300, against SimpleITK on the same files.

Every line is a process of its own: the best of three readings, and the most memory that the process held, with all its
libraries; "at work" is processor time, which a busy machine does not stretch. `read_ct` also checks every slice's
place, sorts stacks and verifies Hounsfield units; `ImageSeriesReader` takes one mean spacing for granted. Voxels are
compared one by one. The voxels themselves take 0.15 GiB.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom import dcmwrite, uid
from pydicom.dataset import FileDataset, FileMetaDataset

SHAPE = (512, 512, 300)
SPACING_MM = 0.7

OURS = "from foramen.imaging import read_ct; read = lambda p: read_ct(p).voxels.T"
SERIES = """
import SimpleITK as sitk
def read(path):
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(path))
    return sitk.GetArrayFromImage(reader.Execute())
"""
IMAGE = "import SimpleITK as sitk; read = lambda p: sitk.GetArrayFromImage(sitk.ReadImage(p))"
MEASURE = """
import hashlib, re, sys, time
seconds, busy = [], []
for _ in range(3):
    voxels = None
    began, worked = time.perf_counter(), time.process_time()
    voxels = read(sys.argv[1])
    seconds.append(time.perf_counter() - began)
    busy.append(time.process_time() - worked)
peak = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 2**20
print(min(seconds), min(busy), peak, hashlib.sha256(voxels.data).hexdigest())
"""


def run() -> str:
    lines = ["| files | reader | seconds | of them at work | peak memory, GiB |", "|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name, path, peer in _files(Path(folder)):
            readers = {"`read_ct`": OURS, **({"SimpleITK": peer} if peer else {})}
            results = {reader: _measure(code, path) for reader, code in readers.items()}
            lines += [
                f"| {name} | {reader} | {seconds:.2f} | {busy:.2f} | {gib:.2f} |"
                for reader, (seconds, busy, gib, _) in results.items()
            ]
            if len({voxels for *_, voxels in results.values()}) > 1:
                raise RuntimeError(f"{name}: the readers give different voxels")
    return "\n".join(lines)


def _measure(code: str, path: Path) -> tuple[float, float, float, str]:
    command = [sys.executable, "-c", code + MEASURE, str(path)]
    seconds, busy, gib, voxels = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(busy), float(gib), voxels


def _files(folder: Path) -> list[tuple[str, Path, str]]:
    from foramen.imaging import Volume, write_nifti

    hu = _phantom()
    plain = _write(hu, folder / "plain", lambda data: None)
    packed = _write(hu, folder / "j2k", lambda data: data.compress(uid.JPEG2000Lossless))
    archive = folder / "plain.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
        for file in plain.iterdir():
            zipped.write(file, file.name)
    write_nifti(Volume(hu, np.diag([SPACING_MM, SPACING_MM, 1, 1])), folder / "ct.nii.gz")
    return [
        ("DICOM, uncompressed", plain, SERIES),
        ("DICOM, JPEG 2000 lossless", packed, SERIES),
        ("DICOM in a zip", archive, ""),
        ("NIfTI, gzip", folder / "ct.nii.gz", IMAGE),
    ]


def _phantom() -> np.ndarray:
    """A round body with noise: what matters to a reader is how well it compresses."""
    x, y = np.meshgrid(*[np.linspace(-1, 1, n) for n in SHAPE[:2]], indexing="ij")
    body = np.where(x**2 + (1.4 * y) ** 2 < 0.7, 40, -1000)[..., None]
    noise = np.random.default_rng(1).normal(0, 12, SHAPE).astype(np.float32)
    return np.asfortranarray(np.maximum(body + noise, -1024).astype(np.int16))


def _write(hu: np.ndarray, folder: Path, change: Callable[[FileDataset], None]) -> Path:
    folder.mkdir()
    for k in range(hu.shape[2]):
        data = _slice(hu[:, :, k].T, k)
        change(data)
        dcmwrite(folder / f"{k:04d}.dcm", data, enforce_file_format=True)
    return folder


def _slice(pixels: np.ndarray, k: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = uid.CTImageStorage
    meta.MediaStorageSOPInstanceUID = f"1.2.3.{k + 1}"
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = uid.CTImageStorage, f"1.2.3.{k + 1}"
    data.StudyInstanceUID, data.SeriesInstanceUID, data.FrameOfReferenceUID = "1.2.4", "1.2.5", "1.2.6"
    data.Modality, data.SeriesNumber, data.InstanceNumber = "CT", 2, k + 1
    data.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.ImageOrientationPatient, data.ImagePositionPatient = [1, 0, 0, 0, 1, 0], [0, 0, k]
    data.PixelSpacing, data.Rows, data.Columns = [SPACING_MM, SPACING_MM], *pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleSlope, data.RescaleIntercept, data.RescaleType = 1, 0, "HU"
    data.PixelData = np.ascontiguousarray(pixels).tobytes()
    return data
