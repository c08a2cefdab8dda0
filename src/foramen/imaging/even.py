"""Slices at unequal distances read out at equal ones."""

import numpy as np
from numpy.typing import NDArray

from foramen.imaging.limits import LONGEST_AXIS


def even_out(hu: NDArray[np.int16], along_mm: NDArray[np.float64]) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
    """Interpolate linearly between neighbouring slices.

    Parameters
    ----------
    hu : array, shape (ni, nj, nk)
        The slices as scanned.
    along_mm : array, shape (nk,)
        Where they lie along their normal, strictly rising.

    Returns
    -------
    hu : array, shape (ni, nj, n)
        The same stretch, from the first slice to the last, in even steps about as fine as the finer gaps (the lower
        quartile: one odd narrow gap must not multiply the slices).
    along_mm : array, shape (n,)
        Where the new slices lie.
    """
    finest = float(np.quantile(np.diff(along_mm), 0.25, method="lower"))
    count = min(int(np.ceil((along_mm[-1] - along_mm[0]) / finest - 1e-3)) + 1, LONGEST_AXIS)
    places = np.linspace(along_mm[0], along_mm[-1], count)
    below = np.clip(np.searchsorted(along_mm, places, side="right") - 1, 0, len(along_mm) - 2)
    share = ((places - along_mm[below]) / (along_mm[below + 1] - along_mm[below])).astype(np.float32)
    even = np.empty((count, *hu.shape[1::-1]), np.int16).T
    for k, (lower, part) in enumerate(zip(below, share, strict=True)):
        even[:, :, k] = np.rint(hu[:, :, lower] * (1 - part) + hu[:, :, lower + 1] * part)
    return even, places
