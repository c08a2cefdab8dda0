"""The opening of a foramen in a sagittal plane: what bone, disc and joint of two vertebrae enclose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, cKDTree

STEP_MM = 0.5
LARGEST_ARCH_GAP_MM = 6.0
"""Missing arch voxels up to this wide are bridged."""

LEAST_AREA_MM2, GREATEST_AREA_MM2 = 12.0, 500.0
"""Narrower is closed bone against bone; the largest foramina are about 22 × 18 mm (`field.md` §5.2, Clin Anat 2012)."""

TRIMS_MM = (0.0, 4.0, 8.0, 12.0)
"""Where the strip taken for an endplate runs on into a joint process, so much of its back is left out, step by step."""

FORWARD_MM = (0.0, 3.0, 6.0)
ABOVE_MM = 2.5
"""A foramen reaches from the disc up to the pedicle, past the middle of the endplate's strip by at least this."""

Mask = NDArray[np.bool_]
Place = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Plane:
    """Two vertebrae cut by a sagittal plane; arrays are indexed (posterior, cranial), `STEP_MM` apart.

    Attributes
    ----------
    upper, lower
        The bone of the vertebra above and below.
    upper_front, lower_front
        The endplate of each toward the other: the disc lies between them.
    pedicle_above, pedicle_below
        Indices of the pedicles' places in the plane.
    """

    upper: Mask
    lower: Mask
    upper_front: Mask
    lower_front: Mask
    pedicle_above: tuple[float, float]
    pedicle_below: tuple[float, float]


def find_opening(plane: Plane) -> Mask | None:
    """The points of the opening, bool of the plane's shape; None where bone does not enclose one.

    In front the disc closes the opening, from the back edge of one endplate to that of the other; behind, the joint,
    where the two arches come nearest to each other.
    """
    found = [_opening_behind(plane, _hull(_trimmed(plane.upper_front | plane.lower_front, mm))) for mm in TRIMS_MM]
    whole = [opening for opening in found if opening is not None and _reaches_above(opening, plane.upper_front)]
    return whole[0] if whole else found[0]


def _reaches_above(opening: Mask, upper_front: Mask) -> bool:
    """Whether an opening reaches above the upper endplate: what only lies below that is its lower part."""
    top, endplate = np.nonzero(opening)[1].max(), np.nonzero(upper_front)[1]
    return not endplate.size or bool(top >= np.median(endplate) + ABOVE_MM / STEP_MM)


def _opening_behind(plane: Plane, front: Mask) -> Mask | None:
    """The opening where the disc, with its endplates, fills `front`."""
    bone = plane.upper | plane.lower | front
    seed = _seed(bone, plane.pedicle_above, plane.pedicle_below)
    if seed is None:
        return None
    bone = bone | _joint(plane, front, seed)
    for gap_mm in np.arange(0.0, LARGEST_ARCH_GAP_MM + 1, 2.0):
        opening = _enclosed(_bridge(bone, gap_mm), seed)
        if opening is not None:
            return opening
    return None


def _trimmed(points: Mask, trim_mm: float) -> Mask:
    """The points without those farthest back."""
    columns = np.flatnonzero(points.any(axis=1))
    if not columns.size:
        return points
    kept = points.copy()
    kept[max(columns[-1] + 1 - round(trim_mm / STEP_MM), columns[0] + 1) :] = False
    return kept


def _hull(points: Mask) -> Mask:
    """Everything within the convex hull of the points."""
    where = np.argwhere(points)
    if len(where) < 3 or np.ptp(where, axis=0).min() == 0:
        return points
    planes = ConvexHull(where).equations
    grid = np.moveaxis(np.indices(points.shape), 0, -1)
    inside: Mask = (grid @ planes[:, :2].T + planes[:, 2] <= 1e-6).all(axis=-1)
    return inside


