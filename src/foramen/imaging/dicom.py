"""From DICOM files to a CT on a straight grid."""

from collections import Counter
from pathlib import Path

import numpy as np

from foramen.errors import InputError
from foramen.imaging.choice import choose
from foramen.imaging.ct import Ct
from foramen.imaging.dicom_files import dicom_files
from foramen.imaging.dicom_headers import read_headers, read_identity
from foramen.imaging.dicom_pixels import read_pixels
from foramen.imaging.even import even_out
from foramen.imaging.hounsfield import check_hu
from foramen.imaging.stack import Stack
from foramen.imaging.stacks import stacks_of
from foramen.imaging.straighten import straighten, tilt_deg
from foramen.progress import Progress

SLICES = 2
"""The voxel axis that steps from slice to slice in what DICOM files give."""


def find_stacks(path: Path, progress: Progress) -> tuple[Stack, ...]:
    """All stacks of CT pictures in a folder, file or zip, readable or not; their files may be gone (zip)."""
    with dicom_files(path) as files:
        return _stacks(files, path.name, progress)[0]


def read_dicom(path: Path, series: str | None, progress: Progress) -> Ct:
    """Read the stack asked for, or the best one; see `read_ct`."""
    with dicom_files(path) as files:
        stacks, left_out = _stacks(files, path.name, progress)
        stack, choice = choose(stacks, series, path.name)
        return _ct(stack, choice, left_out, progress)


def _stacks(files: list[Path], name: str, progress: Progress) -> tuple[tuple[Stack, ...], Counter[str]]:
    headers = read_headers(files, progress)
    if not headers.pictures:
        raise InputError(f"{name} holds no CT, {_counted(headers.left_out)}; give the CT series itself.")
    return stacks_of(headers.pictures), headers.left_out


def _counted(left_out: Counter[str]) -> str:
    return "only " + ", ".join(f"{kind} ({count})" for kind, count in sorted(left_out.items()))


def _ct(stack: Stack, choice: str, left_out: Counter[str], progress: Progress) -> Ct:
    name = f"Series {stack.id}"
    hu = read_pixels(stack.pictures, progress)
    check_hu(hu, name)
    affine = np.array(stack.grid.affine)
    warnings = []
    if left_out["damaged files"]:
        warnings.append(f"Damaged files were left aside ({left_out['damaged files']}).")
    if not stack.is_even:
        hu, places = even_out(hu, stack.along_mm)
        affine[:3, SLICES] *= (len(stack.pictures) - 1) / (len(places) - 1)
        gaps = f"{stack.gaps_mm.min():.2f} to {stack.gaps_mm.max():.2f} mm"
        warnings.append(
            f"The slices lie at unequal distances ({gaps}); they were resampled to {np.diff(places)[0]:.2f} mm."
        )
    ct = Ct(hu, affine, identity=read_identity(stack.pictures[0]), choice=choice)
    if not ct.grid.is_straight:
        angle = tilt_deg(ct.grid, SLICES)
        warnings.append(f"The gantry was tilted by {angle:.1f}°; the scan was resampled to a straight grid.")
        ct = straighten(ct, SLICES)
    return Ct(ct.voxels, ct.affine, ct.identity, choice, tuple(warnings))
