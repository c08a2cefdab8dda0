"""What else of metal lies in a control scan: a grid of wires on the skin, and screws from an operation."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.imaging.ct import Ct
from foramen.simulation.metal import MARKER_PER_MM, STEEL_PER_MM, Metal, tube

Vector = NDArray[np.float64]

SKIN_HU = -400
TITANIUM_SHARE = 0.35
"""Attenuation of a titanium screw over that of steel, nominal."""


def skin_grid(
    ct: Ct, centre_mm: ArrayLike, *, wires: int = 7, apart_mm: float = 10.0, length_mm: float = 120.0
) -> Metal:
    """A marker grid of parallel wires along the patient, laid on the skin of the back around a point.

    Parameters
    ----------
    ct : Ct
        In which the skin is looked for, from behind.
    centre_mm : array, shape (3,)
        LPS mm; the middle wire lies behind it.
    wires, apart_mm, length_mm
        How many, how far apart, and how long.
    """
    centre = np.asarray(centre_mm, dtype=np.float64)
    laid = []
    for n in range(wires):
        x = centre[0] + (n - (wires - 1) / 2) * apart_mm
        heights = centre[2] + np.linspace(-length_mm / 2, length_mm / 2, 13)
        line = [point for z in heights if (point := _on_the_back(ct, x, centre[1], float(z))) is not None]
        if len(line) > 1:
            laid.append(tube(np.array(line, dtype=np.float64), 1.0, MARKER_PER_MM, step_mm=0.4, pieces=7))
    return Metal.together(laid)


def _on_the_back(ct: Ct, x: float, start_y: float, z: float) -> tuple[float, float, float] | None:
    """The skin behind a point within the patient; none where the scan does not show it."""
    y = start_y + np.arange(0.0, 250.0, 0.5)
    index = np.rint(ct.to_index(np.stack([np.full(len(y), x), y, np.full(len(y), z)], axis=1))).astype(int)
    inside = ((index >= 0) & (index < ct.shape)).all(axis=1)
    if not inside.any():
        return None
    hu = ct.voxels[tuple(index[inside].T)]
    solid = np.flatnonzero(hu > SKIN_HU)
    # The table lies behind a gap of air: the skin is the last of the first unbroken run of tissue.
    if not solid.size:
        return None
    gaps = np.flatnonzero(np.diff(solid) > 24)
    last = solid[gaps[0]] if gaps.size else solid[-1]
    return None if last == len(hu) - 1 else (x, float(y[inside][last]) + 0.8, z)


def screw(head_mm: Vector, tip_mm: Vector, diameter_mm: float = 6.5) -> Metal:
    """A pedicle screw of titanium."""
    return tube(np.stack([head_mm, tip_mm]), diameter_mm, STEEL_PER_MM * TITANIUM_SHARE, step_mm=0.5, pieces=61)
