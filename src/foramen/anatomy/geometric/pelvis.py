"""Sacrum and hip bones, grown in the scan itself: below the last disc, the canal's line is no longer a safe guide."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.geometric.coarse import coarse
from foramen.anatomy.geometric.fronts import WALL, spread
from foramen.anatomy.geometric.marrow import fill_marrow
from foramen.anatomy.geometric.sequence import BoneLevel
from foramen.imaging.resample import resample
from foramen.imaging.volume import Volume

GRID_MM = 1.5

SACRUM, LEFT_HIP, RIGHT_HIP = 1, 2, 3

AROUND_MM = (95.0, 95.0, 120.0)
"""Half extents of the region around the first sacral body in which bones are grown."""

HIP_BESIDE_MM = 58.0
"""So far from the first sacral body's middle, bone is hip: the joints lie 35 to 50 mm beside it."""

ABOVE_MM = 60.0
"""How far above the first sacral body's middle the iliac crest reaches."""

SACRUM_BESIDE_MM, SACRUM_BEFORE_MM = 33.0, 25.0
"""So near to the midline, and no farther in front of the first sacral body's middle, no bone is hip."""

HEAD_START_MM = 12.0
"""How far the sacrum grows before the hips begin: the joints lie twice as far from its first body's side as from where
bone surely is hip."""

REACH_MM = 1500.0
"""Through dim bone it counts eleven times: enough to cross an osteoporotic sacrum."""

RIM_MM = 4.0
"""So near to another bone, faint brightness is that bone's blurred surface."""

CANAL_RADIUS_MM = 8.0
MARROW_HU = -150.0
MARROW_MM = 60.0
"""Half the breadth of a sacrum, whose wings and bodies are one cavity."""

WING_SHARE, CENTRAL_SHARE, CENTRAL_MM = 0.85, 0.96, 12.0
"""Share of directions closed around marrow. Foramina open into several; the canal, in the middle, into two or three."""

DIM_PENALTY = 10.0
"""The joint between sacrum and hip is a gap of 2 to 3 mm."""


def grow_pelvis(
    ct: Volume,
    bone: BoneLevel,
    canal_mm: NDArray[np.float64],
    first_sacral: NDArray[np.bool_],
    taken: NDArray[np.bool_],
) -> Volume:
    """Sacrum and hips by fronts from the first sacral body and from the bone far beside it.

    Parameters
    ----------
    ct : Volume
        Canonical, in HU.
    bone : BoneLevel
        What counts as bone.
    canal_mm : array, shape (n, 3)
        Points of the canal's centre line, LPS mm.
    first_sacral, taken : array of bool
        The first sacral body, and the bones that others own, on the CT's voxels.

    Returns
    -------
    Volume
        int16: `SACRUM`, `LEFT_HIP`, `RIGHT_HIP` or 0, on a grid of cubes around the first sacral body.
    """
    middle = ct.to_world(np.argwhere(first_sacral).mean(axis=0))
    half = np.array(AROUND_MM)
    corners = np.stack([middle - half, middle + half])
    seen = coarse(ct.crop_around(corners, 0.0), GRID_MM)
    owner = np.zeros(seen.shape, np.int16)
    others = resample(Volume(taken, ct.affine), seen.grid, nearest=True, fill=0).voxels
    rim = ndimage.distance_transform_edt(~others, sampling=GRID_MM) <= RIM_MM
    owner[others | (rim & (seen.voxels <= bone.threshold_hu))] = WALL
    owner[resample(Volume(first_sacral, ct.affine), seen.grid, nearest=True, fill=0).voxels] = SACRUM
    world = seen.to_world(np.moveaxis(np.indices(seen.shape), 0, -1))
    solid = seen.voxels > bone.threshold_hu
    beside = world[..., 0] - middle[0]
    beside_pelvis = solid & (owner == 0) & (world[..., 2] < middle[2] + ABOVE_MM) & (world[..., 1] > middle[1] - 40.0)
    owner[beside_pelvis & (beside > HIP_BESIDE_MM)] = LEFT_HIP
    owner[beside_pelvis & (beside < -HIP_BESIDE_MM)] = RIGHT_HIP
    hips = np.where(np.isin(owner, (LEFT_HIP, RIGHT_HIP)), owner, 0)
    owner[hips > 0] = 0
    _run(seen, owner, bone, HEAD_START_MM)
    np.copyto(owner, hips, where=hips > 0)
    _run(seen, owner, bone, REACH_MM)
    behind = world[..., 1] > middle[1] - SACRUM_BEFORE_MM
    owner[(owner > SACRUM) & (np.abs(beside) < SACRUM_BESIDE_MM) & behind] = SACRUM
    blocked = owner == WALL
    owner = np.maximum(owner, 0)
    marrow = ~blocked & ~_in_canal(seen, canal_mm) & (seen.voxels > MARROW_HU) & (seen.voxels <= bone.bright_hu)
    central = np.abs(beside) < CENTRAL_MM
    for where, share in ((~central, WING_SHARE), (central, CENTRAL_SHARE)):
        fill_marrow(owner, marrow & where, reach_mm=MARROW_MM, share=share, voxel_mm=GRID_MM)
    return Volume(owner, seen.affine)


def _run(seen: Volume, owner: NDArray[np.int16], bone: BoneLevel, reach_mm: float) -> None:
    """Let the fronts of all owners run through bone, in place."""
    spread(
        seen.voxels,
        owner,
        dark=bone.faint_hu,
        bright=bone.swift_hu,
        dim_penalty=DIM_PENALTY,
        reach_mm=reach_mm,
        voxel_mm=GRID_MM,
    )


def _in_canal(seen: Volume, canal_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Voxels near the canal's centre line: enclosed by the sacrum, and yet no bone."""
    index = np.rint(seen.to_index(canal_mm)).astype(int)
    inside = ((index >= 0) & (index < np.array(seen.shape))).all(axis=1)
    away = np.ones(seen.shape, np.bool_)
    away[tuple(index[inside].T)] = False
    if not inside.any():
        return ~away
    return np.asarray(ndimage.distance_transform_edt(away, sampling=GRID_MM) <= CANAL_RADIUS_MM)
