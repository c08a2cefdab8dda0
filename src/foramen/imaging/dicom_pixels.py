"""Pixels of DICOM files as HU, decoded only after their size was checked."""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import uid
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder

from foramen.errors import InputError
from foramen.imaging.codestream import jpeg_2000_size, jpeg_size
from foramen.imaging.hounsfield import plane_to_hu
from foramen.imaging.limits import HU_RANGE
from foramen.imaging.picture import Picture
from foramen.progress import Progress

PLUGIN_OF_SYNTAX = {
    uid.ImplicitVRLittleEndian: "",
    uid.ExplicitVRLittleEndian: "",
    uid.ExplicitVRBigEndian: "",
    uid.RLELossless: "pydicom",
    uid.JPEGLossless: "gdcm",
    uid.JPEGLosslessSV1: "gdcm",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEGLSNearLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
    uid.JPEG2000: "pylibjpeg",
    uid.HTJ2KLossless: "pylibjpeg",
    uid.HTJ2KLosslessRPCL: "pylibjpeg",
    uid.HTJ2K: "pylibjpeg",
}
"""The transfer syntaxes read, each with the one decoder that reads it (none for uncompressed pixels)."""

SIZE_IN_STREAM: dict[str, Callable[[bytes], tuple[int, int] | None]] = {
    "gdcm": jpeg_size,
    "pyjpegls": jpeg_size,
    "pylibjpeg": jpeg_2000_size,
}


def read_pixels(pictures: Sequence[Picture], progress: Progress) -> NDArray[np.int16]:
    """HU of the pictures in their order, shape (columns, rows, pictures), first index fastest in memory.

    One after the other: every decoder holds Python's lock while it works (measured), so threads would gain nothing.

    Raises
    ------
    InputError
        If a picture is cut short or damaged, or its values are not HU.
    """
    hu = np.empty((len(pictures), pictures[0].rows, pictures[0].columns), np.int16)
    places: dict[Path, list[int]] = defaultdict(list)
    for place, picture in enumerate(pictures):
        places[picture.path].append(place)
    done = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what pydicom finds odd but reads is no news to a radiographer
        for path, wanted in places.items():
            for place, plane in zip(wanted, _planes(path, [pictures[p] for p in wanted]), strict=True):
                hu[place] = plane
                done += 1
                progress("reading the scan", done / len(pictures))
    return hu.T


def _planes(path: Path, pictures: Sequence[Picture]) -> Iterator[NDArray[np.int16]]:
    """The pictures of one file as HU, shape (rows, columns)."""
    try:
        data = pydicom.dcmread(path)
        _check_stream(data)
        syntax = data.file_meta.TransferSyntaxUID
        decoded = get_decoder(syntax).iter_array(
            data, indices=[p.frame for p in pictures], raw=True, decoding_plugin=PLUGIN_OF_SYNTAX[syntax]
        )
        for picture, (stored, _) in zip(pictures, decoded, strict=True):
            yield _hu_of_stored(stored, picture)
    except InputError:
        raise
    except Exception as error:  # decoders fail in any way on damaged data
        raise InputError(f"{path.name} is cut short or damaged; send the series again.") from error


def _check_stream(data: pydicom.Dataset) -> None:
    """Refuse compressed frames whose own header asks for another size than the picture's."""
    size_in_stream = SIZE_IN_STREAM.get(PLUGIN_OF_SYNTAX[data.file_meta.TransferSyntaxUID])
    if size_in_stream is None:
        return
    frames = int(data.get("NumberOfFrames") or 1)
    for frame in generate_frames(data.PixelData, number_of_frames=frames):
        if size_in_stream(frame) != (data.Rows, data.Columns):
            raise ValueError("the compressed pixels have another size than the picture")


def _hu_of_stored(stored: NDArray[Any], picture: Picture) -> NDArray[np.int16]:
    if picture.slope == 1 and picture.intercept.is_integer() and abs(picture.intercept) <= -HU_RANGE[0]:
        values: NDArray[Any] = stored.astype(np.int32) + np.int32(
            picture.intercept
        )  # the common case, without a detour over floats
    else:
        values = stored * picture.slope + picture.intercept
    return plane_to_hu(values, picture.path.name)
