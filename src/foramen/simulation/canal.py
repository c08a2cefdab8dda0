"""The spinal canal from T10 into the sacrum, with epidural fat, thecal sac, cord and conus, and ligamentum flavum."""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.simulation.column import Column
from foramen.simulation.materials import CORD, EPIDURAL_FAT, LIGAMENT, THECAL_SAC
from foramen.simulation.morphometry import LEVELS
from foramen.simulation.solids import Part, Solid, rod, tube

SACRAL_CANAL = (
    # in the sacrum's frame: back, up; half width, half depth
    (22.5, -4.0, 13.0, 7.6),
    (22.3, -16.0, 13.0, 7.0),
    (20.5, -30.0, 11.0, 5.6),
    (20.0, -48.0, 8.5, 4.4),
    (18.0, -70.0, 6.5, 3.2),
    (12.0, -92.0, 5.0, 2.4),
)
"""Course and size of the sacral canal, mm at 175 cm: a design choice."""
SAC_SHARE = {"T10": 0.80, "T12": 0.80, "L1": 0.82, "L3": 0.82, "L4": 0.80, "L5": 0.70}
"""Width of the sac over that of the canal: nominal; fat gathers below L4."""
SAC_END_MM = -36.0
"""Where the sac ends, along the sacrum: at S2."""
CONUS_LEVEL = "L1"


def canal_sections(column: Column) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centres, shape (n, 3), and half width and depth, shape (n, 2), of the canal from T10 into the sacrum."""
    places, halves = [], []
    for level in LEVELS:
        size = column.sizes[level]
        half = [size.canal_width / 2, size.canal_depth / 2]
        places += [column.canal_point(level)]
        halves += [half]
        if level != LEVELS[-1]:
            back = size.depth / 2 + size.canal_depth / 2 - 0.2
            places += [column.disc_frames[level].to_world([0.0, back, 0.0])]
            halves += [[half[0] * 0.95, half[1]]]
    for back, up, width, depth in SACRAL_CANAL:
        places += [column.sacrum.to_world(np.array([0.0, back, up]) * column.scale)]
        halves += [[width * column.scale, depth * column.scale]]
    return np.array(places), np.array(halves)


def canal_curve(column: Column, step_mm: float = 6.0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The canal on a smooth curve at about even steps; as `canal_sections`."""
    places, halves = canal_sections(column)
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(places, axis=0), axis=1))])
    at = np.linspace(0.0, run[-1], round(run[-1] / step_mm))
    width = np.stack([np.interp(at, run, halves[:, n]) for n in range(2)], axis=1)
    return CubicSpline(run, places)(at), width


def canal_solids(column: Column) -> tuple[Solid, ...]:
    """The hollow of the canal."""
    return tube(*canal_curve(column))


def canal_parts(column: Column) -> list[Part]:
    """Cord, sac and fat, from the inside outward."""
    places, halves = canal_curve(column)
    share = _sac_share(column, places)
    sac_end = (
        int(
            np.argmin(
                np.linalg.norm(
                    places - column.sacrum.to_world(np.array([0.0, 20.0, SAC_END_MM]) * column.scale), axis=1
                )
            )
        )
        + 1
    )
    sac = tube(places[:sac_end], halves[:sac_end] * share[:sac_end])
    return [
        Part(Structure.SPINAL_CORD, CORD, _cord(column, places), name="cord"),
        Part(Structure.THECAL_SAC, THECAL_SAC, sac, name="thecal sac"),
        Part(Structure.SPINAL_CANAL, EPIDURAL_FAT, canal_solids(column), name="epidural fat"),
    ]


def ligament_part(column: Column) -> Part:
    """The ligamentum flavum: two plates behind the canal at every disc."""
    solids: list[Solid] = []
    for level in LEVELS:
        size, frame = column.sizes[level], column.disc_frames[level]
        back = size.depth / 2 + size.canal_depth
        for side in Side:
            ends = [[side.sign * size.canal_width * 0.5, back - 5.0, 0.0], [0.0, back + 4.0, -2.0]]
            start, end = frame.to_world(ends)
            solids.append(rod(start, end, (11.0, 2.6), (12.0, 2.6), frame.cranial))
    return Part(Structure.BACKGROUND, LIGAMENT, tuple(solids), blend_mm=2.0, name="ligamentum flavum")


def _sac_share(column: Column, places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the canal that the sac fills, along the canal."""
    heights = [column.canal_point(level)[2] for level in SAC_SHARE]
    end = column.sacrum.to_world(np.array([0.0, 20.0, SAC_END_MM]) * column.scale)[2]
    promontory = column.sacrum.to_world([0.0, 22.0, -10.0])[2]
    known_z = [*heights, promontory, end]
    known = [*SAC_SHARE.values(), 0.58, 0.25]
    share = np.interp(places[:, 2], known_z[::-1], known[::-1])
    return share[:, None] * [1.0, 1.0]


def _cord(column: Column, places: NDArray[np.float64]) -> tuple[Solid, ...]:
    conus = column.disc_frames[CONUS_LEVEL]
    tip = conus.to_local(places)[:, 2]
    inside = tip > 0
    half = np.clip(0.12 * tip[inside], 0.8, 4.3)
    return tube(places[inside], np.stack([half * 1.1, half * 0.9], axis=1))
