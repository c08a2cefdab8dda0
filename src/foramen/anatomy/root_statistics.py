"""Lumbar roots and ganglia in published numbers, by level.

Angles are Ebraheim's: between the root and the sac's axis, seen from the front. Silverstein 2015 measured other
angles (50 to 59°), Torun 2008 and others again smaller ones; they are not the same angle and are never mixed here.
"""

import numpy as np

LEVELS = ("L1", "L2", "L3", "L4", "L5", "L6", "S1")

ROOT_DIAMETER_MM = {"L1": 3.5, "L5": 5.6}
"""Torun 2008, J Clin Neurosci: means at the first and last level; even steps between, L5's below."""

GANGLION_WIDTH_MM = {"L1": 3.2, "L5": 6.5}
"""Silverstein 2015, Int J Spine Surg, doi 10.14444/2003: means at the first and last level, used likewise."""

GANGLION_VOLUME_MM3 = {"L4": 211.0, "L5": 291.0, "S1": 384.0}
"""Weiner 2022, AJNR, doi 10.3174/ajnr.A7487."""

UNDER_PEDICLE_MM = 1.5
"""From the pedicle's lower border to the root: Ebraheim 1997."""

TAKE_OFF_DEG = 36.5
"""Between root and sac axis: middle of the 33.7 to 39.2° of Ebraheim 1997."""

SPREAD_MM = 2.0
"""How far roots lie from this estimate across their course: the spread (7 − 0.5) / √12 mm of the heights above the
opening's centre seen in this project's reference scans (their README)."""

S1_DORSAL_ASIDE_MM, S1_DORSAL_ASIDE_SD_MM = 23.5, 2.8
"""Dorsal S1 foramen from the midline: KJP 2023 36:98, n = 632."""

S1_DORSAL_WIDTH_MM = 8.5
"""Its width, SD 1.6 mm, same source."""


def root_radius_mm(level: str) -> float:
    """Half the diameter of a root."""
    return _by_level(level, ROOT_DIAMETER_MM) / 2


def ganglion_radii_mm(level: str) -> tuple[float, float]:
    """Half axes of the ganglion along the root and across it.

    The half axis across is Silverstein's width; the one along gives an ellipsoid Weiner's volume. Where no volume was
    published (L1 to L3) the ganglion has L4's proportions; S1's, for which no width was, has L5's.
    """
    if level == "S1":
        along, across = ganglion_radii_mm("L5")
        scale = (GANGLION_VOLUME_MM3["S1"] / GANGLION_VOLUME_MM3["L5"]) ** (1 / 3)
        return along * scale, across * scale
    across = _by_level(level, GANGLION_WIDTH_MM) / 2
    reference = "L5" if level in ("L5", "L6") else "L4"
    widest = _by_level(reference, GANGLION_WIDTH_MM) / 2
    along = GANGLION_VOLUME_MM3[reference] / (4 / 3 * np.pi * widest**2)
    return float(along * across / widest), across


def ganglion_aside(level: str) -> float:
    """Where along the foramen the ganglion's centre lies, 0 at its medial border, 1 at its lateral one.

    In the medial half of the foraminal zone at L1 to L4, in the lateral half at L5 (Silverstein 2015).
    """
    return 0.75 if level in ("L5", "L6") else 0.25


def _by_level(level: str, ends: dict[str, float]) -> float:
    return float(np.interp(LEVELS.index(level), [LEVELS.index(name) for name in ends], list(ends.values())))
