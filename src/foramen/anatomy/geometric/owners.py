"""Whose is each bone of the straight spine? Numbered from foot to head, as yet without names."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.geometric.bodies import find_body
from foramen.anatomy.geometric.discs import BODY_AXIS_MM, Disc
from foramen.anatomy.geometric.fronts import WALL, spread
from foramen.anatomy.geometric.marrow import fill_marrow
from foramen.anatomy.geometric.sequence import BoneLevel
from foramen.anatomy.geometric.straight_spine import LEFT_MM, POSTERIOR_MM, StraightSpine

DISC_HALF_WIDTH_MM, DISC_HALF_DEPTH_MM = 25.0, 18.0
"""Half axes of the walls that discs are to the fronts: as wide and deep as endplates."""

CANAL_WALL_MM = (8.0, 5.0)
"""Half axes of the ellipse around the canal's centre that no bone of any owner enters."""

VERTEBRA_REACH_MM, SPINOUS_REACH_MM = 62.0, 30.0
"""From a body to the tip of its transverse process, through the pedicle; and on, in the midline behind the canal, to
the tip of its spinous process."""

SPINOUS_BESIDE_MM, SPINOUS_BEHIND_MM = 7.0, 14.0

LAMINA_BESIDE_MM, LAMINA_BEHIND_MM, LAMINA_ABOVE_MM = 10.0, 4.0, 4.0
"""So near to the midline behind the canal there are laminae and spinous processes, which run down from their pedicles:
none reaches this much above its own body's upper endplate. Only joint processes do, farther to the side."""

DIM_PENALTY = 8.0
"""How much slower a front runs through the dimmest bone: a joint gap is averaged with the bone on both sides."""

BODY_BACK_MM = -6.0
"""Farther back, between pedicles and foramina, a body's surface is not smooth: only what is bright is bone."""

BELOW_LOWEST = 0.55
"""Share of a spacing that the lowest body is followed down: the front of a sacrum recedes."""

MARROW_HU = -150.0
"""Fat alone has −110 HU; darker is gas."""

MARROW_MM, MARROW_SHARE = 7.0, 0.85
"""Half the height of a pedicle's cavity, and the share of directions closed around it."""

OSTEOPHYTE_MM = 4.0
"""How far beyond a body's own surface bone is still believed to be the body's."""

USUAL_SPACING_MM = 33.0
ARCH_FRONT_MM = -10.0
"""Farther to the front than this, there are only bodies: pedicles, arches and ribs lie behind it."""

LEAST_SEEN_MM = 6.0
"""Of a body cut by the scan's end: with less of it, there is nothing to segment."""


@dataclass(frozen=True, eq=False)
class Owners:
    """Bones of the straight spine by owner.

    Attributes
    ----------
    owner
        Number of each point's bone: 1 stands below the lowest disc, n + 1 on disc n (counted from 1); 0 for none.
    discs
        From foot to head.
    discs_inside
        Which points lie in a disc.
    middles_mm
        Coordinates along, left, posterior of each owner's body, shape (len(discs) + 1, 3); NaN where it is not seen.
    """

    owner: NDArray[np.int16]
    discs: tuple[Disc, ...]
    discs_inside: NDArray[np.bool_]
    middles_mm: NDArray[np.float64]


def find_owners(spine: StraightSpine, discs: list[Disc], bone: BoneLevel) -> Owners:
    """Bodies between the discs, and every other bone by the front that reaches it first."""
    owner = np.zeros(spine.hu.shape, np.int16)
    left, posterior = np.meshgrid(LEFT_MM, POSTERIOR_MM, indexing="ij")
    owner[:, (left / CANAL_WALL_MM[0]) ** 2 + (posterior / CANAL_WALL_MM[1]) ** 2 < 1] = WALL
    in_disc = np.zeros(owner.shape, np.bool_)
    for disc in discs:
        in_disc |= _inside(disc, len(owner), left, posterior)
    owner[in_disc] = WALL
    middles = np.full((len(discs) + 1, 3), np.nan)
    bounds = [_beyond(discs, 0, BELOW_LOWEST), *discs, _beyond(discs, -1, 1.0)] if discs else _ends(len(owner))
    for number, (lower, upper) in enumerate(pairwise(bounds), start=1):
        body = find_body(spine, lower, upper)
        span, inside = body.contains(spine)
        inside &= spine.seen[span] & ((posterior < BODY_BACK_MM) | (spine.hu[span] > bone.threshold_hu))
        _keep_in_front_of_bodies_free(owner[span], body.contains(spine, OSTEOPHYTE_MM)[1], posterior)
        if inside.any(axis=(1, 2)).sum() >= LEAST_SEEN_MM:
            owner[span][inside] = number
            along, i, j = (axis.mean() for axis in np.nonzero(inside))
            middles[number - 1] = span.start + along, LEFT_MM[0] + i, POSTERIOR_MM[0] + j
    _take_arches(owner, spine, bone, _least_owners(discs, len(owner), left, posterior), left, posterior)
    fill_marrow(owner, (spine.hu > MARROW_HU) & ~in_disc, reach_mm=MARROW_MM, share=MARROW_SHARE)
    return Owners(owner, tuple(discs), in_disc & (owner == 0), middles)


