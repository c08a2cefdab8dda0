"""Where contrast goes unwanted: into a small vein or artery that carries it off, and back along the needle.

The courses follow where Kranz et al. (AJNR 2015, 36:1000) and others describe uptake: into the epidural plexus, into
veins beside and before the vertebral body (a third of them away from the needle), rarely into a radicular artery.
Their exact waypoints are a design choice.
"""

from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from foramen.simulation.contrast import Contrast
from foramen.simulation.injection_site import InjectionSite, Space
from foramen.simulation.needle import DIAMETERS_MM, SimulatedNeedle


class Course(StrEnum):
    """Where a small vessel leads."""

    PARASPINAL_VEIN = "paraspinal vein"
    ASCENDING_LUMBAR_VEIN = "ascending lumbar vein"
    EPIDURAL_PLEXUS = "epidural plexus"
    MUSCLE_VEIN = "muscle vein"
    RADICULAR_ARTERY = "radicular artery"


WAYPOINTS_MM = {
    Course.PARASPINAL_VEIN: ((6, -6, 2), (13, -18, 6), (12, -32, 4), (6, -46, 2)),
    Course.ASCENDING_LUMBAR_VEIN: ((9, -6, -4), (14, -8, -18), (13, -9, -34), (13, -10, -50)),
    Course.EPIDURAL_PLEXUS: ((-6, -3, 3), (-11, -3, 10), (-12, -3, 26), (-11, -3, 44)),
    Course.MUSCLE_VEIN: ((8, 6, -3), (14, 16, -12), (17, 28, -18), (16, 38, -30)),
    Course.RADICULAR_ARTERY: ((-6, -4, 4), (-12, -4, 12), (-18, -4, 24), (-19, -4, 48)),
}
"""From the root's point, to the root's own side, to the back and up."""
RADIUS_MM = {
    Course.PARASPINAL_VEIN: 1.0, Course.ASCENDING_LUMBAR_VEIN: 1.1, Course.EPIDURAL_PLEXUS: 0.9,
    Course.MUSCLE_VEIN: 0.8, Course.RADICULAR_ARTERY: 0.45,
}  # fmt: skip
WANDER_MM = 2.0
STEP_MM = 0.2


def vessel_line(
    site: InjectionSite, course: Course, tip_mm: NDArray[np.float64], random: np.random.Generator
) -> NDArray[np.float64]:
    """The course of a vessel from the tip on, at steps of 0.2 mm, without what would run through bone, shape (n, 3)."""
    frame = site.foramen.frame
    assert frame is not None
    mirror = np.array([site.root.side.sign, 1.0, random.choice([-1.0, 1.0])])
    waypoints = np.array(WAYPOINTS_MM[course]) * mirror + random.normal(0, WANDER_MM, (4, 3)) * [[0.5], [1], [1], [1]]
    corners = np.concatenate([tip_mm[None], site.nerve.point_mm + waypoints @ frame.axes])
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    line: NDArray[np.float64] = PchipInterpolator(run, corners)(np.arange(0.0, run[-1], STEP_MM))
    index = np.rint(site.spaces.to_index(line)).astype(int)
    inside = site.spaces.grid.contains(line)
    spaces = site.spaces.voxels[tuple(np.where(inside[:, None], index, 0).T)]
    return line[inside & ~np.isin(spaces, (Space.BLOCKED, Space.SAC, Space.DISC))]


def into_vessel(
    contrast: Contrast,
    course: Course,
    tip_mm: NDArray[np.float64],
    volume_ml: float,
    *,
    washout_s: float = 20.0,
    seed: int = 1,
) -> Contrast:
    """The same contrast, and more that went into a vessel: some fills it, the rest has been carried away."""
    random = np.random.default_rng(seed)
    line = vessel_line(contrast.site, course, tip_mm, random)
    radius = RADIUS_MM[course] * random.uniform(0.8, 1.25)
    section_ml = np.pi * radius**2 / 1000
    reach = int(min(len(line), 0.7 * volume_ml / section_ml / STEP_MM))
    filled = _round(line[:reach], radius, random)
    stays_ml = section_ml * STEP_MM * reach
    return replace(
        contrast,
        in_vessel=contrast.in_vessel + _laid(contrast, filled, stays_ml),
        washout_s=washout_s,
        carried_away_ml=contrast.carried_away_ml + volume_ml - stays_ml,
        injected_ml=contrast.injected_ml + volume_ml,
    )


def into_track(contrast: Contrast, needle: SimulatedNeedle, volume_ml: float, *, seed: int = 1) -> Contrast:
    """The same contrast, and more that ran back along the needle."""
    random = np.random.default_rng(seed)
    outer = DIAMETERS_MM[needle.gauge][0] / 2
    reach = min(0.6 * needle.depth_mm, 10.0 + 120.0 * volume_ml)
    back = np.arange(4.0, reach, STEP_MM)
    line = needle.tip_mm - back[:, None] * needle.axis
    track = _laid(contrast, _round(line, outer + 0.9, random, inner=outer), volume_ml)
    return replace(contrast, in_track=contrast.in_track + track, injected_ml=contrast.injected_ml + volume_ml)


def _round(
    line: NDArray[np.float64], radius: float, random: np.random.Generator, inner: float = 0.0
) -> NDArray[np.float64]:
    """Points scattered evenly through a tube around a line, shape (n, 3)."""
    points = np.repeat(line, 24, axis=0)
    around = random.standard_normal(points.shape)
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    share = random.random((len(points), 1))
    return points + around * np.cbrt(inner**3 + share * (radius**3 - inner**3))


def _laid(contrast: Contrast, points: NDArray[np.float64], volume_ml: float) -> NDArray[np.float32]:
    """Iodine of a volume shared evenly among points, on the site's grid."""
    spaces = contrast.site.spaces
    laid = np.zeros(spaces.shape, dtype=np.float32)
    index = np.rint(spaces.to_index(points)).astype(int)
    index = index[((index >= 0) & (index < spaces.shape)).all(axis=1)]
    if len(index):
        voxel_ml = float(np.prod(spaces.spacing_mm)) / 1000
        np.add.at(laid, tuple(index.T), volume_ml * contrast.concentration_mg_ml / voxel_ml / len(points))
    return laid
