"""Where the patient ends: the inside of the skin, without table, clothes, cushions and cables."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.flood import classify_band, flood, shrink
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume
from foramen.progress import Progress, silent

SKIN_HU = -500
"""Midway between air (−1000 HU) and skin with the fat below it (−100 to 50 HU), where a blurred edge truly lies.
Blankets, loose cloth and foam (−950 to −600 HU) stay out."""

UNSCANNED_HU = -1010
"""Real air is −1000 HU with noise; below this, a value that does not vary was written where nothing was scanned."""
IMPOSSIBLE_HU = -1100
"""No matter is this thin: −1500, −2000, −2048, −3024 are what scanners write outside the reconstructed circle."""

COARSE_MM = 2.5
SHEET_MM = 3.0
"""Half the thickness up to which what touches the skin is cut off before the body's hollows are filled (a table's
shell, folded clothes). Thinner than half of any chest wall, so that no lung opens to the outside."""
STRAP_MM = 8.0
"""The same after the hollows are filled: arm rests, cables, cushions' edges."""
OPEN_FRACTION = 0.7
"""See `_outside_air`: contact with the edge of the field of view over contact with the body. On 70 windows cut out of
six real scans, air around the patient had 0.76 and more, bowel and lung cut open 0.66 and less."""
LUNG_HU = (-880, -700)
PURE_AIR_HU = -940
"""On three real scans the middle of lungs was −835 to −775 HU, their thinnest fiftieth −918 HU and more."""

Mask: TypeAlias = NDArray[np.bool_]


def find_body(ct: Ct, progress: Progress = silent) -> Volume:
    """The inside of the skin, with airways and bowel gas filled.

    The patient's trunk is what is left of everything denser than air when sheets are cut off and the largest piece is
    kept; arms that lie apart from it are not part of it. Gas is inside unless it opens to the edge of the field of view
    more widely than to the body, so that a field of view that cuts through bowel or lung does not open them. Found on
    a grid of about 2.5 mm and refined at the skin on the CT's own grid.

    Parameters
    ----------
    ct : Ct
        Any orientation, spacing and position of the patient; regions that were not scanned (outside the reconstructed
        circle, or filled in by a resampler with a constant below −1010 HU) are outside the body and no air either.

    Returns
    -------
    Volume
        Bool, on the CT's grid. Everywhere true where the field of view holds no skin at all.
    """
    progress("finding the skin", 0.0)
    scan = ct.canonical()
    blocks = _blocks(scan)
    coarse = _shrunk(scan.voxels, blocks)
    progress("finding the skin", 0.3)
    spacing = scan.spacing_mm * blocks
    trunk = _coarse_body(*coarse, spacing)
    progress("finding the skin", 0.7)
    inside = _refined(ct, trunk, blocks)
    progress("finding the skin", 1.0)
    return Volume(inside, ct.affine)


