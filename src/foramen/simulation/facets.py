"""Facet joints: where they lie, how they face, and the two articular processes that meet in them.

Each joint belongs to a motion segment, the vertebra above and the one below. The lower one's superior process lies in
front and outside, the upper one's inferior process behind and inside, and a plane with a gap parts them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Root, Side
from foramen.simulation.column import Column
from foramen.simulation.parameters import PatientParameters
from foramen.simulation.solids import Solid, rod

JOINT_GAP_MM = 1.8
"""Joint space between the two bony surfaces, cartilage included: nominal."""
FACET_ANGLE_DEG = {"T10": 78, "T11": 70, "T12": 24, "L1": 25, "L2": 28, "L3": 35, "L4": 43, "L5": 50}
"""Turn of the joint from the sagittal plane, by the vertebra above: nominal; it rises toward the sacrum."""
SUPERIOR_TIP_MM = 8.0
"""How far the superior process rises above the middle of the disc."""
NARROWING_MM = 2.8
NARROWING_LEAN_MM = 1.9
"""How far full narrowing thickens the superior process, and leans its tip forward: a design choice."""


@dataclass(frozen=True, eq=False)
class Joint:
    """One facet joint: a point in it and the direction from the superior to the inferior process, in LPS."""

    centre: NDArray[np.float64]
    normal: NDArray[np.float64]
    up: NDArray[np.float64]
    lateral: NDArray[np.float64]


def joint(column: Column, above: str, side: Side) -> Joint:
    """The facet joint between the vertebra `above` and the next one down."""
    size, disc = column.sizes[above], column.disc_frames[above]
    angle = np.radians(FACET_ANGLE_DEG[above])
    lateral = side.sign * disc.left
    normal = -np.cos(angle) * lateral + np.sin(angle) * disc.posterior
    half_depth = size.depth / 2
    across = max(size.inferior_span / 2, 0.56 * size.canal_width) + 1.5
    centre = disc.to_world([side.sign * across, half_depth + 0.84 * size.canal_depth, 1.0])
    return Joint(centre, normal, disc.cranial, lateral)


def superior_process(column: Column, patient: PatientParameters, above: str, root: NDArray[np.float64], side: Side) -> (
    tuple[Solid, ...]
):  # fmt: skip
    """The process that rises from `root` (on the vertebra below `above`, or the sacrum) into the joint."""
    place = joint(column, above, side)
    size = column.sizes[above]
    scale = size.scale
    share = scale * patient.narrowing.get(Root(above, side), 0.0) if size.is_lumbar else 0.0
    thick = 4.6 * scale + 0.5 * NARROWING_MM * share
    middle = place.centre - place.normal * (thick - 0.4)
    tip = middle + place.up * ((SUPERIOR_TIP_MM - 3.5) * scale + 2.0 * share) - place.normal * 0.5
    tip = tip - column.disc_frames[above].posterior * NARROWING_LEAN_MM * share
    plane = place.centre - place.normal * JOINT_GAP_MM / 2
    along = np.cross(place.up, place.normal)
    neck = middle - place.up * 3.0 * scale
    wide = (6.5 * scale, thick)
    solids = (
        rod(root, neck, (6.0 * scale, 5.6 * scale), wide, along),
        rod(neck, tip, wide, (5.0 * scale, 3.4 * scale + 0.4 * NARROWING_MM * share), along),
    )
    return tuple(solid.ending_at(plane, place.normal) for solid in solids)


def inferior_process(column: Column, above: str, root: NDArray[np.float64], side: Side) -> tuple[Solid, ...]:
    """The process of the vertebra `above` that hangs from `root` into the joint."""
    place = joint(column, above, side)
    scale = column.scale
    middle = place.centre + place.normal * 4.2 * scale
    neck, tip = middle + place.up * 3.0 * scale, middle - place.up * 9.0 * scale
    plane = place.centre + place.normal * JOINT_GAP_MM / 2
    along = np.cross(place.up, place.normal)
    wide = (6.4 * scale, 4.6 * scale)
    solids = (
        rod(root, neck, (5.6 * scale, 4.6 * scale), wide, along),
        rod(neck, tip, wide, (4.6 * scale, 3.4 * scale), along),
    )
    return tuple(solid.ending_at(plane, -place.normal) for solid in solids)
