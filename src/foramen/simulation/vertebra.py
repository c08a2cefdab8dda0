"""A vertebra: waisted body, pedicles, laminae, articular, transverse and spinous processes; and the disc below it.

Places are given in the vertebra's own frame: mm to the left, to the back and to the head from the centre of its body.
"""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Root, Side
from foramen.anatomy.spine import Frame
from foramen.anatomy.structures import Structure, vertebra
from foramen.simulation.column import Column
from foramen.simulation.facets import inferior_process, superior_process
from foramen.simulation.materials import DISC, Material, bone
from foramen.simulation.morphometry import LEVELS, VertebraSize
from foramen.simulation.parameters import PatientParameters
from foramen.simulation.solids import Part, Solid, ellipsoid, rod, vertebral_body

TRABECULAR_HU, CORTICAL_HU, CORTEX_MM = 165.0, 820.0, 1.0
"""Nominal."""
PEDICLE_BELOW_ENDPLATE_MM = 1.5
DISC_BULGE_MM = 0.8
FILLET_MM = 0.4
"""Design choices; the fillet is what joining solids smoothly adds around a pedicle."""


def pedicle_centre(column: Column, level: str, side: Side) -> NDArray[np.float64]:
    """Middle of the isthmus, in the vertebra's frame."""
    size = column.sizes[level]
    across = size.canal_width / 2 + size.pedicle_width / 2 - 0.3
    up = column.body_height(level) / 2 - PEDICLE_BELOW_ENDPLATE_MM - size.pedicle_height / 2
    return np.array([side.sign * across, size.depth / 2 + 4.5, up])


def bone_of(patient: PatientParameters, trabecular: float = TRABECULAR_HU, cortex_mm: float = CORTEX_MM) -> Material:
    """Bone of this patient's density."""
    density = patient.bone_density
    return bone(trabecular * density, cortex_mm, CORTICAL_HU * (0.5 + 0.5 * density))


def vertebra_part(column: Column, patient: PatientParameters, level: str, canal: tuple[Solid, ...]) -> Part:
    """All bone of one vertebra, hollowed by the canal."""
    size, frame = column.sizes[level], column.vertebrae[level]
    solids = [_body(column, size, frame), *_spinous_process(size, frame)]
    for side in Side:
        solids += _pedicle(column, size, frame, side)
        solids += _lamina(size, frame, side)
        solids += _transverse_process(column, size, frame, side)
        solids += inferior_process(column, level, _pars_end(size, frame, side), side)
        above = LEVELS.index(level) - 1
        if above >= 0:
            base = frame.to_world(
                pedicle_centre(column, level, side) + size.scale * np.array([side.sign * 1.0, 6.0, 1.0])
            )
            solids += superior_process(column, patient, LEVELS[above], base, side)
        solids += _osteophyte(column, patient, size, frame, side)
    cuts = tuple(solid.cut() for solid in canal)
    return Part(vertebra(level), bone_of(patient), (*solids, *cuts), blend_mm=2.0, name=level)


def disc_part(column: Column, patient: PatientParameters, level: str) -> Part:
    """The disc below a vertebra; it fills the space between the endplates, which lie in front of it in order."""
    size, frame, disc = column.sizes[level], column.disc_frames[level], column.discs[level]
    half = (size.lower_width / 2 + DISC_BULGE_MM, size.lower_depth / 2 + DISC_BULGE_MM)
    height = disc.height + 7.0
    core = vertebral_body(
        frame.origin_mm, frame.axes, half, half, height, np.radians(disc.wedge_deg), waist=-0.02, concavity=0
    )
    bulges = [
        ellipsoid(
            frame.to_world([side.sign * half[0] * 0.62, half[1] - 3.0, -1.0]), (8.0, 3.0 + 2.4 * share, 5.0), frame.axes
        )
        for side in Side
        if size.is_lumbar and (share := patient.narrowing.get(Root(level, side), 0.0)) > 0
    ]
    return Part(Structure.DISC, DISC, (core, *bulges), blend_mm=3.0, name=f"disc below {level}")


def _body(column: Column, size: VertebraSize, frame: Frame) -> Solid:
    return vertebral_body(
        frame.origin_mm,
        frame.axes,
        (size.upper_width / 2, size.upper_depth / 2),
        (size.lower_width / 2, size.lower_depth / 2),
        column.body_height(size.level),
        np.radians(size.wedge_deg),
    )


