"""Where on the skin a needle may enter: behind and beside the patient, on the root's own side."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.skin_surface import Skin
from foramen.planning.settings import PlanSettings
from foramen.planning.targets import TargetZone

ENTRY_SPACING_MM = 1.4
"""Between neighbouring entries: under a third of the published freehand entry error (4.6 mm, Moser 2013), and so
close that every root has a million routes."""


@dataclass(frozen=True, eq=False)
class Entries:
    """Entry points and the skin's outward normals there, LPS mm, shape (n, 3); where there are none, why."""

    points_mm: NDArray[np.float64]
    normals: NDArray[np.float64]
    reason: str = ""


def entries_for(skin: Skin, zone: TargetZone, midline_mm: NDArray[np.float64], settings: PlanSettings) -> Entries:
    """All reachable skin from which a needle on the shelf could reach the zone within the largest angles.

    Skin at a cut edge of the field of view is no skin. Skin that something covers (table, arm, cushion) can't be
    reached, except that a patient scanned on the back is taken to be turned on the belly.

    Parameters
    ----------
    skin : Skin
    zone : TargetZone
    midline_mm : array, shape (n, 3)
        The canal's centreline.
    settings : PlanSettings
    """
    reach = settings.longest_reach_mm + float(np.linalg.norm(zone.half_mm))
    way = skin.points_mm - zone.centre_mm
    length = np.maximum(np.linalg.norm(way, axis=1), 1e-6)
    tilt = np.degrees(np.arcsin(np.abs(way[:, 2]) / length))
    spread = np.degrees(np.arctan2(np.linalg.norm(zone.half_mm), length))
    outward = lateral_of_midline(skin.points_mm, midline_mm) * zone.root.side.sign
    near = (
        (length <= reach)
        & (tilt <= settings.limits.craniocaudal_deg + spread)
        & (skin.normals[:, 1] > 0)
        & (way[:, 1] > 0)
        & (outward >= -settings.limits.beyond_midline_mm)
    )
    true_skin = near & ~skin.is_cut
    open_skin = true_skin & (~skin.is_covered | (skin.lies_on == "back"))
    reason = ""
    if not near.any():
        reason = f"no skin lies within {settings.longest_reach_mm:.0f} mm behind the root: set longer needles, if any"
    elif not true_skin.any():
        reason = "the skin behind the root is outside the field of view: scan with a wider field of view"
    elif not open_skin.any():
        reason = "the skin behind the root is covered by the table or another object: change the patient's position"
    return Entries(skin.points_mm[open_skin], skin.normals[open_skin], reason)


def lateral_of_midline(points_mm: NDArray[np.float64], midline_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far points, shape (n, 3), lie to the patient's left of the canal at their own height, in mm."""
    order = np.argsort(midline_mm[:, 2])
    return np.asarray(points_mm[:, 0] - np.interp(points_mm[:, 2], midline_mm[order, 2], midline_mm[order, 0]))
