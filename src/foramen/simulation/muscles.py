"""Muscles of the back, loin and abdominal wall. Places and sizes are a design choice drawn after CT."""

from typing import TypeAlias

import numpy as np

from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.simulation.habitus import BACK_MM, Habitus
from foramen.simulation.materials import Material, MaterialKind, muscle
from foramen.simulation.solids import Part, Solid, loft

WALL_MM = 25.0
Table: TypeAlias = dict[str, tuple[float, ...]]

# Level: x and y from the centre of the spine, half width and depth, turn in degrees; for the left side at 175 cm.
_PSOAS: Table = {
    "T12": (21, 4, 4, 6, 0),
    "L1": (24, 5, 7, 10, 8),
    "L2": (29, 4, 10, 14, 10),
    "L3": (34, 1, 14, 18, 12),
    "L4": (39, -5, 18, 21, 10),
    "L5": (47, -18, 20, 21, 0),
    "S1": (56, -44, 19, 18, 0),
    "S3": (68, -82, 18, 16, 0),
}
_QUADRATUS: Table = {
    "T12": (46, 30, 12, 5, 18),
    "L1": (51, 28, 15, 7, 18),
    "L2": (57, 26, 17, 8.5, 16),
    "L3": (63, 25, 18, 9.5, 14),
    "L4": (70, 25, 18, 9, 12),
    "L5": (78, 20, 11, 5, 10),
}
# The same with y from the surface of the muscle layer behind.
_ERECTOR: Table = {
    "T10": (34, -21, 26, 17, -6),
    "T12": (37, -22, 28, 19, -6),
    "L1": (39, -22, 29, 20, -5),
    "L3": (43, -22, 31, 21, -5),
    "L4": (45, -21, 29, 19, -8),
    "L5": (46, -17, 25, 14, -12),
    "S1": (42, -10, 18, 8, -12),
    "S2": (34, -5, 9, 3, -12),
}
_MULTIFIDUS: Table = {
    "T10": (9, -20, 6, 13, 0),
    "L1": (11, -20, 8.5, 16, 0),
    "L3": (13, -20, 11, 18, 0),
    "L4": (15, -20, 13, 19, 0),
    "L5": (18, -19, 16, 18, 0),
    "S1": (20, -12, 17, 11, 0),
    "S2": (17, -6, 12, 5, 0),
}
_BACK = {Side.LEFT: Structure.BACK_MUSCLE_LEFT, Side.RIGHT: Structure.BACK_MUSCLE_RIGHT}
_ILIOPSOAS = {Side.LEFT: Structure.ILIOPSOAS_LEFT, Side.RIGHT: Structure.ILIOPSOAS_RIGHT}


def muscle_parts(body: Habitus) -> list[Part]:
    """Multifidus, erector spinae, psoas and quadratus lumborum on both sides."""
    fatty = 0.10 + 0.003 * (body.patient.age_years - 40.0)
    fatty = float(np.clip(fatty, 0.06, 0.3))
    parts = []
    for side in Side:
        for label, table, behind, share, name in (
            (_BACK[side], _MULTIFIDUS, True, 1.5 * fatty, "multifidus"),
            (_BACK[side], _ERECTOR, True, 1.2 * fatty, "erector spinae"),
            (_ILIOPSOAS[side], _PSOAS, False, 0.35 * fatty, "psoas"),
            (Structure.BACKGROUND, _QUADRATUS, False, 0.7 * fatty, "quadratus lumborum"),
        ):
            solid = _belly(body, table, side, behind)
            parts.append(Part(label, muscle(share), (solid,), rough_mm=1.3, rough_scale_mm=14.0, name=f"{name} {side}"))
    return parts


def wall_parts(body: Habitus) -> list[Part]:
    """The layered wall, which thins toward the back, beside and before the cavity, and the chest wall above it."""
    layers = Material(MaterialKind.WALL, 54.0, 7.0, 5.0, shell_mm=8.0, streak=0.30)
    hollow = body.core(WALL_MM, backward_mm=WALL_MM).cut()
    chest = body.core().ending_at([0.0, 0.0, body.z("T12") - 12.0], [0.0, 0.0, -1.0])
    return [
        Part(Structure.BACKGROUND, layers, (body.core(), hollow), rough_mm=1.0, rough_scale_mm=25.0, name="wall"),
        Part(Structure.BACKGROUND, muscle(0.25), (chest,), rough_mm=1.0, rough_scale_mm=25.0, name="chest wall"),
    ]


def _belly(body: Habitus, table: Table, side: Side, behind: bool) -> Solid:
    rows = []
    for level, (x, y, half_width, half_depth, turn) in table.items():
        z = body.z(level)
        middle = body.middle(z)
        base = BACK_MM * body.scale if behind else middle[1]
        across = middle[0] + side.sign * x * body.scale
        half = (half_width * body.scale, half_depth * body.scale)
        rows.append([z, across, base + y * body.scale, half[0], half[1], half[1], 2.5, np.radians(side.sign * turn)])
    return loft(rows[::-1])
