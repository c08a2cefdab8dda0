"""When the end of a shaft must not be called its tip: a guess here would send a needle too deep."""

import numpy as np

from foramen.guidance.shaft import Shaft
from foramen.guidance.tip_fit import Tip

CONTINUES_HU = 150.0
CONTINUES_SHARE = 0.12
LAST_MM, FAINT = (2.0, 6.5), 0.6
LEAST_DROP_HU = 140.0
MOST_ALONG_MM = 1.5
MOST_RIVALS_MM = 2.5
MOST_TURNED = 0.9925
"""Cosine of 7°: no needle bends so much over its last centimetres."""
BEYOND_TIP_MM = 2.5
"""What was followed may end this far beyond the fitted tip."""


def doubt(tip: Tip, shaft: Shaft) -> str:
    """Why the tip is not certain; empty where it is."""
    if tip.direction @ shaft.direction < MOST_TURNED or tip.direction @ shaft.direction_at_end(40.0) < MOST_TURNED:
        return "the shaft's last stretch does not point where the rest of it does"
    if _faint(tip, shaft):
        return "the last stretch is fainter than the rest of the shaft: it may be bone that the tip points at"
    if goes_on(tip):
        return "something dense goes on beyond the tip (bone, or the needle itself)"
    if (shaft.line_mm[-1] - tip.tip_mm) @ tip.direction > BEYOND_TIP_MM:
        return "the shaft seems to end twice: its last stretch is fainter"
    if tip.drop_hu < LEAST_DROP_HU or tip.along_mm > MOST_ALONG_MM or tip.rivals_mm > MOST_RIVALS_MM:
        return "where the shaft ends can't be told to within 3 mm"
    return ""


def goes_on(tip: Tip) -> bool:
    """Whether it is still dense where the dark cap beyond a true tip should be."""
    return tip.cap_hu > max(CONTINUES_HU, CONTINUES_SHARE * min(tip.drop_hu, 3000.0))


def _faint(tip: Tip, shaft: Shaft) -> bool:
    """Whether the shaft's last millimetres are much less dense than it is elsewhere in the patient."""
    before = (tip.tip_mm - shaft.line_mm) @ tip.direction
    last = (before > LAST_MM[0]) & (before < LAST_MM[1])
    whole = ~shaft.in_air & (before > LAST_MM[1])
    if last.sum() < 4 or whole.sum() < 16:
        return False
    return bool(np.median(shaft.contrast_hu[last]) < FAINT * np.percentile(shaft.contrast_hu[whole], 75))
