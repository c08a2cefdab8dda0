"""NRRD, read: one file (.nrrd) or a header beside its data (.nhdr)."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import nrrd
import numpy as np
from numpy.typing import NDArray

from foramen.errors import InputError
from foramen.imaging.image import Image
from foramen.imaging.limits import MIB, check_affine, check_size
from foramen.imaging.stored import opened, read_voxels
from foramen.progress import Progress

MOST_HEADER_BYTES = MIB
TO_LPS = {
    "left-posterior-superior": (1.0, 1.0, 1.0),
    "lps": (1.0, 1.0, 1.0),
    "right-anterior-superior": (-1.0, -1.0, 1.0),
    "ras": (-1.0, -1.0, 1.0),
    "left-anterior-superior": (1.0, -1.0, 1.0),
    "las": (1.0, -1.0, 1.0),
}
TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
TYPE_OF_NAME = {name: code for code, names in TYPES.items() for name in names}


def read_nrrd(path: Path, progress: Progress) -> Image:
    """Read an NRRD file in raw or gzip encoding. The header decides before any voxel is touched.

    Raises
    ------
    InputError
        If the header is damaged, asks for what is not read, or announces more than the limits allow.
    """
    with opened(path) as stream:
        header = _header(stream, path.name)
        shape = tuple(int(n) for n in header["sizes"])
        check_size(path.name, shape)
        affine = _affine(header, path.name)
        check_affine(path.name, affine)
        with _data(stream, header, path) as data:
            voxels = read_voxels(data, shape, _dtype(header, path.name), path.name, progress)
    return Image(voxels, affine, fields={str(key): str(value) for key, value in header.items()})


def _header(stream: BinaryIO, name: str) -> dict[str, Any]:
    lines, budget = [], MOST_HEADER_BYTES
    while (line := stream.readline(budget)).strip():
        lines.append(line)
        budget -= len(line)
        if budget <= 0:
            raise InputError(f"{name} has a header longer than {MOST_HEADER_BYTES // MIB} MiB; it is damaged.")
    try:
        header = dict(nrrd.read_header(lines))
    except (nrrd.NRRDError, ValueError, UnicodeDecodeError, IndexError) as error:
        raise InputError(f"{name} is no NRRD file, or its header is damaged.") from error
    missing = [key for key in ("sizes", "type", "encoding") if key not in header]
    if missing:
        raise InputError(f"{name} lacks the header field {missing[0]!r}; export it again.")
    return header


def _dtype(header: dict[str, Any], name: str) -> np.dtype[Any]:
    if header["type"] not in TYPE_OF_NAME:
        raise InputError(f"{name} stores numbers of the type {header['type']!r}; a CT has plain real ones.")
    order = ">" if header.get("endian") == "big" else "<"
    return np.dtype(order + TYPE_OF_NAME[header["type"]])


def _affine(header: dict[str, Any], name: str) -> NDArray[np.float64]:
    space = str(header.get("space", "")).lower()
    if space not in TO_LPS or "space directions" not in header or "space origin" not in header:
        raise InputError(
            f"{name} does not say how it lies in the patient (space, space directions, space origin); export it again."
        )
    try:
        directions = np.array(header["space directions"], dtype=np.float64)
        origin = np.array(header["space origin"], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} has a damaged geometry (space directions); export it again.") from error
    if directions.shape != (3, 3) or origin.shape != (3,):
        raise InputError(f"{name} has a geometry that is not three-dimensional; export it again.")
    affine = np.eye(4)
    affine[:3, :3] = directions.T
    affine[:3, 3] = origin
    return np.diag([*TO_LPS[space], 1.0]) @ affine


@contextmanager
def _data(stream: BinaryIO, header: dict[str, Any], path: Path) -> Iterator[BinaryIO]:
    """The voxels' bytes: what follows the header, or the file beside it that the header names."""
    if any(int(header.get(key, 0)) for key in ("line skip", "lineskip", "byte skip", "byteskip")):
        raise InputError(f"{path.name} skips lines or bytes before its voxels, which is not read; export it again.")
    beside = header.get("data file", header.get("datafile"))
    if beside is None:
        with _unpacked(stream, header, path.name) as data:
            yield data
        return
    # An untrusted header names only a plain file of its own folder, never a path elsewhere.
    file = path.with_name(Path(str(beside)).name)
    if str(beside) != file.name or file.is_symlink() or not file.is_file():
        raise InputError(f"{path.name} keeps its voxels in one file beside it, and that file is not there.")
    with file.open("rb") as other, _unpacked(other, header, file.name) as data:
        yield data


@contextmanager
def _unpacked(stream: BinaryIO, header: dict[str, Any], name: str) -> Iterator[BinaryIO]:
    encoding = header["encoding"]
    if encoding == "raw":
        yield stream
    elif encoding in ("gzip", "gz"):
        try:
            with gzip.GzipFile(fileobj=stream) as data:
                yield cast("BinaryIO", data)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{name} is damaged or cut short: it does not unpack; copy it again.") from error
    else:
        raise InputError(f"{name} is stored in the encoding {encoding!r}; raw and gzip are read.")
