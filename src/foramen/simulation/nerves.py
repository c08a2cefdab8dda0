"""Nerve roots with their ganglia, from the thecal sac through the foramen and beyond, in foraminal fat."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from foramen.anatomy.root import LUMBAR_LEVELS, Root, Side
from foramen.anatomy.structures import Structure
from foramen.simulation.column import Column
from foramen.simulation.materials import FORAMINAL_FAT, GANGLION, NERVE
from foramen.simulation.parameters import PatientParameters
from foramen.simulation.solids import Part, Solid, ellipsoid, tube
from foramen.simulation.vertebra import pedicle_centre

_FROM_L1 = dict(zip(LUMBAR_LEVELS, range(5), strict=True))
ROOT_DIAMETER_MM = (3.5, 5.6)
"""L1 and L5, evenly between (Torun 2008, J Clin Neurosci)."""
GANGLION_WIDTH_MM = (3.2, 6.5)
"""L1 and L5, evenly between (Silverstein 2015, doi 10.14444/2003)."""
GANGLION_VOLUME_MM3 = {"L4": 211.0, "L5": 291.0, "S1": 384.0}
"""Weiner 2022, doi 10.3174/ajnr.A7487; the shape of the others is L4's."""
ORIGIN_TO_MIDLINE_MM = (10.9, 8.1)
"""Where the root leaves the sac, L1 and L5; drawn no farther out than the canal allows (`field.md` §5.2)."""
ROOT_BELOW_PEDICLE_MM = 1.5
ROOT_ANGLE_DEG = 36.5
"""Ebraheim 1997: gap below the pedicle; angle between root and sac 33.7 to 39.2°, here one value for all."""
GANGLION_ZONE = {"L1": -0.15, "L2": -0.15, "L3": -0.15, "L4": -0.15, "L5": 0.25}
"""Centre of the ganglion from the pedicle's axis, as a share of the pedicle's width: the medial half of the foramen
from L1 to L4, the lateral at L5 (Silverstein 2015 gives the halves, not the shares)."""
BEYOND_MM = 15.0
S1_COURSE = ((9.0, 21.0, 4.0), (12.5, 17.0, -10.0), (16.5, 10.0, -22.0), (20.0, 1.0, -31.0), (23.0, -8.0, -40.0))
S2_COURSE = ((6.0, 20.0, -26.0), (10.0, 17.0, -40.0), (14.0, 11.0, -50.0), (17.0, 1.0, -58.0), (19.0, -6.0, -66.0))
"""In the sacrum's frame at 175 cm, for the left side: a design choice."""
FAT_LOST_TO_NARROWING = 0.35


@dataclass(frozen=True, eq=False)
class Course:
    """One root: its path from sac to 15 mm beyond the foramen, shape (n, 3), and its ganglion."""

    root: Root
    path_mm: NDArray[np.float64]
    radius_mm: float
    ganglion_mm: NDArray[np.float64]
    ganglion_axis: NDArray[np.float64]
    ganglion_radii_mm: tuple[float, float]


def courses(column: Column) -> tuple[Course, ...]:
    """The courses of the roots L1 to S1, both sides."""
    lumbar = [_lumbar(column, Root(level, side)) for level in LUMBAR_LEVELS for side in Side]
    return (*lumbar, *(_sacral(column, Root("S1", side), S1_COURSE) for side in Side))


def nerve_parts(column: Column) -> list[Part]:
    """Ganglia before roots, so that each is seen where they overlap."""
    second = tuple(_sacral(column, Root("S1", side), S2_COURSE) for side in Side)
    ganglia = [
        Part(Structure.GANGLION, GANGLION, (_ganglion(course),), name=f"ganglion {course.root}")
        for course in courses(column)
    ]
    roots = [
        Part(Structure.NERVE_ROOT, NERVE, tube(course.path_mm, course.radius_mm), name=f"root {course.root}")
        for course in (*courses(column), *second)
    ]
    return [*ganglia, *roots]


def _ganglion(course: Course) -> Solid:
    long, across = course.ganglion_radii_mm
    return ellipsoid(course.ganglion_mm, (across, across, long), _axes_along(course.ganglion_axis))


