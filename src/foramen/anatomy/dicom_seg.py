"""DICOM SEG: segments with names and codes instead of values."""

from pathlib import Path
from typing import Any

import numpy as np

from foramen.anatomy.schemes import UnknownNameError, structure_named
from foramen.anatomy.stored_labels import MOST_VALUES, StoredLabels
from foramen.errors import InputError
from foramen.imaging.limits import MOST_BYTES_DECODED, MOST_BYTES_OF_A_MULTIFRAME, MOST_VOXELS
from foramen.imaging.volume import Volume

SEG_CLASSES = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
"""Segmentation Storage and Label Map Segmentation Storage."""
DEFLATED = "1.2.840.10008.1.2.1.99"


def is_dicom_file(path: Path) -> bool:
    """Whether the file has DICOM's preamble."""
    with path.open("rb") as stream:
        return stream.read(132)[128:] == b"DICM"


def read_dicom_seg(path: Path) -> StoredLabels:
    """The segments of a DICOM SEG of any kind, named by their labels, types and sides.

    Raises
    ------
    InputError
        If it is another DICOM object, damaged, too large, or its segments overlap or form no regular stack.
    """
    import highdicom

    dataset = _believable(path)
    try:
        segmentation = highdicom.seg.Segmentation.from_dataset(dataset, copy=False)
        volume = segmentation.get_volume(combine_segments=True, allow_missing_positions=True, dtype=np.uint8)
        names = {number: _name(segmentation.get_segment_description(number)) for number in segmentation.segment_numbers}
    except Exception as error:  # highdicom raises whatever a damaged object makes it stumble over
        raise InputError(
            f"{path.name} is a DICOM SEG that can't be read as one label map ({_reason(error)}); export it again, "
            "or as NIfTI."
        ) from error
    voxels = np.asarray(volume.array).T if volume.array.ndim == 3 else None
    if voxels is None or not voxels.any():
        raise InputError(f"{path.name} is empty: no segment has a voxel. Check the segmentation that wrote it.")
    turn = np.eye(4)[:, [2, 1, 0, 3]]
    return StoredLabels(
        Volume(voxels, volume.affine @ turn), tuple(range(256)), names, "segment names in the DICOM SEG"
    )


def _believable(path: Path) -> Any:
    """The file's data set, once its header is believed."""
    import pydicom

    if path.stat().st_size > MOST_BYTES_OF_A_MULTIFRAME:
        raise InputError(f"{path.name} is larger than the {MOST_BYTES_OF_A_MULTIFRAME >> 30} GiB that are read.")
    try:
        meta = pydicom.filereader.read_file_meta_info(path)
        if str(meta.get("TransferSyntaxUID", "")) == DEFLATED:
            raise InputError(f"{path.name} is stored deflated, which is not read; export it uncompressed.")
        dataset = pydicom.dcmread(path)
        size = int(dataset.Rows) * int(dataset.Columns) * int(dataset.NumberOfFrames)
        segments = len(dataset.SegmentSequence)
    except InputError:
        raise
    except Exception as error:  # a damaged file may raise anything
        raise InputError(f"{path.name} is no DICOM SEG, or damaged; a label map is expected here.") from error
    if str(dataset.get("SOPClassUID", "")) not in SEG_CLASSES:
        raise InputError(f"{path.name} is a DICOM file but no segmentation (SEG); a label map is expected here.")
    if size > MOST_BYTES_DECODED * 8 or size // max(segments, 1) > MOST_VOXELS:
        raise InputError(f"{path.name} says it has {size // 10**6} million voxels, more than are read.")
    if not 1 <= segments <= MOST_VALUES:
        raise InputError(f"{path.name} says it has {segments} segments; 1 to {MOST_VALUES} are read.")
    return dataset


def _name(description: Any) -> str:
    """A segment's name: its label where that is known, else its coded type with its side."""
    kind = description.segmented_property_type.meaning
    modifiers = description.get("SegmentedPropertyTypeCodeSequence", [{}])[0].get(
        "SegmentedPropertyTypeModifierCodeSequence", []
    )
    side = " ".join(str(item.CodeMeaning) for item in modifiers)
    regions = [str(item.CodeMeaning) for item in description.get("AnatomicRegionSequence", [])]
    candidates = [str(description.segment_label), f"{kind} {side}".strip(), *(f"{r} {side}".strip() for r in regions)]
    for candidate in candidates:
        try:
            structure_named(candidate)
        except UnknownNameError:
            continue
        return candidate
    return candidates[0]


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text[:120].rstrip(". ") or type(error).__name__
