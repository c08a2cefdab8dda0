"""The sacrum: bodies, alae, the dorsal plate with its crest, the canal, and the foramina S1 to S3 in front and behind.

Places are in the sacrum's frame, whose origin is the centre of its upper endplate, for a patient of 175 cm. Its shape
is a design choice drawn after CT, except the S1 dorsal foramen: 23.5 mm from the midline and 8.5 mm wide (Korean J Pain
2023 36:98, 632 patients).
"""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.simulation.column import Column
from foramen.simulation.facets import superior_process
from foramen.simulation.materials import FORAMINAL_FAT
from foramen.simulation.parameters import PatientParameters
from foramen.simulation.solids import Part, Solid, loft, rod
from foramen.simulation.vertebra import TRABECULAR_HU, bone_of

S1_DORSAL_FROM_MIDLINE_MM = 23.5
S1_DORSAL_WIDTH_MM = 8.5

_BODIES = (
    # z, x, y, half width, half depth in front and behind, exponent, turn
    (-112.0, 0, 2.0, 6.0, 4.0, 3.0, 2.3, 0),
    (-90.0, 0, 7.0, 10.0, 5.0, 4.0, 2.3, 0),
    (-62.0, 0, 10.0, 14.0, 8.0, 6.0, 2.3, 0),
    (-45.0, 0, 8.0, 17.0, 10.0, 8.5, 2.3, 0),
    (-28.0, 0, 4.0, 19.0, 12.0, 11.5, 2.3, 0),
    (-10.0, 0, 1.0, 23.0, 15.5, 15.5, 2.3, 0),
    (0.0, 0, 0.0, 25.0, 17.0, 16.5, 2.3, 0),
)
_ALAE = (
    (-104.0, 0, 7.0, 10.0, 4.0, 5.0, 2.5, 0),
    (-88.0, 0, 11.0, 20.0, 5.0, 6.0, 2.8, 0),
    (-64.0, 0, 12.0, 32.0, 8.0, 8.0, 3.0, 0),
    (-44.0, 0, 10.0, 43.0, 11.0, 11.0, 3.0, 0),
    (-26.0, 0, 6.0, 50.0, 13.0, 15.0, 3.0, 0),
    (-12.0, 0, 4.0, 52.0, 11.0, 15.0, 2.6, 0),
    (-3.0, 0, 4.0, 46.0, 8.0, 10.0, 2.4, 0),
)
_ALA_SWEEP = 0.0042
_PLATE = (
    (-96.0, 0, 10.0, 10.0, 4.0, 8.0, 2.3, 0),
    (-70.0, 0, 14.0, 26.0, 6.0, 10.0, 2.3, 0),
    (-48.0, 0, 14.0, 36.0, 8.0, 14.0, 2.3, 0),
    (-28.0, 0, 14.0, 40.0, 9.0, 17.0, 2.3, 0),
    (-14.0, 0, 16.0, 38.0, 8.0, 17.5, 2.3, 0),
)
_VENTRAL = {
    # canal end, ventral mouth, half width at each
    "S1": ((13.0, 16.0, -13.0), (22.5, -12.0, -35.0), 5.0, 6.8),
    "S2": ((11.0, 17.0, -41.0), (19.5, -6.0, -58.0), 4.2, 5.8),
    "S3": ((9.0, 17.0, -62.0), (16.0, 0.0, -76.0), 3.4, 4.8),
}
_DORSAL = {
    # inner end, outer end, half width
    "S1": ((17.0, 8.0, -25.0), (23.5, 30.0, -29.0), S1_DORSAL_WIDTH_MM / 2),
    "S2": ((13.5, 10.0, -50.0), (19.5, 28.0, -52.0), 3.6),
    "S3": ((11.0, 10.0, -69.0), (16.0, 26.0, -70.0), 3.0),
}


def sacrum_part(column: Column, patient: PatientParameters, canal: tuple[Solid, ...]) -> Part:
    """All bone of the sacrum, hollowed by canal and foramina."""
    scale, frame = column.scale, column.sacrum
    solids = [
        loft(_scaled(_BODIES, scale), origin=frame.origin_mm, axes=frame.axes),
        ala(column),
        loft(_scaled(_PLATE, scale), origin=frame.origin_mm, axes=frame.axes),
        *_crest(column),
    ]
    for side in Side:
        base = place(column, (24.0, 17.0, -9.0), side)
        solids += superior_process(column, patient, "L5", base, side)
    cuts = [solid.cut() for solid in (*canal, *foramen_solids(column))]
    return Part(
        Structure.SACRUM, bone_of(patient, 0.75 * TRABECULAR_HU, 1.0), (*solids, *cuts), blend_mm=4.0, name="sacrum"
    )


def ala(column: Column, wider_mm: float = 0.0) -> Solid:
    """Both wings of the sacrum, or what must stay clear of them."""
    rows = _scaled(_ALAE, column.scale)
    rows[:, 3:6] += wider_mm
    return loft(rows, origin=column.sacrum.origin_mm, axes=column.sacrum.axes, bend=_ALA_SWEEP / column.scale)


def foramen_solids(column: Column) -> tuple[Solid, ...]:
    """The tunnels of S1 to S3, in front and behind, both sides."""
    scale = column.scale
    solids = []
    for side in Side:
        for inner, mouth, a, b in _VENTRAL.values():
            ends = place(column, inner, side), place(column, mouth, side)
            solids.append(rod(*ends, (a * scale, a * scale), (b * scale, b * scale)))
        for inner, outer, half in _DORSAL.values():
            start, end = place(column, inner, side), place(column, outer, side)
            solids.append(rod(start, end + 0.25 * (end - start), (half * scale, half * scale)))
    return tuple(solids)


def fat_part(column: Column) -> Part:
    """The fat that fills those tunnels."""
    return Part(Structure.BACKGROUND, FORAMINAL_FAT, foramen_solids(column), name="sacral foraminal fat")


def s1_tunnel(column: Column, side: Side) -> dict[str, NDArray[np.float64]]:
    """Points on the axes of the S1 tunnels: inner and outer end of the dorsal one, mouth of the ventral one."""
    inner, outer, _ = _DORSAL["S1"]
    return {
        "inner": place(column, inner, side),
        "outer": place(column, outer, side),
        "ventral": place(column, _VENTRAL["S1"][1], side),
    }


def place(column: Column, at: tuple[float, float, float], side: Side) -> NDArray[np.float64]:
    """LPS mm of a place given for the left side at 175 cm."""
    return column.sacrum.to_world(np.array(at) * column.scale * [side.sign, 1.0, 1.0])


def _crest(column: Column) -> list[Solid]:
    """The median crest: what the spinous processes of S1 to S3 have become."""
    steps = [((0.0, 27.0, -18.0), (0.0, 42.0, -24.0)), ((0.0, 27.0, -42.0), (0.0, 38.0, -46.0))]
    steps.append(((0.0, 22.0, -64.0), (0.0, 29.0, -67.0)))
    return [
        rod(place(column, a, Side.LEFT), place(column, b, Side.LEFT), (8.0, 4.0), (7.0, 3.0), column.sacrum.cranial)
        for a, b in steps
    ]


def _scaled(rows: tuple[tuple[float, ...], ...], scale: float) -> NDArray[np.float64]:
    factors = np.array([scale] * 6 + [1.0, 1.0])
    scaled: NDArray[np.float64] = np.array(rows) * factors
    return scaled
