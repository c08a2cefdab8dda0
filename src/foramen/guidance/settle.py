"""The last fractions of a millimetre between two scans: small, but bone edges would show them as contrast."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from foramen.imaging.volume import Grid

Matrix = NDArray[np.float64]
Read = Callable[[Grid], tuple[NDArray[np.float32], NDArray[np.bool_]]]

ROUNDS = 5
LEAST_SLOPE = 40.0
"""HU per mm: flat places say nothing about motion."""
MOST_PLACES = 60_000
MOST_SHIFT_MM, MOST_TURN_DEG = 2.5, 2.0
OUTLIER_SIGMAS = 4.0


def settle(
    read: Read, grid: Grid, new: NDArray[np.float32], usable: NDArray[np.bool_], start: Matrix
) -> tuple[Matrix, bool]:
    """Improve a motion between two scans by the slopes of their edges (Gauss-Newton with Tukey's weights).

    Parameters
    ----------
    read : callable
        Gives the scan before, and where it shows anything, on a grid of its own frame.
    grid : Grid
        Of the scan after.
    new : array
        The scan after, HU.
    usable : array of bool
        Where neither metal nor anything else spoils the comparison.
    start : array, shape (4, 4)
        From the scan after to the scan before.

    Returns
    -------
    matrix, settled
        The better motion; `settled` is false (and the motion as it was) where it would have been a large change.
    """
    middle = grid.to_world((np.array(grid.shape) - 1) / 2)
    matrix = start
    for _ in range(ROUNDS):
        old, seen = read(Grid(grid.shape, matrix @ grid.affine))
        slopes = (
            np.stack([np.gradient(old, axis=axis) for axis in range(3)], axis=-1) / grid.spacing_mm @ grid.direction.T
        )
        places = np.argwhere(usable & seen & (np.linalg.norm(slopes, axis=-1) > LEAST_SLOPE))
        if len(places) < 500:
            return start, False
        places = places[:: max(1, len(places) // MOST_PLACES)]
        at = tuple(places.T)
        step = _step(slopes[at], grid.to_world(places) - middle, (new - old)[at])
        matrix = matrix @ _motion(step, middle)
    change = np.linalg.inv(start) @ matrix
    turned = np.degrees(np.linalg.norm(Rotation.from_matrix(change[:3, :3]).as_rotvec()))
    moved = float(np.linalg.norm(change[:3, :3] @ middle + change[:3, 3] - middle))
    if moved > MOST_SHIFT_MM or turned > MOST_TURN_DEG:
        return start, False
    return matrix, True


def _step(slopes: NDArray[np.float64], away: NDArray[np.float64], rest: NDArray[np.float32]) -> NDArray[np.float64]:
    """Shift (3) and turn (3) that explain most of what is left, outliers such as contrast aside."""
    design = np.concatenate([slopes, np.cross(away, slopes)], axis=1)
    scale = OUTLIER_SIGMAS * 1.48 * float(np.median(np.abs(rest))) + 1e-6
    weight = np.clip(1 - (rest / scale) ** 2, 0, None) ** 2
    weighted = design * weight[:, None]
    return np.asarray(np.linalg.lstsq(weighted.T @ design, weighted.T @ rest, rcond=None)[0])


def _motion(step: NDArray[np.float64], middle: NDArray[np.float64]) -> Matrix:
    turn = Rotation.from_rotvec(step[3:]).as_matrix()
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    matrix[:3, 3] = middle - turn @ middle + step[:3]
    return matrix
