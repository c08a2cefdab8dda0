"""The plan in words: why a route is offered, what rejected the rest, what was never checked."""

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue
from foramen.planning.clearance import CLEARANCE_LIMIT_MM, Obstacle
from foramen.planning.costs import angles
from foramen.planning.plan import Route
from foramen.planning.region import Region
from foramen.planning.targets import WHY

IN_THE_WAY: dict[Tissue, tuple[Structure, ...]] = {
    Tissue.BONE: (
        Structure.L1, Structure.L2, Structure.L3, Structure.L4, Structure.L5, Structure.SACRUM,
        Structure.HIP_LEFT, Structure.HIP_RIGHT, Structure.RIB_LEFT, Structure.RIB_RIGHT,
    ),
    Tissue.THECAL_SAC: (Structure.THECAL_SAC,),
    Tissue.VESSEL: (
        Structure.AORTA, Structure.VENA_CAVA, Structure.ILIAC_ARTERY_LEFT, Structure.ILIAC_ARTERY_RIGHT,
        Structure.ILIAC_VEIN_LEFT, Structure.ILIAC_VEIN_RIGHT,
    ),
    Tissue.ORGAN: (
        Structure.KIDNEY_LEFT, Structure.KIDNEY_RIGHT, Structure.COLON, Structure.SMALL_BOWEL, Structure.LIVER,
        Structure.SPLEEN,
    ),
    Tissue.LUNG: (Structure.LUNG_LEFT, Structure.LUNG_RIGHT),
}  # fmt: skip
"""What a needle from behind or from the side could meet on its way to a lumbar root."""

NARROW_DEG = 2.3
"""Mean freehand angle error in plane (Moser 2013)."""

WORDS = {
    Obstacle.BONE: "bone",
    Obstacle.THECAL_SAC: "the thecal sac",
    Obstacle.VESSEL: "a vessel",
    Obstacle.ORGAN: "an organ",
    Obstacle.LUNG: "lung",
    Obstacle.NERVE: "the nerve root or its ganglion",
}


def checked_tissues(anatomy: Anatomy) -> frozenset[Tissue]:
    """The tissues of which at least one structure was looked for."""
    known = anatomy.structures.can_hold | anatomy.structures.estimated
    return frozenset(t for t in Tissue if known.intersection(STRUCTURES_OF[t]))


def not_checked(anatomy: Anatomy) -> tuple[str, ...]:
    """What no label could hold: a tissue as a whole, or single structures of one that is otherwise checked."""
    known = anatomy.structures.can_hold | anatomy.structures.estimated
    missing: list[str] = []
    for tissue in Tissue:
        if tissue not in checked_tissues(anatomy):
            missing.append(tissue.value)
            continue
        absent = [
            s for s in IN_THE_WAY[tissue] if s not in known and not (s is Structure.SACRUM and Structure.S1 in known)
        ]
        missing += [s.name.lower() for s in absent]
    return tuple(missing)


def reasons(route: Route) -> tuple[str, ...]:
    """Why a route is offered, in sentences."""
    where = WHY[route.approach]
    tilt = abs(route.craniocaudal_angle_deg)
    plane = "in the axial plane" if tilt < 1 else f"{tilt:.0f}° out of the axial plane"
    tight = [(n, v) for n, v in route.clearance_mm.model_dump().items() if v is not None and v < CLEARANCE_LIMIT_MM]
    sentences = [
        f"The tip lies {where}.",
        f"Straight line of {route.depth_mm:.0f} mm, {plane}, {abs(route.axial_angle_deg):.0f}° from vertical.",
    ]
    if tight:
        least = ", ".join(f"{name.replace('_', ' ')} {value:.1f} mm" for name, value in tight)
        sentences.append(f"Least distances on the way: {least}.")
    share = route.success_probability * 100
    sentences.append(
        f"Forgives {route.tolerance_deg:.1f}° at the skin; one uncorrected freehand pass ends well in {share:.0f} %."
    )
    return tuple(sentences)


def warnings_of(best: Route) -> tuple[str, ...]:
    """What is special about the recommended route of a root."""
    found = []
    if best.tolerance_deg < NARROW_DEG:
        found.append(
            f"The way is narrow: at the skin it forgives {best.tolerance_deg:.1f}°, less than the mean error of a "
            f"freehand pass ({NARROW_DEG}°). Advance in short stages and check each."
        )
    lung = best.clearance_mm.lung
    if lung is not None and lung < CLEARANCE_LIMIT_MM:
        found.append(f"Lung lies {lung:.0f} mm from the way, and the pleural recess, which is not labelled, nearer.")
    return tuple(found)


def nearest_miss(
    region: Region,
    distances: NDArray[np.float32],
    needed_mm: float,
    entry_mm: NDArray[np.float64],
    target_mm: NDArray[np.float64],
    obstacle: Obstacle,
) -> str:
    """What the least bad rejected route fails by."""
    line = np.linspace(entry_mm, target_mm, 400)
    index = np.clip((region.to_box(line) / region.cell_mm).astype(int), 0, np.array(region.shape) - 1)
    least = float(distances[(int(obstacle), *index.T)].min())
    route = angles(entry_mm[None], target_mm[None])
    what = f"passes {least:.1f} mm from {WORDS[obstacle]}" if least > 0 else f"goes through {WORDS[obstacle]}"
    return (
        f"The nearest miss, {route.depth_mm[0]:.0f} mm deep and {abs(route.axial_deg[0]):.0f}° from vertical, {what}; "
        f"{needed_mm:.1f} mm are needed."
    )
