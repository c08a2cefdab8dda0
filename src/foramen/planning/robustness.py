"""How much error a route forgives: its tolerance at the skin and its probability of success.

Errors follow the published freehand spreads (`settings.Spreads`), which are means of distances and angles. Taken as
the length of a two-dimensional normal error (Rayleigh), a mean m belongs to m / √(π/2) along each axis.
"""

import numpy as np
from numba import prange
from numpy.typing import NDArray
from scipy.special import ndtri

from foramen.kernels import kernel
from foramen.planning.clearance import Distances, Obstacle
from foramen.planning.region import Region
from foramen.planning.settings import Spreads
from foramen.planning.targets import TargetZone
from foramen.planning.walk import first_forbidden, least_along

SAMPLES = 512
"""Errors tried per route: the probability is then exact to about 0.02."""

RING = 24
CONE_STEP_DEG = 0.25
WIDEST_CONE_DEG = 10.0
"""Cones are tried from narrow to wide, 24 directions each; no route is said to forgive more than 10°."""

WINDOW_MM = 20.0
"""Nearer than this to lung or an organ, the needle runs through a window that breathing may close; judgement."""

SIGMA_OF_MEAN = float(1 / np.sqrt(np.pi / 2))


def tolerance(
    distances: Distances,
    region: Region,
    entries_mm: NDArray[np.float64],
    targets_mm: NDArray[np.float64],
    needle_radius_mm: float,
) -> NDArray[np.float64]:
    """The widest cone about each route, at the skin, that touches nothing forbidden at the planned depth.

    Parameters
    ----------
    distances : Distances
    region : Region
    entries_mm, targets_mm : arrays, shape (n, 3)
    needle_radius_mm : float

    Returns
    -------
    array, shape (n,)
        Degrees, in steps of `CONE_STEP_DEG`.
    """
    degrees = np.empty(len(entries_mm))
    touching = distances.of_any - np.float32(needle_radius_mm)
    _widen(touching, region.cell_mm, region.to_box(entries_mm), region.to_box(targets_mm), degrees)
    return degrees


def success(
    distances: Distances,
    region: Region,
    zone: TargetZone,
    entries_mm: NDArray[np.float64],
    targets_mm: NDArray[np.float64],
    spreads: Spreads,
    root_uncertainty_mm: float,
    needle_radius_mm: float,
) -> NDArray[np.float64]:
    """How often one freehand pass ends within `spreads.tip_within_mm` of the zone without touching anything forbidden.

    Entry, angle and root position err together; the angle's spread grows with the route's craniocaudal angle, from the
    in-plane figure at 0° to the out-of-plane one. The errors are a fixed low-discrepancy sequence (Roberts 2018), so
    that the same route always gets the same figure. A shifted root takes its zone and its ganglion with it.

    Returns
    -------
    array, shape (n,)
        0 to 1.
    """
    way = targets_mm - entries_mm
    length = np.linalg.norm(way, axis=1)
    tilt = np.degrees(np.arcsin(np.abs(way[:, 2]) / length))
    share = np.minimum(tilt / spreads.out_of_plane_from_deg, 1.0)
    mean = spreads.in_plane_deg + share * (spreads.out_of_plane_deg - spreads.in_plane_deg)
    errors = normal_errors(SAMPLES) * np.array(
        [spreads.entry_mm * SIGMA_OF_MEAN] * 2 + [1.0] * 2 + [root_uncertainty_mm] * 3
    )
    touching = distances.of_tissues - np.float32(needle_radius_mm)
    directions = np.array([[zone.root.side.sign, 0.0, 0.0], [0.0, 0.0, 1.0]]) @ region.world_axes
    shares = np.empty(len(length))
    _count(
        touching,
        distances.field[Obstacle.NERVE],
        region.cell_mm,
        (region.to_box(entries_mm), region.to_box(targets_mm), np.radians(mean) * SIGMA_OF_MEAN),
        errors,
        directions,
        (region.to_box(zone.centre_mm), np.ascontiguousarray(zone.axes @ region.world_axes), zone.half_mm),
        (spreads.tip_within_mm, needle_radius_mm),
        shares,
    )
    return shares


