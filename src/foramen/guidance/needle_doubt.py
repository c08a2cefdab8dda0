"""When the end of a shaft must not be called its tip: a guess here would send a needle too deep."""

import numpy as np
from scipy.ndimage import uniform_filter1d

from foramen.guidance.inner_needle import MOST_HU
from foramen.guidance.needle_lines import Slices
from foramen.guidance.shaft import STEP_MM, Shaft, Vector
from foramen.guidance.tip_fit import Tip

CONTINUES_HU = 150.0
CONTINUES_STEEL = 0.7
"""Of the least that steel has: what is less dense than this beyond the tip is bone, not more needle."""
BROKEN, BROKEN_OVER_MM, BROKEN_WITHIN_MM = 0.5, 3.0, 20.0
"""A shaft that falls to this share of its density only this near to its end was perhaps joined to something else."""
LAST_MM, FAINT = (2.0, 6.5), 0.6
LEAST_DROP_HU = 140.0
MOST_ALONG_MM = 1.5
MOST_RIVALS_MM = 2.5
MOST_KINK_DEG, END_MM = 7.0, 12.0
"""Needles bend on an arc: none has a kink of so much over its last centimetre."""
MOST_TURNED_DEG = 12.0
"""Between the whole shaft and its end; an arc that takes the tip 10 mm off its first direction over 70 mm."""
KNOWN_SHARE = 0.3
"""Of a slice's thickness: one sigma of where a point lies across it."""
BEYOND_TIP_MM = 2.5
"""What was followed may end this far beyond the fitted tip."""


def doubt(tip: Tip, shaft: Shaft, slices: Slices) -> str:
    """Why the tip is not certain; empty where it is."""
    on = _turned_deg(tip.direction, shaft.direction_at_end(END_MM), shaft, slices)
    in_all = _turned_deg(tip.direction, shaft.direction, shaft, slices)
    if on > MOST_KINK_DEG or in_all > MOST_TURNED_DEG:
        return "the last stretch of the shaft points elsewhere than the rest of it"
    if _faint(tip, shaft):
        return "the last stretch is fainter than the rest of the shaft and may be bone that the tip points at"
    if _broken(tip, shaft):
        return "the shaft is interrupted shortly before its end, and what follows may be bone"
    if goes_on(tip, slices):
        return "something dense lies just beyond it, bone or the needle itself"
    if (shaft.line_mm[-1] - tip.tip_mm) @ tip.direction > BEYOND_TIP_MM:
        return "the shaft seems to end twice"
    if tip.drop_hu < LEAST_DROP_HU or tip.along_mm > MOST_ALONG_MM or tip.rivals_mm > MOST_RIVALS_MM:
        return "where the shaft ends can't be told to within 3 mm"
    return ""


def _turned_deg(end: Vector, way: Vector, shaft: Shaft, slices: Slices) -> float:
    """How far the end points elsewhere, less what is uncertain of a short shaft's course across thick slices."""
    across = abs(float((end - way) @ slices.normal))
    within = float(np.linalg.norm(end - way - (end - way) @ slices.normal * slices.normal))
    loose = 2 * KNOWN_SHARE * slices.thickness_mm / min(shaft.length_mm, 40.0)
    return float(np.degrees(np.hypot(within, max(across - loose, 0.0))))


def goes_on(tip: Tip, slices: Slices) -> bool:
    """Whether it is as dense as a needle where the dark cap beyond a true tip should be."""
    return tip.cap_hu > max(CONTINUES_HU, CONTINUES_STEEL * slices.least_steel_hu)


def _broken(tip: Tip, shaft: Shaft) -> bool:
    """Whether the shaft fades out once, shortly before its end, and comes back."""
    before = (tip.tip_mm - shaft.line_mm) @ tip.direction
    inside = ~shaft.in_air & (before > LAST_MM[0])
    if inside.sum() * STEP_MM < 2 * BROKEN_WITHIN_MM:
        return False
    density = uniform_filter1d(np.minimum(shaft.contrast_hu[inside], MOST_HU), round(BROKEN_OVER_MM / STEP_MM))
    low = density < BROKEN * np.median(density)
    late = before[inside] < BROKEN_WITHIN_MM
    return bool(low[late].any() and not low[~late][round(LAST_MM[1] / STEP_MM) :].any())


def _faint(tip: Tip, shaft: Shaft) -> bool:
    """Whether the shaft's last millimetres are much less dense than it is elsewhere in the patient."""
    before = (tip.tip_mm - shaft.line_mm) @ tip.direction
    last = (before > LAST_MM[0]) & (before < LAST_MM[1])
    whole = ~shaft.in_air & (before > LAST_MM[1])
    if last.sum() < 4 or whole.sum() < 16:
        return False
    return bool(np.median(shaft.contrast_hu[last]) < FAINT * np.percentile(shaft.contrast_hu[whole], 75))
