"""Kidneys, liver and spleen. Shape and place are a design choice drawn after CT."""

import numpy as np
from scipy.spatial.transform import Rotation

from foramen.anatomy.root import Side
from foramen.anatomy.structures import Structure
from foramen.simulation.habitus import Habitus
from foramen.simulation.materials import KIDNEY, LIVER, SPLEEN
from foramen.simulation.solids import Part, ellipsoid, rod

KIDNEY_HALF_MM = (29.0, 25.0, 55.0)
_KIDNEY = {Side.LEFT: Structure.KIDNEY_LEFT, Side.RIGHT: Structure.KIDNEY_RIGHT}
_ABOVE_L2_MM = {Side.LEFT: 18.0, Side.RIGHT: 4.0}


def organ_parts(body: Habitus) -> list[Part]:
    """Both kidneys with their sinus, the liver and the spleen."""
    return [*(_kidney(body, side) for side in Side), _liver(body), _spleen(body)]


def _kidney(body: Habitus, side: Side) -> Part:
    """Leaning along the psoas, its hilum turned forward and inward."""
    z = body.z("L2") + _ABOVE_L2_MM[side] * body.scale
    middle = body.middle(z)
    centre = np.array([middle[0] + side.sign * 66.0 * body.scale, middle[1] + 2.0, z])
    turn = Rotation.from_euler("zyx", [side.sign * 32.0, -side.sign * 11.0, -10.0], degrees=True)
    axes = turn.as_matrix().T
    half = np.array(KIDNEY_HALF_MM) * body.scale
    inward = -side.sign * axes[0]
    sinus = rod(
        centre + inward * half[0] * 1.2, centre + inward * half[0] * 0.15, (20.0, 8.0), (16.0, 5.0), wide=axes[2]
    )
    return Part(
        _KIDNEY[side], KIDNEY, (ellipsoid(centre, half, axes), sinus.cut()), rough_mm=1.5, rough_scale_mm=16.0,
        name=f"kidney {side}",
    )  # fmt: skip


def _liver(body: Habitus) -> Part:
    z = body.z("T12")
    right = ellipsoid([-70.0 * body.scale, -30.0, z + 2.0], np.array([78.0, 84.0, 76.0]) * body.scale)
    left = ellipsoid([-5.0, -80.0, z + 22.0], np.array([70.0, 36.0, 45.0]) * body.scale)
    hollow = ellipsoid([-10.0, 5.0, z - 40.0], np.array([62.0, 70.0, 85.0]) * body.scale).cut()
    solids = (right, left, hollow, body.cavity(3.0).keep())
    return Part(Structure.LIVER, LIVER, solids, blend_mm=15.0, rough_mm=1.5, name="liver")


def _spleen(body: Habitus) -> Part:
    z = body.z("T12")
    whole = ellipsoid([98.0 * body.scale, 6.0, z + 12.0], np.array([32.0, 46.0, 48.0]) * body.scale)
    hollow = ellipsoid([66.0 * body.scale, -18.0, z], np.array([36.0, 40.0, 70.0]) * body.scale).cut()
    return Part(Structure.SPLEEN, SPLEEN, (whole, hollow, body.cavity(3.0).keep()), rough_mm=1.5, name="spleen")
