"""What lies ahead of a needle that is pushed on as it points."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue, structure_name

Vector = NDArray[np.float64]

STEP_MM = 0.5
REACH_MM = 80.0
HARMLESS = frozenset({Structure.BACKGROUND, Structure.DISC, Structure.SPINAL_CANAL}) | frozenset(
    s for s in Structure if s >= Structure.BACK_MUSCLE_LEFT
)
TISSUE_OF = {structure: tissue for tissue, structures in STRUCTURES_OF.items() for structure in structures}


@dataclass(frozen=True)
class Ahead:
    """The first structure in the needle's way.

    Attributes
    ----------
    structure
        Its name; empty where nothing labelled lies within `REACH_MM`.
    distance_mm
        From the tip; 0 where the tip is in it.
    forbidden
        Whether a needle must not touch it: everything but bone.
    """

    structure: str
    distance_mm: float
    forbidden: bool


def ahead(labels: LabelMap, tip_mm: Vector, direction: Vector) -> Ahead:
    """The first labelled structure on the needle's line beyond the tip, muscle and disc left out."""
    distances = np.arange(0.0, REACH_MM + STEP_MM, STEP_MM)
    index = np.rint(labels.to_index(tip_mm + distances[:, None] * direction)).astype(int)
    inside = ((index >= 0) & (index < labels.shape)).all(axis=1)
    for distance, at in zip(distances[inside], index[inside], strict=True):
        structure = Structure(int(labels.voxels[tuple(at)]))
        if structure not in HARMLESS:
            forbidden = TISSUE_OF.get(structure, Tissue.ORGAN) is not Tissue.BONE
            return Ahead(structure_name(structure), float(distance), forbidden)
    return Ahead("", float(distances[inside][-1]) if inside.any() else 0.0, False)
