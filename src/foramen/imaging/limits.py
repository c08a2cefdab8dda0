"""How much of an untrusted file is believed before anything is allocated (`ecosystem.md` §9).

Beyond a limit a reader refuses with one sentence; it never clips, guesses or carries on.
"""

import numpy as np
from numpy.typing import NDArray

from foramen.errors import InputError

MIB = 1 << 20
GIB = 1 << 30

MOST_VOXELS = 400_000_000
LONGEST_AXIS = 2048
SPACING_MM = (0.05, 10.0)
HU_RANGE = (-8192, 32767)

AIR_HU = -1024
"""The least HU of a 12-bit CT. Scanners write less only outside the circle that they measure."""

FEWEST_SLICES = 3
MOST_FILES = 5000
MOST_BYTES = 4 * GIB
MOST_BYTES_OF_A_PICTURE = 64 * MIB
MOST_BYTES_OF_A_MULTIFRAME = 2 * GIB
MOST_BYTES_DECODED = GIB
PICTURE_SIDE = (16, 2048)
GREATEST_ZIP_RATIO = 100
GREATEST_PIXEL_RATIO = 200
TRAILING_BYTES = MIB


def check_size(name: str, shape: tuple[int, ...]) -> None:
    """Refuse an array that no CT has, before it is allocated.

    Raises
    ------
    InputError
        If it is not three-dimensional, an axis is longer than 2048 or it has more than 400 million voxels.
    """
    if len(shape) != 3:
        raise InputError(f"{name} has {len(shape)} dimensions; a CT or a label map has three.")
    size = " × ".join(map(str, shape))
    if min(shape) < 1 or max(shape) > LONGEST_AXIS:
        raise InputError(f"{name} says it is {size} voxels; each side must be 1 to {LONGEST_AXIS}.")
    if np.prod(shape, dtype=np.int64) > MOST_VOXELS:
        raise InputError(
            f"{name} says it is {size} voxels, more than the {MOST_VOXELS // 10**6} million that are read."
        )


def check_affine(name: str, affine: NDArray[np.float64]) -> None:
    """Refuse a geometry that no scanner makes.

    Raises
    ------
    InputError
        If it is not finite, a spacing lies outside 0.05 to 10 mm, or the axes do not span space.
    """
    if not np.isfinite(affine).all():
        raise InputError(f"{name} has a geometry that is not finite; export it again.")
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    least, greatest = SPACING_MM
    if (spacing < least).any() or (spacing > greatest).any():
        found = " × ".join(f"{value:.4g}" for value in spacing)
        raise InputError(f"{name} has an impossible spacing, {found} mm; each must be {least:g} to {greatest:g} mm.")
    if abs(np.linalg.det(affine[:3, :3] / spacing)) < 0.1:
        raise InputError(f"{name} has voxel axes that lie in one plane; export it again.")