def fat_part(column: Column, patient: PatientParameters) -> Part:
    """The fat that fills every lumbar foramen; bone and disc lie in front of it and shape it."""
    solids = []
    for level in LUMBAR_LEVELS:
        size, frame = column.sizes[level], column.disc_frames[level]
        for side in Side:
            share = 1.0 - FAT_LOST_TO_NARROWING * patient.narrowing.get(Root(level, side), 0.0)
            across = side.sign * (size.canal_width / 2 + size.pedicle_width * 0.5)
            centre = frame.to_world([across, size.depth / 2 + 4.5, 4.0])
            half = (size.pedicle_width / 2 + 7.0, 9.0 * share, 15.0 * share)
            solids.append(ellipsoid(centre, half, frame.axes))
    return Part(Structure.BACKGROUND, FORAMINAL_FAT, tuple(solids), name="foraminal fat")


def _lumbar(column: Column, root: Root) -> Course:
    size, frame, side = column.sizes[root.level], column.vertebrae[root.level], root.side.sign
    pedicle = pedicle_centre(column, root.level, root.side)
    radius = _between(ROOT_DIAMETER_MM, root.level) / 2
    across = _between(GANGLION_WIDTH_MM, root.level) / 2
    below = pedicle[2] - size.pedicle_height / 2 - ROOT_BELOW_PEDICLE_MM
    ganglion = pedicle + np.array([side * GANGLION_ZONE[root.level] * size.pedicle_width, -2.0, 0.0])
    ganglion[2] = below - max(radius, across)
    out = min(_between(ORIGIN_TO_MIDLINE_MM, root.level), 0.80 * size.canal_width / 2)
    canal = size.depth / 2 + size.canal_depth / 2
    rise = (abs(ganglion[0]) - out) / np.tan(np.radians(ROOT_ANGLE_DEG))
    origin = np.array([side * out, canal - 2.5, ganglion[2] + rise])
    border = abs(pedicle[0]) + size.pedicle_width / 2
    lateral = np.array([side * border, ganglion[1] - 2.5, ganglion[2] - 0.8 * (border - abs(ganglion[0]))])
    end = lateral + np.array([side * 0.40, -0.38, -0.83]) * BEYOND_MM
    path = frame.to_world(_smooth(np.array([origin, 0.5 * (origin + ganglion), ganglion, lateral, end])))
    nearest = int(np.argmin(np.linalg.norm(path - frame.to_world(ganglion), axis=1)))
    axis = path[nearest + 1] - path[nearest - 1]
    volume = GANGLION_VOLUME_MM3.get(root.level)
    long = 2.17 * across if volume is None else 3 * volume / (4 * np.pi * across**2)
    return Course(root, path, radius, frame.to_world(ganglion), axis / np.linalg.norm(axis), (long, across))


def _sacral(column: Column, root: Root, course: tuple[tuple[float, float, float], ...]) -> Course:
    points = np.array(course) * column.scale * [root.side.sign, 1.0, 1.0]
    path = column.sacrum.to_world(_smooth(points))
    ganglion = column.sacrum.to_world(points[2])
    axis = column.sacrum.to_world(points[3]) - column.sacrum.to_world(points[1])
    across = GANGLION_WIDTH_MM[1] / 2
    long = 3 * GANGLION_VOLUME_MM3["S1"] / (4 * np.pi * across**2)
    return Course(root, path, 2.8, ganglion, axis / np.linalg.norm(axis), (long, across))


def _between(ends: tuple[float, float], level: str) -> float:
    return ends[0] + (ends[1] - ends[0]) * _FROM_L1[level] / 4


def _smooth(points: NDArray[np.float64]) -> NDArray[np.float64]:
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    curve: NDArray[np.float64] = CubicSpline(run, points)(np.linspace(0.0, run[-1], 16))
    return curve


def _axes_along(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit vectors as rows, the last along `axis`."""
    first = np.cross(axis, [0.0, 1.0, 0.0])
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(axis, first), axis])
