"""Bytes of one file turned into an array, never more of them than the header announced."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from foramen.errors import InputError
from foramen.imaging.limits import MIB, TRAILING_BYTES
from foramen.progress import Progress

GZIP_MAGIC = b"\x1f\x8b"
BYTES_AT_ONCE = 8 * MIB


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading, through gzip where its first bytes say so; whatever is damaged becomes an InputError."""
    try:
        with path.open("rb") as plain:
            packed = plain.read(2) == GZIP_MAGIC
        with gzip.open(path) if packed else path.open("rb") as stream:
            yield cast("BinaryIO", stream)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path.name} is damaged or cut short: it does not unpack; copy it again.") from error
    except OSError as error:
        raise InputError(f"{path.name} can't be read: {error.strerror}.") from error


def read_voxels(
    stream: BinaryIO, shape: tuple[int, ...], dtype: np.dtype[Any], name: str, progress: Progress
) -> NDArray[Any]:
    """Read an array stored with its first index fastest, in this machine's byte order.

    Raises
    ------
    InputError
        If the stream ends too early, or goes on for more than 1 MiB.
    """
    voxels = np.empty(int(np.prod(shape, dtype=np.int64)), dtype)
    room = voxels.view(np.uint8).data
    done = 0
    while done < len(room):
        count = stream.readinto(room[done : done + BYTES_AT_ONCE])  # type: ignore[attr-defined]
        if not count:
            raise InputError(f"{name} is cut short: {done} of {len(room)} bytes of voxels are there; copy it again.")
        done += count
        progress("reading the scan", done / len(room))
    if len(stream.read(TRAILING_BYTES + 1)) > TRAILING_BYTES:
        raise InputError(f"{name} holds more data than its header announces; it is damaged or no scan.")
    native = voxels.astype(dtype.newbyteorder("="), copy=False)
    return native.reshape(shape, order="F")
