"""Looking through a bone for a hole: the line along which the CT meets the least of it."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from foramen.anatomy.reslice import LocalBox, reslice
from foramen.anatomy.spine import Frame, Vector
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume

PITCH_DEG, YAW_DEG = (-20.0, -10.0, 0.0, 10.0, 20.0, 30.0), (-20.0, -10.0, 0.0, 10.0)
"""Directions looked along: forward and down by so much, forward and toward the midline by so much."""

SOFT_HU = 80.0
"""Nerve, vessels and fat stay below it; spongy and cortical bone above."""

LABELLED = 20.0
"""What a mm of label counts at least, in HU: fatty old marrow is no denser than nerve, and yet it is bone."""

GAP_MM = 14.0
"""Half the widest gap of a label that still lies within the bone: the height of an osteoporotic sacrum's wing."""

CLEAR = (100.0, 200.0, 300.0)
"""HU times mm of path, tried in turn: the last is half of one thin cortex (1 mm of 600 HU), and bone has two."""

BLOCKED = 1000.0

LEAST_SURROUND = 0.75
"""Share of lines around a foramen that are not clear."""

LEAST_AREA_MM2, GREATEST_AREA_MM2 = 9.0, 260.0
"""Clear sight through a foramen of 8.5 mm (SD 1.6), at most through one of twice that."""

RING_MM = (6.0, 9.0)
"""Distance from a foramen's middle at which there is bone around it."""


@dataclass(frozen=True, eq=False)
class Sight:
    """A clear view through bone: its section where it crosses the frame's coronal plane, and its slopes.

    `rank` counts the clearer limits of `CLEAR` that it did not meet.
    """

    aside_mm: float
    cranial_mm: float
    slope: tuple[float, float]
    area_mm2: float
    rank: int = 0


def bone_density(bone: Volume, ct: Ct, frame: Frame, box: LocalBox) -> NDArray[np.float32]:
    """What each mm of path through the bone counts, HU above soft tissue; 0 away from it.

    The CT counts in the gaps of the label, too: thin cortex over fatty marrow is bone that labels leave out.
    """
    labelled = reslice(bone, frame, box.grown(GAP_MM)) > 0.5
    reached = ndimage.distance_transform_edt(~labelled, sampling=box.step_mm) <= GAP_MM
    closed = ndimage.distance_transform_edt(reached, sampling=box.step_mm) > GAP_MM
    inner = tuple(slice(rim, n - rim) for n in labelled.shape for rim in [round(GAP_MM / box.step_mm)])
    dense = np.maximum(reslice(ct, frame, box) - SOFT_HU, 0)
    return np.asarray(np.where((closed | labelled)[inner], dense, 0) + LABELLED * labelled[inner], dtype=np.float32)


def clear_sights(density: NDArray[np.float32], box: LocalBox, outward: int) -> list[Sight]:
    """The clear views in all directions: the clearest first, among equally clear ones the widest.

    Parameters
    ----------
    density : array, shape `box.shape`
        From `bone_density`.
    box : LocalBox
        Where it lies.
    outward : int
        Sign of the side along left, +1 for the patient's left.
    """
    slopes = [
        (outward * float(np.tan(np.radians(yaw))), float(np.tan(np.radians(pitch))))
        for pitch in PITCH_DEG
        for yaw in YAW_DEG
    ]
    paths = [_bone_along(density, box, slope) for slope in slopes]
    sights = []
    for rank, clear in enumerate(CLEAR):
        seen = [
            replace(view, area_mm2=_area_at_half_height(path, view, box), rank=rank)
            for slope, path in zip(slopes, paths, strict=True)
            for view in _clear_views(path < clear, box, slope)
        ]
        sights += sorted(seen, key=lambda view: -view.area_mm2)
    return sights


def ends_of(sight: Sight, solid: NDArray[np.bool_], box: LocalBox) -> tuple[Vector, Vector] | None:
    """Where a line crosses a bone's back and front face, as the bone around it has them; None beside the bone."""
    left, posterior, cranial = box.axes_mm
    columns = _sheared(solid, box, sight.slope) > 0.5
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


def _bone_along(density: NDArray[np.float32], box: LocalBox, slope: tuple[float, float]) -> NDArray[np.float32]:
    """How much bone each line of that slope meets, HU times mm; as much as `BLOCKED` is as good as any more."""
    path = np.minimum(_sheared(density, box, slope).sum(axis=1) * box.step_mm, BLOCKED)
    smooth: NDArray[np.float32] = ndimage.gaussian_filter(path, 1.0)
    return smooth


def _area_at_half_height(path: NDArray[np.float32], view: Sight, box: LocalBox) -> float:
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


def _clear_views(clear: NDArray[np.bool_], box: LocalBox, slope: tuple[float, float]) -> list[Sight]:
    """The clear pieces that are as large as a foramen and have bone around them."""
    left, _, cranial = box.axes_mm
    pieces, count = ndimage.label(clear)
    sights = []
    for piece in range(1, count + 1):
        view = pieces == piece
        i, k = np.nonzero(view)
        area, aside = len(i) * box.step_mm**2, float(left[i].mean())
        rim = ndimage.binary_dilation(view, iterations=3) & ~view
        whole = not (view[0].any() or view[-1].any() or view[:, 0].any() or view[:, -1].any())
        surrounded = whole and (~clear[rim]).mean() >= LEAST_SURROUND
        if LEAST_AREA_MM2 <= area <= GREATEST_AREA_MM2 and surrounded:
            sights.append(Sight(aside, float(cranial[k].mean()), slope, area))
    return sights
