"""Do the pedicles have the widths of the levels they were given? Weak evidence: it can raise doubt, never settle it.

On 17 real and digital spines that were named right, a numbering one level off fitted the widths better in five, by a
factor of 5 at most. So only a factor of 20 counts, and it asks.
"""

from dataclasses import replace

import numpy as np

from foramen.anatomy.level_names import CAUTION, CERTAIN, LevelNames
from foramen.anatomy.root import LUMBAR_LEVELS
from foramen.anatomy.spine import Vertebra

WIDTH_MM, WIDTH_SD_MM = (8.4, 17.1), (1.8, 4.2)
"""Pedicle width at L1 and at L5 (Torun 2008, `field.md` §5.2); in between and beyond on the straight line."""

FACTOR = 20.0
"""How many times likelier another numbering must make the widths to be believed."""

LEAST_LEVELS = 3
DOUBT = 0.7


def with_sizes(levels: LevelNames, vertebrae: tuple[Vertebra, ...]) -> LevelNames:
    """The names with what the widths of the pedicles say of them.

    Parameters
    ----------
    levels : LevelNames
        Not changed. Where a user named a level, sizes are told and take nothing from it.
    vertebrae : tuple of Vertebra
        As measured.
    """
    widths = {
        LUMBAR_LEVELS.index(v.level): float(np.mean([p.width_mm for p in v.pedicles.values()]))
        for v in vertebrae
        if v.level in LUMBAR_LEVELS and len(v.pedicles) == 2
    }
    if len(widths) < LEAST_LEVELS:
        return levels
    said = ", ".join(f"{LUMBAR_LEVELS[n]} {mm:.0f}" for n, mm in sorted(widths.items()))
    lower, upper = (_times_likelier(widths, shift) for shift in (1, -1))
    if max(lower, upper) < FACTOR:
        return replace(levels, evidence=(*levels.evidence, f"The pedicles' widths in mm fit the names: {said}."))
    where = "lower" if lower > upper else "higher"
    doubt = CAUTION + f"the pedicles' widths in mm ({said}) would fit better if every level were one {where}."
    evidence = (*levels.evidence, doubt)
    if not levels.certain or levels.confidence == 1.0:
        return replace(levels, evidence=evidence)
    return LevelNames(min(DOUBT, CERTAIN - 0.1), evidence, _question(vertebrae))


def _times_likelier(widths: dict[int, float], shift: int) -> float:
    """How many times likelier the widths are, when every level is called that many lower."""
    return float(np.exp(_log_likelihood(widths, shift) - _log_likelihood(widths, 0)))


def _log_likelihood(widths: dict[int, float], shift: int) -> float:
    share = (np.array(list(widths)) + shift) / (len(LUMBAR_LEVELS) - 1)
    mean = WIDTH_MM[0] + share * (WIDTH_MM[1] - WIDTH_MM[0])
    sd = np.maximum(WIDTH_SD_MM[0] + share * (WIDTH_SD_MM[1] - WIDTH_SD_MM[0]), WIDTH_SD_MM[0])
    return float((-0.5 * ((np.array(list(widths.values())) - mean) / sd) ** 2 - np.log(sd)).sum())


def _question(vertebrae: tuple[Vertebra, ...]) -> str:
    places = ", ".join("({:.0f}, {:.0f}, {:.0f})".format(*v.centroid_mm) for v in reversed(vertebrae))
    return (
        "counting and the size of the pedicles disagree. Look at the scan and name a vertebra with --anchor, such as "
        f"--anchor L5=x,y,z. Bodies in view, from foot to head, LPS mm: {places}."
    )
