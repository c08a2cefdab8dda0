"""What the scanner adds: in-plane blur and noise whose grain is that of a reconstructed slice."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

BLUR_MM = 0.45
GRAIN_MM = 0.7
"""Standard deviations of the in-plane blur and of the noise's finest grain."""
COARSE_SHARE = 0.75
"""How much of the coarse part of the noise the reconstruction's ramp filter takes away."""


def as_scanned(
    hu: NDArray[np.float32], spacing_mm: NDArray[np.float64], noise_hu: float, seed: int
) -> NDArray[np.int16]:
    """Blur each slice, add noise of standard deviation `noise_hu`, and round to whole HU.

    Parameters
    ----------
    hu : array, shape (ni, nj, nk)
        Noiseless; slices are ``hu[:, :, k]``.
    spacing_mm : array, shape (3,)
    noise_hu : float
        Standard deviation inside the patient.
    seed : int
        The same seed gives the same noise.
    """
    random = np.random.default_rng(seed)
    scanned = np.empty(hu.shape[::-1], dtype=np.int16).T
    for k in range(hu.shape[2]):
        plane = _in_plane(hu[:, :, k], BLUR_MM / spacing_mm)
        if noise_hu > 0:
            plane = plane + noise_hu * _grain(plane.shape, spacing_mm, random)
        scanned[:, :, k] = np.clip(np.rint(plane), -1024, 3071)
    return scanned


def _grain(shape: tuple[int, ...], spacing_mm: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float32]:
    """One slice of noise with standard deviation one: a band of grain, as the ramp filter leaves it."""
    white = random.standard_normal(shape, dtype=np.float32)
    fine = _in_plane(white, GRAIN_MM / spacing_mm)
    band = fine - COARSE_SHARE * _in_plane(fine, 2.0 * GRAIN_MM / spacing_mm)
    return np.asarray(band / max(float(band.std()), 1e-6), dtype=np.float32)


def _in_plane(plane: NDArray[np.float32], sigma: NDArray[np.float64]) -> NDArray[np.float32]:
    for axis in range(2):
        plane = gaussian_filter1d(plane, sigma[axis], axis=axis, truncate=3.0)
    return plane
