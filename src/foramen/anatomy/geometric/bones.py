"""Every bone of the scan by its name: what belongs to the spine, the pelvis, and the rest."""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.geometric import pelvis
from foramen.anatomy.geometric.back_to_scan import owners_on
from foramen.anatomy.geometric.owners import Owners
from foramen.anatomy.geometric.pelvis import grow_pelvis
from foramen.anatomy.geometric.sequence import BoneLevel
from foramen.anatomy.geometric.straight_spine import LEFT_MM, StraightSpine
from foramen.anatomy.structures import Structure
from foramen.imaging.resample import resample
from foramen.imaging.volume import Volume

METAL_HU = 2200
"""Denser than any bone; enamel and dense cortex stay below 2000 HU."""

RIB_BESIDE_MM = 34.0
"""Beyond it, bone of a thoracic vertebra is its rib: transverse processes end 30 to 35 mm from the midline."""


def label_bones(
    ct: Volume, spine: StraightSpine, owners: Owners, names: dict[int, Structure], bone: BoneLevel
) -> NDArray[np.uint8]:
    """Structure of every bone voxel of a canonical CT; what is as bright as bone stays bone, within discs too.

    Parameters
    ----------
    ct : Volume
        Canonical, in HU.
    spine, owners, bone
        As found in it.
    names : dict
        Structure of each owner that has one.
    """
    labels = np.zeros(ct.shape, np.uint8)
    labels[ct.voxels > bone.threshold_hu] = Structure.OTHER_BONE
    near = Volume(labels, ct.affine).crop_around(spine.curve.surroundings_mm, 0.0)
    numbered = owners_on(near.grid, spine.curve, _with_discs_and_ribs(owners, names))
    lookup = np.zeros(RIB_RIGHT + 1, np.uint8)
    for number, structure in names.items():
        lookup[number] = structure
    lookup[DISC], lookup[RIB_LEFT], lookup[RIB_RIGHT] = Structure.DISC, Structure.RIB_LEFT, Structure.RIB_RIGHT
    of_spine = lookup[numbered]
    bright_disc = (of_spine == Structure.DISC) & (near.voxels == Structure.OTHER_BONE)
    np.copyto(near.voxels, of_spine, where=(of_spine > 0) & ~bright_disc)
    if Structure.SACRUM in names.values():
        _draw_pelvis(ct, spine, bone, labels)
    labels[ct.voxels >= METAL_HU] = Structure.METAL
    return labels


DISC, RIB_LEFT, RIB_RIGHT = 101, 102, 103
"""Owners' numbers of what belongs to no single vertebra."""


def _with_discs_and_ribs(owners: Owners, names: dict[int, Structure]) -> NDArray[np.int16]:
    owner = owners.owner.copy()
    owner[owners.discs_inside & (owner == 0)] = DISC
    thoracic = np.isin(owner, [number for number, structure in names.items() if structure < Structure.L1])
    beside = np.broadcast_to(LEFT_MM[:, None], owner.shape[1:])
    owner[thoracic & (beside > RIB_BESIDE_MM)] = RIB_LEFT
    owner[thoracic & (beside < -RIB_BESIDE_MM)] = RIB_RIGHT
    return owner


def _draw_pelvis(ct: Volume, spine: StraightSpine, bone: BoneLevel, labels: NDArray[np.uint8]) -> None:
    """Sacrum and hips over what is bone and nobody's yet."""
    first_sacral = labels == Structure.SACRUM
    if not first_sacral.any():
        return
    taken = (labels > 0) & (labels < Structure.S1)
    grown = grow_pelvis(ct, bone, spine.curve.centre_mm, first_sacral, taken)
    lower, upper = (f(ct.to_index(grown.grid.corners_mm), axis=0) for f in (np.min, np.max))
    region = Volume(labels, ct.affine).crop(np.floor(lower), np.ceil(upper) + 1)
    found = resample(grown, region.grid, nearest=True, fill=0).voxels
    free = (region.voxels == Structure.OTHER_BONE) | (region.voxels == Structure.BACKGROUND)
    for number, structure in (
        (pelvis.SACRUM, Structure.SACRUM),
        (pelvis.LEFT_HIP, Structure.HIP_LEFT),
        (pelvis.RIGHT_HIP, Structure.HIP_RIGHT),
    ):
        region.voxels[free & (found == number)] = structure
