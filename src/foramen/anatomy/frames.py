"""A vertebra's own frame: where its body lies and how it is turned, following scoliosis and lordosis.

The vertebra is looked at along its own axis, which is not known beforehand: so axis and picture are improved in turn.
Seen along the axis, body, pedicles and lamina enclose the canal; what lies before the canal is the body; the endplates
of that body give the next axis. Nothing but the vertebra's own label is needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.canal_hole import Hole, find_hole
from foramen.anatomy.reslice import LocalBox, reslice
from foramen.anatomy.spine import Frame, Vector
from foramen.imaging.volume import Grid, Volume

BOX = LocalBox((-45.0, -32.0, -32.0), (45.0, 62.0, 32.0))
"""Holds any lumbar or lower thoracic vertebra around the centre of its body (`field.md` §5.4 gives the sizes)."""

SMALLEST_BODY_RADIUS_MM = 6.5
"""A body's inscribed ball; half the body height is 12 mm and more in adults, arches alone stay below 6 mm."""

CORE_STEP_MM = 1.5
"""Fine enough to find a body's middle to begin with."""

ENDPLATE_RIM_MM = 4.0
"""The ring apophysis and its osteophytes, left out when a plane is laid on an endplate."""

LEAST_ENDPLATE_MM2 = 100.0
MIDLINE_MM = 5.0
"""Half the width of the strip on which front and back walls are measured."""

TILTS_DEG = (0.0, -18.0, 18.0, -36.0, 36.0)
"""Seen 20° off its axis a canal of 12 mm is hidden by its own lamina; vertebrae without neighbours tilt up to 40°."""

ROUNDS = 8
SETTLED_DEG = 0.3


@dataclass(frozen=True, eq=False)
class Measured:
    """What looking along a vertebra's axis tells: its frame (origin in the body's centre), its canal and its size."""

    frame: Frame
    hole: Hole
    body_height_mm: float
    body_width_mm: float
    cut: bool

    @property
    def canal_centre_mm(self) -> Vector:
        """Centre of the canal in the plane through the body's middle, parallel to its endplates, LPS mm."""
        return self.frame.to_world((*self.hole.centre_mm, 0.0))


def make_frame(origin_mm: Vector, cranial: Vector, posterior: Vector) -> Frame:
    """A right-handed frame whose cranial axis is exact and whose posterior axis is as near as that allows."""
    cranial = cranial / np.linalg.norm(cranial)
    posterior = posterior - (posterior @ cranial) * cranial
    posterior = posterior / np.linalg.norm(posterior)
    return Frame(np.asarray(origin_mm, dtype=np.float64), np.cross(posterior, cranial), posterior, cranial)


def thickest_part(bone: Volume) -> tuple[Vector, float]:
    """Centre (LPS mm) and radius (mm) of the core of a bone's thickest part, which in a vertebra is its body."""
    every = np.maximum((CORE_STEP_MM / bone.spacing_mm).astype(int), 1)
    coarse = bone.voxels[:: every[0], :: every[1], :: every[2]]
    depth = ndimage.distance_transform_edt(coarse, sampling=bone.spacing_mm * every)
    deepest = float(depth.max())
    core = np.argwhere(depth > 0.7 * deepest) * every
    return bone.to_world(core).mean(axis=0), deepest


def first_guess(bone: Volume, body_mm: Vector, cranial: Vector) -> Frame:
    """A frame from the body's core, the run of the spine, and the side on which the arch lies."""
    towards_arch = bone.to_world(np.argwhere(bone.voxels)).mean(axis=0) - body_mm
    across = towards_arch - (towards_arch @ cranial) / (cranial @ cranial) * cranial
    posterior = across if np.linalg.norm(across) > 2.0 else np.array([0.0, 1.0, 0.0])
    return make_frame(body_mm, cranial, posterior)


def measure(bone: Volume, guess: Frame, scan: Grid) -> Measured | None:
    """Improve axis and canal in turn until they agree, from the first tilt that shows a canal; None where none does.

    Where sloping laminae hide the canal along the improved axis, the first look that showed it stands.

    Parameters
    ----------
    bone : Volume
        The vertebra, bool.
    guess : Frame
        Origin within the body, axes within some 30° of the truth.
    scan : Grid
        The whole scan's grid: an endplate on its border is a cut, not an endplate.
    """
    first = None
    for tilt in TILTS_DEG:
        measured, agreed = _settle(bone, _tilted(guess, tilt), scan)
        if agreed:
            return measured
        first = first or measured
    return first


def _tilted(frame: Frame, tilt_deg: float) -> Frame:
    """The frame turned about its own left axis, as lordosis does."""
    tilt = np.radians(tilt_deg)
    return make_frame(frame.origin_mm, np.cos(tilt) * frame.cranial + np.sin(tilt) * frame.posterior, frame.posterior)