def _shrunk(hu: NDArray[np.int16], blocks: NDArray[np.int64]) -> tuple[NDArray[np.int16], NDArray[np.int16], Mask]:
    """Mean of each block of voxels, its maximum, and whether its values do not vary."""
    order = np.argsort([-abs(s) for s in hu.strides])
    back = np.argsort(order)
    shape = tuple(-(-n // b) for n, b in zip(np.array(hu.shape)[order], blocks[order], strict=True))
    mean, most, flat = (np.zeros(shape, dtype) for dtype in (np.int16, np.int16, np.bool_))
    shrink(hu.transpose(order), blocks[order], mean, most, flat)
    return mean.transpose(back), most.transpose(back), flat.transpose(back)


def scanned(ct: Ct) -> Volume:
    """Where the scanner saw anything: bool blocks of about 2.5 mm, false outside the reconstructed circle."""
    scan = ct.canonical()
    blocks = _blocks(scan)
    mean, most, flat = _shrunk(scan.voxels, blocks)
    affine = scan.affine.copy()
    affine[:3, :3] *= blocks
    affine[:3, 3] = scan.to_world((blocks - 1) / 2)
    return Volume(~_unscanned(mean, most, flat), affine)


def _blocks(scan: Volume) -> NDArray[np.int64]:
    """How many voxels make a coarse one, along each axis."""
    return np.maximum(np.round(COARSE_MM / scan.spacing_mm).astype(np.int64), 1)


def _unscanned(mean: NDArray[np.int16], most: NDArray[np.int16], flat: Mask) -> Mask:
    """Which blocks the scanner never saw: impossibly thin, or too thin to be air and without any noise."""
    smooth = flat & (most <= UNSCANNED_HU)
    even = ndimage.maximum_filter(mean, 3) - ndimage.minimum_filter(mean, 3) <= 1
    padded = ndimage.binary_dilation(smooth & even, np.ones((3, 3, 3)), mask=smooth)
    result: Mask = padded | (most <= IMPOSSIBLE_HU)
    return result


def _coarse_body(mean: NDArray[np.int16], most: NDArray[np.int16], flat: Mask, spacing_mm: NDArray[np.float64]) -> Mask:
    unseen = _unscanned(mean, most, flat)
    trunk = _largest_piece(mean > SKIN_HU, unseen, SHEET_MM, spacing_mm)
    body = ~unseen & ~_outside_air(mean, trunk, unseen)
    return _largest_piece(body, unseen, STRAP_MM, spacing_mm)


def _largest_piece(mask: Mask, unseen: Mask, radius_mm: float, spacing_mm: NDArray[np.float64]) -> Mask:
    """The largest piece that is left when everything thinner than twice the radius is cut off."""
    depth = ndimage.distance_transform_edt(mask | unseen, sampling=spacing_mm)
    pieces, count = ndimage.label((depth > radius_mm) & mask)
    if not count:
        return mask
    core = pieces == np.bincount(pieces.ravel())[1:].argmax() + 1
    if core.all():
        return mask
    rim = ndimage.distance_transform_edt(~core, sampling=spacing_mm)
    result: Mask = mask & (rim <= radius_mm + spacing_mm.max())
    return result


def _outside_air(mean: NDArray[np.int16], trunk: Mask, unseen: Mask) -> Mask:
    """Air around the patient, told from gas inside him that the edge of the field of view cuts open.

    A patient is bulging: seen from outside, the way along his skin is shorter than the way around it along the edge of
    the field of view. A cut bowel or lung is bulging the other way. So air that meets the edge over more than it meets
    the body is outside; the head and foot end of the scan, which cut everything, do not count.
    """
    air, count = ndimage.label(~trunk & ~unseen)
    edge = np.zeros(count + 1)
    wall = np.zeros(count + 1)
    for axis in (0, 1):
        for here, there in _neighbours(air, axis):
            edge += np.bincount(air[here].ravel(), unseen[there].ravel(), count + 1)
            wall += np.bincount(air[here].ravel(), trunk[there].ravel(), count + 1)
        for end in (0, -1):
            edge += np.bincount(air.take(end, axis).ravel(), minlength=count + 1)
    outside = edge > OPEN_FRACTION * wall
    outside[0] = False
    for number in np.flatnonzero(outside):
        outside[number] = not _is_lung(mean[air == number])
    result: Mask = outside[air]
    return result


def _is_lung(hu: NDArray[np.int16]) -> bool:
    """Whether air is mixed evenly with tissue: around the patient some of it is pure, and foam is thinner."""
    thinnest, middle = np.percentile(hu, (2, 50))
    return bool(LUNG_HU[0] < middle < LUNG_HU[1] and thinnest > PURE_AIR_HU)


def _neighbours(array: NDArray[np.int32], axis: int) -> list[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    lower = tuple(slice(None, -1) if a == axis else slice(None) for a in range(array.ndim))
    upper = tuple(slice(1, None) if a == axis else slice(None) for a in range(array.ndim))
    return [(lower, upper), (upper, lower)]


def _refined(ct: Ct, trunk: Mask, blocks: NDArray[np.int64]) -> Mask:
    """The coarse body with its surface moved to where the CT's own voxels cross the skin's threshold."""
    around = ndimage.generate_binary_structure(3, 2)
    band = ndimage.binary_dilation(trunk, around) & ~ndimage.binary_erosion(trunk, around, border_value=1)
    zones = np.where(band, np.uint8(2), trunk.astype(np.uint8))
    state = np.empty_like(ct.voxels, dtype=np.uint8)
    hu, codes = (Volume(v, ct.affine).canonical().voxels for v in (ct.voxels, state))
    order = np.argsort([-abs(s) for s in hu.strides])
    hu, codes, zones = hu.transpose(order), codes.transpose(order), np.ascontiguousarray(zones.transpose(order))
    undecided = classify_band(hu, zones, blocks[order], SKIN_HU, codes)
    flood(codes, 1, 2, undecided)  # dense and joined to the trunk: inside
    codes[codes == 2] = 3
    flood(codes, 0, 3, undecided)  # the rest, where it is joined to the outside, is outside; what is enclosed is not
    np.minimum(state, 1, out=state)
    return state.view(np.bool_)
