"""Whether a map's vertebrae stand out of the CT where they are, or would do so better somewhere else."""

from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.label_evidence import Evidence

SAMPLE_MM = 2.0
SHELL_MM = (2.0, 7.0)
"""How far outside the labels their surroundings are looked at: past the blurred edge, short of the next bone."""
HU_WINDOW = (-150, 400)
"""Gas and metal beyond count no more than fat and cortical bone."""
STEPS_MM = (10.0, 18.0)
MOST_SAMPLES = 20_000


def contrast_here_and_around(evidence: Evidence, values: tuple[int, ...]) -> tuple[float, float, float]:
    """How much denser the labels are than what surrounds them, here and at the best of 52 places around.

    On five maps of real scans the contrast where the map lies was 76 to 239 HU (the least for bodies alone on 3 mm
    voxels), and at 10 mm from there or more at most 0.66 of that.

    Parameters
    ----------
    evidence : Evidence
        The map on its CT.
    values : tuple of int
        Its vertebrae.

    Returns
    -------
    here, best : float
        Mean HU inside minus mean HU in the unlabelled shell 2 to 7 mm outside.
    distance_mm : float
        How far the best place is away.
    """
    inside, shell = _samples(evidence, values)
    here = _contrast(evidence, inside, shell, np.zeros(3))
    directions = [np.array(d) / np.linalg.norm(d) for d in product((-1, 0, 1), repeat=3) if any(d)]
    around = [
        (_contrast(evidence, inside, shell, step * direction), step) for step in STEPS_MM for direction in directions
    ]
    best, distance = max(around)
    return here, best, distance


def _samples(evidence: Evidence, values: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Voxel indices inside the labels and in the shell around them, about 2 mm apart."""
    spacing = evidence.codes.spacing_mm
    margin = np.ceil((SHELL_MM[1] + SAMPLE_MM) / spacing).astype(int)
    lower = np.maximum(np.min([evidence.looks[value].lower for value in values], axis=0) - margin, 0)
    upper = np.max([evidence.looks[value].upper for value in values], axis=0) + margin + 1
    strides = np.maximum(np.round(SAMPLE_MM / spacing).astype(int), 1)
    codes = evidence.codes.voxels[tuple(slice(a, b, s) for a, b, s in zip(lower, upper, strides, strict=True))]
    mask = np.isin(codes, [evidence.values.index(value) for value in values])
    distance = ndimage.distance_transform_edt(~mask, sampling=spacing * strides)
    shell = (distance > SHELL_MM[0]) & (distance <= SHELL_MM[1]) & (codes == 0)
    inside, outside = (np.argwhere(m) * strides + lower for m in (mask, shell))
    return inside[:: len(inside) // MOST_SAMPLES + 1], outside[:: len(outside) // MOST_SAMPLES + 1]


def _contrast(
    evidence: Evidence, inside: NDArray[np.int64], shell: NDArray[np.int64], shift_mm: NDArray[np.float64]
) -> float:
    step = np.round(shift_mm / evidence.ct.spacing_mm).astype(int)
    return _mean_hu(evidence, inside + step) - _mean_hu(evidence, shell + step)


def _mean_hu(evidence: Evidence, index: NDArray[np.int64]) -> float:
    index = index[((index >= 0) & (index < evidence.ct.shape)).all(axis=1)]
    return float(np.clip(evidence.ct.voxels[tuple(index.T)], *HU_WINDOW).mean()) if len(index) else 0.0