def _settle(bone: Volume, frame: Frame, scan: Grid) -> tuple[Measured | None, bool]:
    """The last look that showed a canal, and whether none failed."""
    measured = None
    for _ in range(ROUNDS):
        seen = _look_along(bone, frame, scan)
        if seen is None:
            return measured, False
        turned = np.degrees(np.arccos(np.clip((seen.frame.axes * frame.axes).sum(axis=1), -1, 1))).max()
        measured, frame = seen, seen.frame
        if turned < SETTLED_DEG:
            break
    return measured, True


def _look_along(bone: Volume, frame: Frame, scan: Grid) -> Measured | None:
    solid = reslice(bone, frame, BOX) > 0.5
    hole = find_hole(solid, BOX)
    if hole is None:
        return None
    left, posterior, cranial = BOX.axes_mm
    footprint = _body_footprint(solid, posterior < hole.front_mm)
    inner = ndimage.distance_transform_edt(footprint, sampling=BOX.step_mm) > ENDPLATE_RIM_MM
    if inner.sum() < LEAST_ENDPLATE_MM2 / BOX.step_mm**2:
        return None
    planes, cut = [], []
    for heights in (_surface(solid, cranial, up=True), _surface(solid, cranial, up=False)):
        planes.append(fit_plane(left, posterior, heights, inner))
        cut.append(_is_cut(frame, scan, left, posterior, heights, inner))
    trusted = [p for p, c in zip(planes, cut, strict=True) if not c] or planes
    slope = np.mean(trusted, axis=0)[:2]
    middle = _middle(left, posterior, footprint, hole)
    top, bottom = (float(plane @ (*middle, 1.0)) for plane in planes)
    centre = np.array([*middle, (top + bottom) / 2])
    backwards = np.array([hole.centre_mm[0] - middle[0], hole.centre_mm[1] - middle[1], 0.0])
    axis = np.array([-slope[0], -slope[1], 1.0])
    return Measured(
        make_frame(frame.to_world(centre), axis @ frame.axes, backwards @ frame.axes),
        hole.seen_from(middle),
        (top - bottom) / float(np.linalg.norm(axis)) + BOX.step_mm,
        float(footprint.any(axis=1).sum() * BOX.step_mm),
        any(cut),
    )


def _middle(left: Vector, posterior: Vector, footprint: NDArray[np.bool_], hole: Hole) -> tuple[float, float]:
    """Midway between the body's side walls, and at the midline between its front and back walls."""
    columns = left[footprint.any(axis=1)]
    across = float(columns.min() + columns.max()) / 2
    central = footprint & (np.abs(left - across) <= MIDLINE_MM)[:, None]
    front = float(np.median(posterior[np.argmax(central[central.any(axis=1)], axis=1)])) if central.any() else 0.0
    return across, (front - BOX.step_mm / 2 + hole.front_mm) / 2


def _is_cut(
    frame: Frame, scan: Grid, left: Vector, posterior: Vector, heights: Vector, inner: NDArray[np.bool_]
) -> bool:
    """Whether an endplate is where the scan ends instead of where the body does."""
    i, j = np.nonzero(inner)
    index = scan.to_index(frame.to_world(np.stack([left[i], posterior[j], heights[i, j]], axis=1)))
    at_border = ((index < 0.6) | (index > np.array(scan.shape) - 1.6)).any(axis=1)
    return bool(at_border.mean() > 0.2)


def _body_footprint(solid: NDArray[np.bool_], before_canal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Columns of the body: before the canal and thick along the axis, so that thin osteophytes do not count."""
    thickness = solid.sum(axis=2) * before_canal[None, :]
    usual = np.median(thickness[thickness > 0.5 * thickness.max()])
    pieces, count = ndimage.label(thickness > 0.6 * usual)
    if count == 0:
        return np.zeros(thickness.shape, dtype=bool)
    footprint: NDArray[np.bool_] = pieces == 1 + np.argmax(np.bincount(pieces.ravel())[1:])
    return footprint


def _surface(solid: NDArray[np.bool_], cranial: Vector, *, up: bool) -> Vector:
    """Height of the highest (or lowest) solid point of each column."""
    index = solid.shape[2] - 1 - np.argmax(solid[:, :, ::-1], axis=2) if up else np.argmax(solid, axis=2)
    heights: Vector = cranial[index]
    return heights


def fit_plane(left: Vector, posterior: Vector, height: Vector, where: NDArray[np.bool_]) -> Vector:
    """`a left + b posterior + c` laid on a surface, biweight, so that Schmorl nodes and spurs do not tip it."""
    i, j = np.nonzero(where)
    design = np.stack([left[i], posterior[j], np.ones(len(i))], axis=1)
    values = height[i, j]
    weight = np.ones(len(i))
    for _ in range(10):
        plane = np.linalg.lstsq(design * weight[:, None], values * weight, rcond=None)[0]
        residual = np.abs(values - design @ plane)
        scale = max(4.7 * 1.48 * float(np.median(residual)), 1.0)
        weight = 1 - np.minimum(residual / scale, 1) ** 2
    return np.asarray(plane)
