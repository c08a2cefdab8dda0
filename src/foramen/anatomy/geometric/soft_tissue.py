"""Soft tissue that no needle may cross, told from the muscles that it may: conservatively, without naming organs.

In front of the muscles of the back, everything that is neither fat nor muscle is an organ or a vessel. Muscles and
organs touch, but the bridges between them are thin: fronts start from places that are surely one or the other, run
fast where tissue is deep and slowly through thin bridges, and meet there.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.geometric.back_to_scan import straight_coordinates
from foramen.anatomy.geometric.coarse import coarse
from foramen.anatomy.geometric.fronts import spread
from foramen.anatomy.geometric.straight_spine import Curve
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue
from foramen.imaging.resample import resample
from foramen.imaging.volume import Volume

GRID_MM = 2.0
FAT_HU, GAS_HU = -25.0, -300.0
"""Fat ends and gas begins, averaged over 2 mm."""

LUNG_HU, LEAST_LUNG_ML = (-930.0, -550.0), 60.0
"""Mean of a lung, which is tissue mixed with air; gas in bowel is purer."""

WALL_MM = 15.0
"""The wall of the trunk at sides and back: muscle and fat, no organ."""

CANAL_MM = (17.0, 14.0)
"""Half axes of the ellipse that is left to canal, sac and epidural fat, which are drawn afterwards."""

BACK_MUSCLE, PSOAS, ORGAN, VESSEL = 1, 2, 3, 4
"""Owners of soft tissue."""

DEEP_MM, THIN_PENALTY = 7.0, 15.0
"""How far inside a tissue its fronts run at full speed, and how much slower they are at its surface."""

FREE_OF_BONE = (Structure.BACKGROUND, Structure.OTHER_BONE)


def draw_soft_tissue(
    ct: Volume, body: Volume, curve: Curve, l3_mm: float, spacing_mm: float, labels: NDArray[np.uint8]
) -> None:
    """Write muscles, organs, vessels and lungs into what is background, in place.

    Contrast-enhanced vessels and bowel, which are as bright as bone, change from `OTHER_BONE` to what they are.

    Parameters
    ----------
    ct, body : Volume
        Canonical, in HU, and what of it lies inside the skin.
    curve : Curve
        Along the canal.
    l3_mm, spacing_mm : float
        Height of the middle of L3 along it, and from one vertebra to the next.
    labels : array
        Bones of the scan, on its voxels.
    """
    seen = coarse(ct, GRID_MM)
    inside = resample(body, seen.grid, nearest=True, fill=0).voxels
    known = resample(Volume(labels, ct.affine), seen.grid, nearest=True, fill=0).voxels
    place = straight_coordinates(seen.grid, curve)
    along, left, posterior = (place[..., n] for n in range(3))
    canal = (left / CANAL_MM[0]) ** 2 + (posterior / CANAL_MM[1]) ** 2 < 1
    free = np.isin(known, [int(s) for s in FREE_OF_BONE]) & ~canal
    under_skin = ndimage.distance_transform_edt(inside, sampling=GRID_MM)
    may_be_enhanced = (posterior < BRIGHT_BEFORE_MM) | (
        (under_skin > BRIGHT_DEEPER_MM) & (np.abs(left) > BRIGHT_BESIDE_MM)
    )
    soft = inside & free & (seen.voxels > FAT_HU) & ((known == 0) | may_be_enhanced)
    depth = ndimage.distance_transform_edt(soft, sampling=GRID_MM).astype(np.float32)
    owner = np.zeros(seen.shape, np.int16)
    above_l3 = (np.nan_to_num(along, nan=np.inf) - l3_mm) / spacing_mm
    _seed(owner, soft, above_l3, np.abs(left), posterior, under_skin)
    spread(depth, owner, dark=0.5, bright=DEEP_MM, dim_penalty=THIN_PENALTY, reach_mm=5000.0, voxel_mm=GRID_MM)
    found = _structures(owner, left)
    _add_gas(found, seen.voxels, free & (under_skin > WALL_MM), left)
    on_scan = resample(Volume(found, seen.affine), Volume(labels, ct.affine).grid, nearest=True, fill=0).voxels
    _write(labels, ct.voxels, on_scan)


BRIGHT_BEFORE_MM, BRIGHT_DEEPER_MM, BRIGHT_BESIDE_MM = -12.0, 38.0, 40.0
"""Bright tissue that is no vertebra, sacrum or hip may be an enhanced vessel, kidney or bowel so far to the front, or
so deep under the skin and so far to the side; elsewhere it is bone."""


def _seed(
    owner: NDArray[np.int16],
    soft: NDArray[np.bool_],
    above_l3: NDArray[np.float32],
    aside: NDArray[np.float32],
    posterior: NDArray[np.float32],
    under_skin: NDArray[np.float64],
) -> None:
    """Places that are surely one tissue: mm beside and behind the canal, levels above L3."""
    inner = soft & (under_skin > WALL_MM)
    kidney = (above_l3 > -0.6) & (aside > 52) & (aside < 105) & (posterior < -22)
    bowel = (posterior < -62) | ((aside > 72) & (posterior < -30))
    great = (aside < 34) & (posterior < -48) & (posterior > -90)
    psoas = (above_l3 < 1.3) & (above_l3 > -3.0) & (aside > 27) & (aside < 36) & (posterior < -6) & (posterior > -22)
    back = (posterior > 14) & (aside < 60)
    owner[inner & (kidney | bowel)] = ORGAN
    owner[inner & great] = VESSEL
    owner[soft & psoas] = PSOAS
    owner[soft & (back | (under_skin <= WALL_MM))] = BACK_MUSCLE


def _structures(owner: NDArray[np.int16], left: NDArray[np.float32]) -> NDArray[np.uint8]:
    found = np.zeros(owner.shape, np.uint8)
    for number, on_left, on_right in (
        (BACK_MUSCLE, Structure.BACK_MUSCLE_LEFT, Structure.BACK_MUSCLE_RIGHT),
        (PSOAS, Structure.ILIOPSOAS_LEFT, Structure.ILIOPSOAS_RIGHT),
        (ORGAN, Structure.OTHER_ORGAN, Structure.OTHER_ORGAN),
        (VESSEL, Structure.OTHER_VESSEL, Structure.OTHER_VESSEL),
    ):
        found[(owner == number) & (left >= 0)] = on_left
        found[(owner == number) & (left < 0)] = on_right
    return found


def _add_gas(
    found: NDArray[np.uint8], hu: NDArray[np.float32], where: NDArray[np.bool_], left: NDArray[np.float32]
) -> None:
    """Lungs and gas in bowel; air in the folds of the skin is neither."""
    pieces, count = ndimage.label(where & (hu < GAS_HU))
    if not count:
        return
    numbers = np.arange(1, count + 1)
    millilitres = ndimage.sum_labels(np.ones_like(hu), pieces, numbers) * GRID_MM**3 / 1000
    middle = ndimage.median(hu, pieces, numbers)
    is_lung = (middle > LUNG_HU[0]) & (middle < LUNG_HU[1]) & (millilitres >= LEAST_LUNG_ML)
    lung = np.concatenate([[False], is_lung])[pieces]
    found[(pieces > 0) & ~lung] = Structure.OTHER_ORGAN
    found[lung & (left >= 0)], found[lung & (left < 0)] = Structure.LUNG_LEFT, Structure.LUNG_RIGHT


def _write(labels: NDArray[np.uint8], hu: NDArray[np.int16], found: NDArray[np.uint8]) -> None:
    """Slice by slice: over background, and over bright voxels that are organs or vessels."""
    lookup = np.zeros(256, np.bool_)
    lookup[[int(s) for t in (Tissue.ORGAN, Tissue.VESSEL) for s in STRUCTURES_OF[t]]] = True
    lungs = np.isin(np.arange(256), [int(s) for s in STRUCTURES_OF[Tissue.LUNG]])
    for k in range(labels.shape[2]):
        here, there = labels[..., k], found[..., k]
        over = (here == Structure.BACKGROUND) | ((here == Structure.OTHER_BONE) & lookup[there])
        fits = (hu[..., k] > FAT_HU - 60) | (hu[..., k] < GAS_HU) | lungs[there]
        np.copyto(here, there, where=over & fits & (there > 0))
