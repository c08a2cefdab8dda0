"""Skin, subcutaneous fat, visceral fat, ribs, lung bases and the scanner's table."""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.simulation.habitus import BACK_MM, BEYOND_MM, Habitus
from foramen.simulation.materials import CUSHION, LUNG, SKIN, SUBCUTANEOUS_FAT, TABLE, VISCERAL_FAT, muscle
from foramen.simulation.solids import Part, Solid, box, ellipsoid, loft, tube
from foramen.simulation.vertebra import bone_of

SKIN_MM = 1.8
FLATTENED_MM = 9.0
"""How much of the trunk the table presses flat."""
CUSHION_MM = 14.0
_RIB = {Side.LEFT: Structure.RIB_LEFT, Side.RIGHT: Structure.RIB_RIGHT}
_LUNG = {Side.LEFT: Structure.LUNG_LEFT, Side.RIGHT: Structure.LUNG_RIGHT}
_RIBS = {
    # from the vertebra: angle from behind where it ends, fall in mm
    "T10": (135.0, 95.0),
    "T11": (105.0, 75.0),
    "T12": (62.0, 48.0),
}


def rib_parts(body: Habitus) -> list[Part]:
    """The tenth to twelfth ribs."""
    parts = []
    for side in Side:
        solids: list[Solid] = []
        for level, (end, fall) in _RIBS.items():
            solids += tube(_rib_course(body, level, side, end, fall), [[6.0, 3.2]] * 12, wide=(0.0, 0.0, 1.0))
        parts.append(Part(_RIB[side], bone_of(body.patient, 180.0, 1.1), tuple(solids), name=f"ribs {side}"))
    return parts


def lung_parts(body: Habitus) -> list[Part]:
    """The lung bases in the recess around the diaphragm, and the diaphragm itself."""
    z = body.z("T12")
    domes, parts = [], []
    for side in Side:
        centre = [side.sign * 58.0 * body.scale, -44.0, z - 26.0]
        half = np.array([90.0 * body.girth, 98.0 * body.girth, 86.0]) * body.scale
        domes.append((centre, half))
    cuts = tuple(ellipsoid(c, h + 3.5).cut() for c, h in domes)
    for side in Side:
        recess = body.cavity(-8.0).ending_at([0.0, 0.0, z + 12.0], [0.0, 0.0, -1.0])
        half_body = box([side.sign * 218.0, 0.0, z], (200.0, 300.0, 300.0)).keep()
        parts.append(Part(_LUNG[side], LUNG, (recess, half_body, *cuts), rough_mm=1.5, name=f"lung {side}"))
    shell = tuple(ellipsoid(c, h + 3.5) for c, h in domes)
    hollow = tuple(ellipsoid(c, h).cut() for c, h in domes)
    above = box([0.0, 0.0, z + 200.0], (300.0, 300.0, 190.0)).keep()
    parts.append(
        Part(Structure.BACKGROUND, muscle(0.05), (*shell, *hollow, above, body.cavity(-8.0).keep()), name="diaphragm")
    )
    return parts


def fat_parts(body: Habitus, up: NDArray[np.float64]) -> list[Part]:
    """Visceral fat, then all fat under the skin, then the skin."""
    return [
        Part(Structure.BACKGROUND, SUBCUTANEOUS_FAT, (pressed(body, up, SKIN_MM),), name="subcutaneous fat"),
        Part(Structure.BACKGROUND, SKIN, (pressed(body, up),), name="skin"),
    ]


def visceral_fat_part(body: Habitus) -> Part:
    """What fills the cavity between the organs."""
    return Part(Structure.BACKGROUND, VISCERAL_FAT, (body.cavity(),), rough_mm=1.5, name="visceral fat")


def pressed(body: Habitus, up: NDArray[np.float64], inset_mm: float = 0.0) -> Solid:
    """The skin, flat where it lies on the table."""
    return body.skin(inset_mm).ending_at(-up * (table_depth(body, up) - inset_mm), -up)


def table_depth(body: Habitus, up: NDArray[np.float64]) -> float:
    """How far below the world's origin the cushion's surface lies."""
    skin = body.skin()
    assert skin.table is not None
    rows = skin.table[(skin.table[:, 0] > body.z("S1")) & (skin.table[:, 0] < body.z("T10"))]
    if up[1] > 0.5:
        reach = (rows[:, 4] - rows[:, 2]).max()
    elif up[1] < -0.5:
        reach = (rows[:, 2] + rows[:, 5]).max()
    else:
        reach = (rows[:, 3] - up[0] * rows[:, 1]).max()
    return float(reach) - FLATTENED_MM


def table_parts(body: Habitus, up: NDArray[np.float64]) -> list[Part]:
    """A cushion on a table with a thin shell, both wider than they are deep."""
    depth = table_depth(body, up)
    side = np.cross(up, [0.0, 0.0, 1.0])
    axes = np.stack([side, -up, [0.0, 0.0, 1.0]])
    ends = (body.z("S3") - 4 * BEYOND_MM, body.z("T10") + 4 * BEYOND_MM)
    shape = [[z, 0.0, depth + CUSHION_MM + 4.0, 215.0, 3.0, 46.0, 2.6, 0.0] for z in ends]
    cushion = box(-up * (depth + CUSHION_MM / 2 + 0.5), (190.0, CUSHION_MM / 2, ends[1] - ends[0]), axes, 4.0)
    return [
        Part(Structure.BACKGROUND, TABLE, (loft(shape, axes=axes),), name="table"),
        Part(Structure.BACKGROUND, CUSHION, (cushion,), name="cushion"),
    ]


def _rib_course(body: Habitus, level: str, side: Side, end_deg: float, fall: float) -> NDArray[np.float64]:
    """From beside the vertebra around the chest wall."""
    frame, size = body.column.vertebrae[level], body.column.sizes[level]
    head = frame.to_world([side.sign * (size.upper_width / 2 + 1.0), size.depth / 2 - 2.0, 3.0])
    neck = frame.to_world([side.sign * (size.transverse_span / 2 + 2.0), size.depth / 2 + 18.0, 1.0])
    core = body.core()
    assert core.table is not None
    row = core.table[int(np.argmin(np.abs(core.table[:, 0] - frame.origin_mm[2])))]
    angles = np.radians(np.linspace(28.0, end_deg, 10))
    front = np.where(np.cos(angles) < 0, row[4], row[5]) - 13.0
    x = row[1] + side.sign * (row[3] - 13.0) * np.sin(angles) ** 0.8
    y = row[2] + front * np.sign(np.cos(angles)) * np.abs(np.cos(angles)) ** 0.8
    y = np.minimum(y, BACK_MM * body.scale - 22.0)
    z = frame.origin_mm[2] - fall * np.linspace(0.08, 1.0, 10)
    return np.vstack([head, neck, np.stack([x, y, z], axis=1)])
