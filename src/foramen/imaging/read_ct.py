"""From whatever the scanner or archive gave to a CT that the rest of Foramen can trust."""

from pathlib import Path

from foramen.errors import InputError, UsageError
from foramen.imaging.ct import Ct
from foramen.imaging.dicom import find_stacks, read_dicom
from foramen.imaging.hounsfield import check_hu, to_hu
from foramen.imaging.image import is_image_file, read_image
from foramen.imaging.stack import Stack
from foramen.imaging.straighten import straighten, tilt_deg
from foramen.progress import Progress, silent


def read_ct(path: Path | str, *, series: str | None = None, progress: Progress = silent) -> Ct:
    """Read a CT.

    Parameters
    ----------
    path : path
        A DICOM folder (with its subfolders), a DICOM file (multi-frame), a zip of either, NIfTI (.nii, .nii.gz) or
        NRRD (.nrrd, .nhdr).
    series : str, optional
        Which DICOM series or stack to read: an id of `list_series` ("5", "7.3") or a Series Instance UID. Without it
        the stack that serves planning best is read, and `Ct.choice` says which and why.
    progress : Progress
        Called with the stage and the fraction of it done.

    Returns
    -------
    Ct
        int16 HU on a straight grid in LPS mm.

    Raises
    ------
    InputError
        If it can't be read as a CT; the sentence says what was found, and what to do.
    UsageError
        If a series of a NIfTI or NRRD file is asked for.
    """
    path = _existing(path)
    if path.is_dir() or not is_image_file(path):
        return read_dicom(path, series, progress)
    if series is not None:
        raise UsageError(f"{path.name} holds one image and no series; leave out --series.")
    return _ct_of_image(path, progress)


def list_series(path: Path | str, *, progress: Progress = silent) -> tuple[Stack, ...]:
    """The stacks of CT pictures in a DICOM folder, file or zip, readable or not; none in a NIfTI or NRRD file.

    Parameters
    ----------
    path : path
        As for `read_ct`.
    progress : Progress
        Called with the fraction of the headers read.

    Returns
    -------
    tuple of Stack
        Each with its `id` for ``--series``, its `sentence`, and the `problem` that keeps it from being a volume.

    Raises
    ------
    InputError
        If the path is missing, or holds no CT at all.
    """
    path = _existing(path)
    return () if path.is_file() and is_image_file(path) else find_stacks(path, progress)


def _existing(path: Path | str) -> Path:
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path} is not there.")
    return path


def _ct_of_image(path: Path, progress: Progress) -> Ct:
    image = read_image(path, progress=progress)
    hu = to_hu(image.voxels, path.name)
    check_hu(hu, path.name)
    ct = Ct(hu, image.affine)
    if ct.grid.is_straight:
        return ct
    warning = f"The slices lean by {tilt_deg(ct.grid):.1f}° (tilted gantry); they were resampled to a straight grid."
    return straighten(Ct(hu, image.affine, warnings=(warning,)))
