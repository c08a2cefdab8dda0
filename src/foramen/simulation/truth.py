"""What is true of the digital patient: frames, pedicles, foramina and roots, from the model and never from voxels.

Sizes are measured on the implicit surfaces themselves, along straight lines, to a hundredth of a millimetre.
"""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Root, Side
from foramen.anatomy.spine import Foramen, Frame, NerveRoot, Pedicle, RootEvidence, Spine, Vertebra
from foramen.simulation.canal import canal_curve
from foramen.simulation.column import Column
from foramen.simulation.morphometry import LEVELS
from foramen.simulation.nerves import Course, courses
from foramen.simulation.sacrum import s1_tunnel
from foramen.simulation.solids import Packed
from foramen.simulation.vertebra import pedicle_centre
from foramen.simulation.voxelise import part_distances

STEP_MM = 0.25
REACH_MM = 30.0
S1_DEPTH_MM = 4.0
"""How deep in its bony rim the dorsal foramen of S1 is measured."""


class Surfaces:
    """The model's surfaces by the names of its parts."""

    def __init__(self, packed: Packed, names: dict[str, int]) -> None:
        self._packed, self._names = packed, names

    def ahead(self, start: NDArray[np.float64], direction: NDArray[np.float64], *names: str) -> float:
        """How far the nearest of the named parts begins (or, from inside, ends) along a direction; NaN beyond 30 mm."""
        steps = np.arange(0.0, REACH_MM, STEP_MM)
        points = start + steps[:, None] * direction
        nearest = np.min([part_distances(self._packed, self._names[name], points) for name in names], axis=0)
        changed = np.flatnonzero(np.signbit(nearest) != np.signbit(nearest[0]))
        if not changed.size:
            return float("nan")
        before, after = nearest[changed[0] - 1], nearest[changed[0]]
        return float(steps[changed[0]] - STEP_MM * after / (after - before))


def true_spine(column: Column, packed: Packed, names: dict[str, int]) -> Spine:
    """Everything that the planner would have to find, exactly."""
    surfaces = Surfaces(packed, names)
    vertebrae = tuple(_vertebra(column, surfaces, level) for level in LEVELS)
    by_level = {vertebra.level: vertebra for vertebra in vertebrae}
    nerves = courses(column)
    lumbar = [_foramen(column, surfaces, by_level, course) for course in nerves if course.root.level != "S1"]
    foramina = (*lumbar, *(_s1_foramen(column, surfaces, side) for side in Side))
    roots = tuple(_root(course, foramen) for course, foramen in zip(nerves, foramina, strict=True))
    return Spine(vertebrae, canal_curve(column, step_mm=2.0)[0], foramina, roots)


def _vertebra(column: Column, surfaces: Surfaces, level: str) -> Vertebra:
    frame = column.vertebrae[level]
    pedicles = {side: _pedicle(column, surfaces, level, side) for side in Side}
    return Vertebra(level, frame, column.canal_point(level), column.body_height(level), pedicles)


def _pedicle(column: Column, surfaces: Surfaces, level: str, side: Side) -> Pedicle:
    """At its narrowest section, from where it was drawn forward; behind that the superior process begins."""
    frame, drawn = column.vertebrae[level], pedicle_centre(column, level, side)
    best: tuple[float, NDArray[np.float64]] | None = None
    for back in np.linspace(-3.0, 0.5, 8):
        centre = frame.to_world(drawn + np.array([0.0, back, 0.0]))
        left, right = (surfaces.ahead(centre, sign * frame.left, level) for sign in (1, -1))
        width = left + right
        if np.isfinite(width) and (best is None or width < best[0]):
            best = width, centre + (left - right) / 2 * frame.left
    assert best is not None
    up, down = (surfaces.ahead(best[1], sign * frame.cranial, level) for sign in (1, -1))
    return Pedicle(side, best[1] + (up - down) / 2 * frame.cranial, best[0], up + down)


