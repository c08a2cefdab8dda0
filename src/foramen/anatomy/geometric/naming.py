"""Which level is it? Every numbering is held against what the scan shows, and where that is not enough, it is asked.

Counted from the sacrum, as is the custom in lumbar imaging; the last rib and the iliac crests must agree where they
are in view. A count that does not fit (transitional vertebrae are frequent) is said, and never settled silently.
"""

from dataclasses import dataclass

import numpy as np

from foramen.anatomy.geometric.level_signs import Signs
from foramen.anatomy.geometric.owners import Owners
from foramen.anatomy.geometric.straight_spine import Curve
from foramen.anatomy.level_names import CAUTION, CERTAIN, Anchor, LevelNames
from foramen.anatomy.structures import VERTEBRAE, Structure
from foramen.errors import InputError

CLEAR_WING, FAINT_WING = 0.09, 0.04
"""Share of bone beside the column: 0.09 to 0.3 at the sacrum of eight scans, at most 0.01 at L5 and above; 0.05 where
a narrow field of view cuts the wings."""

LONG_BELOW_MM = 25.0
"""With so much of the column in view below the lowest disc, most lumbar vertebrae would show their lower disc."""

RIB_NECK, RIBLESS_NECK = 0.2, 0.12
RIB_REACH_MM, RIBLESS_REACH_MM = 49.0, 43.0

CREST_DISCS = (0.0, 2.0)
"""The crests stand at L4 or L4/5, which is one disc above L5/S1; half a level more either way is common."""

FAINT = 0.65
"""Confidence from a sacrum that is faintly seen, with nothing else."""

BELOW_T12 = 5
LUMBAR = tuple(s for s in VERTEBRAE if s not in (Structure.T13, Structure.L6))
"""T1 to L5 without the rare ones."""


@dataclass(frozen=True)
class _Count:
    """Number of the owner that is L5 (0 or less: below what is in view), how sure, and why."""

    l5: int
    confidence: float
    evidence: tuple[str, ...]


def name_levels(
    owners: Owners, signs: Signs, curve: Curve, anchor: Anchor | None = None
) -> tuple[dict[int, Structure], LevelNames]:
    """Structure of every owner that has a name, and how sure that is.

    Raises
    ------
    InputError
        If the anchor lies in no vertebral body, or names it so that others would have no name.
    """
    count = _anchored(owners, curve, anchor, signs) if anchor else _counted(signs, len(owners.discs) + 1)
    names: dict[int, Structure] = {}
    for number in range(1, len(owners.discs) + 2):
        level = len(LUMBAR) - 1 - (number - count.l5)
        if 0 <= level < len(LUMBAR):
            names[number] = LUMBAR[level]
        elif level >= len(LUMBAR):
            names[number] = Structure.SACRUM
    question = "" if count.confidence >= CERTAIN else _question(owners, curve, names)
    return names, LevelNames(count.confidence, count.evidence, question)


def _anchored(owners: Owners, curve: Curve, anchor: Anchor, signs: Signs) -> _Count:
    along, left, posterior = curve.to_straight(anchor.point_mm)
    beside = abs(left) > 35 or not -60 < posterior < 25
    if beside or not 0 < along < curve.length - 1:
        raise InputError(f"The anchor {anchor.level} lies beside the spine; give a point inside that vertebra's body.")
    if Structure[anchor.level] not in LUMBAR:
        raise InputError(f"An anchor can't be {anchor.level}; name a vertebra from T1 to L5.")
    number = 1 + sum(bool(disc.height_at(left, posterior) < along) for disc in owners.discs)
    l5 = number - (len(LUMBAR) - 1 - LUMBAR.index(Structure[anchor.level]))
    evidence = [CAUTION + f"{anchor.level} was named by the user; the others are counted from it."]
    seen = _counted(signs, len(owners.discs) + 1)
    if seen.confidence >= CERTAIN and seen.l5 != l5:
        evidence.append(CAUTION + "counting from the sacrum or ribs gives another numbering than the anchor.")
    return _Count(l5, 1.0, tuple(evidence))


def _counted(signs: Signs, owners: int) -> _Count:
    sacrum, clear = _sacrum(signs)
    last_rib = _last_rib(signs)
    if sacrum is not None:
        return _from_sacrum(signs, sacrum, last_rib, clear=clear)
    if last_rib is not None:
        said = CAUTION + "counted from the last rib alone, because the sacrum is not in view."
        return _Count(last_rib - BELOW_T12, 0.85 if _two_signs(signs, last_rib) else 0.6, (said,))
    unknown = "Neither the sacrum nor the last rib can be made out, so there is nothing to count from."
    little = ("So little of the spine is in view that no disc shows.",) if owners == 1 else ()
    return _Count(_guess(owners), 0.2, (unknown, *little))


