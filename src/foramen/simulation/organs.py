"""Kidneys, liver, spleen and stomach. Shape and place are a design choice drawn after CT."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.simulation.habitus import Habitus
from foramen.simulation.materials import KIDNEY, LIVER, SPLEEN, Material, MaterialKind
from foramen.simulation.solids import Part, Solid, ellipsoid, rod, tube

KIDNEY_HALF_MM = (27.0, 23.0, 53.0)
PERIRENAL_FAT_MM = 9.0
_KIDNEY = {Side.LEFT: Structure.KIDNEY_LEFT, Side.RIGHT: Structure.KIDNEY_RIGHT}
_ABOVE_L2_MM = {Side.LEFT: 18.0, Side.RIGHT: 4.0}


def organ_parts(body: Habitus, up: NDArray[np.float64]) -> list[Part]:
    """Both kidneys with their sinus, the liver, the spleen and the stomach."""
    return [*(_kidney(body, side) for side in Side), _liver(body), _spleen(body), _stomach(body, up)]


def _kidney(body: Habitus, side: Side) -> Part:
    """With the fat of its sinus, open forward and inward."""
    whole = _whole_kidney(body, side)
    inward = -side.sign * whole.axes[0]
    depth = whole.numbers[0]
    start, end = whole.origin + inward * depth * 1.3, whole.origin + inward * depth * 0.0
    sinus = rod(start, end, (24.0, 9.0), (19.0, 6.5), wide=whole.axes[2])
    return Part(_KIDNEY[side], KIDNEY, (whole, sinus.cut()), rough_mm=2.0, rough_scale_mm=13.0, name=f"kidney {side}")


def _whole_kidney(body: Habitus, side: Side, wider_mm: float = 0.0) -> Solid:
    """Leaning along the psoas, its hilum turned forward and inward."""
    z = body.z("L2") + _ABOVE_L2_MM[side] * body.scale
    middle = body.middle(z)
    centre = np.array([middle[0] + side.sign * 71.0 * body.scale, middle[1] + 1.0, z])
    turn = Rotation.from_euler("zyx", [side.sign * 32.0, -side.sign * 11.0, -10.0], degrees=True)
    axes = turn.as_matrix().T
    return ellipsoid(centre, np.array(KIDNEY_HALF_MM) * body.scale + wider_mm, axes)


def _liver(body: Habitus) -> Part:
    z = body.z("T12")
    right = ellipsoid([-70.0 * body.scale, -30.0, z + 2.0], np.array([78.0, 84.0, 76.0]) * body.scale)
    left = ellipsoid([-5.0, -80.0, z + 22.0], np.array([70.0, 36.0, 45.0]) * body.scale)
    hollow = ellipsoid([-10.0, 5.0, z - 40.0], np.array([62.0, 70.0, 85.0]) * body.scale).cut()
    around = _whole_kidney(body, Side.RIGHT, PERIRENAL_FAT_MM).cut()
    solids = (right, left, hollow, around, body.cavity(3.0).keep())
    return Part(Structure.LIVER, LIVER, solids, blend_mm=15.0, rough_mm=1.5, name="liver")


def _spleen(body: Habitus) -> Part:
    z = body.z("T12")
    whole = ellipsoid([98.0 * body.scale, 6.0, z + 12.0], np.array([32.0, 46.0, 48.0]) * body.scale)
    hollow = ellipsoid([66.0 * body.scale, -18.0, z], np.array([36.0, 40.0, 70.0]) * body.scale).cut()
    around = _whole_kidney(body, Side.LEFT, PERIRENAL_FAT_MM).cut()
    return Part(Structure.SPLEEN, SPLEEN, (whole, hollow, around, body.cavity(3.0).keep()), rough_mm=1.5, name="spleen")


def _stomach(body: Habitus, up: NDArray[np.float64]) -> Part:
    """Half full, with gas above the fluid."""
    z = body.z("T12")
    fundus = np.array([58.0 * body.scale, -38.0, z + 18.0])
    body_mm = np.array([46.0 * body.scale, -74.0, z - 18.0])
    antrum = np.array([2.0, -82.0, z - 46.0])
    solids = tube([fundus, body_mm, antrum], np.array([36.0, 31.0, 19.0]) * body.scale)
    contents = Material(MaterialKind.GUT, 30.0, 14.0, 7.0, 4.0, 46.0, 0.06, float(body_mm @ up) + 20.0)
    solids = (*solids, body.cavity(3.0).keep())
    return Part(Structure.STOMACH, contents, solids, blend_mm=10.0, rough_mm=2.0, name="stomach")
