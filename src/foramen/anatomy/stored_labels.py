"""A label map as it is stored: which value each voxel has, before anyone says what a value means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foramen.errors import InputError
from foramen.imaging.image import Image
from foramen.imaging.volume import Volume

MOST_VALUES = 255
"""No numbering has more; an image that is no label map has thousands."""
GREATEST_VALUE = 65535


@dataclass(frozen=True, eq=False)
class StoredLabels:
    """Voxels as positions in a short list of values.

    Attributes
    ----------
    codes
        uint8 volume: `values[code]` is the voxel's value; code 0 is background.
    values
        The values that occur, 0 first.
    names
        The name that the file itself gives to a value; empty where it gives none.
    named_by
        Where the names come from, in words.
    warnings
        What a person must know.
    """

    codes: Volume
    values: tuple[int, ...]
    names: Mapping[int, str] = field(default_factory=dict)
    named_by: str = ""
    warnings: tuple[str, ...] = ()


def stored_labels(image: Image, name: str) -> StoredLabels:
    """What an image file holds, if it can be labels.

    Raises
    ------
    InputError
        If it holds fractions, negative or very many different values, or nothing at all.
    """
    values, codes = _coded(image.voxels, name)
    if len(values) == 1:
        raise InputError(f"{name} is empty: every voxel is 0. Check the segmentation that wrote it.")
    names = _nifti_names(image.texts) or _nrrd_names(image.fields)
    return StoredLabels(Volume(codes, image.affine), values, names, "names in its header" if names else "")


def _coded(voxels: NDArray[Any], name: str) -> tuple[tuple[int, ...], NDArray[np.uint8]]:
    """The values that occur, 0 first, and each voxel's position among them; slab by slab, to stay small."""
    slabs = np.moveaxis(voxels, int(np.argmax(np.abs(voxels.strides))), 0)
    found = np.zeros(1, np.int64)
    for slab in slabs:
        found = np.union1d(found, _whole_numbers(np.unique(slab), name))
        if len(found) > MOST_VALUES + 1:
            raise InputError(f"{name} holds more than {MOST_VALUES} different values; it is an image, not a label map.")
    if found[0] < 0 or found[-1] > GREATEST_VALUE:
        odd = found[0] if found[0] < 0 else found[-1]
        raise InputError(f"{name} holds the value {odd}; labels lie between 0 and {GREATEST_VALUE}.")
    lookup = np.zeros(int(found[-1]) + 1, np.uint8)
    lookup[found] = np.arange(len(found))
    codes = np.empty_like(voxels, dtype=np.uint8)
    for slab, out in zip(slabs, np.moveaxis(codes, int(np.argmax(np.abs(voxels.strides))), 0), strict=True):
        np.take(lookup, slab.astype(np.int64), out=out)
    return tuple(int(v) for v in found), codes


def _whole_numbers(values: NDArray[Any], name: str) -> NDArray[np.int64]:
    if values.dtype.kind == "f" and not (np.isfinite(values).all() and (values == np.round(values)).all()):
        odd = values[~(np.isfinite(values) & (values == np.round(values)))][0]
        raise InputError(
            f"{name} holds the value {odd:.4g}; labels are whole numbers. It is an image, not a label map."
        )
    return values.astype(np.int64)


def _nifti_names(texts: tuple[str, ...]) -> dict[int, str]:
    """Names in a header extension as Connectome Workbench defines it and TotalSegmentator writes it.

    Read by pattern, not as XML, so that a hostile header can do nothing.
    """
    pattern = re.compile(r'<Label\s[^>]*?Key="(\d{1,5})"[^>]*>\s*(?:<!\[CDATA\[)?([^\]<]{1,100})')
    found = {int(key): name.strip() for text in texts for key, name in pattern.findall(text)}
    return {key: name for key, name in found.items() if key and name != "???"}


def _nrrd_names(fields: Mapping[str, str]) -> dict[int, str]:
    """Names that 3D Slicer writes: `Segment0_LabelValue` and `Segment0_Name`."""
    names = {}
    for key, value in fields.items():
        match = re.fullmatch(r"(Segment\d{1,4})_LabelValue", key)
        if match and f"{match[1]}_Name" in fields and value.strip().isdigit():
            names[int(value)] = fields[f"{match[1]}_Name"]
    return names