def _seed(bone: Mask, above: tuple[float, float], below: tuple[float, float]) -> tuple[int, int] | None:
    """The middle of the longest free stretch on the way from pedicle to pedicle, or on a way in front of that.

    The pedicles of S1 are loosely placed, and a joint process may stand in the way.
    """
    for forward_mm in FORWARD_MM:
        way = np.rint(np.linspace(above, below, 200) - (forward_mm / STEP_MM, 0)).astype(int)
        way = way[((way >= 0) & (way < np.array(bone.shape))).all(axis=1)]
        stretches, count = ndimage.label(~bone[way[:, 0], way[:, 1]])
        if count:
            longest = np.nonzero(stretches == 1 + np.argmax(np.bincount(stretches)[1:]))[0]
            posterior, cranial = way[longest[len(longest) // 2]].tolist()
            return posterior, cranial
    return None


def _joint(plane: Plane, front: Mask, seed: tuple[int, int]) -> Mask:
    """A line across the facet joint, where upper arch and lower bone are nearest to each other behind the opening.

    Where the lower joint process crosses the plane apart from its pedicle, a second line ties it to the pedicle.
    """
    behind = np.arange(len(plane.upper))[:, None] > seed[0]
    upper = _piece_at(plane.upper, plane.pedicle_above) & ~front & behind
    across = _shortest(upper, plane.lower & ~front & behind)
    if across is None:
        return np.zeros_like(plane.upper)
    process = _piece_at(plane.lower, across[1])
    pedicle = _piece_at(plane.lower, plane.pedicle_below)
    down = None if (process & pedicle).any() else _shortest(process, pedicle)
    return _line(across, plane.upper.shape) | (_line(down, plane.upper.shape) if down else False)


def _shortest(one: Mask, other: Mask) -> tuple[Place, Place] | None:
    """The two points, one in each, that are nearest to each other."""
    starts, stops = np.argwhere(one), np.argwhere(other)
    if len(starts) == 0 or len(stops) == 0:
        return None
    distances, nearest = cKDTree(stops).query(starts)
    first = int(np.argmin(distances))
    return tuple(starts[first].tolist()), tuple(stops[nearest[first]].tolist())


def _line(ends: tuple[Place, Place], shape: tuple[int, ...]) -> Mask:
    """A line three points thick."""
    drawn = np.zeros(shape, dtype=bool)
    steps = 4 * int(np.hypot(*np.subtract(*ends)) + 2)
    i, j = np.rint(np.linspace(*ends, steps)).astype(int).T
    drawn[i, j] = True
    return np.asarray(ndimage.binary_dilation(drawn))


def _piece_at(bone: Mask, place: tuple[float, float]) -> Mask:
    """The piece of bone nearest to a place: the pedicle's, so that a facet's tip crossing the plane does not count."""
    pieces, count = ndimage.label(bone)
    if count == 0:
        return bone
    where = np.argwhere(bone)
    nearest = where[np.argmin(((where - place) ** 2).sum(axis=1))]
    piece: Mask = pieces == pieces[tuple(nearest)]
    return piece


def _bridge(bone: Mask, gap_mm: float) -> Mask:
    if gap_mm == 0:
        return bone
    radius = gap_mm / 2 / STEP_MM
    reach = int(np.ceil(radius))
    disc = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]) <= radius
    closed: Mask = ndimage.binary_closing(np.pad(bone, reach), disc)[reach:-reach, reach:-reach]
    return closed | bone


def _enclosed(bone: Mask, seed: tuple[int, int]) -> Mask | None:
    """The free piece around the seed, without the slits that run into joints; None where it is open to outside."""
    pieces, _ = ndimage.label(~bone)
    if pieces[seed] == 0:
        return None
    piece = pieces == pieces[seed]
    if piece[0].any() or piece[-1].any() or piece[:, 0].any() or piece[:, -1].any():
        return None
    wide = ndimage.binary_opening(piece, iterations=2)
    parts, count = ndimage.label(wide)
    opening: Mask = piece if count == 0 else parts == 1 + np.argmax(np.bincount(parts.ravel())[1:])
    area = opening.sum() * STEP_MM**2
    return opening if LEAST_AREA_MM2 <= area <= GREATEST_AREA_MM2 else None
