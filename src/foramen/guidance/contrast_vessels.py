"""Contrast that lies in a vessel: thin and long where no root runs, or gone a moment later."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt, label, maximum_filter

from foramen.anatomy.spine import NerveRoot
from foramen.anatomy.structures import Structure
from foramen.guidance.compartments import Compartment
from foramen.guidance.contrast_map import ContrastMap, NeedleAxis
from foramen.guidance.contrast_places import COURSE_BEYOND_MM, Surroundings, distance_to_course
from foramen.guidance.one_sided import one_sided

THIN_MM = 1.7
"""Half the width up to which contrast counts as thin, measured where it falls to a third of its own brightness."""
EDGE_SHARE = 0.35
LEAST_LENGTH_MM = 8.0
REMOTE_MM, REMOTE_LENGTH_MM = 14.0, 4.0
"""A piece apart from the rest and this far from the tip is suspect though it be short."""
MOST_SECTION_MM2 = 14.0
STANDS_OUT_MM = 7.0
"""The rim of a pool is thin as well; a vessel leads away from it."""
SHEATH_MM = 2.5
SPIKE_MM, STRAYS_MM, BACK_MM = 5.0, 5.5, 4.0
"""What is thin is a vessel only where it leaves the root, and a spike is then enough: around roots that the scans
showed, fluid came no farther than 4 mm from the surface in anything thin."""
SEEN_SPREAD_MM = 1.3
CANAL_LENGTH_MM, CANAL_SECTION_MM2 = 15.0, 7.0
"""In the canal a thin sheet of epidural contrast is usual; only what is longer and rounder than that is a vessel."""
GONE_SHARE = 0.08
"""Between two scans a minute apart the iodine of clean contrast was found again to 1 % (at worst 4 %); what a vessel
took fell by 9 to 90 %."""
LEAST_MG = 0.12
"""Of iodine: what a hair's breadth of vessel holds; less is noise."""
LEAST_VOXELS = 3
NAMED = (Compartment.SKIN_TRACK, Compartment.FACET, Compartment.INTRATHECAL, Compartment.INTRADISCAL)
"""Thin contrast there has a name of its own."""


@dataclass(frozen=True)
class VesselPiece:
    """One piece of contrast that looks like a vessel.

    Attributes
    ----------
    length_mm, amount_mg
        Its extent and its iodine.
    farthest_mm
        How far from the target it reaches.
    toward_canal
        Whether it leads into the spinal canal, where an artery that feeds the cord would run.
    """

    length_mm: float
    amount_mg: float
    farthest_mm: float
    toward_canal: bool


def vessel_pieces(
    contrast: ContrastMap, place: NDArray[np.uint8], around: Surroundings, needles: tuple[NeedleAxis, ...]
) -> tuple[list[VesselPiece], NDArray[np.bool_]]:
    """Find vessels, and which of the contrast's points (in their order) lie in them, shape (n,)."""
    thin, off_the_pool = _thin(contrast)
    points = contrast.points_mm
    where = tuple(np.argwhere(contrast.mask).T)
    candidate = np.zeros(contrast.mask.shape, dtype=np.bool_)
    outside = ~_in_a_sheath(points, around) & ~np.isin(place, _numbers(*NAMED))
    candidate[where] = outside & thin[where]
    pieces, count = label(binary_dilation(candidate, np.ones((3, 3, 1))), np.ones((3, 3, 3)))
    number = np.where(candidate[where], pieces[where], 0)
    main = _main_pool(contrast, around, needles)[where]
    strays = _strays(points, around, needles)
    found, vascular = [], np.zeros(len(points), dtype=np.bool_)
    for n in range(1, count + 1):
        here = number == n
        piece = _measured(contrast, points, here, around)
        if piece is None or not strays[here].any():
            continue
        apart = not main[here].any() and piece.farthest_mm > REMOTE_MM
        long = piece.length_mm >= (REMOTE_LENGTH_MM if apart else LEAST_LENGTH_MM)
        leads_away = long and off_the_pool[where][here].max() >= STANDS_OUT_MM
        spike = piece.length_mm >= SPIKE_MM and off_the_pool[where][here].max() >= SPIKE_MM
        if leads_away or (spike and not piece.toward_canal):
            found.append(piece)
            vascular |= here
    core = _core(contrast)[where]
    tail = np.zeros(len(points), dtype=np.bool_)
    tail[core] = one_sided(points[core], around.nerve)
    if (piece := _extent(contrast, points, tail, around)) is not None and piece.amount_mg >= LEAST_MG:
        found.append(piece)
        vascular |= tail
    labelled = place == _numbers(Compartment.INTRAVASCULAR)[0]
    if labelled.sum() > 3:
        found += [piece for piece in [_measured(contrast, points, labelled, around)] if piece is not None]
    return found, vascular | labelled


