"""Structures as a DICOM SEG that a PACS takes: one binary segment each, referencing the CT's own slices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foramen import __version__
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue
from foramen.anatomy.write_labels import spelled
from foramen.errors import InputError
from foramen.imaging.ct import Ct
from foramen.imaging.dicom_files import dicom_files

KEPT = tuple(
    s for s in Structure if s in STRUCTURES_OF[Tissue.BONE] or s in (Structure.SPINAL_CANAL, Structure.THECAL_SAC)
)
"""Bones, canal and sac; what was found only as "not to cross" is no finding for an archive."""


def read_slices(path: Path, ct: Ct) -> list[Any]:
    """The headers of the single-frame DICOM slices that a CT was read from, from foot to head.

    Parameters
    ----------
    path : path
        What `read_ct` read: a folder, a file or a zip.
    ct : Ct
        What it gave.
    """
    found = [d for d in _headers(path) if str(d.get("SeriesInstanceUID", "")) == ct.identity.series_uid]
    on_grid = [d for d in found if "ImagePositionPatient" in d and _lies_on(d, ct)]
    for dataset in on_grid:
        if not dataset.get("SliceThickness"):
            dataset.SliceThickness = _step_mm(dataset, ct)
    return sorted({str(d.SOPInstanceUID): d for d in on_grid}.values(), key=_height)


def _headers(path: Path) -> Iterator[Any]:
    """Headers, completed by what DICOM requires to be there though empty and de-identified files leave out."""
    from pydicom import dcmread

    with dicom_files(path) as files:
        for file in files:
            dataset = dcmread(file, stop_before_pixels=True, force=True)
            for keyword in EMPTY_WHERE_MISSING:
                if keyword not in dataset:
                    setattr(dataset, keyword, "")
            dataset.decode()
            dataset.SpecificCharacterSet = UNICODE
            yield dataset


UNICODE = "ISO_IR 192"
"""Names in several old character sets can't be passed on as they are."""

EMPTY_WHERE_MISSING = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "StudyID",
    "ReferringPhysicianName",
)


def _lies_on(dataset: Any, ct: Ct) -> bool:
    """Whether a slice's corner is a voxel of the CT, and its picture one of its planes."""
    corner = np.array(dataset.ImagePositionPatient, float)
    index = ct.to_index(corner)
    row, column = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    along = np.abs(ct.direction.T @ np.stack([row, column], axis=1)).max(axis=0)
    return bool(np.abs(index - np.rint(index)).max() < OFF_GRID and ct.grid.contains(corner) and along.min() > 0.9999)


def _step_mm(dataset: Any, ct: Ct) -> float:
    """From one slice to the next, where a file does not say how thick its slice is."""
    row, column = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    across = np.argmax(np.abs(ct.direction.T @ np.cross(row, column)))
    return round(float(ct.spacing_mm[across]), 4)


OFF_GRID = 0.05
"""Voxels by which a slice may lie beside the grid, for rounding."""


def write_dicom_seg(labels: LabelMap, source: list[Any], path: Path) -> None:
    """Write the structures of a map over the DICOM slices it was made on.

    Parameters
    ----------
    labels : LabelMap
        On the CT's grid, any storage.
    source : list of Dataset
        From `read_slices`.
    path : path
        Where the object goes.

    Raises
    ------
    InputError
        If there is no slice, as of a NIfTI file or of a tilted series that had to be resampled.
    """
    import highdicom as hd

    if not source:
        raise InputError(
            "A DICOM SEG refers to single DICOM slices that lie on the CT's grid; this CT has none "
            "(NIfTI, multi-frame, or resampled). Leave out --dicom-seg."
        )
    present = [s for s in KEPT if s in labels.present]
    pixels = np.stack([_slice_labels(labels, dataset) for dataset in source])
    masks = np.stack([pixels == int(s) for s in present], axis=-1).astype(np.uint8)
    segmentation = hd.seg.Segmentation(
        source_images=source,
        pixel_array=masks,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_described(number, s) for number, s in enumerate(present, start=1)],
        series_instance_uid=hd.UID(),
        series_number=900,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer="Foramen",
        manufacturer_model_name="foramen",
        software_versions=__version__,
        device_serial_number="0",
        series_description="Foramen: lumbar anatomy",
        omit_empty_frames=True,
    )
    segmentation.save_as(path)


def _height(dataset: Any) -> float:
    row, column = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    return float(np.cross(row, column) @ np.array(dataset.ImagePositionPatient, float))


def _slice_labels(labels: LabelMap, dataset: Any) -> NDArray[np.uint8]:
    """The map's values at the pixels of one slice, shape (rows, columns)."""
    row, column = np.array(dataset.ImageOrientationPatient, float).reshape(2, 3)
    down_mm, right_mm = (float(s) for s in dataset.PixelSpacing)
    corner = np.array(dataset.ImagePositionPatient, float)
    r, c = np.meshgrid(np.arange(dataset.Rows), np.arange(dataset.Columns), indexing="ij")
    index = labels.to_index(corner + c[..., None] * right_mm * row + r[..., None] * down_mm * column)
    nearest = np.rint(index).astype(int)
    i, j, k = np.moveaxis(nearest, -1, 0)
    found: NDArray[np.uint8] = labels.voxels[i, j, k]
    return found


def _described(number: int, structure: Structure) -> Any:
    import highdicom as hd
    from pydicom.sr.codedict import codes

    return hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=spelled(structure),
        segmented_property_category=codes.SCT.AnatomicalStructure,
        segmented_property_type=_code(structure),
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            name="foramen anatomy", version=__version__, family=codes.DCM.MorphologicalOperations
        ),
    )


def _code(structure: Structure) -> Any:
    """SNOMED CT code of a structure."""
    from pydicom.sr.codedict import codes

    plain = {
        Structure.S1: "Sacrum",
        Structure.SACRUM: "Sacrum",
        Structure.COCCYX: "Coccyx",
        Structure.RIB_LEFT: "Rib",
        Structure.RIB_RIGHT: "Rib",
        Structure.SPINAL_CANAL: "VertebralCanal",
        Structure.THECAL_SAC: "VertebralCanal",
    }
    if structure < Structure.S1 and hasattr(codes.SCT, f"{structure.name}Vertebra"):
        return getattr(codes.SCT, f"{structure.name}Vertebra")
    return getattr(codes.SCT, plain.get(structure, "Vertebra" if structure < Structure.S1 else "Bone"))
