"""Label maps: from whatever file a segmentation came in, to Foramen's vocabulary on the CT's own grid."""

from pathlib import Path

import numpy as np

from foramen.anatomy.dicom_seg import is_dicom_file, read_dicom_seg
from foramen.anatomy.label_evidence import Evidence, look_at
from foramen.anatomy.label_fit import contrast_here_and_around
from foramen.anatomy.label_folder import label_files, read_label_folder
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.recognise import recognise
from foramen.anatomy.schemes import Scheme, scheme_named, scheme_of_names
from foramen.anatomy.spine_check import fault, sides, vertebrae_of
from foramen.anatomy.stored_labels import StoredLabels, stored_labels
from foramen.anatomy.structures import Structure
from foramen.errors import InputError
from foramen.imaging import Ct, Volume, read_image, resample
from foramen.imaging.image import is_image_file
from foramen.progress import Progress, silent

COARSE_MM = 2.0
SAME_PLACE_MM = 0.1
BETTER_ELSEWHERE = 1.15
"""A map whose vertebrae stand out clearly more when it is moved belongs elsewhere; see `contrast_here_and_around`."""
SHORT_VERTEBRA_MM = 50.0
"""From the front of the body to the tip of the spinous process a lumbar vertebra measures 75 mm and more; the body
alone 30 to 40 mm."""


def read_labels(path: Path | str, ct: Ct, *, scheme: str | None = None, progress: Progress = silent) -> LabelMap:
    """Read a label map and lay it on the CT.

    Parameters
    ----------
    path : path
        One NIfTI or NRRD file with values, a folder with one binary file per structure, or a DICOM SEG.
    ct : Ct
        The scan it was made on.
    scheme : str, optional
        A numbering (`totalsegmentator-v2`, `verse`, …) or a TOML file. Without it, names in the file decide; without
        those, the numbering is recognised from what lies where.

    Returns
    -------
    LabelMap
        On the CT's grid. `confidence` is 1 where names or the user decided.

    Raises
    ------
    InputError
        If it can't be labels, does not lie on this CT, lies mirrored, or its numbering is not certain.
    UsageError
        If the named scheme does not exist.
    """
    path = Path(path)
    stored = _stored(path, ct, progress)
    codes, warnings = _on_grid(stored.codes, ct, path.name)
    progress("recognising the labels", 0.0)
    evidence = look_at(codes, stored.values, ct)
    if not evidence.looks:
        raise InputError(f"{path.name} does not lie on this CT: no label comes to lie inside the scan.")
    meaning, confidence, told = _meaning(stored, evidence, scheme, path.name)
    _refuse_misplaced(evidence, meaning, path.name)
    warnings += stored.warnings + told + _remarks(evidence, meaning)
    lookup = np.zeros(256, np.uint8)
    for code, value in enumerate(stored.values):
        lookup[code] = meaning.values.get(value) or Structure.BACKGROUND
    progress("recognising the labels", 1.0)
    return LabelMap(lookup[codes.voxels], ct.affine, meaning.title, confidence, meaning.can_hold, frozenset(), warnings)


def _stored(path: Path, ct: Ct, progress: Progress) -> StoredLabels:
    if path.is_dir():
        files = label_files(path)
        if len(files) > 1:
            return read_label_folder(files, ct.grid, progress)
        inside = files or [p for p in sorted(path.rglob("*"))[:5000] if p.is_file() and is_dicom_file(p)]
        if len(inside) != 1:
            raise InputError(f"{path.name} holds no label map: no NIfTI or NRRD file, and not exactly one DICOM SEG.")
        path = inside[0]
    if not path.is_file():
        raise InputError(f"{path} is not there; give a label map (NIfTI, NRRD, DICOM SEG) or a folder of them.")
    if is_image_file(path):
        return stored_labels(read_image(path, progress=progress), path.name)
    if is_dicom_file(path):
        return read_dicom_seg(path)
    raise InputError(f"{path.name} is no label map that Foramen reads: NIfTI, NRRD or DICOM SEG.")


def _on_grid(codes: Volume, ct: Ct, name: str) -> tuple[Volume, tuple[str, ...]]:
    """The codes on the CT's grid, and what is to be said of that."""
    if codes.grid.same_place_as(ct.grid, SAME_PLACE_MM):
        return codes, ()
    index = ct.to_index(codes.grid.corners_mm)
    if (index.max(axis=0) < 0).any() or (index.min(axis=0) > np.array(ct.shape) - 1).any():
        raise InputError(f"{name} does not lie on this CT: they have no region in common. Give the CT's own map.")
    warnings: tuple[str, ...] = ()
    coarsest = codes.spacing_mm.max()
    if coarsest > COARSE_MM and coarsest > 1.5 * ct.spacing_mm.max():
        warnings = (f"The label map has voxels of up to {coarsest:.1f} mm, coarser than the CT: its edges are rough.",)
    return resample(codes, ct.grid, nearest=True, fill=0), warnings


def _meaning(
    stored: StoredLabels, evidence: Evidence, scheme: str | None, name: str
) -> tuple[Scheme, float, tuple[str, ...]]:
    """What the values mean, how sure that is, and what a person must know of it."""
    confidence = 1.0
    if scheme is not None:
        meaning = scheme_named(scheme)
        told: tuple[str, ...] = ()
    elif stored.names:
        meaning, unknown = scheme_of_names(stored.names, stored.named_by)
        told = (f"Unknown names in the label map were left out: {', '.join(unknown[:5])}.",) if unknown else ()
    else:
        meaning, confidence = recognise(evidence, name)
        told = ()
    if confidence == 1.0 and (wrong := fault(evidence, meaning)):
        raise InputError(
            f"{name} can't be used: read by {meaning.title}, it {wrong}. Give the CT's own map with its vertebrae."
        )
    strange = [str(value) for value in evidence.looks if value not in meaning.values and value not in stored.names]
    if strange:
        told += (
            f"Values of the label map that {meaning.title} does not know were left out: {', '.join(strange[:8])}.",
        )
    return meaning, confidence, told


def _refuse_misplaced(evidence: Evidence, meaning: Scheme, name: str) -> None:
    right, swapped = sides(evidence, meaning)
    if swapped > right:
        raise InputError(
            f"{name} lies mirrored on this CT: what it calls left is on the patient's right. Export it again, without "
            "flipping."
        )
    values = tuple(value for values in vertebrae_of(evidence, meaning).values() for value in values)
    here, best, distance = contrast_here_and_around(evidence, values)
    if best > BETTER_ELSEWHERE * here:
        raise InputError(
            f"{name} does not lie on this CT's bones: moved by {distance:.0f} mm it would fit better. It may belong to "
            "another scan."
        )


def _remarks(evidence: Evidence, meaning: Scheme) -> tuple[str, ...]:
    """What is odd about the spine in this map."""
    depth = [
        (evidence.looks[v].upper[1] - evidence.looks[v].lower[1] + 1) * evidence.ct.spacing_mm[1]
        for level, values in vertebrae_of(evidence, meaning).items()
        for v in values
        if level >= Structure.L1
    ]
    if depth and np.median(depth) < SHORT_VERTEBRA_MM:
        return ("The label map holds vertebral bodies only: arches, facets and processes are bone that it leaves out.",)
    return ()
