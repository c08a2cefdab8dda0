"""Whether values, read in a numbering, stand in the CT as a spine does."""

from enum import StrEnum
from itertools import pairwise

import numpy as np

from foramen.anatomy.label_evidence import Evidence, Look
from foramen.anatomy.schemes import Scheme
from foramen.anatomy.structures import VERTEBRAE, Structure

LEAST_DENSE = 0.12
MOST_FAT = 0.25
"""Share of all vertebrae's voxels. Real maps on five scans had 0.37 to 0.75 dense and 0.00 to 0.09 fat; bodies alone,
labelled on 3 mm voxels, 0.35 and 0.00."""
SPACING_MM = {level: 16.0 + number for number, level in enumerate(VERTEBRAE[:13], start=1)} | dict.fromkeys(
    VERTEBRAE[13:], 34.0
)
"""From a vertebra to the next below, roughly; only to tell the lumbar from the upper thoracic spine (the scans at hand
had 26 to 36 mm in the lumbar spine, 27 mm at T11)."""
SPACING_RANGE = (0.6, 1.3)
MIRRORED_PAIRS = tuple(
    (structure, Structure[structure.name.replace("_LEFT", "_RIGHT")])
    for structure in Structure
    if structure.name.endswith("_LEFT")
)


BELOW_ALL_VERTEBRAE = (Structure.S1, Structure.SACRUM, Structure.COCCYX)
NEEDS = {Structure.T13: Structure.T12, Structure.L6: Structure.L5}
"""A thirteenth thoracic or sixth lumbar vertebra is counted from the one above, and not credible without it."""


class Fault(StrEnum):
    """Why values, read in a numbering, can't be a spine."""

    NO_VERTEBRA = "names no thoracic or lumbar vertebra"
    NOT_BONE = "puts vertebrae where the CT shows no bone"
    DISORDER = "puts the vertebrae out of order from head to foot"


def vertebrae_of(evidence: Evidence, scheme: Scheme) -> dict[Structure, list[int]]:
    """The values of each thoracic and lumbar vertebra that occurs, from head to foot."""
    found: dict[Structure, list[int]] = {}
    for value in evidence.looks:
        structure = scheme.values.get(value)
        if structure in VERTEBRAE and structure is not None:
            found.setdefault(structure, []).append(value)
    return dict(sorted(found.items()))


def fault(evidence: Evidence, scheme: Scheme) -> Fault | None:
    """What speaks against reading the map so, if anything does."""
    vertebrae = vertebrae_of(evidence, scheme)
    looks = {level: _largest(evidence, values) for level, values in vertebrae.items()}
    if not looks:
        return Fault.NO_VERTEBRA
    count = sum(look.voxels for look in looks.values())
    dense = sum(look.dense * look.voxels for look in looks.values()) / count
    fat = sum(look.fat * look.voxels for look in looks.values()) / count
    if dense < LEAST_DENSE or fat > MOST_FAT:
        return Fault.NOT_BONE
    below = [_largest(evidence, v) for s, v in _by_structure(evidence, scheme).items() if s in BELOW_ALL_VERTEBRAE]
    return None if _ordered(looks) and _above(looks, below) else Fault.DISORDER


def _largest(evidence: Evidence, values: list[int]) -> Look:
    return max((evidence.looks[value] for value in values), key=lambda look: look.voxels)


def _above(looks: dict[Structure, Look], below: list[Look]) -> bool:
    """Whether sacrum and coccyx lie below every vertebra, and rare vertebrae beside the common ones."""
    lowest = min(look.centroid_mm[2] for look in looks.values())
    return all(look.centroid_mm[2] < lowest for look in below) and all(
        level not in looks or usual in looks for level, usual in NEEDS.items()
    )


def _ordered(looks: dict[Structure, Look]) -> bool:
    """Whether each vertebra lies below the one before, on the whole as far as such vertebrae lie apart."""
    shares = []
    for (upper, above), (lower, below) in pairwise(looks.items()):
        if above.centroid_mm[2] <= below.centroid_mm[2]:
            return False
        expected = sum(SPACING_MM[level] for level in VERTEBRAE if upper <= level < lower and _usual(level, looks))
        shares.append(float(np.linalg.norm(above.centroid_mm - below.centroid_mm)) / expected)
    return not shares or SPACING_RANGE[0] <= float(np.median(shares)) <= SPACING_RANGE[1]


def _usual(level: Structure, looks: dict[Structure, Look]) -> bool:
    """T13 and L6 count only where they are."""
    return level not in (Structure.T13, Structure.L6) or level in looks


def sides(evidence: Evidence, scheme: Scheme) -> tuple[int, int]:
    """How many pairs of organs, bones and muscles lie on their right sides, and how many lie swapped."""
    right = swapped = 0
    middle = {
        s: np.mean([evidence.looks[v].centroid_mm[0] for v in values])
        for s, values in _by_structure(evidence, scheme).items()
    }
    for left, opposite in MIRRORED_PAIRS:
        if left in middle and opposite in middle:
            right += bool(middle[left] > middle[opposite])
            swapped += bool(middle[left] < middle[opposite])
    return right, swapped


def _by_structure(evidence: Evidence, scheme: Scheme) -> dict[Structure, list[int]]:
    found: dict[Structure, list[int]] = {}
    for value in evidence.looks:
        structure = scheme.values.get(value)
        if structure is not None:
            found.setdefault(structure, []).append(value)
    return found
