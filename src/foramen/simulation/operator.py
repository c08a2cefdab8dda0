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
from foramen.anatomy.root import Side
from foramen.anatomy.structures import STRUCTURES_OF, Tissue
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.redirect import pushed, turned, withdrawn

Vector = NDArray[np.float64]

MEAN_OVER_SIGMA = 0.798
"""Of the absolute value of a normal error: √(2/π)."""
IN_PLANE_DEG, OUT_OF_PLANE_DEG = 2.8, 6.5
"""Mean error of a freehand insertion (Moser 2013, doi 10.1016/j.ejrad.2012.10.028; Gruber-Rouh 2015; Zerobot 2019,
doi 10.1007/s00330-019-06477-1)."""
STAGES = (0.35, 0.7, 1.0)
"""Shares of the planned depth at which the operator stops and looks."""
PIVOT_MM = 12.0
"""To correct by eye, the needle is withdrawn until so much of it is in the patient, and redirected."""
ADVISED_SHARE, ADVISED_DEG = 0.2, 0.6
"""Told by how much to redirect, an operator errs by this share of it and this much besides (one sigma, each plane)."""
OWN_EYE_DEG = (1.5, 4.0)
"""Judging for himself from axial slices, an operator errs so much in and out of plane (one sigma)."""
EYE_SEES_DEG = (0.6, 0.6, 1.2)
"""How well the eye sees where a needle is headed, to the side, to the back and across the slices (one sigma)."""
ENOUGH_OWN_MM = 4.0
"""Predicted miss that is let pass by eye (2.7 mm is what radiologists call acceptable: de Jong 2018, doi
10.2147/MDER.S160444)."""
DEPTH_ERROR_MM = 1.0
BEND_MM = 0.8
"""How far a whole insertion bends the needle's middle (one sigma, each direction)."""
MOST_LOOKS = 8


@dataclass(frozen=True)
class Advice:
    """What an operator is told to do: withdraw, turn the tip, advance; or that he is there, or can't get there.

    Attributes
    ----------
    withdraw_mm, advance_mm
    cranial_deg, lateral_deg
        How the tip must swing: toward the head, and away from the midline.
    in_position
        Nothing more to do.
    stop
        No way leads on through this skin hole: the needle comes out, and a new pass begins.
    """

    withdraw_mm: float = 0.0
    cranial_deg: float = 0.0
    lateral_deg: float = 0.0
    advance_mm: float = 0.0
    in_position: bool = False
    stop: bool = False


Look: TypeAlias = Callable[[SimulatedNeedle], Advice | None]
"""Scans the patient with this needle and says what to do; `None` where nothing could be said."""


@dataclass(frozen=True, eq=False)
class Insertion:
    """How an insertion went.

    Attributes
    ----------
    needles
        As it lay at each look, the last where it stays.
    advice
        What each look said.
    tip_error_mm
        Of the last tip, from the target.
    redirected
        How often it was withdrawn or turned.
    passes
        How often it was put in at the skin.
    arrived
        Whether it ended where a look, or the operator's eye, said that it may stay.
    """

    needles: tuple[SimulatedNeedle, ...]
    advice: tuple[Advice | None, ...]
    tip_error_mm: float
    redirected: int
    passes: int
    arrived: bool
    touched: frozenset[Tissue] = field(default=frozenset())


