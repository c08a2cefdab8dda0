"""What is true of the digital patient: frames, pedicles, foramina and roots, from the model and never from voxels.

Sizes are measured on the implicit surfaces themselves, along straight lines, to a hundredth of a millimetre.
"""

import numpy as np

from foramen.anatomy.root import Root, Side
from foramen.anatomy.spine import Foramen, Frame, NerveRoot, Pedicle, RootEvidence, Spine, Vector, Vertebra
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

    def opening(self, place: Vector, axis: Vector, *names: str) -> tuple[Vector, float]:
        """Middle and length of the gap between the named parts on a line: the one at `place`, or the nearest."""
        return self._run(place, axis, names, inside=False)

    def thickness(self, place: Vector, axis: Vector, name: str) -> tuple[Vector, float]:
        """Middle and length of what a line crosses of one part at `place`."""
        return self._run(place, axis, (name,), inside=True)

    def _run(self, place: Vector, axis: Vector, names: tuple[str, ...], *, inside: bool) -> tuple[Vector, float]:
        steps = np.arange(-REACH_MM, REACH_MM, STEP_MM)
        points = place + steps[:, None] * axis
        nearest = np.min([part_distances(self._packed, self._names[name], points) for name in names], axis=0)
        nearest = -nearest if inside else nearest
        wanted = np.flatnonzero(nearest > 0)
        first = last = int(wanted[np.argmin(np.abs(steps[wanted]))])
        while first > 0 and nearest[first - 1] > 0:
            first -= 1
        while last < len(steps) - 1 and nearest[last + 1] > 0:
            last += 1
        start, stop = (
            steps[first] - STEP_MM * _rest(nearest, first, -1),
            steps[last] + STEP_MM * _rest(nearest, last, 1),
        )
        return place + (start + stop) / 2 * axis, float(stop - start)


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
    best: tuple[float, Vector] | None = None
    for back in np.linspace(-3.0, 0.5, 8):
        centre, width = surfaces.thickness(frame.to_world(drawn + np.array([0.0, back, 0.0])), frame.left, level)
        if best is None or width < best[0]:
            best = width, centre
    assert best is not None
    centre, height = surfaces.thickness(best[1], frame.cranial, level)
    return Pedicle(side, centre, best[0], height)


def _foramen(column: Column, surfaces: Surfaces, vertebrae: dict[str, Vertebra], course: Course) -> Foramen:
    """In the plane midway between the isthmi: between the bones above and below, and between disc and facet."""
    root, level = course.root, course.root.level
    below = _below(level)
    upper = vertebrae[level].pedicles[root.side]
    lower_mm = _lower_pedicle(column, vertebrae, below, root.side)
    frames = (vertebrae[level].frame, column.sacrum if below == "sacrum" else vertebrae[below].frame)
    frame = _between(frames[0], frames[1], 0.5 * (upper.centre_mm + lower_mm))
    start = _crossing(course, frame)
    walls = (level, below, f"disc below {level}")
    middle, _ = surfaces.opening(start, frame.posterior, *walls)
    middle, height = surfaces.opening(middle, frame.cranial, level, below)
    centre, width = surfaces.opening(middle, frame.posterior, *walls)
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
    _, width = surfaces.opening(within, frame.left, "sacrum")
    _, height = surfaces.opening(within, frame.cranial, "sacrum")
    return Foramen(
        root,
        visible=True,
        frame=Frame(tunnel["outer"], frame.left, frame.posterior, frame.cranial),
        centre_mm=tunnel["outer"],
        medial_mm=tunnel["ventral"],
        lateral_mm=tunnel["outer"] + 4.0 * axis,
        height_mm=height,
        width_mm=width,
    )


def _root(course: Course, foramen: Foramen) -> NerveRoot:
    """The root's point is where it crosses the middle plane of its foramen; S1's is its ganglion."""
    assert foramen.frame is not None
    point = course.ganglion_mm if course.root.level == "S1" else _crossing(course, foramen.frame)
    return NerveRoot(
        course.root, point, course.path_mm, course.ganglion_mm, course.ganglion_radii_mm, course.radius_mm,
        0.0, RootEvidence.STATISTICS,
    )  # fmt: skip


def _rest(nearest: Vector, last: int, way: int) -> float:
    """How much of the step beyond the last one still lies on the same side of the surface, 0 to 1."""
    beyond = last + way
    if not 0 <= beyond < len(nearest):
        return 0.0
    return float(nearest[last] / (nearest[last] - nearest[beyond]))


def _crossing(course: Course, frame: Frame) -> Vector:
    """Where a root crosses the sagittal plane of a frame."""
    across = frame.to_local(course.path_mm)[:, 0] * course.root.side.sign
    order = np.argsort(across)
    return np.array([np.interp(0.0, across[order], course.path_mm[order, axis]) for axis in range(3)])


def _below(level: str) -> str:
    return LEVELS[LEVELS.index(level) + 1] if level != LEVELS[-1] else "sacrum"


def _lower_pedicle(column: Column, vertebrae: dict[str, Vertebra], below: str, side: Side) -> Vector:
    if below != "sacrum":
        return vertebrae[below].pedicles[side].centre_mm
    return column.sacrum.to_world(np.array([side.sign * 22.0, 20.0, -14.0]) * column.scale)


def _between(upper: Frame, lower: Frame, origin: Vector) -> Frame:
    """Mean axes of two frames, made square."""
    cranial = upper.cranial + lower.cranial
    cranial /= np.linalg.norm(cranial)
    left = upper.left + lower.left
    left -= cranial * (left @ cranial)
    left /= np.linalg.norm(left)
    return Frame(origin, left, np.cross(cranial, left), cranial)
