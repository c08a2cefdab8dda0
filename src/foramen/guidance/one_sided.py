"""Contrast that runs on along one side of the root only: a vessel beside it, for fluid in the sheath spreads around.

Veins accompany the root through its foramen, within a millimetre or two of it. By its distance such a vessel lies where
contrast belongs; only that it keeps to one side, and goes on so, gives it away.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from foramen.anatomy.spine import NerveRoot

STATION_MM = 2.0
SECTORS = 12
MOST_SECTORS, LEAST_STATIONS = 2, 4
"""A vessel of 2 mm that touches a root covers two sectors of it. The front of fluid in a sheath is as thin, but not for
8 mm."""
BESIDE_MM = 4.5
BEYOND_MM = 18.0


def one_sided(points_mm: NDArray[np.float64], nerve: NerveRoot) -> NDArray[np.bool_]:
    """Which points of contrast run on along one side of a root, shape (n,)."""
    centres, axes = _stations(nerve)
    away = points_mm[:, None, :] - centres
    along = np.einsum("nsc,sc->ns", away, axes[:, 0])
    aside = np.stack([np.einsum("nsc,sc->ns", away, axes[:, n]) for n in (1, 2)], axis=-1)
    distance = np.linalg.norm(aside, axis=-1)
    near = (np.abs(along) <= STATION_MM / 2) & (distance < nerve.radius_mm + BESIDE_MM)
    sector = np.floor((np.arctan2(aside[..., 1], aside[..., 0]) / (2 * np.pi) + 0.5) * SECTORS).astype(int) % SECTORS
    covered = np.zeros((len(centres), SECTORS), dtype=np.bool_)
    _, station = np.nonzero(near)
    covered[station, sector[near]] = True
    number = covered.sum(axis=1)
    chosen = _runs((number > 0) & (number <= MOST_SECTORS))
    return np.asarray((near & chosen).any(axis=1))


def _runs(thin: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Only those runs that are long enough."""
    kept = np.zeros_like(thin)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], thin.astype(int), [0]])))
    for start, end in edges.reshape(-1, 2):
        kept[start:end] = end - start >= LEAST_STATIONS
    return kept


def _stations(nerve: NerveRoot) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres along the root's course and a little beyond, shape (s, 3), and axes along and across it, (s, 3, 3)."""
    path = nerve.path_mm
    onward = path[-1] - path[-3]
    path = np.concatenate([path, [path[-1] + BEYOND_MM * onward / np.linalg.norm(onward)]])
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.arange(STATION_MM / 2, run[-1], STATION_MM)
    centres = np.stack([np.interp(at, run, path[:, axis]) for axis in range(3)], axis=1)
    along = gaussian_filter1d(np.gradient(centres, axis=0), 1.0, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    first = np.cross(along, [0.0, 0.0, 1.0])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return centres, np.stack([along, first, np.cross(along, first)], axis=1)
