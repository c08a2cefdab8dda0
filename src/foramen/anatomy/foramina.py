"""Lumbar foramina: the bony opening below each pedicle, or the reason why it can't be seen.

The opening is looked at in the sagittal plane midway between the isthmi of the two pedicles that bound it. Its medial
and lateral borders are the medial and lateral borders of those pedicles (lines A and B of Shen 2006, AJNR 27:2098).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.frames import make_frame
from foramen.anatomy.opening import STEP_MM, Plane, find_opening
from foramen.anatomy.reslice import LocalBox, reslice
from foramen.anatomy.root import Root, Side
from foramen.anatomy.spine import Foramen, Frame, Vector
from foramen.anatomy.vertebrae import SeenVertebra

BOX = LocalBox((-1.0, -35.0, -45.0), (1.0, 40.0, 45.0), STEP_MM)
"""Around the middle between two isthmi; the plane is an average over 2 mm from left to right."""

ENDPLATE_MM = 4.0
"""Depth of the strip of a body that is taken for its endplate, concave or tilted as it may be."""

NEAR_ROWS_MM = 2.0
"""Walls are medians over this much above and below, so that a joint's cleft does not count."""

MEDIAL_REACH_MM = 14.0
LEAST_STRIP_MM2 = 25.0
"""Pedicles of L5 lie beside the body: the disc is then taken from a plane nearer to the midline."""


@dataclass(frozen=True, eq=False)
class SeenForamen:
    """A foramen together with the opening it was measured on.

    Attributes
    ----------
    outline_mm
        Points of the opening, `STEP_MM` apart, in `foramen.frame`, (posterior, cranial), shape (n, 2); empty where the
        foramen is not visible.
    """

    foramen: Foramen
    outline_mm: Vector

    def walls_at(self, cranial_mm: float) -> tuple[float, float]:
        """Front and back of the opening at a height above its centre, mm posterior."""
        heights = self.outline_mm[:, 1]
        height = np.clip(cranial_mm, heights.min() + NEAR_ROWS_MM, heights.max() - NEAR_ROWS_MM)
        rows = [self.outline_mm[heights == h, 0] for h in np.unique(heights) if abs(h - height) <= NEAR_ROWS_MM]
        return float(np.median([row.min() for row in rows])), float(np.median([row.max() for row in rows]))

    @property
    def top_mm(self) -> float:
        """Height of the pedicle's lower border above the opening's centre."""
        return float(self.outline_mm[:, 1].max()) + STEP_MM / 2


def find_foramen(root: Root, upper: SeenVertebra | None, lower: SeenVertebra | None, lower_name: str) -> SeenForamen:
    """The foramen through which a lumbar root leaves.

    Parameters
    ----------
    root : Root
        Which one.
    upper, lower : SeenVertebra or None
        The vertebra of the root's level and the one below it (the sacrum below the last); None where not labelled.
    lower_name : str
        What the one below is called, for the reason.
    """
    reason = _why_not(root, upper, lower, lower_name)
    if reason or upper is None or lower is None:
        return _not_visible(root, reason)
    return _measure(root, upper, lower)


def _not_visible(root: Root, reason: str) -> SeenForamen:
    return SeenForamen(Foramen(root, visible=False, reason=reason), np.empty((0, 2)))


def _why_not(root: Root, upper: SeenVertebra | None, lower: SeenVertebra | None, lower_name: str) -> str:
    if upper is None:
        return f"{root.level} is not in the scan or not wholly labelled"
    if lower is None:
        return f"{lower_name}, which bounds the foramen below, is not in the scan or not wholly labelled"
    if upper.foramina_cut:
        return f"{root.level} is cut by the scan's border"
    if lower.body_cut:
        return f"{lower_name}, which bounds the foramen below, is cut by the scan's border"
    for seen, name in ((upper, root.level), (lower, lower_name)):
        if root.side not in seen.vertebra.pedicles:
            return f"the {root.side} pedicle of {name} is not in the label map"
    return ""


def frame_between(upper: SeenVertebra, lower: SeenVertebra, side: Side) -> Frame:
    """Axes between those of two vertebrae, origin midway between their pedicles' isthmi."""
    middle = (upper.vertebra.pedicles[side].centre_mm + lower.vertebra.pedicles[side].centre_mm) / 2
    axes = upper.vertebra.frame.axes + lower.vertebra.frame.axes
    return make_frame(middle, axes[2], np.cross(axes[2], axes[0]))


