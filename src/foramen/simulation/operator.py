"""A simulated operator: aims with the published freehand errors, looks, and corrects with or without advice.

How well people aim is published (`field.md` §2.1: 2.3 to 3.4° in the scan's plane, 6 to 7° out of it, as means). How
they correct after looking is not: those figures are design choices, named here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import STRUCTURES_OF, Tissue
from foramen.simulation.needle import SimulatedNeedle

Vector = NDArray[np.float64]

MEAN_OVER_SIGMA = 0.798
"""Of the absolute value of a normal error: √(2/π)."""
IN_PLANE_DEG, OUT_OF_PLANE_DEG = 2.8, 6.5
"""Mean error of a freehand insertion (Moser 2013, doi 10.1016/j.ejrad.2012.10.028; Gruber-Rouh 2015; Zerobot 2019,
doi 10.1007/s00330-019-06477-1)."""
STAGES = (0.35, 0.7, 1.0)
"""Shares of the planned depth at which the operator stops and looks."""
PIVOT_MM = 12.0
"""To correct, the needle is withdrawn until so much of it is in the patient, and redirected."""
ADVISED_SHARE, ADVISED_DEG = 0.2, 0.6
"""Told by how much to redirect, an operator errs by this share of it and this much besides (one sigma, each plane)."""
OWN_EYE_DEG = (1.5, 4.0)
"""Judging for himself from axial slices, an operator errs so much in and out of plane (one sigma)."""
EYE_SEES_DEG = (0.6, 0.6, 1.2)
"""How well the eye sees where a needle is headed, to the side, to the back and across the slices (one sigma)."""
ENOUGH_ADVISED_MM, ENOUGH_OWN_MM = 2.0, 4.0
"""Predicted miss that is let pass: with a number to go by, or by eye (2.7 mm is what radiologists call acceptable: de
Jong 2018, doi 10.2147/MDER.S160444)."""
DEPTH_ERROR_MM = 1.0
MOST_LOOKS = 6


@dataclass(frozen=True, eq=False)
class Seen:
    """What a control scan said of the needle, in the planning frame."""

    tip_mm: Vector
    direction: Vector


Look: TypeAlias = Callable[[SimulatedNeedle], Seen | None]
"""Scans the patient with this needle and reads it; `None` where it could not be read."""


@dataclass(frozen=True, eq=False)
class Insertion:
    """How an insertion went.

    Attributes
    ----------
    needles
        As it lay at each look, the last where it stays.
    seen
        What each look said.
    tip_error_mm
        Of the last tip, from the target.
    redirected
        How often it was withdrawn and aimed anew.
    """

    needles: tuple[SimulatedNeedle, ...]
    seen: tuple[Seen | None, ...]
    tip_error_mm: float
    redirected: int
    touched: frozenset[Tissue] = field(default=frozenset())


def insert(
    entry_mm: Vector,
    target_mm: Vector,
    look: Look,
    *,
    advised: bool,
    seed: int,
    gauge: int = 22,
    length_mm: float = 120.0,
    labels: LabelMap | None = None,
) -> Insertion:
    """Insert a needle by stages, looking at each and correcting.

    Parameters
    ----------
    entry_mm, target_mm : array, shape (3,)
        Of the planned route.
    look : callable
        See `Look`.
    advised : bool
        Whether the operator is told how to redirect, or judges it from the slices himself.
    labels : LabelMap, optional
        To say which tissues the needle touched on its way.
    """
    random = np.random.default_rng(seed)
    depth = float(np.linalg.norm(target_mm - entry_mm))
    aim = _erring(
        (target_mm - entry_mm) / depth, IN_PLANE_DEG / MEAN_OVER_SIGMA, OUT_OF_PLANE_DEG / MEAN_OVER_SIGMA, random
    )
    bend = random.normal(0, 0.8, 3)
    needles: list[SimulatedNeedle] = []
    looks: list[Seen | None] = []
    stage, redirected = 0, 0
    while len(needles) < MOST_LOOKS:
        reach = STAGES[stage] * depth + (random.normal(0, DEPTH_ERROR_MM) if stage == len(STAGES) - 1 else 0.0)
        needle = SimulatedNeedle(
            entry_mm + reach * aim, entry_mm, gauge, length_mm, bend * (reach / depth) ** 2, stylet=True
        )
        seen = look(needle)
        needles.append(needle)
        looks.append(seen)
        better = _correction(entry_mm, target_mm, seen, depth, advised=advised, random=random) if seen else None
        if better is None and stage == len(STAGES) - 1:
            break
        if better is not None:
            aim, redirected = better, redirected + 1
        stage = min(stage + 1, len(STAGES) - 1)
    touched = _touched(needles, labels) if labels is not None else frozenset()
    error = float(np.linalg.norm(needles[-1].tip_mm - target_mm))
    return Insertion(tuple(needles), tuple(looks), error, redirected, touched)


def _correction(
    entry: Vector, target: Vector, seen: Seen, depth: float, *, advised: bool, random: np.random.Generator
) -> Vector | None:
    """A new aim from the skin, with the operator's error; none where the present one will do."""
    wanted = (target - entry) / depth
    pivot = entry + PIVOT_MM * (seen.tip_mm - entry) / np.linalg.norm(seen.tip_mm - entry)
    present = (seen.tip_mm - pivot) / max(float(np.linalg.norm(seen.tip_mm - pivot)), 1e-6)
    missed = (target - pivot) - ((target - pivot) @ present) * present
    # On slices, what lies out of their plane is seen only roughly.
    if not advised:
        missed = missed + random.normal(0, 1, 3) * depth * np.tan(np.radians(EYE_SEES_DEG))
    if np.linalg.norm(missed) < (ENOUGH_ADVISED_MM if advised else ENOUGH_OWN_MM):
        return None
    turn = float(np.degrees(np.arccos(np.clip(present @ wanted, -1, 1))))
    told = ADVISED_DEG + ADVISED_SHARE * turn
    in_plane, out_of_plane = (told, told) if advised else OWN_EYE_DEG
    return _erring(wanted, in_plane, out_of_plane, random)


def _erring(direction: Vector, in_plane_deg: float, out_of_plane_deg: float, random: np.random.Generator) -> Vector:
    """A direction missed by normal errors in the axial plane and out of it."""
    aside = np.cross(direction, [0.0, 0.0, 1.0])
    aside /= np.linalg.norm(aside)
    upward = np.cross(aside, direction)
    errors = np.tan(np.radians(random.normal(0, [in_plane_deg, out_of_plane_deg])))
    missed = direction + errors[0] * aside + errors[1] * upward
    return np.asarray(missed / np.linalg.norm(missed))


def _touched(needles: list[SimulatedNeedle], labels: LabelMap) -> frozenset[Tissue]:
    """Tissues that hold any point of a needle's shaft within the patient."""
    found = set()
    for needle in needles:
        index = np.rint(labels.to_index(needle.line_mm)).astype(int)
        index = index[((index >= 0) & (index < labels.shape)).all(axis=1)]
        here = set(labels.voxels[tuple(index.T)].tolist())
        found |= {tissue for tissue, structures in STRUCTURES_OF.items() if here & {int(s) for s in structures}}
    return frozenset(found)
