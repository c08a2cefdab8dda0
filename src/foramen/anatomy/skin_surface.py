"""The skin as a surface: points with outward normals, and which of them a needle could enter through."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.skin import SKIN_HU, Mask, scanned
from foramen.imaging.ct import Ct
from foramen.imaging.resample import resample
from foramen.imaging.volume import Grid, Volume
from foramen.kernels import kernel
from foramen.progress import Progress, silent

EDGE_MM = 5.0
"""Skin this near to where nothing was scanned is taken as cut: its normal bends around the edge."""
OBJECT_HU = -500
"""What is denser than this beside the body (a table's shell, an arm rest, a belt, another part of the body) is in the
needle's way; air, foam and most cloth are not."""
FREE_FROM_MM = 3.0
FREE_TO_MM = 150.0
COVERED_MM = 30.0
"""Less room than this in front of the skin and no hand gets there: a mattress lies between skin and table."""
LEAST_SUPPORT = 0.05
"""Less of the skin covered than this, and what covers it is a cable or an arm, not the table."""


@dataclass(frozen=True, eq=False)
class Skin:
    """Points on the patient's skin, about one for every `spacing_mm` squared.

    Attributes
    ----------
    points_mm
        On the iso-surface of −500 HU, LPS mm, shape (n, 3). Where the field of view cuts the body, on that cut.
    normals
        Unit vectors out of the patient, shape (n, 3).
    is_cut
        Not skin, or not surely: within 5 mm of the scan's border in any direction, or of what was not scanned.
    free_mm
        How far one can go out along the normal before meeting an object (the table, an arm); infinite where nothing
        comes within 150 mm or the scan ends first.
    """

    points_mm: NDArray[np.float64]
    normals: NDArray[np.float64]
    is_cut: NDArray[np.bool_]
    free_mm: NDArray[np.float64]

    @property
    def is_covered(self) -> Mask:
        """Where the table or another object lies within 30 mm outside."""
        return self.free_mm < COVERED_MM

    @property
    def lies_on(self) -> str:
        """The side the patient lies on: `back`, `belly`, `left`, `right`, or empty where nothing is under him.

        The side that most of the covered skin faces. A diagnostic CT is scanned on the back, most injections are done
        on the belly: a plan made on the one must say so.
        """
        facing = self.normals[self.is_covered & ~self.is_cut]
        if len(facing) <= LEAST_SUPPORT * float(np.mean(~self.is_cut)) * len(self.normals):
            return ""
        sides = {"left": facing[:, 0], "right": -facing[:, 0], "back": facing[:, 1], "belly": -facing[:, 1]}
        return max(sides, key=lambda side: int(np.count_nonzero(sides[side] > np.sqrt(0.5))))

    @property
    def is_reachable(self) -> Mask:
        """True skin with room for a hand and a needle before it."""
        return ~self.is_cut & ~self.is_covered


def find_skin(ct: Ct, body: Volume, *, spacing_mm: float = 2.0, progress: Progress = silent) -> Skin:
    """Points and normals of the body's surface, moved onto the −500 HU iso-surface.

    Parameters
    ----------
    ct : Ct
        The scan.
    body : Volume
        Bool, from `find_body`, on the CT's grid.
    spacing_mm : float
        Distance between neighbouring points, roughly.

    Returns
    -------
    Skin
        Where the field of view holds no skin, every point lies on a cut.
    """
    progress("reading the skin's surface", 0.0)
    scan, inside = ct.canonical(), body.canonical()
    lattice = _lattice(scan.grid, spacing_mm)
    solid = resample(inside, lattice, nearest=True, fill=0).voxels
    unseen = _unseen(ct, lattice)
    surface = solid & ~ndimage.binary_erosion(solid, border_value=0)
    index = np.argwhere(surface)
    progress("reading the skin's surface", 0.4)
    normals = _normals(solid, index, lattice)
    points = _on_iso_surface(scan, inside, lattice.to_world(index), normals, spacing_mm)
    progress("reading the skin's surface", 0.8)
    to_unseen = ndimage.distance_transform_edt(~unseen, sampling=spacing_mm)
    nearest = np.clip(np.round(lattice.to_index(points)).astype(int), 0, np.array(lattice.shape) - 1)
    is_cut = to_unseen[tuple(nearest.T)] <= EDGE_MM
    free = np.full(len(points), np.inf)
    _go_out(scan.voxels, scan.grid.to_index(points), normals @ _linear_part(scan.grid).T, free)
    progress("reading the skin's surface", 1.0)
    return Skin(points, normals, is_cut, free)


def _lattice(grid: Grid, spacing_mm: float) -> Grid:
    """Nodes `spacing_mm` apart along the grid's axes, centred on it and reaching two nodes beyond it on every side."""
    extent = np.array(grid.shape) * grid.spacing_mm
    shape = np.ceil(extent / spacing_mm).astype(int) + 4
    centre = grid.to_world((np.array(grid.shape) - 1) / 2)
    affine = np.eye(4)
    affine[:3, :3] = grid.direction * spacing_mm
    affine[:3, 3] = centre - affine[:3, :3] @ ((shape - 1) / 2)
    return Grid(tuple(shape), affine)


def _unseen(ct: Ct, lattice: Grid) -> Mask:
    """Beyond the scan's border, or not scanned; widened where a resampler blurred padding into the body."""
    grid = ct.grid
    beyond = ~resample(Volume(np.broadcast_to(np.True_, grid.shape), grid.affine), lattice, nearest=True, fill=0).voxels
    unscanned = ~resample(scanned(ct), lattice, nearest=True, fill=1).voxels
    result: Mask = beyond | ndimage.binary_dilation(unscanned, ndimage.generate_binary_structure(3, 3))
    return result


def _linear_part(grid: Grid) -> NDArray[np.float64]:
    """Takes a vector in mm to one in voxels."""
    return np.asarray(np.linalg.inv(grid.affine[:3, :3]))


def _normals(solid: Mask, index: NDArray[np.intp], lattice: Grid) -> NDArray[np.float64]:
    smooth = ndimage.gaussian_filter(solid.astype(np.float32), 1.5, truncate=3.0, mode="constant")
    slope = np.empty(index.shape)
    for axis in range(3):
        step = np.zeros(3, int)
        step[axis] = 1
        slope[:, axis] = smooth[tuple((index - step).T)] - smooth[tuple((index + step).T)]
    lone = np.linalg.norm(slope, axis=1) < 1e-6  # a speck without any direction: away from the middle
    if lone.any():
        slope[lone] = index[lone] - np.array(ndimage.center_of_mass(solid))
    outward = slope @ lattice.direction.T
    unit: NDArray[np.float64] = outward / np.maximum(np.linalg.norm(outward, axis=1, keepdims=True), 1e-12)
    return unit


def _on_iso_surface(
    scan: Ct, inside: Volume, starts: NDArray[np.float64], normals: NDArray[np.float64], spacing_mm: float
) -> NDArray[np.float64]:
    """Each start moved along its normal to where the body ends, and there to the crossing of the skin's threshold."""
    step = 0.25
    reach = np.arange(-spacing_mm / 2, 2.5 * spacing_mm, step)
    blur = 1.5 * float(scan.spacing_mm.max())
    hu = np.empty((len(starts), len(reach)), np.float32)
    solid = np.empty(hu.shape, bool)
    for column, distance in enumerate(reach):
        at = scan.grid.to_index(starts + distance * normals).T
        hu[:, column] = ndimage.map_coordinates(scan.voxels, at, np.float32, order=1, mode="nearest")
        solid[:, column] = ndimage.map_coordinates(inside.voxels.view(np.uint8), at, order=0, mode="constant")
    leaves = solid[:, :-1] & ~solid[:, 1:]
    end = np.where(leaves.any(axis=1), reach[leaves.argmax(axis=1)] + step / 2, 0.0)
    falls = (hu[:, :-1] > SKIN_HU) & (hu[:, 1:] <= SKIN_HU)
    drop = np.where(falls, hu[:, :-1] - hu[:, 1:], 1.0)
    crossing = reach[:-1] + step * np.where(falls, hu[:, :-1] - SKIN_HU, 0.0) / drop
    away = np.where(falls, np.abs(crossing - end[:, None]), np.inf)
    best = away.argmin(axis=1)
    row = np.arange(len(starts))
    offset = np.where(away[row, best] <= blur, crossing[row, best], end)
    moved: NDArray[np.float64] = starts + offset[:, None] * normals
    return moved


@kernel()
def _go_out(
    hu: NDArray[np.int16], points: NDArray[np.float64], normals: NDArray[np.float64], free: NDArray[np.float64]
) -> None:
    """Distance in mm from each point (in voxels) along its normal (voxels per mm) to the first object."""
    ni, nj, nk = hu.shape
    for n in range(points.shape[0]):
        distance = FREE_FROM_MM
        while distance <= FREE_TO_MM:
            i = int(np.floor(points[n, 0] + distance * normals[n, 0] + 0.5))
            j = int(np.floor(points[n, 1] + distance * normals[n, 1] + 0.5))
            k = int(np.floor(points[n, 2] + distance * normals[n, 2] + 0.5))
            if i < 0 or j < 0 or k < 0 or i >= ni or j >= nj or k >= nk:
                break
            if hu[i, j, k] > OBJECT_HU:
                free[n] = distance
                break
            distance += 0.5