def _take_arches(
    owner: NDArray[np.int16],
    spine: StraightSpine,
    bone: BoneLevel,
    least: NDArray[np.int16],
    left: NDArray[np.float64],
    posterior: NDArray[np.float64],
) -> None:
    """Give every vertebra its arch and processes, in place; walls become nobody's again."""
    spinous = (np.abs(left) <= SPINOUS_BESIDE_MM) & (posterior >= SPINOUS_BEHIND_MM)
    for reach_mm in (VERTEBRA_REACH_MM, SPINOUS_REACH_MM):
        spread(
            spine.hu,
            owner,
            dark=bone.threshold_hu,
            bright=bone.swift_hu,
            dim_penalty=DIM_PENALTY,
            reach_mm=reach_mm,
            least=least,
        )
        owner[(owner == 0) & ~spinous] = WALL
    np.maximum(owner, 0, out=owner)


def _least_owners(
    discs: list[Disc], length: int, left: NDArray[np.float64], posterior: NDArray[np.float64]
) -> NDArray[np.int16]:
    """Of each point, the lowest vertebra whose arch may reach it: in the midline behind the canal none reaches up."""
    above = [disc.lower.height_at(np.array(0.0), np.array(0.0)) + LAMINA_ABOVE_MM for disc in discs]
    lowest = 1 + np.searchsorted(np.array(above), np.arange(length))
    lamina = (np.abs(left) <= LAMINA_BESIDE_MM) & (posterior >= LAMINA_BEHIND_MM)
    return np.asarray(np.where(lamina, lowest[:, None, None], 0), dtype=np.int16)


def _inside(disc: Disc, length: int, left: NDArray[np.float64], posterior: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Points of the straight spine that lie in a disc."""
    along = np.arange(length)[:, None, None]
    bottom, top = disc.lower.height_at(left, posterior), disc.upper.height_at(left, posterior)
    within = np.abs(along - (bottom + top) / 2) <= np.maximum((top - bottom) / 2 - 0.5, 1.0)
    round_ = (left / DISC_HALF_WIDTH_MM) ** 2 + ((posterior - BODY_AXIS_MM) / DISC_HALF_DEPTH_MM) ** 2 < 1
    return np.asarray(within & round_)


def _keep_in_front_of_bodies_free(
    owner: NDArray[np.int16], near_body: NDArray[np.bool_], posterior: NDArray[np.float64]
) -> None:
    """Enhanced or calcified vessels touch the bodies, and are none of their bone."""
    owner[~near_body & (posterior < ARCH_FRONT_MM) & (owner == 0)] = WALL


def _ends(length: int) -> list[Disc]:
    """Where no disc is in view, the one body is bounded by the scan's ends."""
    return [Disc(float(height), 0.0, 0.0, 0.0, 0.0) for height in (0, length - 1)]


def _beyond(discs: list[Disc], end: int, share: float) -> Disc:
    """A layer that share of a spacing beyond the first (0) or last (-1) disc."""
    last = discs[end]
    if len(discs) == 1:
        spacing = USUAL_SPACING_MM * (1 if end else -1)
    else:
        spacing = last.along_mm - discs[1 if end == 0 else -2].along_mm
    return replace(last, along_mm=last.along_mm + share * spacing, plates=None)
