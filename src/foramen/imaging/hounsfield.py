"""What makes numbers a CT: Hounsfield units in int16."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from foramen.errors import InputError
from foramen.imaging.limits import AIR_HU, HU_RANGE


def to_hu(values: NDArray[Any], name: str) -> NDArray[np.int16]:
    """A volume of numbers as int16 HU, plane by plane so that memory stays small; see `plane_to_hu`."""
    hu = np.empty_like(values, dtype=np.int16)
    for k in range(values.shape[2]):
        hu[:, :, k] = plane_to_hu(values[:, :, k], name)
    return hu


def plane_to_hu(values: NDArray[Any], name: str) -> NDArray[np.int16]:
    """Round to int16, with whatever lies below −1024 HU (outside the scanned circle) set to −1024.

    Raises
    ------
    InputError
        If a value is not finite or lies outside −8192 to 32767, which no scanner writes.
    """
    least, greatest = float(values.min()), float(values.max())
    if not (HU_RANGE[0] <= least and greatest <= HU_RANGE[1]):
        raise InputError(
            f"{name} holds values from {least:g} to {greatest:g}, which are not Hounsfield units; "
            "export it again with its rescale slope and intercept."
        )
    rounded = np.rint(values) if values.dtype.kind == "f" else values
    return np.maximum(rounded.astype(np.int16), np.int16(AIR_HU))


def check_hu(hu: NDArray[np.int16], name: str) -> None:
    """Refuse a volume that can't be a CT although every single value could.

    Raises
    ------
    InputError
        If no voxel is below 0 HU: fat, air and noise always are.
    """
    if int(hu.min()) >= 0:
        raise InputError(
            f"{name} has no value below 0, so it is not in Hounsfield units: a label map, a windowed picture, or a "
            "scan that lost its rescale intercept; export the original CT."
        )