def _pedicle(column: Column, size: VertebraSize, frame: Frame, side: Side) -> list[Solid]:
    centre = pedicle_centre(column, size.level, side)
    half = (size.pedicle_width / 2 - FILLET_MM, size.pedicle_height / 2 - FILLET_MM)
    root = (half[0] * 1.15, half[1] * 1.1)
    front = centre + np.array([-side.sign * 2.5, -11.0, 0.0])
    back = centre + np.array([side.sign * 0.5, 7.0, -0.5])
    return [
        rod(frame.to_world(front), frame.to_world(centre), root, half, frame.left),
        rod(frame.to_world(centre), frame.to_world(back), half, (half[0] * 1.1, half[1] * 0.95), frame.left),
    ]


def _pars_end(size: VertebraSize, frame: Frame, side: Side) -> NDArray[np.float64]:
    """Where the pars meets the inferior process."""
    across = max(size.inferior_span / 2, 0.56 * size.canal_width) - 1.5
    return frame.to_world([side.sign * across, size.depth / 2 + size.canal_depth * 0.95, -size.posterior_height * 0.42])


def _lamina(size: VertebraSize, frame: Frame, side: Side) -> list[Solid]:
    back, s = size.depth / 2 + size.canal_depth, size.scale
    across = size.canal_width / 2 + size.pedicle_width * 0.35
    height = 0.36 * size.posterior_height if size.level != "L5" else 0.3 * size.posterior_height
    upper = frame.to_world([side.sign * across, back - 5.0 * size.scale, 1.0])
    middle = frame.to_world([side.sign * across * 0.72, back - 0.5, -0.24 * size.posterior_height])
    ridge = frame.to_world([0.0, back + 6.0, -0.28 * size.posterior_height])
    return [
        rod(upper, _pars_end(size, frame, side), (5.0 * s, 4.0 * s), (6.0 * s, 4.2 * s), frame.left),
        rod(upper, middle, (5.5 * s, 3.6 * s), (height, 3.4 * s), frame.cranial),
        rod(middle, ridge, (height, 3.2 * s), (height * 0.95, 3.2 * s), frame.cranial),
    ]


def _spinous_process(size: VertebraSize, frame: Frame) -> list[Solid]:
    back = size.depth / 2 + size.canal_depth + 5.0
    length = 0.85 * size.spinous_length
    droop = 0.3 if not size.is_lumbar else 0.12
    start = np.array([0.0, back, -0.28 * size.posterior_height])
    middle = start + np.array([0.0, 0.55 * length, -0.55 * droop * length])
    tip = start + np.array([0.0, length - 5.0, -droop * length - 1.0])
    half = 0.36 * size.posterior_height
    if size.level == "L5":
        half *= 0.75
    a, b, c = frame.to_world([start, middle, tip])
    return [
        rod(a, b, (half, 3.4), (half, 2.6), frame.cranial),
        rod(b, c, (half, 2.6), (half * 0.8, 4.2), frame.cranial),
    ]


def _transverse_process(column: Column, size: VertebraSize, frame: Frame, side: Side) -> list[Solid]:
    pedicle = pedicle_centre(column, size.level, side)
    start = pedicle + np.array([side.sign * size.pedicle_width * 0.2, 6.0 if size.level == "L5" else 4.5, 0.0])
    rise = {"L4": 4.0, "L5": 5.0}.get(size.level, 1.0)
    tip = np.array([side.sign * (size.transverse_span / 2 - 3.0), pedicle[1] + 6.5, pedicle[2] + rise])
    middle = 0.5 * (start + tip) + [0.0, 0.5, 0.0]
    stout = {"L5": 1.35, "L3": 1.05}.get(size.level, 1.0) * size.scale
    a, b, c = frame.to_world([start, middle, tip])
    return [
        rod(a, b, (6.5 * stout, 4.2 * stout), (5.4 * size.scale, 2.9 * stout), frame.cranial),
        rod(b, c, (5.4 * size.scale, 2.9 * stout), (4.4 * size.scale, 2.6 * size.scale), frame.cranial),
    ]


def _osteophyte(
    column: Column, patient: PatientParameters, size: VertebraSize, frame: Frame, side: Side
) -> list[Solid]:
    """A bony ridge of the lower endplate into a narrowed foramen."""
    share = patient.narrowing.get(Root(size.level, side), 0.0) if size.is_lumbar else 0.0
    if share == 0:
        return []
    edge = [side.sign * size.lower_width * 0.31, size.lower_depth / 2 - 2.0, -column.body_height(size.level) / 2 + 3.0]
    return [ellipsoid(frame.to_world(edge), (6.0, 2.0 + 2.0 * share, 2.8), frame.axes)]
