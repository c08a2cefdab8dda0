"""One bone cut out of a label map: cropped, freed of stray islands, with what the scan's border takes of it."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import Structure
from foramen.imaging.volume import Volume

NEAR_MM = 8.0
"""A piece this near to the main one may be its arch, cut off by missing voxels; farther pieces are strays."""

NEAR_STEP_MM = 1.5
SMALLEST_SHARE = 0.02
"""A piece smaller than this share of the main one is a stray."""

Box = tuple[slice, slice, slice]


def boxes_of(labels: LabelMap) -> dict[Structure, Box]:
    """The smallest box of voxels around each structure, in one pass over the map."""
    found = ndimage.find_objects(labels.voxels)
    return {Structure(value): box for value, box in enumerate(found, start=1) if box is not None}


def bone_mask(labels: LabelMap, boxes: dict[Structure, Box], structures: Iterable[Structure]) -> Volume | None:
    """Where a bone is, as a small bool volume with one empty voxel around it; None where the map has none of it.

    Parameters
    ----------
    labels : LabelMap
        A canonical label map.
    boxes : dict
        `boxes_of` that map.
    structures : structures
        The labels that make up the bone.
    """
    wanted = [s for s in structures if s in boxes]
    if not wanted:
        return None
    corners = np.array([[(side.start, side.stop) for side in boxes[s]] for s in wanted])
    lower, upper = corners[:, :, 0].min(axis=0), corners[:, :, 1].max(axis=0)
    region = labels.crop(lower, upper)
    voxels = _without_strays(region.mask(wanted), region.spacing_mm)
    affine = region.affine.copy()
    affine[:3, 3] = region.to_world((-1, -1, -1))
    return Volume(np.pad(voxels, 1), affine)


def _without_strays(mask: NDArray[np.bool_], spacing_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
    pieces, count = ndimage.label(mask, np.ones((3, 3, 3)))
    if count == 1:
        return mask
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    sizes[0] = 0
    main = int(sizes.argmax())
    every = np.maximum((NEAR_STEP_MM / spacing_mm).astype(int), 1)
    coarse = pieces[:: every[0], :: every[1], :: every[2]]
    distance = ndimage.distance_transform_edt(coarse != main, sampling=spacing_mm * every)
    nearest = np.asarray(ndimage.minimum(distance, coarse, np.arange(count + 1)))
    keep = (sizes >= SMALLEST_SHARE * sizes[main]) & (nearest <= NEAR_MM)
    keep[0] = False
    kept: NDArray[np.bool_] = keep[pieces]
    return kept


def border_points_mm(bone: Volume, scan: Volume) -> NDArray[np.float64]:
    """Centres of a bone's voxels that lie on the scan's outermost layers, where it is cut, shape (n, 3)."""
    points = bone.to_world(np.argwhere(bone.voxels))
    index = np.rint(scan.to_index(points))
    cut = ((index <= 0) | (index >= np.array(scan.shape) - 1)).any(axis=1)
    return points[cut]
