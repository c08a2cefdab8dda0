"""The needle in a control scan: which of the straight dense lines it is, where its tip lies, or why nobody can say."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.guidance.inner_needle import out_of_guide
from foramen.guidance.needle_doubt import doubt, goes_on
from foramen.guidance.needle_lines import Line, Slices, find_lines
from foramen.guidance.ridges import find_ridges, slice_axis
from foramen.guidance.shaft import STEP_MM, Shaft, follow, sag
from foramen.guidance.tip_fit import Tip, fit_tip
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume
from foramen.progress import Progress, silent

Vector = NDArray[np.float64]

FOLLOWED = 16
LEAST_LENGTH_MM = 9.0
MOST_SCATTER_MM = 0.36
MOST_BENT_MM, SURELY_STEEL = 0.8, 1.8
"""What is this much denser than the least may be bent: no bone is."""
LEAST_INSIDE_MM = 4.0
LEAST_SHARE = 0.4
"""Of the best candidate's score: another needle must have at least this much to count as one."""
ALONGSIDE_MM, ALONGSIDE_DEG = 25.0, 30.0
"""A needle nearer to the planned route than this is the one that was meant."""
TWICE_MM = 6.0
NEAR_MM = 20.0
APART_MM, AS_LONG = 3.0, 0.8
"""Two readings of one needle that end so far apart, the other nearly as long: neither end is certain."""
SAME = 1.6
"""Tolerances: what mostly lies nearer than this to the line of a needle belongs to it."""
BORDER_MM = 3.0
END = 60
"""Steps of a shaft that tell whether it comes from the air: its hub, which is denser, is shorter."""
LOOSELY = 1.0
"""Slices: the end that comes in over the scan's border fades out before it."""


THIN_MM = 1.25
NO_NEEDLE = "no needle is seen: no straight, thin, dense line runs from the skin into the patient"


