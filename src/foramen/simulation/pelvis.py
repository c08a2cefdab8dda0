"""Hip bones with the muscles on both their faces. Shape and place are a design choice drawn after CT."""

import numpy as np

from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.simulation.column import SACRAL_SLOPE_SHARE, Column, frame_at
from foramen.simulation.habitus import Habitus
from foramen.simulation.materials import muscle
from foramen.simulation.parameters import LORDOSIS_DEG, PatientParameters
from foramen.simulation.sacrum import ala
from foramen.simulation.solids import Part, Solid, sheet
from foramen.simulation.vertebra import TRABECULAR_HU, bone_of

SACROILIAC_GAP_MM = 2.5

# z, then x, y and half thickness of five points from behind and inside to outside and ahead; left side, from the centre
# of the sacrum's endplate, at the slope of a usual lordosis.
_ILIUM = (
    (-150.0, 70, 10, 4, 78, 0, 7, 86, -12, 9, 94, -24, 9, 100, -36, 5),
    (-112.0, 66, 14, 4, 76, 2, 9, 86, -12, 13, 95, -25, 12, 103, -40, 6),
    (-90.0, 64, 16, 5, 75, 2, 9, 85, -12, 11, 96, -27, 9, 107, -44, 6),
    (-65.0, 58, 26, 5, 68, 12, 7, 79, -4, 6, 93, -24, 6, 110, -50, 7),
    (-40.0, 40, 36, 6, 52, 25, 8, 69, 12, 6, 97, -17, 3.5, 117, -56, 6),
    (-15.0, 35, 44, 7, 50, 35, 8, 69, 25, 5, 101, -8, 3, 122, -50, 5.5),
    (5.0, 40, 46, 6, 54, 39, 7, 77, 31, 4.5, 105, 5, 3, 123, -32, 5),
    (25.0, 58, 44, 4, 71, 38, 4.5, 88, 26, 3.5, 106, 5, 3.5, 119, -17, 4),
    (40.0, 76, 41, 2.5, 85, 34, 3.5, 95, 22, 4, 104, 9, 3.5, 110, -2, 2.5),
    (47.0, 84, 34, 0.5, 89, 29, 2, 96, 20, 2.5, 101, 12, 2, 104, 7, 0.5),
)
_HIP = {Side.LEFT: Structure.HIP_LEFT, Side.RIGHT: Structure.HIP_RIGHT}
_GLUTEAL = {Side.LEFT: Structure.GLUTEAL_LEFT, Side.RIGHT: Structure.GLUTEAL_RIGHT}
_ILIOPSOAS = {Side.LEFT: Structure.ILIOPSOAS_LEFT, Side.RIGHT: Structure.ILIOPSOAS_RIGHT}


def hip_parts(column: Column, patient: PatientParameters) -> list[Part]:
    """Both hip bones, parted from the sacrum by the sacroiliac joint."""
    joint = ala(column, SACROILIAC_GAP_MM).cut()
    material = bone_of(patient, TRABECULAR_HU, 1.3)
    return [Part(_HIP[s], material, (_plate(column, s), joint), name=f"hip {s}") for s in Side]


def hip_muscle_parts(body: Habitus) -> list[Part]:
    """Iliacus inside the ilium, gluteal muscles outside it."""
    column, skin = body.column, body.core().keep()
    parts = []
    for side in Side:
        outside = _plate(column, side, shift=(15.0, 15.0), thicker=12.0, below=34.0)
        inside = _plate(column, side, shift=(-9.0, -9.0), thicker=5.0, below=28.0)
        parts.append(Part(_ILIOPSOAS[side], muscle(0.05), (inside,), rough_mm=1.5, name=f"iliacus {side}"))
        parts.append(
            Part(
                _GLUTEAL[side],
                muscle(0.25),
                (outside, skin),
                rough_mm=2.0,
                rough_scale_mm=25.0,
                name=f"gluteals {side}",
            )
        )
    return parts


def _plate(
    column: Column, side: Side, shift: tuple[float, float] = (0.0, 0.0), thicker: float = 0.0, below: float = 100.0
) -> Solid:
    """The ilium's surface, moved outward by `shift` and thickened, as far up as `below`."""
    rows = np.array([row for row in _ILIUM if row[0] < below], dtype=np.float64)
    rows[:, 1::3] += shift[0]
    rows[:, 2::3] += shift[1]
    rows[:, 3::3] += thicker
    rows *= column.scale
    rows[:, 1::3] *= side.sign
    slope = np.degrees(np.arctan2(-column.sacrum.cranial[1], column.sacrum.cranial[2]))
    frame = frame_at(column.sacrum.origin_mm, slope - SACRAL_SLOPE_SHARE * LORDOSIS_DEG, 0.0, 0.0)
    return sheet(rows, origin=frame.origin_mm, axes=frame.axes)
