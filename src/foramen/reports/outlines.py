"""Structures on a plane: their outlines, their names, and the nerve root's course where it crosses."""

import numpy as np
from contourpy import contour_generator
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.spine import NerveRoot, RootEvidence
from foramen.anatomy.structures import Structure, structure_name
from foramen.imaging.volume import Volume
from foramen.reports.canvas import Canvas, Stroke, text_width
from foramen.reports.palette import NERVE, OUTLINE, OUTLINE_OPACITY, paler
from foramen.reports.planes import Plane, sample_nearest, sample_share

COARSER = 2
"""Outlines are traced at every second pixel: finer than any voxel, four times as fast."""

DASH = (7.0, 6.0)
"""Pixels on and off of an outline that was estimated, not seen."""

MARGINS = np.array([50, 90, 50, 60])
"""Pixels at left, top, right and bottom that belong to the picture's own marks."""

CORNERS = np.array([(x, y) for x in (-1, -0.5, 0, 0.5, 1) for y in (-1, 0, 1)])
"""Points of a name's box that later names keep clear of, from its middle in halves of its size."""

LEAST_NAMED_RADIUS_MM = 4.0
"""A structure is named where a disc of this radius fits into it."""


def draw_outlines(canvas: Canvas, plane: Plane, labels: LabelMap, *, opacity: float = OUTLINE_OPACITY) -> None:
    """Outline every structure that the palette knows; those that Foramen estimated are dashed."""
    coarse = plane.coarser(COARSER)
    for structure in _present(sample_nearest(labels, coarse)):
        if structure in OUTLINE:
            wanted = np.arange(256) == structure
            dash = DASH if structure in labels.estimated else (0.0, 0.0)
            lines = contours(labels, plane, wanted)
            canvas.lines(lines, Stroke(OUTLINE[structure], 2.5, opacity, dash))


def contours(volume: Volume, plane: Plane, wanted: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Lines in pixels around the wanted labels on a plane, smoothed by less than a voxel."""
    coarse = plane.coarser(COARSER)
    voxels_per_pixel = float(volume.spacing_mm.mean()) / coarse.pixel_mm
    share = gaussian_filter(sample_share(volume, coarse, wanted), 0.4 * voxels_per_pixel)
    return _level_lines(share, 0.5)


def name_structures(
    canvas: Canvas, plane: Plane, labels: LabelMap, *, size: int, keep_clear: NDArray[np.float64]
) -> None:
    """Write the name of each outlined structure into its widest place.

    A name that would reach the margins, where the picture's own marks stand, or cover a point of `keep_clear`, shape
    (n, 2), is left out: the outline's colour says enough.
    """
    coarse = plane.coarser(4)
    near = sample_nearest(labels, coarse)
    for structure in _present(near):
        if structure not in OUTLINE:
            continue
        room = distance_transform_edt(np.pad(near == structure, 1))[1:-1, 1:-1]
        y, x = np.unravel_index(np.argmax(room), room.shape)
        at = np.array([x, y]) * 4.0
        name = structure_name(structure)
        half = np.array([text_width(name, size) / 2, size / 2]) + 6
        clear = not (np.abs(keep_clear - at) < half).all(axis=1).any()
        inside = ((at - half > MARGINS[:2]) & (at + half < np.array([plane.width, plane.height]) - MARGINS[2:])).all()
        if clear and inside and room[y, x] * coarse.pixel_mm >= LEAST_NAMED_RADIUS_MM:
            keep_clear = np.concatenate([keep_clear, at + half * CORNERS])
            canvas.text(at, name, size=size, colour=paler(OUTLINE[structure]), anchor="mm")


def draw_root(canvas: Canvas, plane: Plane, nerve: NerveRoot) -> None:
    """Outline a root and its ganglion where they cross the plane: dashed where published anatomy placed them."""
    course = np.concatenate([nerve.path_mm, [nerve.ganglion_mm]])
    margin = (max(nerve.radius_mm, *nerve.ganglion_radii_mm) + 1) / plane.pixel_mm
    low = np.floor(plane.to_pixel(course).min(axis=0) - margin)
    width, height = ((plane.to_pixel(course).max(axis=0) + margin - low) / COARSER).astype(int) + 1
    grid = plane.to_world(low + COARSER * np.stack(np.meshgrid(range(width), range(height)), axis=-1))
    dash = DASH if nerve.evidence is RootEvidence.STATISTICS else (0.0, 0.0)
    outside = np.minimum(_tube(grid, nerve), _ganglion(grid, nerve))
    lines = [low + line for line in _level_lines(outside, 0.0)]
    canvas.lines(lines, Stroke(NERVE, 2.5, 0.9, dash, halo=1.0))


def _present(near: NDArray[np.uint8]) -> list[Structure]:
    counts = np.bincount(near.ravel(), minlength=256)
    return [Structure(int(value)) for value in np.flatnonzero(counts) if value]


def _level_lines(field: NDArray[np.floating], level: float) -> list[NDArray[np.float64]]:
    lines = contour_generator(z=field).lines(level)
    return [np.asarray(line) * COARSER for line in lines if len(line) > 3]


def _tube(grid: NDArray[np.float64], nerve: NerveRoot) -> NDArray[np.float64]:
    """Distance from each point to the root's surface, negative inside."""
    nearest = np.full(grid.shape[:2], np.inf)
    for start, stop in zip(nerve.path_mm[:-1], nerve.path_mm[1:], strict=True):
        along = stop - start
        share = np.clip((grid - start) @ along / max(float(along @ along), 1e-9), 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(grid - start - share[..., None] * along, axis=-1))
    return np.asarray(nearest - nerve.radius_mm)


def _ganglion(grid: NDArray[np.float64], nerve: NerveRoot) -> NDArray[np.float64]:
    """Below zero inside the ganglion's ellipsoid, in mm near its surface."""
    long, across = nerve.ganglion_radii_mm
    middle = int(np.argmin(np.linalg.norm(nerve.path_mm - nerve.ganglion_mm, axis=1)))
    course = nerve.path_mm[min(middle + 1, len(nerve.path_mm) - 1)] - nerve.path_mm[max(middle - 1, 0)]
    course = course / np.linalg.norm(course)
    offset = grid - nerve.ganglion_mm
    along = offset @ course
    sideways = np.sqrt(np.maximum((offset**2).sum(axis=-1) - along**2, 0))
    return np.asarray((np.hypot(along / long, sideways / across) - 1) * across)
