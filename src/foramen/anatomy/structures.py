"""Foramen's vocabulary of structures: what a voxel can be, and what a needle must think of it."""

from enum import IntEnum, StrEnum

from foramen.anatomy.root import Side


class Structure(IntEnum):
    """The values of every label map inside Foramen; one voxel is one structure."""

    BACKGROUND = 0

    T1, T2, T3, T4, T5, T6 = 1, 2, 3, 4, 5, 6
    T7, T8, T9, T10, T11, T12, T13 = 7, 8, 9, 10, 11, 12, 13
    L1, L2, L3, L4, L5, L6 = 21, 22, 23, 24, 25, 26
    S1, SACRUM, COCCYX = 31, 32, 33
    HIP_LEFT, HIP_RIGHT = 34, 35
    FEMUR_LEFT, FEMUR_RIGHT = 36, 37
    RIB_LEFT, RIB_RIGHT = 38, 39
    OTHER_BONE, METAL = 40, 41

    DISC = 45
    SPINAL_CANAL, THECAL_SAC, SPINAL_CORD = 50, 51, 52
    NERVE_ROOT, GANGLION = 53, 54

    AORTA, VENA_CAVA = 60, 61
    ILIAC_ARTERY_LEFT, ILIAC_ARTERY_RIGHT = 62, 63
    ILIAC_VEIN_LEFT, ILIAC_VEIN_RIGHT = 64, 65
    PORTAL_VEIN, OTHER_VESSEL = 66, 67

    KIDNEY_LEFT, KIDNEY_RIGHT = 70, 71
    COLON, SMALL_BOWEL, DUODENUM, STOMACH = 72, 73, 74, 75
    LIVER, SPLEEN, PANCREAS, GALLBLADDER = 76, 77, 78, 79
    BLADDER, ADRENAL_LEFT, ADRENAL_RIGHT = 80, 81, 82
    OTHER_ORGAN = 83

    LUNG_LEFT, LUNG_RIGHT = 90, 91

    BACK_MUSCLE_LEFT, BACK_MUSCLE_RIGHT = 100, 101
    ILIOPSOAS_LEFT, ILIOPSOAS_RIGHT = 102, 103
    GLUTEAL_LEFT, GLUTEAL_RIGHT = 104, 105


class Tissue(StrEnum):
    """What clearance is reported for, by the names that `plan.json` uses."""

    BONE = "bone"
    THECAL_SAC = "thecal_sac"
    VESSEL = "vessel"
    ORGAN = "organ"
    LUNG = "lung"


def vertebra(level: str) -> Structure:
    """The structure of a level's name, `L5` to `Structure.L5`."""
    return Structure[level]


VERTEBRAE = tuple(s for s in Structure if s < Structure.S1 and s is not Structure.BACKGROUND)
"""T1 to L6 in order from head to foot."""

LUMBAR_VERTEBRAE = tuple(s for s in VERTEBRAE if s >= Structure.L1)

STRUCTURES_OF: dict[Tissue, tuple[Structure, ...]] = {
    Tissue.BONE: (*VERTEBRAE, *(s for s in Structure if Structure.S1 <= s <= Structure.METAL)),
    Tissue.THECAL_SAC: (Structure.THECAL_SAC, Structure.SPINAL_CORD),
    Tissue.VESSEL: tuple(s for s in Structure if Structure.AORTA <= s <= Structure.OTHER_VESSEL),
    Tissue.ORGAN: tuple(s for s in Structure if Structure.KIDNEY_LEFT <= s <= Structure.OTHER_ORGAN),
    Tissue.LUNG: (Structure.LUNG_LEFT, Structure.LUNG_RIGHT),
}
"""Which structures a needle must keep clear of, by the tissue its clearance is reported under."""

_NAMES = {
    Structure.SPINAL_CANAL: "canal",
    Structure.SPINAL_CORD: "cord",
    Structure.OTHER_BONE: "bone",
    Structure.OTHER_VESSEL: "vessel",
    Structure.OTHER_ORGAN: "organ",
}


def structure_name(structure: Structure) -> str:
    """A structure's name: `L5`, `left kidney`, `vena cava`."""
    if structure in _NAMES:
        return _NAMES[structure]
    if structure <= Structure.S1:
        return structure.name
    name = structure.name.lower().replace("_", " ")
    for side in Side:
        if name.endswith(f" {side}"):
            return f"{side} {name.removesuffix(f' {side}')}"
    return name
