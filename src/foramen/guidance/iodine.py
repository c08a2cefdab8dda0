"""How much iodine a rise of HU is."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from foramen.planning.distance import box_distance

HU_PER_MG_ML = 25.0
"""What a milligram of iodine in a millilitre adds at 120 kV; nominal, and it varies by scanner and patient."""
HALO_MM = 2.0
"""Blur spreads iodine this far beyond what is recognisably contrast."""
BRIDGE_MM = 1.2
"""What metal hides is taken from its surroundings, weighed by a Gaussian of this width."""


def iodine_mg(
    rise: NDArray[np.float32], mask: NDArray[np.bool_], hidden: NDArray[np.bool_], spacing: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Milligrams in every voxel of contrast and its blur; what metal hides counts as its surroundings do.

    Parameters
    ----------
    rise : array
        HU.
    mask, hidden : array of bool
        Contrast, and where metal spoils the comparison.
    spacing : array, shape (3,)
        mm.
    """
    amount = np.zeros_like(rise)
    if not mask.any():
        return amount
    box = _around(mask, np.ceil(2 * HALO_MM / spacing).astype(int))
    counted = box_distance(mask[box], spacing, 2 * HALO_MM) <= HALO_MM + 0.5 * float(spacing.min())
    shown = ~hidden[box]
    part = np.where(counted & shown, rise[box], 0)
    sigma = BRIDGE_MM / spacing
    weight = gaussian_filter(shown.astype(np.float32), sigma)
    bridged = gaussian_filter(np.where(shown, part, 0), sigma) / np.maximum(weight, 0.05)
    part = np.where(shown, part, bridged)
    amount[box] = part * (float(np.prod(spacing)) / 1000 / HU_PER_MG_ML)
    return amount


def _around(mask: NDArray[np.bool_], margin: NDArray[np.int64]) -> tuple[slice, slice, slice]:
    """The box of a mask with a margin."""
    slices = []
    for axis in range(3):
        others = tuple(n for n in range(3) if n != axis)
        inside = np.flatnonzero(mask.any(axis=others))
        low, high = max(int(inside[0] - margin[axis]), 0), int(inside[-1] + margin[axis]) + 1
        slices.append(slice(low, high))
    return slices[0], slices[1], slices[2]
