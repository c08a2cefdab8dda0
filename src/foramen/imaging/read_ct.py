"""From whatever the scanner or archive gave to a CT that the rest of Foramen can trust."""

from pathlib import Path

from foramen.errors import InputError, UsageError
from foramen.imaging.ct import Ct
from foramen.imaging.hounsfield import check_hu, to_hu
from foramen.imaging.image import read_image
from foramen.imaging.straighten import straighten, tilt_deg
from foramen.progress import Progress, silent


def read_ct(path: Path | str, *, series: str | None = None, progress: Progress = silent) -> Ct:
    """Read a CT.

    Parameters
    ----------
    path : path
        NIfTI (.nii, .nii.gz) or NRRD (.nrrd, .nhdr).
    series : str, optional
        Which series or stack to read.
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
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path} is not there.")
    if series is not None:
        raise UsageError(f"{path.name} holds one image; leave out --series.")
    return _ct_of_image(path, progress)


def _ct_of_image(path: Path, progress: Progress) -> Ct:
    image = read_image(path, progress=progress)
    hu = to_hu(image.voxels, path.name)
    check_hu(hu, path.name)
    ct = Ct(hu, image.affine)
    if ct.grid.is_straight:
        return ct
    warning = f"The slices lean by {tilt_deg(ct.grid):.1f}° (tilted gantry); they were resampled to a straight grid."
    return straighten(Ct(hu, image.affine, warnings=(warning,)))