def _from_sacrum(signs: Signs, sacrum: int, last_rib: int | None, *, clear: bool) -> _Count:
    """Count up from the sacrum, and hold the count against ribs and crests."""
    confidence = 0.9 if clear else FAINT
    said = ["The sacrum's wings begin below the disc named L5/S1." if clear else "The sacrum is faintly seen."]
    if sacrum > 1:
        said.append(CAUTION + "a disc is seen below the first sacral body: the sacrum may be transitional.")
        confidence = 0.5
    if last_rib is None:
        said.append("The last rib is not clearly in view: a transitional vertebra cannot be ruled out.")
    elif last_rib - sacrum - 1 == BELOW_T12:
        said.append("Five vertebrae without ribs lie above it, below the last rib.")
        confidence = min(confidence + 0.2, 0.97)
    else:
        lumbar = last_rib - sacrum - 1
        said.append(CAUTION + f"{lumbar} vertebrae without ribs were counted instead of five: transitional?")
        confidence = 0.4
    above = signs.crest - (sacrum - 1)
    if CREST_DISCS[0] <= above <= CREST_DISCS[1]:
        said.append("The iliac crests stand at L4 to L5, as they usually do.")
        confidence = max(confidence, 0.85) if confidence == FAINT else confidence
    elif np.isfinite(above):
        said.append(CAUTION + "the iliac crests do not stand at L4 to L5, as they usually do.")
        confidence = min(confidence, 0.6)
    return _Count(sacrum + 1, confidence, tuple(said))


def _sacrum(signs: Signs) -> tuple[int | None, bool]:
    """Number of the owner that is the sacrum's first segment, and whether it is clear."""
    wings = np.nan_to_num(signs.wing)
    for disc in range(len(wings) - 1, -1, -1):
        above = wings[disc + 1] if disc + 1 < len(wings) else 0.0
        ends_here = disc == 0 and signs.below_mm >= LONG_BELOW_MM
        if wings[disc] >= CLEAR_WING and above < wings[disc] / 2:
            return disc + 1, True
        if wings[disc] >= FAINT_WING and above < wings[disc] / 2 and ends_here:
            return disc + 1, False
    return None, False


def _last_rib(signs: Signs) -> int | None:
    """Number of the lowest owner with ribs, where the one below it is seen to have none."""
    for number in range(2, len(signs.neck) + 1):
        if _bears_rib(signs, number) and _ribless(signs, number - 1):
            return number
    return None


def _bears_rib(signs: Signs, number: int) -> bool:
    return bool(_neck_of_rib(signs, number) or (signs.reach_mm[number - 1] >= RIB_REACH_MM).all())


def _neck_of_rib(signs: Signs, number: int) -> bool:
    neck = signs.neck[number - 1]
    return bool(np.nanmean(neck) >= RIB_NECK and np.nanmin(neck) >= RIB_NECK / 2) if np.isfinite(neck).any() else False


def _ribless(signs: Signs, number: int) -> bool:
    neck, reach = signs.neck[number - 1], signs.reach_mm[number - 1]
    return bool(np.isfinite(neck).all() and neck.mean() <= RIBLESS_NECK and (reach <= RIBLESS_REACH_MM).all())


def _two_signs(signs: Signs, number: int) -> bool:
    """Whether neck and length both say rib, and two vertebrae below are seen to have none."""
    both = _neck_of_rib(signs, number) and bool((signs.reach_mm[number - 1] >= RIB_REACH_MM).all())
    return both and number > 2 and _ribless(signs, number - 1) and _ribless(signs, number - 2)


def _guess(owners: int) -> int:
    """L5 where nothing tells: with few vertebrae in view, the middle one is taken for L3."""
    return (owners + 1) // 2 - 2


def _question(owners: Owners, curve: Curve, names: dict[int, Structure]) -> str:
    """Where the bodies in view are, so that one of them can be named."""
    places = []
    for number in names:
        middle = owners.middles_mm[number - 1]
        if np.isfinite(middle).all():
            x, y, z = curve.to_world(*middle)
            places.append(f"({x:.0f}, {y:.0f}, {z:.0f})")
    return (
        "which vertebra is which can't be told from this scan. Look at it and name one with --anchor, such as "
        f"--anchor L5=x,y,z. Bodies in view, from foot to head, LPS mm: {', '.join(places)}."
    )