def windowed(
    distances: Distances, region: Region, entries_mm: NDArray[np.float64], targets_mm: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The share of each route that runs within `WINDOW_MM` of lung or an organ, shape (n,)."""
    shares = np.linspace(0, 1, 101)[:, None, None]
    points = region.to_box(entries_mm + (targets_mm - entries_mm) * shares)
    index = np.clip((points / region.cell_mm).astype(int), 0, np.array(region.shape) - 1)
    narrow = distances.of_what_breathes[tuple(np.moveaxis(index, -1, 0))] < WINDOW_MM
    return np.asarray(narrow.mean(axis=0))


def normal_errors(count: int, dimensions: int = 7) -> NDArray[np.float64]:
    """Evenly spread standard normal errors, shape (count, dimensions): the additive recurrence of Roberts 2018."""
    root = 2.0
    for _ in range(60):
        root = (1 + root) ** (1 / (dimensions + 1))
    steps = root ** -np.arange(1.0, dimensions + 1)
    even = (0.5 + np.arange(1, count + 1)[:, None] * steps) % 1.0
    return np.asarray(ndtri(np.clip(even, 1e-6, 1 - 1e-6)))


@kernel()
def _across(way: NDArray[np.float64], hint: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Two unit vectors across a direction, the first as near to the hint as can be."""
    one = hint - way * (hint * way).sum()
    one = one / np.sqrt((one**2).sum())
    return one, np.cross(way, one)


@kernel(parallel=True)
def _widen(
    touching: NDArray[np.float32],
    cell: NDArray[np.float64],
    entries: NDArray[np.float64],
    targets: NDArray[np.float64],
    degrees: NDArray[np.float64],
) -> None:
    for n in prange(len(entries)):
        way = targets[n] - entries[n]
        length = np.sqrt((way**2).sum())
        way = way / length
        hint = np.zeros(3)
        hint[np.argmin(np.abs(way))] = 1.0
        one, two = _across(way, hint)
        widest, free = 0.0, True
        while free and widest < WIDEST_CONE_DEG:
            angle = np.radians(widest + CONE_STEP_DEG)
            for turn in range(RING):
                around = 2 * np.pi * turn / RING
                aim = way * np.cos(angle) + (one * np.cos(around) + two * np.sin(around)) * np.sin(angle)
                if first_forbidden(touching, cell, entries[n] + aim * length, entries[n]) >= 0:
                    free = False
                    break
            if free:
                widest += CONE_STEP_DEG
        degrees[n] = widest


@kernel(parallel=True)
def _count(touching, nerve, cell, routes, errors, directions, zone, limits, shares):  # type: ignore[no-untyped-def]
    entries, targets, sigmas = routes
    centre, axes, half = zone
    within, radius = limits
    for n in prange(len(entries)):
        way = targets[n] - entries[n]
        length = np.sqrt((way**2).sum())
        way = way / length
        one, two = _across(way, directions[0])
        two = two * np.sign((two * directions[1]).sum())
        good = 0
        for error in errors:
            start = entries[n] + one * error[0] + two * error[1]
            aim = way + one * np.tan(sigmas[n] * error[2]) + two * np.tan(sigmas[n] * error[3])
            tip = start + aim / np.sqrt((aim**2).sum()) * length
            shift = error[4] * axes[0] + error[5] * axes[1] + error[6] * axes[2]
            beyond = np.maximum(np.abs(axes @ (tip - shift - centre)) - half, 0.0)
            if np.sqrt((beyond**2).sum()) > within:
                continue
            if least_along(nerve, cell, tip - shift, start - shift, radius, radius) < radius:
                continue
            if first_forbidden(touching, cell, tip, start) < 0:
                good += 1
        shares[n] = good / len(errors)