class NeedleStatus(StrEnum):
    """What a control scan shows of the needle."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    TIP_OUTSIDE_SCAN = "tip-outside-scan"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, eq=False)
class SeenNeedle:
    """One needle, in the control scan's frame, LPS mm.

    Attributes
    ----------
    tip_mm
        The bevel's point; the last point in view where the shaft leaves the scan.
    direction
        Unit vector of the shaft within the patient, skin to tip.
    tip_direction
        Unit vector of its last stretch: where a push would take it.
    entry_mm
        Where it crosses the skin, or the first point in view.
    uncertainty_mm
        One sigma of the tip.
    bend_mm
        How far the shaft lies, within the patient, from the straight line between its ends there.
    leaves
        `head`, `feet` or `side` where the shaft leaves the scan before its tip; empty where the tip is in view.
    doubt
        Why the tip is not certain; empty where it is.
    score
        How much it looks like a needle, HU mm.
    line_mm
        Its centreline, shape (n, 3).
    """

    tip_mm: Vector
    direction: Vector
    tip_direction: Vector
    entry_mm: Vector
    uncertainty_mm: float
    bend_mm: float
    leaves: str
    doubt: str
    score: float
    line_mm: NDArray[np.float64]

    def in_frame(self, matrix: NDArray[np.float64]) -> "SeenNeedle":
        """The same needle in another frame, by a rigid motion, shape (4, 4)."""
        turn, shift = matrix[:3, :3], matrix[:3, 3]
        return replace(
            self,
            tip_mm=turn @ self.tip_mm + shift,
            entry_mm=turn @ self.entry_mm + shift,
            direction=turn @ self.direction,
            tip_direction=turn @ self.tip_direction,
            line_mm=self.line_mm @ turn.T + shift,
        )


@dataclass(frozen=True, eq=False)
class Reading:
    """What was found: the needle meant, and the others."""

    status: NeedleStatus
    reason: str
    needle: SeenNeedle | None = None
    others: tuple[SeenNeedle, ...] = ()


def read_needle(
    control: Ct,
    *,
    route_mm: ArrayLike | None = None,
    near_mm: ArrayLike | None = None,
    progress: Progress = silent,
) -> Reading:
    """Find the needle in a control scan.

    Parameters
    ----------
    control : Ct
        Any geometry.
    route_mm : array-like, shape (2, 3), optional
        Entry and target of the route in the control scan's own frame: of several needles, the one beside it is meant.
    near_mm : array-like, shape (3,), optional
        A point near the tip that is meant, in the control scan's own frame.
    progress : Progress

    Returns
    -------
    Reading
        `ambiguous` where two needles could be meant or the tip can't be told from bone: never a guess.
    """
    progress("looking for the needle", 0.0)
    scan = Volume(control.voxels, control.affine).canonical()
    axis = slice_axis(scan)
    slices = Slices(scan.direction[:, axis], float(scan.spacing_mm[axis]))
    lines = find_lines(find_ridges(scan), slices)
    progress("looking for the needle", 0.6)
    route = None if route_mm is None else np.asarray(route_mm, dtype=np.float64)
    needles = _needles(scan, lines, slices, route)
    progress("looking for the needle", 1.0)
    if not needles:
        return Reading(NeedleStatus.NOT_FOUND, NO_NEEDLE)
    near = None if near_mm is None else np.asarray(near_mm, dtype=np.float64)
    return _chosen(needles, route, near, slices)


def _needles(scan: Volume, lines: list[Line], slices: Slices, route: Vector | None) -> list[SeenNeedle]:
    """All lines that look like needles, the likeliest first."""
    found: list[SeenNeedle] = []
    for line in lines[:FOLLOWED]:
        shaft = follow(scan, line, slices)
        if shaft is None or not _is_like_a_needle(shaft, slices):
            continue
        shaft = _deep_end_last(scan, shaft, slices, route)
        if shaft is None:
            continue
        if (seen := _seen(scan, shaft, slices)) is not None:
            found.append(seen)
    kept: list[SeenNeedle] = []
    for seen in sorted(found, key=lambda n: -n.score):
        same = next((n for n, other in enumerate(kept) if _same(seen, other, slices)), None)
        if same is not None:
            kept[same] = _better(kept[same], seen)
        elif seen.score >= LEAST_SHARE * max(n.score for n in found):
            kept.append(seen)
    return kept


def _better(one: SeenNeedle, other: SeenNeedle) -> SeenNeedle:
    """Of two readings of the same needle, the one that ends surely, past the guide perhaps that the other saw."""
    on = float((other.tip_mm - one.tip_mm) @ one.direction)
    sure, better = (not (n.doubt or n.leaves) for n in (one, other))
    if sure and better and abs(on) > APART_MM and len(other.line_mm) > AS_LONG * len(one.line_mm):
        return replace(one, doubt=f"two readings of it end {abs(on):.0f} mm apart")
    return other if better and not sure and on > 0 else one


def _is_like_a_needle(shaft: Shaft, slices: Slices) -> bool:
    """Whether a shaft is straight, long enough and dense enough for steel in slices of this thickness."""
    inside = ~shaft.in_air
    if shaft.length_mm < LEAST_LENGTH_MM or inside.sum() * STEP_MM < LEAST_INSIDE_MM:
        return False
    dense = float(np.median(shaft.contrast_hu[inside])) / slices.least_steel_hu
    return dense >= 1.0 and shaft.scatter_mm <= (MOST_SCATTER_MM if dense < SURELY_STEEL else MOST_BENT_MM)


def _deep_end_last(scan: Volume, shaft: Shaft, slices: Slices, route: Vector | None) -> Shaft | None:
    """The shaft turned so that its tip comes last; none where neither end comes from outside."""
    air = [_airy(shaft.in_air), _airy(shaft.in_air[::-1])]
    if max(air) > 0.4 and air[0] != air[1]:
        turned = shaft if air[0] > air[1] else shaft.turned
        return None if turned.in_air[-8:].mean() > 0.5 else turned
    comes_in = [bool(_leaves(scan, p, slices, LOOSELY)) for p in (shaft.line_mm[0], shaft.line_mm[-1])]
    if not any(comes_in):
        return None
    if comes_in[0] != comes_in[1]:
        return shaft if comes_in[0] else shaft.turned
    if route is not None:
        return shaft if shaft.direction @ (route[1] - route[0]) > 0 else shaft.turned
    return shaft if shaft.direction[1] < 0 else shaft.turned


def _airy(in_air: NDArray[np.bool_]) -> float:
    """How much of a shaft's first end lies in air: its very end, or with its hub."""
    return max(float(in_air[:8].mean()), float(in_air[:END].mean()))


def _leaves(scan: Volume, point: Vector, slices: Slices, slack: float = 0.0) -> str:
    """The side on which a point lies at the scan's border, by so many slices more; empty where it lies within."""
    index = scan.to_index(point)
    axis = int(np.argmax(np.abs(slices.normal @ scan.direction)))
    last = np.array(scan.shape) - 1.0
    margin = np.where(np.arange(3) == axis, slack + 0.3 + 0.4 / scan.spacing_mm, BORDER_MM / scan.spacing_mm)
    below, above = index + 0.5 < margin, last + 0.5 - index < margin
    if below[axis] or above[axis]:
        toward = scan.direction[2, axis] * (1 if above[axis] else -1)
        return "head" if toward > 0 else "feet"
    return "side" if (below | above).any() else ""