@dataclass(eq=False)
class Operator:
    """Someone with a needle in hand.

    Parameters
    ----------
    entry_mm, target_mm : array, shape (3,)
        Of the planned route.
    side : Side
        Of the root: lateral is toward it.
    random : numpy.random.Generator
    gauge, length_mm
        Of the needle.
    """

    entry_mm: Vector
    target_mm: Vector
    side: Side
    random: np.random.Generator
    gauge: int = 22
    length_mm: float = 120.0

    def __post_init__(self) -> None:
        self.depth_mm = float(np.linalg.norm(self.target_mm - self.entry_mm))
        self.planned = (self.target_mm - self.entry_mm) / self.depth_mm

    def starts(self, share: float) -> SimulatedNeedle:
        """A first pass from the skin, to a share of the planned depth, with the published freehand errors."""
        aim = self._erring(self.planned, IN_PLANE_DEG / MEAN_OVER_SIGMA, OUT_OF_PLANE_DEG / MEAN_OVER_SIGMA)
        reach = self._reach(share)
        bend = self.random.normal(0, BEND_MM, 3) * (reach / self.depth_mm) ** 2
        return SimulatedNeedle(self.entry_mm + reach * aim, self.entry_mm, self.gauge, self.length_mm, bend)

    def follows(self, advice: Advice, needle: SimulatedNeedle, share: float) -> SimulatedNeedle:
        """Do as told, and advance no farther than to a share of the planned depth."""
        back = withdrawn(needle, advice.withdraw_mm)
        direction, asked = needle.axis, float(np.hypot(advice.cranial_deg, advice.lateral_deg))
        if asked > 0:
            wanted = turned(direction, advice.cranial_deg, advice.lateral_deg * self.side.sign)
            direction = self._erring(wanted, *(2 * (ADVISED_DEG + ADVISED_SHARE * asked,)))
        ahead = advice.advance_mm
        if share < 1:
            ahead = min(ahead, share * self.depth_mm - back.depth_mm)
        return pushed(back, direction, max(ahead + self.random.normal(0, DEPTH_ERROR_MM * share), 0.0))

    def judges(self, needle: SimulatedNeedle, share: float) -> tuple[SimulatedNeedle, bool]:
        """Go on by eye: push on where that looks right, else withdraw and aim anew; says whether it was redirected."""
        away = self.random.normal(0, 1, 3) * self.depth_mm * np.tan(np.radians(EYE_SEES_DEG))
        missed = self.target_mm - needle.tip_mm
        missed = missed - (missed @ needle.axis) * needle.axis + away
        if np.linalg.norm(missed) < ENOUGH_OWN_MM:
            return pushed(needle, needle.axis, max(self._reach(share) - needle.depth_mm, 0.0)), False
        back = withdrawn(needle, needle.depth_mm - PIVOT_MM)
        direction = self._erring(self.planned, *OWN_EYE_DEG)
        return pushed(back, direction, max(self._reach(share) - back.depth_mm, 0.0)), True

    def _reach(self, share: float) -> float:
        return share * self.depth_mm + (self.random.normal(0, DEPTH_ERROR_MM) if share == 1 else 0.0)

    def _erring(self, direction: Vector, in_plane_deg: float, out_of_plane_deg: float) -> Vector:
        """A direction missed by normal errors in the axial plane and out of it."""
        aside = np.cross(direction, [0.0, 0.0, 1.0])
        aside /= np.linalg.norm(aside)
        upward = np.cross(aside, direction)
        errors = np.tan(np.radians(self.random.normal(0, [in_plane_deg, out_of_plane_deg])))
        missed = direction + errors[0] * aside + errors[1] * upward
        return np.asarray(missed / np.linalg.norm(missed))


def insert(
    operator: Operator, look: Look | None, *, labels: LabelMap | None = None, stages: tuple[float, ...] = STAGES
) -> Insertion:
    """Insert a needle by stages, looking at each and correcting.

    Parameters
    ----------
    operator : Operator
    look : callable, optional
        See `Look`; without it the operator has only his eye to go by.
    labels : LabelMap, optional
        To say which tissues the needle touched on its way.
    stages : tuple of float
        Shares of the planned depth at which to look; a single 1 is a pass without looking.
    """
    needle, stage = operator.starts(stages[0]), 0
    needles, told, redirected, passes = [needle], [], 0, 1
    while True:
        advice = look(needle) if look else None
        told.append(advice)
        last = stage == len(stages) - 1
        stage = min(stage + 1, len(stages) - 1)
        arrived = len(stages) == 1 or (advice is not None and advice.in_position)
        if arrived or len(needles) == MOST_LOOKS:
            break
        if advice is None:
            needle, again = operator.judges(needle, stages[stage])
            if last and not again:
                arrived = True
                break
        elif advice.stop:
            needle, again, stage, passes = operator.starts(stages[0]), True, 0, passes + 1
        else:
            needle = operator.follows(advice, needle, stages[stage])
            again = advice.withdraw_mm > 0 or advice.cranial_deg != 0 or advice.lateral_deg != 0
        redirected += again
        needles.append(needle)
    touched = touched_by(needles, labels) if labels is not None else frozenset()
    error = float(np.linalg.norm(needles[-1].tip_mm - operator.target_mm))
    return Insertion(tuple(needles), tuple(told), error, redirected, passes, arrived, touched)


def touched_by(needles: list[SimulatedNeedle], labels: LabelMap) -> frozenset[Tissue]:
    """Tissues that hold any point of a needle's shaft within the patient."""
    found = set()
    for needle in needles:
        index = np.rint(labels.to_index(needle.line_mm)).astype(int)
        index = index[((index >= 0) & (index < labels.shape)).all(axis=1)]
        here = set(labels.voxels[tuple(index.T)].tolist())
        found |= {tissue for tissue, structures in STRUCTURES_OF.items() if here & {int(s) for s in structures}}
    return frozenset(found)
