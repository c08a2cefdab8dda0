"""Pedicles: the two bridges from body to arch, measured where they are narrowest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.frames import Measured, make_frame
from foramen.anatomy.reslice import LocalBox, reslice
from foramen.anatomy.root import Side
from foramen.anatomy.spine import Frame, Pedicle, Vector
from foramen.imaging.volume import Volume

STEP_MM = 0.75
LEAST_AREA_MM2 = 20.0
"""A smaller section is a gap in the label: the narrowest adult lumbar pedicles are about 5 × 10 mm."""

CONVERGENCE_DEG = (0.0, 8.0, 16.0, 24.0, 32.0, 40.0)
"""Directions tried: pedicles run straight back at L1 and turn outward toward L5."""

BOX = LocalBox((-12.0, -6.0, -20.0), (24.0, 6.0, 18.0), STEP_MM)
"""Around a point just beside the canal's edge, for a left pedicle; for a right one it is mirrored."""


@dataclass(frozen=True, eq=False)
class _Section:
    """A pedicle cut straight across at one place, in one direction."""

    centre_mm: Vector
    medial_mm: Vector
    area_mm2: float
    height_mm: float


def find_pedicles(bone: Volume, measured: Measured) -> dict[Side, Pedicle]:
    """The pedicles of a vertebra, with centre in LPS mm, width and height in mm; one that is not labelled is absent.

    The isthmus is the smallest section of all that part body from arch, over place and direction. Seen straight
    across, the root of the transverse process, which is broad at L5, stays out of it.
    """
    found = {side: _isthmus(bone, measured, side) for side in Side}
    return {
        side: Pedicle(side, s.centre_mm, s.area_mm2 / (np.pi / 4 * s.height_mm), s.height_mm)
        for side, s in found.items()
        if s is not None
    }


def _isthmus(bone: Volume, measured: Measured, side: Side) -> _Section | None:
    best, least = None, np.inf
    for yaw in np.radians(CONVERGENCE_DEG):
        sections = [s for s in _sections(bone, measured, side, float(yaw)) if _borders_canal(s, measured)]
        if len(sections) < 3:
            continue
        areas = ndimage.gaussian_filter1d([s.area_mm2 for s in sections], 1.0, mode="nearest")
        if areas.min() < least:
            best, least = sections[int(np.argmin(areas))], float(areas.min())
    return best


def _borders_canal(section: _Section, measured: Measured) -> bool:
    """Its medial end lies beside the front half of the canal: behind the body's back wall, before the lamina."""
    posterior = measured.frame.to_local(section.medial_mm)[1]
    return bool(measured.hole.front_mm <= posterior <= measured.hole.centre_mm[1] + 1.0)


def _along_pedicle(measured: Measured, side: Side, yaw: float) -> Frame:
    """The vertebra's frame turned about its cranial axis, origin beside the canal at the back of the body."""
    frame, hole = measured.frame, measured.hole
    beside = (
        hole.centre_mm[0] + side.sign * (hole.width_mm / 2 + 6.0),
        (hole.front_mm + hole.centre_mm[1]) / 2,
        measured.body_height_mm / 8,
    )
    backwards = np.array([side.sign * np.sin(yaw), np.cos(yaw), 0.0]) @ frame.axes
    return make_frame(frame.to_world(beside), frame.cranial, backwards)


def _sections(bone: Volume, measured: Measured, side: Side, yaw: float) -> list[_Section]:
    frame = _along_pedicle(measured, side, yaw)
    box = BOX if side is Side.LEFT else BOX.mirrored
    solid = reslice(bone, frame, box)
    found = (_section(solid[:, j, :], frame, box, j, side) for j in range(box.shape[1]))
    return [s for s in found if s is not None]


def _section(values: NDArray[np.float32], frame: Frame, box: LocalBox, j: int, side: Side) -> _Section | None:
    """The piece of bone nearest to the canal's side in one section, with its area to a fraction of a voxel."""
    left, posterior, cranial = box.axes_mm
    solid = values > 0.5
    if not solid.any():
        return None
    pieces, _ = ndimage.label(solid)
    distance = np.where(solid, np.hypot(left[:, None], cranial[None, :]), np.inf)
    piece = pieces == pieces.flat[np.argmin(distance)]
    weight = np.where(ndimage.binary_dilation(piece), values, 0.0)
    area = float(weight.sum()) * STEP_MM**2
    if area < LEAST_AREA_MM2:
        return None
    rows = weight.sum(axis=0)
    centre = np.array([left @ weight.sum(axis=1), 0.0, cranial @ rows]) / weight.sum()
    centre[1] = posterior[j]
    # An ellipse is four times as high as its points are spread.
    height = 4 * float(np.sqrt((cranial - centre[2]) ** 2 @ rows / rows.sum()))
    medial = centre - (side.sign * area / (np.pi / 2 * height), 0.0, 0.0)
    return _Section(frame.to_world(centre), frame.to_world(medial), area, height)