def _foramen(column: Column, surfaces: Surfaces, vertebrae: dict[str, Vertebra], course: Course) -> Foramen:
    """In the plane midway between the isthmi: between the bones above and below, and between disc and facet."""
    root, level = course.root, course.root.level
    below = _below(level)
    upper = vertebrae[level].pedicles[root.side]
    lower_mm = _lower_pedicle(column, vertebrae, below, root.side)
    frames = (vertebrae[level].frame, column.sacrum if below == "sacrum" else vertebrae[below].frame)
    frame = _between(frames[0], frames[1], 0.5 * (upper.centre_mm + lower_mm))
    start = _crossing(course, frame)

    def opening(
        place: NDArray[np.float64], axis: NDArray[np.float64], *names: str
    ) -> tuple[NDArray[np.float64], float]:
        """The middle and the length of the straight line through a place between the named parts."""
        back, ahead = (surfaces.ahead(place, sign * axis, *names) for sign in (-1, 1))
        return place + (ahead - back) / 2 * axis, ahead + back

    walls = (level, below, f"disc below {level}")
    middle, _ = opening(start, frame.posterior, *walls)
    middle, height = opening(middle, frame.cranial, level, below)
    centre, width = opening(middle, frame.posterior, *walls)
    half = upper.width_mm / 2
    lateral = root.side.sign * frame.left
    axes = Frame(centre, frame.left, frame.posterior, frame.cranial)
    return Foramen(
        root,
        visible=True,
        frame=axes,
        centre_mm=centre,
        medial_mm=centre - half * lateral,
        lateral_mm=centre + half * lateral,
        height_mm=height,
        width_mm=width,
    )


def _s1_foramen(column: Column, surfaces: Surfaces, side: Side) -> Foramen:
    """The dorsal foramen of S1 at the sacrum's dorsal surface."""
    root, tunnel = Root("S1", side), s1_tunnel(column, side)
    axis = tunnel["outer"] - tunnel["inner"]
    axis /= np.linalg.norm(axis)
    frame = column.sacrum
    within = tunnel["outer"] - S1_DEPTH_MM * column.scale * axis
    left, right = (surfaces.ahead(within, sign * frame.left, "sacrum") for sign in (1, -1))
    up, down = (surfaces.ahead(within, sign * frame.cranial, "sacrum") for sign in (1, -1))
    return Foramen(
        root,
        visible=True,
        frame=Frame(tunnel["outer"], frame.left, frame.posterior, frame.cranial),
        centre_mm=tunnel["outer"],
        medial_mm=tunnel["ventral"],
        lateral_mm=tunnel["outer"] + 4.0 * axis,
        height_mm=up + down,
        width_mm=left + right,
    )


def _root(course: Course, foramen: Foramen) -> NerveRoot:
    """The root's point is where it crosses the middle plane of its foramen; S1's is its ganglion."""
    assert foramen.frame is not None
    point = course.ganglion_mm if course.root.level == "S1" else _crossing(course, foramen.frame)
    return NerveRoot(
        course.root, point, course.path_mm, course.ganglion_mm, course.ganglion_radii_mm, course.radius_mm,
        0.0, RootEvidence.STATISTICS,
    )  # fmt: skip


def _crossing(course: Course, frame: Frame) -> NDArray[np.float64]:
    """Where a root crosses the sagittal plane of a frame."""
    across = frame.to_local(course.path_mm)[:, 0] * course.root.side.sign
    order = np.argsort(across)
    return np.array([np.interp(0.0, across[order], course.path_mm[order, axis]) for axis in range(3)])


def _below(level: str) -> str:
    return LEVELS[LEVELS.index(level) + 1] if level != LEVELS[-1] else "sacrum"


def _lower_pedicle(column: Column, vertebrae: dict[str, Vertebra], below: str, side: Side) -> NDArray[np.float64]:
    if below != "sacrum":
        return vertebrae[below].pedicles[side].centre_mm
    return column.sacrum.to_world(np.array([side.sign * 22.0, 20.0, -14.0]) * column.scale)


def _between(upper: Frame, lower: Frame, origin: NDArray[np.float64]) -> Frame:
    """Mean axes of two frames, made square."""
    cranial = upper.cranial + lower.cranial
    cranial /= np.linalg.norm(cranial)
    left = upper.left + lower.left
    left -= cranial * (left @ cranial)
    left /= np.linalg.norm(left)
    return Frame(origin, left, np.cross(cranial, left), cranial)
