"""What the browser is shown: the scan on a grid that runs straight left to right, back to front, foot to head.

NiiVue draws slices along a volume's own axes. Whatever way a scan was stored, turned or tilted, what is sent runs along
the patient's axes, so that an axial slice is axial and its left edge the patient's right.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.spine_file import SpineFile
from foramen.anatomy.structures import STRUCTURES_OF, Tissue
from foramen.imaging.ct import Ct
from foramen.imaging.limits import AIR_HU
from foramen.imaging.nifti import write_nifti
from foramen.imaging.resample import resample
from foramen.imaging.volume import Grid, Volume

MOST_VOXELS = 48_000_000
"""About 200 MB in the browser's graphics memory; a larger scan is shown coarser, never cut."""

BESIDE_MM = 60.0
"""Around spine and skin behind it: what is farther away no needle from behind or beside comes near."""

BONE_MM = 1.5
"""Voxels of the 3-D view."""

STRAIGHT_TOLERANCE = 1e-4


@dataclass(frozen=True)
class View:
    """The files that one viewer loads."""

    ct: Path
    labels: Path
    bones: Path
    spine: Path

    @classmethod
    def under(cls, folder: Path) -> "View":
        """The same names in any folder."""
        return cls(folder / "ct.nii.gz", folder / "labels.nii.gz", folder / "bones.nii.gz", folder / "spine.json")

    @property
    def is_whole(self) -> bool:
        """Whether every file is there."""
        return all(path.is_file() for path in (self.ct, self.labels, self.bones, self.spine))


def write_view(ct: Ct, anatomy: Anatomy, folder: Path) -> View:
    """Write what the browser shows of a scan into a folder."""
    grid = viewing_grid(ct.grid, around=_worth_seeing(anatomy))
    view = View.under(folder)
    write_nifti(onto(Volume(ct.voxels, ct.affine), grid), view.ct)
    write_nifti(onto(Volume(anatomy.structures.voxels, anatomy.structures.affine), grid, nearest=True), view.labels)
    write_nifti(_bones(ct, anatomy, grid), view.bones)
    view.spine.write_text(SpineFile.of(ct, anatomy).model_dump_json(), encoding="utf-8")
    return view


def viewing_grid(grid: Grid, *, around: NDArray[np.float64] | None = None) -> Grid:
    """The grid shown: `i` runs to the patient's right, `j` to the front, `k` to the head, as NIfTI's own axes do.

    Its steps are as fine as the scan's.

    Parameters
    ----------
    grid : Grid
        Of the scan, however it is turned.
    around : array, shape (n, 3), optional
        Points that must be in view, LPS mm; what lies farther than `BESIDE_MM` from their box is left out.
    """
    spacing = _along_axes(grid)
    corners = grid.corners_mm
    lower, upper = corners.min(axis=0), corners.max(axis=0)
    if around is not None:
        lower = np.maximum(lower, around.min(axis=0) - BESIDE_MM)
        upper = np.minimum(upper, around.max(axis=0) + BESIDE_MM)
    first = lower + spacing / 2
    if _is_along_axes(grid):  # on the scan's own voxels, so that nothing is interpolated
        first = grid.origin_mm + np.ceil((first - grid.origin_mm) / spacing - 1e-6) * spacing
    count = np.maximum(np.floor((upper - first) / spacing + 0.5 + 1e-6), 1)
    coarser = max(1.0, float(np.prod(count) / MOST_VOXELS) ** (1 / 3))
    spacing, count = spacing * coarser, np.maximum(np.floor(count / coarser), 1)
    last = first + (count - 1) * spacing
    affine = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0])
    affine[:3, 3] = last[0], last[1], first[2]
    return Grid((int(count[0]), int(count[1]), int(count[2])), affine)


def onto(volume: Volume, grid: Grid, *, nearest: bool = False) -> Volume:
    """A volume on the viewer's grid; where both have the same voxels, the voxels themselves."""
    return resample(volume, grid, nearest=nearest, fill=0 if nearest else AIR_HU)


def _worth_seeing(anatomy: Anatomy) -> NDArray[np.float64]:
    """Foramina, canal, and the skin of the back at their height."""
    spine = anatomy.spine
    points = [*spine.canal_centreline_mm, *(f.centre_mm for f in spine.foramina if f.centre_mm is not None)]
    known = np.array(points) if points else anatomy.body.grid.corners_mm
    box = anatomy.body.canonical()
    marked = np.argwhere(box.voxels[::4, ::4, ::4]) * 4
    body = box.to_world(marked) if len(marked) else known
    behind = body[(body[:, 2] > known[:, 2].min() - BESIDE_MM) & (body[:, 2] < known[:, 2].max() + BESIDE_MM)]
    behind = behind if len(behind) else known
    across, back = behind[:, 0], behind[:, 1].max()
    seen = [[across.min(), known[:, 1].min(), known[:, 2].min()], [across.max(), back, known[:, 2].max()]]
    return np.array(seen)


def _bones(ct: Ct, anatomy: Anatomy, grid: Grid) -> Volume:
    """HU of what is labelled bone, air elsewhere, in coarse voxels: the 3-D view's surface."""
    lookup = np.zeros(256, dtype=bool)
    lookup[[int(s) for s in STRUCTURES_OF[Tissue.BONE]]] = True
    hu = np.where(lookup[anatomy.structures.voxels], np.clip(ct.voxels, 150, 1200), -200).astype(np.int16)
    spacing = np.maximum(grid.spacing_mm, BONE_MM)
    count = np.maximum(np.floor(np.array(grid.shape) * grid.spacing_mm / spacing), 1).astype(int)
    affine = grid.affine.copy()
    affine[:3, :3] = grid.direction * spacing
    coarse = Grid((int(count[0]), int(count[1]), int(count[2])), affine)
    return resample(Volume(hu, ct.affine), coarse, fill=-200)


def _along_axes(grid: Grid) -> NDArray[np.float64]:
    """The finest step of the scan along each patient axis."""
    steps = np.abs(grid.direction) * grid.spacing_mm
    nearest = np.argmax(np.abs(grid.direction), axis=1)
    if len(set(nearest)) == 3:
        return np.asarray(grid.spacing_mm[nearest])
    return np.full(3, float(steps.max(axis=0).min()))


def _is_along_axes(grid: Grid) -> bool:
    return bool(np.all(np.abs(np.sort(np.abs(grid.direction), axis=0)[:2]) < STRAIGHT_TOLERANCE))