def _measure(root: Root, upper: SeenVertebra, lower: SeenVertebra) -> SeenForamen:
    frame = frame_between(upper, lower, root.side)
    opening = find_opening(cut_through(frame, upper, lower, root.side))
    if opening is None:
        return _not_visible(root, f"no bony opening could be made out below the {root.side} pedicle of {root.level}")
    i, j = np.nonzero(opening)
    outline = np.stack([BOX.axes_mm[1][i], BOX.axes_mm[2][j]], axis=1)
    height = float(np.ptp(outline[:, 1])) + STEP_MM
    middle_height = float(outline[:, 1].min() + outline[:, 1].max()) / 2
    row = outline[np.abs(outline[:, 1] - middle_height) <= 1.0, 0]
    middle = np.array([float(row.min() + row.max()) / 2, middle_height])
    here = Frame(frame.to_world((0.0, *middle)), frame.left, frame.posterior, frame.cranial)
    medial, lateral = _borders(here, upper, lower, root.side)
    width = float(np.ptp(row)) + STEP_MM
    foramen = Foramen(root, True, "", here, here.origin_mm, medial, lateral, height, width)
    return SeenForamen(foramen, outline - middle)


def cut_through(frame: Frame, upper: SeenVertebra, lower: SeenVertebra, side: Side) -> Plane:
    """Both vertebrae in the foramen's plane, with the endplates that the disc lies between."""
    bones, endplates, places = [], [], []
    for seen, toward_disc in ((upper, -1), (lower, 1)):
        bones.append(_without_cavities(reslice(seen.bone, frame, BOX).mean(axis=0) > 0.5))
        endplates.append(_endplate(frame, seen, toward_disc, side))
        place = frame.to_local(seen.vertebra.pedicles[side].centre_mm)
        places.append(((place[1] - BOX.lower_mm[1]) / STEP_MM, (place[2] - BOX.lower_mm[2]) / STEP_MM))
    return Plane(bones[0], bones[1], endplates[0], endplates[1], places[0], places[1])


def _without_cavities(bone: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A hole that one vertebra alone encloses is marrow: a foramen has two vertebrae and a disc around it."""
    return np.asarray(ndimage.binary_fill_holes(bone))


def _endplate(frame: Frame, seen: SeenVertebra, toward_disc: int, side: Side) -> NDArray[np.bool_]:
    """The strip of a body next to the disc, from the nearest plane toward the midline that meets the body at all."""
    _, posterior, cranial = BOX.axes_mm
    strip = np.zeros(BOX.shape[1:], dtype=bool)
    for toward_midline in np.arange(0.0, MEDIAL_REACH_MM + 1, 2.0):
        aside = -side.sign * toward_midline
        plane = Frame(frame.to_world((aside, 0.0, 0.0)), frame.left, frame.posterior, frame.cranial)
        points = plane.to_world(np.stack(np.broadcast_arrays(0.0, posterior[:, None], cranial[None, :]), axis=-1))
        local = seen.vertebra.frame.to_local(points)
        in_body = (local[..., 1] < seen.front_mm) & (
            toward_disc * local[..., 2] > seen.vertebra.body_height_mm / 2 - ENDPLATE_MM
        )
        strip = (reslice(seen.bone, plane, BOX).mean(axis=0) > 0.5) & in_body
        if strip.sum() * STEP_MM**2 >= LEAST_STRIP_MM2:
            break
    return strip


def _borders(here: Frame, upper: SeenVertebra, lower: SeenVertebra, side: Side) -> tuple[Vector, Vector]:
    """Where the opening begins at the canal and where it ends outside, on the line through its centre."""
    pedicles = [seen.vertebra.pedicles[side] for seen in (upper, lower)]
    middle = float(np.mean([here.to_local(p.centre_mm)[0] for p in pedicles]))
    half = side.sign * float(np.mean([p.width_mm for p in pedicles])) / 2
    return here.to_world((middle - half, 0, 0)), here.to_world((middle + half, 0, 0))
