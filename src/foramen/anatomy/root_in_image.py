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

EDGE_MM = 1.25
"""Around bone, voxels are half bone and half fat, which looks like soft tissue."""

DENSEST_HU = 60.0
"""Ligament, cartilage and the blur of bone are denser than any root with its vessels."""

COARSEST_VOXEL_MM = 2.0
"""A root of 4 mm needs two voxels across it to stand apart from its surroundings."""

SHELL_MM = 1.0
LEAST_INSIDE = 0.9
"""Share of an island that lies in the opening."""

LEAST_FREE, LEAST_SURROUND = 0.4, 0.6
"""Share of the island's rim that is clear of bone, and share of that which is fat."""

SEEN_SPREAD_MM = 1.0
"""Between the island's centroid and the root's, which vessels and ligaments beside it move."""

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
    clear = ndimage.distance_transform_edt(hu < BONE_HU, sampling=STEP_MM) > EDGE_MM
    softness = np.clip((hu - FAT_HU) / (SOFT_HU - FAT_HU), 0, 1)
    # Thin shells along walls are voxels half of bone; what is joined to the disc or to muscle is no island.
    soft = ndimage.binary_opening((softness > 0.5) & clear, iterations=round(SHELL_MM / STEP_MM))
    pieces, count = ndimage.label(soft)
    inside = _inside(seen.outline_mm, box)
    islands = [pieces == piece for piece in range(1, count + 1) if inside[pieces == piece].mean() >= LEAST_INSIDE]
    places = [
        _centroid(softness * (clear & ndimage.binary_dilation(island, iterations=2)), box)
        for island in islands
        if _looks_like_root(island, softness, clear) and np.quantile(hu[island], 0.9) <= DENSEST_HU
    ]
    away = [float(np.hypot(p[0] - expected[0], p[1] - expected[1])) for p in places]
    if not away or min(away) > FARTHEST_MM:
        return None
    return places[int(np.argmin(away))], float(np.hypot(SEEN_SPREAD_MM, np.median(ct.spacing_mm) / 2))


def _inside(outline_mm: Vector, box: LocalBox) -> NDArray[np.bool_]:
    """The opening as a mask of the box's plane."""
    mask = np.zeros(box.shape[1:], dtype=bool)
    index = np.rint((outline_mm - box.lower_mm[1:]) / STEP_MM).astype(int)
    index = index[((index >= 0) & (index < mask.shape)).all(axis=1)]
    mask[index[:, 0], index[:, 1]] = True
    closed: NDArray[np.bool_] = ndimage.binary_closing(mask)
    return closed


def _centroid(weight: NDArray[np.float64], box: LocalBox) -> tuple[float, float]:
    _, posterior, cranial = box.axes_mm
    total = weight.sum()
    return float(posterior @ weight.sum(axis=1) / total), float(cranial @ weight.sum(axis=0) / total)


def _looks_like_root(island: NDArray[np.bool_], softness: Vector, clear: NDArray[np.bool_]) -> bool:
    """As wide as a root, free of bone on some sides, and there mostly in fat."""
    width = 2 * np.sqrt(island.sum() * STEP_MM**2 / np.pi)
    if not SMALLEST_MM <= width <= LARGEST_MM:
        return False
    rim = ndimage.binary_dilation(island, iterations=4) & ~ndimage.binary_dilation(island, iterations=1)
    free = rim & clear
    return bool(free.sum() >= LEAST_FREE * rim.sum() and (softness[free] < 0.5).mean() >= LEAST_SURROUND)
