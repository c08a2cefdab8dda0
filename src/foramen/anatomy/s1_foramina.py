"""The first sacral foramen on each side: its dorsal opening, which a needle enters, and its ventral mouth.

A foramen is where one can look through the sacrum from the back to the front: along a line through it the CT meets the
least bone. Lines are tried around the place where published anatomy puts the foramen; where none is clear, that place
itself is given, with the larger uncertainty it has.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.reslice import LocalBox, reslice
from foramen.anatomy.root import Root, Side
from foramen.anatomy.root_statistics import S1_DORSAL_ASIDE_MM, S1_DORSAL_ASIDE_SD_MM, S1_DORSAL_WIDTH_MM
from foramen.anatomy.spine import Foramen, Frame, Vector
from foramen.anatomy.thecal_sac import PEDICLE_TO_DURA_MM
from foramen.anatomy.vertebrae import SeenVertebra
from foramen.imaging.ct import Ct

BOX = LocalBox((10.0, -30.0, -34.0), (38.0, 50.0, 2.0))
"""Where the foramen is looked for on the left, in S1's frame (origin in its body's centre); mirrored on the right."""

PITCH_DEG, YAW_DEG = (0.0, 10.0, 20.0, 30.0), (-20.0, -10.0, 0.0, 10.0)
"""Directions looked along: forward and down by so much, forward and toward the midline by so much."""

SOFT_HU = 80.0
"""Nerve, vessels and fat stay below it; spongy and cortical bone above."""

LABELLED = 20.0
"""What a mm of label counts at least, in HU: fatty old marrow is no denser than nerve, and yet it is bone."""

CLEAR = (100.0, 200.0, 300.0)
"""HU times mm of path, tried in turn: the last is half of one thin cortex (1 mm of 600 HU), and bone has two."""

BLOCKED = 1000.0

LEAST_SURROUND = 0.75
"""Share of lines around a foramen that are not clear."""

LEAST_AREA_MM2, GREATEST_AREA_MM2 = 9.0, 260.0
"""Clear sight through a foramen of 8.5 mm (SD 1.6), at most through one of twice that."""

GUESSED_BELOW_MM, GUESSED_SLOPE = 5.0, 0.27
"""Where no line is clear: under the S1 body, rising 15° toward the back, as on this project's reference scans."""

RING_MM = (6.0, 9.0)
"""Distance from a foramen's middle at which there is bone around it."""

FARTHEST_SD = 3.0
"""From the published distance to the midline."""

SEEN_UNCERTAINTY_MM, GUESSED_UNCERTAINTY_MM = 2.5, 5.0


@dataclass(frozen=True, eq=False)
class SeenSacralForamen:
    """An S1 foramen, where its root leaves the sac, and how sure its place is (one sigma)."""

    foramen: Foramen
    sac_side_mm: Vector
    uncertainty_mm: float
    seen_in_image: bool


@dataclass(frozen=True, eq=False)
class _Sight:
    """A clear view through the sacrum: its section where it crosses the frame's coronal plane, and its slopes."""

    aside_mm: float
    cranial_mm: float
    slope: tuple[float, float]
    area_mm2: float


def find_s1_foramen(side: Side, sacral: SeenVertebra | None, ct: Ct, *, has_sacrum: bool) -> SeenSacralForamen:
    """The first sacral foramen of one side.

    Parameters
    ----------
    side : Side
        The patient's.
    sacral : SeenVertebra or None
        S1, on the mask of the sacrum; None where there is none.
    ct : Ct
        Canonical.
    has_sacrum : bool
        Whether the label map holds more of the sacrum than S1 alone, under which the foramen lies.
    """
    root = Root("S1", side)
    if sacral is None or not has_sacrum:
        missing = "the sacrum below S1" if sacral else "the sacrum"
        reason = f"{missing} is not in the scan or not labelled"
        return SeenSacralForamen(Foramen(root, visible=False, reason=reason), np.zeros(3), np.inf, False)
    box = BOX if side is Side.LEFT else BOX.mirrored
    bone = reslice(sacral.bone, sacral.vertebra.frame, box) > 0.5
    density = np.where(bone, np.maximum(reslice(ct, sacral.vertebra.frame, box) - SOFT_HU, 0) + LABELLED, 0)
    sight = _clearest(density, box, side)
    guess = _Sight(
        side.sign * S1_DORSAL_ASIDE_MM,
        -sacral.vertebra.body_height_mm / 2 - GUESSED_BELOW_MM,
        (0.0, GUESSED_SLOPE),
        0.0,
    )
    ends = _ends(bone, box, sight or guess)
    inside = ct.grid.contains(np.array([sacral.vertebra.frame.to_world(p) for p in ends])).all() if ends else False
    if ends is None or not inside:
        reason = "the sacrum's first foramen is outside the scan or not labelled"
        return SeenSacralForamen(Foramen(root, visible=False, reason=reason), np.zeros(3), np.inf, False)
    return _describe(root, sacral, ends, sight)


