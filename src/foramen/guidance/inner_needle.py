"""A thin needle that comes out of its guide: on one straight line, the density falls once and then stays even.

Bone that a tip points at is told from it by three things: it is less dense than steel must be in slices of that
thickness, it is uneven, and the dark cap of the true tip lies before it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from foramen.guidance.needle_lines import Slices
from foramen.guidance.shaft import STEP_MM, Shaft

LEAST_PART_MM = 6.0
MOST_HU = 2500.0
DENSER = 1.35
"""By how much the guide with the needle in it is denser than the needle alone, at least."""
EVEN, EVEN_OVER_MM = 0.45, 3.0
"""Of its usual density, what a needle never falls below over this length."""
LEFT_MM = 2.0
"""At each end of a part, where it rises or falls."""


def out_of_guide(shaft: Shaft, slices: Slices) -> Shaft:
    """The part of a shaft beyond its guide's end; all of it where there is no guide."""
    inside = np.flatnonzero(~shaft.in_air)
    least = round(LEAST_PART_MM / STEP_MM)
    if not inside.size:
        return shaft
    start = int(inside[0])
    density = np.minimum(shaft.contrast_hu[start:], MOST_HU)
    if len(density) <= 2 * least:
        return shaft
    splits = np.arange(least, len(density) - least)
    split = int(splits[np.argmin([_unevenness(density[:n]) + _unevenness(density[n:]) for n in splits])])
    guide, inner = float(np.median(density[:split])), density[split:]
    if guide < DENSER * float(np.median(inner)) or not _is_steel(inner, slices):
        return shaft
    return shaft.part(start + split)


def _unevenness(density: NDArray[np.float64]) -> float:
    return float(np.abs(density - np.median(density)).sum())


def _is_steel(density: NDArray[np.float64], slices: Slices) -> bool:
    left = round(LEFT_MM / STEP_MM)
    run = uniform_filter1d(density, round(EVEN_OVER_MM / STEP_MM))[left:-left]
    usual = float(np.median(density))
    return bool(usual >= slices.least_steel_hu and run.min() >= EVEN * usual)
