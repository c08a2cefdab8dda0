"""A folder with one binary map per structure, as TotalSegmentator writes it."""

from pathlib import Path

import numpy as np

from foramen.anatomy.schemes import UnknownNameError, structure_named
from foramen.anatomy.stored_labels import StoredLabels
from foramen.anatomy.structures import Structure
from foramen.errors import InputError
from foramen.imaging import Volume, read_image, resample
from foramen.imaging.image import NIFTI_SUFFIXES, NRRD_SUFFIXES
from foramen.imaging.volume import Grid
from foramen.progress import Progress


def label_files(folder: Path) -> list[Path]:
    """The NIfTI and NRRD files of a folder, by name."""
    suffixes = (*NIFTI_SUFFIXES, *NRRD_SUFFIXES)
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name.lower().endswith(suffixes))


def read_label_folder(paths: list[Path], grid: Grid, progress: Progress) -> StoredLabels:
    """One map out of many files, named by them, on the CT's grid; where two overlap, bone wins, then the lower value.

    Raises
    ------
    InputError
        If no file is named after a structure, or one of them holds more than a mask.
    """
    known: dict[Path, Structure] = {}
    unknown = []
    for path in paths:
        try:
            structure = structure_named(_stem(path))
        except UnknownNameError:
            unknown.append(_stem(path))
            continue
        if structure is not None:
            known[path] = structure
    if not known:
        raise InputError(
            f"None of the {len(paths)} files in {paths[0].parent.name} is named after a structure "
            f"(like vertebrae_L5.nii.gz); the first is {paths[0].name}."
        )
    merged = np.zeros(grid.shape[::-1], np.uint8).T
    for number, (path, structure) in enumerate(sorted(known.items(), key=lambda item: item[1])):
        progress("reading the label maps", number / len(known))
        _add(merged, path, structure, grid)
    progress("reading the label maps", 1.0)
    names = {int(structure): structure.name.lower() for structure in known.values()}
    warnings = (f"Files not named after a structure were left out: {', '.join(unknown[:5])}.",) if unknown else ()
    if not merged.any():
        raise InputError(
            f"Every map in {paths[0].parent.name} is empty, or lies beside the CT; take the CT's own maps."
        )
    values = tuple(range(256))
    return StoredLabels(Volume(merged, grid.affine), values, names, "file names", warnings)


def _add(merged: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], path: Path, structure: Structure, grid: Grid) -> None:
    image = read_image(path)
    values = np.unique(image.voxels)
    if len(values) > 2 or (len(values) == 2 and values[0] != 0) or (values < 0).any():
        raise InputError(f"{path.name} holds more than one value; in a folder each file is the mask of one structure.")
    mask = Volume(image.voxels != 0, image.affine)
    if not mask.grid.same_place_as(grid, 0.1):
        mask = resample(mask, grid, nearest=True, fill=0)
    np.copyto(merged, np.uint8(structure), where=mask.voxels & (merged == 0))


def _stem(path: Path) -> str:
    name = path.name.lower()
    suffix = next(s for s in sorted((*NIFTI_SUFFIXES, *NRRD_SUFFIXES), key=len, reverse=True) if name.endswith(s))
    return path.name[: -len(suffix)].removesuffix(".seg")
