"""Nerve roots and ganglia: their course from the sac through the foramen and beyond.

Published anatomy says where a root lies under its pedicle; where the CT shows it between fat, the image says it better.
"""

import numpy as np
from scipy.interpolate import PchipInterpolator

from foramen.anatomy.foramina import SeenForamen
from foramen.anatomy.root import Side
from foramen.anatomy.root_in_image import find_root
from foramen.anatomy.root_statistics import (
    SPREAD_MM,
    TAKE_OFF_DEG,
    UNDER_PEDICLE_MM,
    ganglion_aside,
    ganglion_radii_mm,
    root_radius_mm,
)
from foramen.anatomy.s1_foramina import SeenSacralForamen
from foramen.anatomy.spine import Frame, NerveRoot, RootEvidence, Vector
from foramen.anatomy.thecal_sac import PEDICLE_TO_DURA_MM
from foramen.imaging.ct import Ct

BEYOND_MM = 15.0
"""How far past the foramen's lateral border the course is given."""

STEP_MM = 0.5

DESCENT_SHARE = 0.33
"""The published distance to the pedicle is the nearest one, at the pedicle's inner corner; by the pedicle's middle the
oblique root has come a third of the way down to the opening's centre (this project's reference scans)."""

BACK_SHARE = 0.6
"""From the front wall to the back: the radicular vessels take the upper front (same scans)."""


def lumbar_root(seen: SeenForamen, ct: Ct) -> NerveRoot:
    """The root in a visible lumbar foramen.

    Parameters
    ----------
    seen : SeenForamen
        Visible.
    ct : Ct
        Canonical; looked at only in the foramen's plane.
    """
    foramen = seen.foramen
    level, side = foramen.root.level, foramen.root.side
    frame = _frame(seen)
    radius, ganglion = root_radius_mm(level), ganglion_radii_mm(level)
    place = _expected(seen, ganglion[1])
    uncertainty = float(np.hypot(SPREAD_MM, ct.spacing_mm.max() / 2))
    evidence = RootEvidence.STATISTICS
    found = find_root(ct, seen, place)
    if found is not None:
        place, uncertainty = found
        evidence = RootEvidence.IMAGE
    medial, lateral = (
        frame.to_local(p)[0] * side.sign for p in (_given(foramen.medial_mm), _given(foramen.lateral_mm))
    )
    path = _course(place, float(medial), float(lateral), side)
    centre = _at_aside(path, side.sign * (medial + ganglion_aside(level) * (lateral - medial)))
    return NerveRoot(
        foramen.root,
        frame.to_world((0.0, *place)),
        frame.to_world(path),
        frame.to_world(centre),
        ganglion,
        radius,
        uncertainty,
        evidence,
    )


def _frame(seen: SeenForamen) -> Frame:
    if seen.foramen.frame is None:
        raise AssertionError("a visible foramen has a frame")
    return seen.foramen.frame


def _given(point: Vector | None) -> Vector:
    if point is None:
        raise AssertionError("a visible foramen has borders")
    return point


def _expected(seen: SeenForamen, half_thickness_mm: float) -> tuple[float, float]:
    """Posterior and cranial place in the foramen's plane: under the pedicle, behind the vessels of the upper front.

    In a foramen too low for that, the root can't be lower than the opening's centre.
    """
    nearest = max(seen.top_mm - UNDER_PEDICLE_MM - half_thickness_mm, 0.0)
    cranial = (1 - DESCENT_SHARE) * nearest
    front, back = seen.walls_at(cranial)
    return front + BACK_SHARE * (back - front), cranial


def _course(place: tuple[float, float], medial: float, lateral: float, side: Side) -> Vector:
    """From the sac around the pedicle's lower inner corner, through the foramen and on, in its frame, shape (n, 3)."""
    posterior, cranial = place
    down = 1 / np.tan(np.radians(TAKE_OFF_DEG))
    corner = cranial + UNDER_PEDICLE_MM
    end = lateral + BEYOND_MM * np.sin(np.radians(TAKE_OFF_DEG))
    knots = np.array(
        [
            (medial - PEDICLE_TO_DURA_MM, posterior, corner + PEDICLE_TO_DURA_MM * down),
            (medial, posterior, corner),
            (0.0, posterior, cranial),
            (lateral, posterior, cranial - lateral * down / 2),
            (end, posterior, cranial - lateral * down / 2 - (end - lateral) * down),
        ]
    )
    return _smooth(knots * (side.sign, 1, 1))


def _smooth(knots: Vector) -> Vector:
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(knots, axis=0), axis=1))])
    curve: Vector = PchipInterpolator(along, knots)(np.append(np.arange(0.0, along[-1], STEP_MM), along[-1]))
    return curve


def _at_aside(path: Vector, aside: float) -> Vector:
    nearest: Vector = path[np.argmin(np.abs(path[:, 0] - aside))]
    return nearest


def sacral_root(seen: SeenSacralForamen) -> NerveRoot:
    """The S1 root: from the sac through the sacrum's first foramen to 15 mm before its ventral mouth."""
    dorsal, ventral = _given(seen.foramen.centre_mm), _given(seen.foramen.medial_mm)
    point = dorsal + VENTRAL_SHARE * (ventral - dorsal)
    out = ventral - point
    knots = np.stack([seen.sac_side_mm, (seen.sac_side_mm + point) / 2, point, ventral])
    knots = np.vstack([knots, ventral + BEYOND_MM * out / np.linalg.norm(out)])
    return NerveRoot(
        seen.foramen.root,
        point,
        _smooth(knots),
        (seen.sac_side_mm + point) / 2,
        ganglion_radii_mm("S1"),
        root_radius_mm("S1"),
        float(np.hypot(SPREAD_MM, seen.uncertainty_mm)),
        RootEvidence.STATISTICS,
    )


VENTRAL_SHARE = 0.6
"""The root crosses the sacrum's first foramen in its ventral half, on the way to the ventral mouth."""