def _clearest(density: NDArray[np.float32], box: LocalBox, side: Side) -> _Sight | None:
    """The widest clear view among all directions, at a distance from the midline that foramina have."""
    slopes = [
        (side.sign * float(np.tan(np.radians(yaw))), float(np.tan(np.radians(pitch))))
        for pitch in PITCH_DEG
        for yaw in YAW_DEG
    ]
    along = [_bone_along(density, box, s) for s in slopes]
    for clear in CLEAR:
        views = [(v, path) for s, path in zip(slopes, along, strict=True) for v in _clear_views(path < clear, box, s)]
        if views:
            view, path = max(views, key=lambda found: found[0].area_mm2)
            return replace(view, area_mm2=_area_at_half_height(path, view, box))
    return None


def _bone_along(density: NDArray[np.float32], box: LocalBox, slope: tuple[float, float]) -> NDArray[np.float32]:
    """How much bone each line of that slope meets, HU times mm; as much as `BLOCKED` is as good as any more."""
    path = np.minimum(_sheared(density, box, slope).sum(axis=1) * box.step_mm, BLOCKED)
    smooth: NDArray[np.float32] = ndimage.gaussian_filter(path, 1.0)
    return smooth


def _area_at_half_height(path: NDArray[np.float32], view: _Sight, box: LocalBox) -> float:
    """How large the view is, up to where lines meet half of the bone that lies around it."""
    left, _, cranial = box.axes_mm
    away = np.hypot(left[:, None] - view.aside_mm, cranial[None, :] - view.cranial_mm)
    around = np.median(path[(away >= RING_MM[0]) & (away <= RING_MM[1])])
    return float(((path < around / 2) & (away <= RING_MM[1])).sum() * box.step_mm**2)


def _sheared(values: NDArray[Any], box: LocalBox, slope: tuple[float, float]) -> NDArray[np.float32]:
    """The box's contents moved so that lines of that slope become columns."""
    shear = np.array([[1.0, slope[0], 0.0], [0.0, 1.0, 0.0], [0.0, slope[1], 1.0]])
    offset = np.array([slope[0], 0.0, slope[1]]) * box.lower_mm[1] / box.step_mm
    moved: NDArray[np.float32] = ndimage.affine_transform(values.astype(np.float32), shear, offset, order=1)
    return moved


def _clear_views(clear: NDArray[np.bool_], box: LocalBox, slope: tuple[float, float]) -> list[_Sight]:
    """The clear pieces that are as large as a foramen, as far from the midline, and have bone around them."""
    left, _, cranial = box.axes_mm
    pieces, count = ndimage.label(clear)
    sights = []
    for piece in range(1, count + 1):
        view = pieces == piece
        i, k = np.nonzero(view)
        area, aside = len(i) * box.step_mm**2, float(left[i].mean())
        away = abs(abs(aside) - S1_DORSAL_ASIDE_MM) / S1_DORSAL_ASIDE_SD_MM
        rim = ndimage.binary_dilation(view, iterations=3) & ~view
        whole = not (view[0].any() or view[-1].any() or view[:, 0].any() or view[:, -1].any())
        surrounded = whole and (~clear[rim]).mean() >= LEAST_SURROUND
        if LEAST_AREA_MM2 <= area <= GREATEST_AREA_MM2 and away <= FARTHEST_SD and surrounded:
            sights.append(_Sight(aside, float(cranial[k].mean()), slope, area))
    return sights


def _ends(bone: NDArray[np.bool_], box: LocalBox, sight: _Sight) -> tuple[Vector, Vector] | None:
    """Where the line of sight crosses the sacrum's dorsal and ventral face, as the bone around it has them."""
    left, posterior, cranial = box.axes_mm
    columns = _sheared(bone, box, sight.slope) > 0.5
    ring = np.hypot(left[:, None] - sight.aside_mm, cranial[None, :] - sight.cranial_mm)
    around = (ring >= RING_MM[0]) & (ring <= RING_MM[1]) & columns.any(axis=1)
    if around.sum() < 20:
        return None
    columns = columns.transpose(0, 2, 1)[around]
    front = float(np.median(posterior[np.argmax(columns, axis=1)]))
    back = float(np.median(posterior[columns.shape[1] - 1 - np.argmax(columns[:, ::-1], axis=1)]))
    dorsal, ventral = (
        np.array([sight.aside_mm + sight.slope[0] * depth, depth, sight.cranial_mm + sight.slope[1] * depth])
        for depth in (back, front)
    )
    return dorsal, ventral


def _describe(root: Root, sacral: SeenVertebra, ends: tuple[Vector, Vector], sight: _Sight | None) -> SeenSacralForamen:
    frame = sacral.vertebra.frame
    dorsal, ventral = (frame.to_world(p) for p in ends)
    width = 2 * np.sqrt(sight.area_mm2 / np.pi) if sight else S1_DORSAL_WIDTH_MM
    here = Frame(dorsal, frame.left, frame.posterior, frame.cranial)
    foramen = Foramen(root, True, "", here, dorsal, ventral, dorsal, float(width), float(width))
    aside = root.side.sign * (sacral.hole.width_mm / 2 - PEDICLE_TO_DURA_MM)
    sac = sacral.vertebra.canal_centre_mm + aside * frame.left
    uncertainty = SEEN_UNCERTAINTY_MM if sight else GUESSED_UNCERTAINTY_MM
    return SeenSacralForamen(foramen, sac, uncertainty, sight is not None)
