"""An image file as it is: voxels, geometry and the free text of its header."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from foramen.errors import InputError
from foramen.imaging.volume import Volume
from foramen.progress import Progress, silent

NIFTI_SUFFIXES = (".nii", ".nii.gz")
NRRD_SUFFIXES = (".nrrd", ".nhdr")


@dataclass(frozen=True, eq=False)
class Image(Volume):
    """Voxels of any real type as a file stores them, in LPS, with what its header says in free text.

    Parameters
    ----------
    voxels, affine
        See `Volume`; scaled where the header asks for it, otherwise of the file's own type.
    texts : tuple of str
        The header extensions of a NIfTI file, undecorated (TotalSegmentator keeps its label names there, as XML).
    fields : mapping of str to str
        The header fields of an NRRD file (3D Slicer keeps its segment names there).
    """

    texts: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def is_image_file(path: Path) -> bool:
    """Whether the name is that of a NIfTI or NRRD file."""
    return path.name.lower().endswith(NIFTI_SUFFIXES + NRRD_SUFFIXES)


def read_image(path: Path | str, *, progress: Progress = silent) -> Image:
    """Read a NIfTI (.nii, .nii.gz) or NRRD (.nrrd, .nhdr) file, a CT or a label map.

    Parameters
    ----------
    path : path
        The file.
    progress : Progress
        Called with the fraction of the voxels read.

    Returns
    -------
    Image
        In LPS mm, whatever frame the file uses; the affine may be oblique or sheared.

    Raises
    ------
    InputError
        If the file is missing, of another kind, damaged, or beyond the limits of `foramen.imaging.limits`.
    """
    from foramen.imaging.nifti import read_nifti
    from foramen.imaging.nrrd import read_nrrd

    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} is not there, or is no file.")
    if path.name.lower().endswith(NIFTI_SUFFIXES):
        return read_nifti(path, progress)
    if path.name.lower().endswith(NRRD_SUFFIXES):
        return read_nrrd(path, progress)
    raise InputError(f"{path.name} is neither NIfTI (.nii, .nii.gz) nor NRRD (.nrrd, .nhdr).")