def _seen(scan: Volume, shaft: Shaft, slices: Slices) -> SeenNeedle | None:
    """The needle that a shaft belongs to, an inner needle that goes on beyond its guide included."""
    inner = out_of_guide(shaft, slices)
    tip = fit_tip(scan, inner, slices)
    if tip is None:
        return None
    if goes_on(tip, slices) and (longer := _going_on(scan, tip, slices)) is not None:
        shaft, inner = longer, out_of_guide(longer, slices)
        tip = fit_tip(scan, inner, slices) or tip
    inside = shaft.line_mm[~shaft.in_air] if (~shaft.in_air).sum() > 8 else shaft.line_mm
    way = tip.tip_mm - inside[0]
    length = float(np.linalg.norm(way))
    if length < LEAST_INSIDE_MM / 2:
        return None
    contrast = float(np.median(shaft.contrast_hu[~shaft.in_air]))
    score = min(contrast, 1500.0) * min(shaft.length_mm, 60.0) * (1 - shaft.scatter_mm / 1.2)
    leaves = _leaves(scan, tip.tip_mm, slices) or _leaves(scan, shaft.line_mm[-1], slices)
    unsure = "" if leaves else doubt(tip, inner, slices)
    sigma = float(np.hypot(tip.along_mm, tip.across_mm))
    floor = 0.1 + 0.12 * slices.thickness_mm
    return SeenNeedle(
        tip_mm=tip.tip_mm,
        direction=way / length,
        tip_direction=tip.direction,
        entry_mm=inside[0],
        uncertainty_mm=max(sigma, floor),
        bend_mm=sag(inside),
        leaves=leaves,
        doubt=unsure,
        score=score,
        line_mm=shaft.line_mm,
    )


def _going_on(scan: Volume, tip: Tip, slices: Slices) -> Shaft | None:
    """The shaft, where it goes on more thinly along the same line."""
    line = Line(tip.tip_mm + 7.0 * tip.direction, tip.direction, -6.0, 6.0, 0.0, 0.0, 1.0)
    shaft = follow(scan, line, slices)
    if shaft is None or shaft.scatter_mm > MOST_SCATTER_MM or abs(shaft.direction @ tip.direction) < 0.985:
        return None
    shaft = shaft if shaft.direction @ tip.direction > 0 else shaft.turned
    beyond = float((shaft.line_mm[-1] - tip.tip_mm) @ tip.direction)
    return shaft if beyond > 3.0 else None


def _same(one: SeenNeedle, other: SeenNeedle, slices: Slices) -> bool:
    """Whether one is a part of the other, seen in a single slice perhaps, or lies end on end with it."""
    first, last = other.line_mm[0], other.line_mm[-1]
    ends = [p - q for p, q in ((first, other.line_mm[8]), (last, other.line_mm[-9]))]
    on = np.arange(1.0, 60.0)[:, None]
    course = np.concatenate(
        [first + on * ends[0] / np.linalg.norm(ends[0]), other.line_mm, last + on * ends[1] / np.linalg.norm(ends[1])]
    )
    away = one.line_mm[::4, None] - course
    beside = slices.off_line(away.reshape(-1, 3)).reshape(away.shape[:2]).min(axis=1)
    return bool((beside < SAME).mean() > 0.5)


def _chosen(needles: list[SeenNeedle], route: Vector | None, near: Vector | None, slices: Slices) -> Reading:
    """The needle that is meant."""
    if near is not None:
        away = [float(np.linalg.norm(n.tip_mm - near)) for n in needles]
    elif route is not None:
        away = [_beside(n, route) for n in needles]
    else:
        away = [0.0] * len(needles)
    order = sorted(range(len(needles)), key=lambda k: away[k])
    best = needles[order[0]]
    others = tuple(needles[k] for k in order[1:])
    limit = NEAR_MM if near is not None else ALONGSIDE_MM
    if away[order[0]] > limit:
        where = "the point given" if near is not None else "the planned route"
        reason = f"no needle is seen near {where}: the nearest lies {away[order[0]]:.0f} mm away"
        return Reading(NeedleStatus.NOT_FOUND, reason, None, (best, *others))
    if others and away[order[1]] < min(limit, 2 * away[order[0]] + TWICE_MM):
        reason = f"{1 + len(others)} needles could be meant; say which with a point near its tip (--near x,y,z)"
        return Reading(NeedleStatus.AMBIGUOUS, reason, None, (best, *others))
    if best.leaves:
        return Reading(NeedleStatus.TIP_OUTSIDE_SCAN, _extend(best.leaves), best, others)
    if best.doubt:
        return Reading(NeedleStatus.AMBIGUOUS, _uncertain(best.doubt, slices), best, others)
    return Reading(NeedleStatus.FOUND, "", best, others)


def _uncertain(doubt: str, slices: Slices) -> str:
    todo = "scan it again in thinner slices" if slices.thickness_mm > THIN_MM else "judge it on the images"
    return f"the tip is not certain: {doubt}; {todo}"


def _extend(leaves: str) -> str:
    if leaves == "side":
        return "the tip is not in view: the shaft leaves the field of view; scan with a larger one"
    return f"the tip is not in view: the shaft leaves the scanned slices; extend the scan toward the {leaves}"


def _beside(needle: SeenNeedle, route: Vector) -> float:
    """How far the needle lies from the route's line, on the average of its course, a turned one farther, mm."""
    way = (route[1] - route[0]) / np.linalg.norm(route[1] - route[0])
    away = needle.line_mm - route[0]
    off = float(np.linalg.norm(away - (away @ way)[:, None] * way, axis=1).mean())
    angle = float(np.degrees(np.arccos(np.clip(needle.direction @ way, -1, 1))))
    return off if angle < ALONGSIDE_DEG else off + ALONGSIDE_MM
