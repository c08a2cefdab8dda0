"""A root seen in the CT: an island of soft tissue in the fat of the foramen's plane."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.foramina import SeenForamen
from foramen.anatomy.reslice import LocalBox, reslice
from foramen.anatomy.spine import Vector
from foramen.imaging.ct import Ct

FAT_HU, SOFT_HU = -90.0, 40.0
"""Foraminal fat and nerve, as the ends of a scale between the two; a voxel half of each lies in the middle."""

BONE_HU = 150.0
STEP_MM = 0.5
SLAB_MM = 2.0
"""Half the thickness over which the plane is averaged against noise; the root runs mainly across it."""

SMALLEST_MM, LARGEST_MM = 3.0, 12.0
"""Diameters of root with ganglion: Torun 2008 from 3.5 mm, Weiner 2022 up to about 8 mm; wider is root with vessel."""

EDGE_MM = 1.0
"""Along the opening's edge voxels are half bone and half fat, which looks like soft tissue."""

COARSEST_VOXEL_MM = 2.0
"""A root of 4 mm needs two voxels across it to stand apart from its surroundings."""

LEAST_SURROUND = 0.6
"""Share of the island's rim that is fat."""

FARTHEST_MM = 6.0
"""From where published anatomy expects the root."""


def find_root(ct: Ct, seen: SeenForamen, expected: tuple[float, float]) -> tuple[tuple[float, float], float] | None:
    """Where the image shows the root in the foramen's plane, and with which uncertainty.

    Parameters
    ----------
    ct : Ct
        Canonical.
    seen : SeenForamen
        Visible.
    expected : (float, float)
        Posterior and cranial place from statistics, in the foramen's frame.

    Returns
    -------
    ((posterior, cranial), uncertainty_mm) or None where contrast or resolution do not suffice.
    """
    frame = seen.foramen.frame
    if frame is None or np.sort(ct.spacing_mm)[1] > COARSEST_VOXEL_MM:
        return None
    box = LocalBox((-SLAB_MM, -14.0, -18.0), (SLAB_MM, 14.0, 18.0), STEP_MM)
    hu = ndimage.gaussian_filter(reslice(ct, frame, box, outside=-1000).mean(axis=0), 1.0)
    inside = _inside(seen.outline_mm, box)
    softness = np.clip((hu - FAT_HU) / (SOFT_HU - FAT_HU), 0, 1)
    pieces, count = ndimage.label((softness > 0.5) & inside)
    _, posterior, cranial = box.axes_mm
    best = None
    for piece in range(1, count + 1):
        island = pieces == piece
        if not _looks_like_root(island, hu):
            continue
        weight = softness * ndimage.binary_dilation(island, iterations=2)
        place = (
            float(posterior @ weight.sum(axis=1) / weight.sum()),
            float(cranial @ weight.sum(axis=0) / weight.sum()),
        )
        away = float(np.hypot(place[0] - expected[0], place[1] - expected[1]))
        if away <= FARTHEST_MM and (best is None or away < best[0]):
            best = away, place
    if best is None:
        return None
    return best[1], float(np.hypot(1.0, np.median(ct.spacing_mm) / 2))


def _inside(outline_mm: Vector, box: LocalBox) -> NDArray[np.bool_]:
    """The opening as a mask of the box's plane, without its edge."""
    mask = np.zeros(box.shape[1:], dtype=bool)
    index = np.rint((outline_mm - box.lower_mm[1:]) / STEP_MM).astype(int)
    index = index[((index >= 0) & (index < mask.shape)).all(axis=1)]
    mask[index[:, 0], index[:, 1]] = True
    inner: NDArray[np.bool_] = ndimage.binary_erosion(ndimage.binary_closing(mask), iterations=round(EDGE_MM / STEP_MM))
    return inner


def _looks_like_root(island: NDArray[np.bool_], hu: Vector) -> bool:
    """As wide as a root, with fat on most of its sides, and no bone."""
    width = 2 * np.sqrt(island.sum() * STEP_MM**2 / np.pi)
    if not SMALLEST_MM <= width <= LARGEST_MM or hu[island].max() > BONE_HU:
        return False
    rim = ndimage.binary_dilation(island, iterations=4) & ~ndimage.binary_dilation(island, iterations=1)
    fat = float((hu[rim] < (FAT_HU + SOFT_HU) / 2).mean()) if rim.any() else 0.0
    return fat >= LEAST_SURROUND