def _strays(points: NDArray[np.float64], around: Surroundings, needles: tuple[NeedleAxis, ...]) -> NDArray[np.bool_]:
    """Farther from the root than fluid in its sheath comes, and not just behind the tip where it runs back, (n,)."""
    nerve = around.nerve
    distance, _ = distance_to_course(nerve, points, COURSE_BEYOND_MM)
    strays = distance > nerve.radius_mm + STRAYS_MM + _doubtful(nerve)
    for needle in needles:
        behind = (needle.tip_mm - points) @ needle.direction
        aside = np.linalg.norm(points - needle.tip_mm + behind[:, None] * needle.direction, axis=1)
        strays &= ~((behind > 0) & (aside < BACK_MM))
    return np.asarray(strays)


def _doubtful(nerve: NerveRoot) -> float:
    """What must be granted to a root that the scans don't show."""
    return nerve.uncertainty_mm if nerve.uncertainty_mm > SEEN_SPREAD_MM else 0.0


def washed_out_mg(first: ContrastMap, second: ContrastMap) -> float:
    """Iodine that the first scan showed and the second no longer does; 0 where nothing much is gone.

    Both must show the same place; contrast that only spreads or thins keeps its iodine.
    """
    before, after = float(first.iodine_mg.sum()), float(second.iodine_mg.sum())
    gone = before - after
    return gone if gone > GONE_SHARE * before else 0.0


def _numbers(*compartments: Compartment) -> list[int]:
    return [list(Compartment).index(compartment) for compartment in compartments]


def _thin(contrast: ContrastMap) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Contrast that is narrow, and how far from what is not narrow every voxel lies (mm).

    Width is measured at a share of the contrast's own brightness, so that blur does not count.
    """
    spacing = contrast.rise.spacing_mm
    core = _core(contrast)
    filled = core | contrast.hidden
    deep = distance_transform_edt(filled, sampling=spacing) > THIN_MM
    if not deep.any():
        return core, np.full(core.shape, np.inf)
    away = distance_transform_edt(~deep, sampling=spacing)
    return np.asarray(core & (away > THIN_MM + 0.8)), np.asarray(away)


def _core(contrast: ContrastMap) -> NDArray[np.bool_]:
    """Contrast without its blur: what is not much darker than the brightest beside it."""
    rise = contrast.rise.voxels
    size = np.maximum(1, 2 * np.round(2.5 / contrast.rise.spacing_mm).astype(int) + 1)
    return np.asarray(contrast.mask & (rise > EDGE_SHARE * maximum_filter(np.where(contrast.mask, rise, 0), size=size)))


def _in_a_sheath(points: NDArray[np.float64], around: Surroundings) -> NDArray[np.bool_]:
    """Beside the target root or any other: there, thin and long is what contrast should be."""
    inside = np.zeros(len(points), dtype=np.bool_)
    for nerve in (around.nerve, *around.other_nerves):
        distance, _ = distance_to_course(nerve, points, COURSE_BEYOND_MM)
        inside |= distance < nerve.radius_mm + SHEATH_MM + _doubtful(nerve)
    return inside


def _main_pool(contrast: ContrastMap, around: Surroundings, needles: tuple[NeedleAxis, ...]) -> NDArray[np.bool_]:
    """The piece of contrast that lies nearest to the tip (or to the root where no needle is known)."""
    pieces, _ = label(binary_dilation(contrast.mask | contrast.hidden), np.ones((3, 3, 3)))
    tip = needles[0].tip_mm if needles else around.nerve.point_mm
    points = contrast.points_mm
    where = np.argwhere(contrast.mask)
    if not len(points):
        return contrast.mask
    nearest = where[np.argmin(np.linalg.norm(points - tip, axis=1))]
    return np.asarray(pieces == pieces[tuple(nearest)])


def _measured(
    contrast: ContrastMap, points: NDArray[np.float64], here: NDArray[np.bool_], around: Surroundings
) -> VesselPiece | None:
    """Size and course of one piece; none where it is a sheet or a blob."""
    piece = _extent(contrast, points, here, around)
    if piece is None or piece.amount_mg < LEAST_MG:
        return None
    section = here.sum() * float(np.prod(contrast.rise.spacing_mm)) / piece.length_mm
    if piece.toward_canal:
        sheet = section > CANAL_SECTION_MM2 or piece.length_mm < CANAL_LENGTH_MM
    else:
        sheet = section > MOST_SECTION_MM2
    return None if sheet else piece


def _extent(
    contrast: ContrastMap, points: NDArray[np.float64], here: NDArray[np.bool_], around: Surroundings
) -> VesselPiece | None:
    """Length, iodine and reach of some of the contrast's points; none where they are next to none."""
    if here.sum() < LEAST_VOXELS:
        return None
    own = points[here]
    middle = own - own.mean(axis=0)
    _, _, axes = np.linalg.svd(middle, full_matrices=False)
    length = float(np.ptp(middle @ axes[0])) + float(contrast.rise.spacing_mm.min())
    canal = around.depth((Structure.SPINAL_CANAL, Structure.THECAL_SAC, Structure.SPINAL_CORD), own) > -1.0
    farthest = float(np.linalg.norm(own - around.nerve.point_mm, axis=1).max())
    amount = float(contrast.iodine_mg[contrast.mask][here].sum())
    return VesselPiece(length, amount, farthest, bool(canal.mean() > 0.4))
