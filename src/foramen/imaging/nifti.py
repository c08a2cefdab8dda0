"""NIfTI, read and written. NIfTI's world is RAS: here alone it is turned to and from LPS."""

import gzip
import os
from pathlib import Path
from typing import Any, BinaryIO, cast

import nibabel
import numpy as np
from numpy.typing import NDArray

from foramen.errors import InputError
from foramen.imaging.image import Image
from foramen.imaging.limits import MIB, check_affine, check_size
from foramen.imaging.stored import opened, read_voxels
from foramen.imaging.volume import Grid, Volume
from foramen.progress import Progress

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
SAME_PLACE_MM = 0.1
MOST_HEADER_BYTES = MIB
HEADERS: dict[int, Any] = {348: nibabel.Nifti1Header, 540: nibabel.Nifti2Header}
MAGIC = {348: b"n+1", 540: b"n+2"}
STORED_TYPES = {"i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"}


def read_nifti(path: Path, progress: Progress) -> Image:
    """Read a single-file NIfTI-1 or -2. The header decides before any voxel is touched.

    Raises
    ------
    InputError
        If the header is damaged, contradicts itself, or announces more than the limits allow.
    """
    with opened(path) as stream:
        header = _header(stream, path.name)
        shape = _shape(header, path.name)
        affine = RAS_TO_LPS @ _ras_affine(header, shape, path.name)
        check_affine(path.name, affine)
        texts = _extensions(stream, int(header.sizeof_hdr), int(header["vox_offset"]))
        voxels = read_voxels(stream, shape, header.get_data_dtype(), path.name, progress)
    return Image(_scaled(voxels, header, path.name), affine, texts=texts)


def _header(stream: BinaryIO, name: str) -> Any:
    first = stream.read(4)
    for order in ("<", ">"):
        size = int.from_bytes(first, "little" if order == "<" else "big")
        if size in HEADERS:
            block = first + stream.read(size - 4)
            if len(block) < size or MAGIC[size] not in (block[4:7], block[344:347]):
                break
            header = HEADERS[size](block, order, check=False)
            if int(header["datatype"]) not in nibabel.nifti1.data_type_codes.code:
                raise InputError(f"{name} stores a type of number that NIfTI does not know; export it again.")
            return header
    raise InputError(f"{name} is no single-file NIfTI: its header is missing or damaged.")


def _shape(header: Any, name: str) -> tuple[int, int, int]:
    dims = [int(n) for n in header["dim"]]
    if not 3 <= dims[0] <= 7 or any(n != 1 for n in dims[4 : dims[0] + 1]):
        raise InputError(f"{name} is not one three-dimensional image (its dimensions: {dims[1 : dims[0] + 1]}).")
    check_size(name, tuple(dims[1:4]))
    if header.get_data_dtype().newbyteorder("=").str[1:] not in STORED_TYPES:
        raise InputError(f"{name} stores {header.get_value_label('datatype')} numbers; a CT has plain real ones.")
    offset = float(header["vox_offset"])
    if not int(header.sizeof_hdr) + 4 <= offset <= MOST_HEADER_BYTES:
        raise InputError(f"{name} says its voxels start at byte {offset:g}, which can't be; export it again.")
    return dims[1], dims[2], dims[3]


def _ras_affine(header: Any, shape: tuple[int, int, int], name: str) -> NDArray[np.float64]:
    """The affine of the header, where its two ways to say it do not contradict each other."""
    sform = header.get_sform() if header["sform_code"] > 0 else None
    try:
        qform = header.get_qform() if header["qform_code"] > 0 else None
    except (ValueError, nibabel.spatialimages.HeaderDataError) as error:
        raise InputError(f"{name} has a damaged orientation (qform); export it again.") from error
    if sform is None and qform is None:
        raise InputError(f"{name} does not say how it lies in the patient (neither sform nor qform); export it again.")
    for affine in (sform, qform):
        if affine is not None:
            check_affine(name, affine)
    if sform is None or qform is None:
        return np.asarray(qform if sform is None else sform, dtype=np.float64)
    by_sform, by_qform = Grid(shape, sform), Grid(shape, qform)
    # A qform can't hold the shear of a tilted gantry: there the sform alone is right.
    if by_sform.is_straight and not by_sform.same_place_as(by_qform, SAME_PLACE_MM):
        raise InputError(f"{name} says in two ways where it lies (sform, qform), and they differ; export it again.")
    return np.asarray(sform, dtype=np.float64)


def _extensions(stream: BinaryIO, header_bytes: int, voxels_at: int) -> tuple[str, ...]:
    """The texts between header and voxels: a flag of four bytes, then size, code and content of each."""
    between = stream.read(voxels_at - header_bytes)
    texts, at = [], 4
    while between[:1] == b"\x01" and at + 8 <= len(between):
        size = min(int.from_bytes(between[at : at + 4], order) for order in ("little", "big"))
        if size < 8:
            break
        texts.append(between[at + 8 : at + size].rstrip(b"\0 ").decode("utf-8", "replace"))
        at += size
    return tuple(texts)


def _scaled(voxels: NDArray[Any], header: Any, name: str) -> NDArray[Any]:
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    if slope == 0 or np.isnan(slope) or (slope, intercept) == (1, 0):
        return voxels
    if not np.isfinite([slope, intercept]).all():
        raise InputError(f"{name} has a scaling that is not finite; export it again.")
    return cast("NDArray[Any]", voxels * np.float32(slope) + np.float32(intercept))


def write_nifti(volume: Volume, path: Path | str, *, extension: str = "") -> None:
    """Write a volume as NIfTI-1, whole or not at all; the same volume always gives the same bytes.

    Parameters
    ----------
    volume : Volume
        Masks are stored as 0 and 1.
    path : path
        Ends in ``.nii.gz`` (compressed) or ``.nii``. An existing file is replaced.
    extension : str
        Text for the header's extension, where label maps keep their names.

    Raises
    ------
    InputError
        If the folder can't be written to.
    """
    path = Path(path)
    voxels = volume.voxels.view(np.uint8) if volume.voxels.dtype == bool else volume.voxels
    image: Any = cast("Any", nibabel).Nifti1Image(voxels, RAS_TO_LPS @ volume.affine)
    image.header.set_xyzt_units("mm")
    image.set_sform(image.affine, code="scanner")
    image.set_qform(image.affine, code="scanner" if volume.grid.is_straight else "unknown")
    if extension:
        image.header.extensions.append(cast("Any", nibabel).nifti1.Nifti1Extension("comment", extension.encode()))
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            if path.name.lower().endswith(".gz"):
                with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
                    image.to_stream(packed)
            else:
                image.to_stream(file)
        part.replace(path)
    except OSError as error:
        raise InputError(f"{path} can't be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)
