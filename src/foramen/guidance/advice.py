"""What to do next, as a radiologist would say it to a colleague at the table."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.root import Side
from foramen.guidance.ahead import Ahead
from foramen.guidance.deviation import Deviation
from foramen.guidance.replan import WayOn

Vector = NDArray[np.float64]

IN_POSITION_MM = 2.7
"""What radiologists accept as placement error (de Jong 2018, doi 10.2147/MDER.S160444)."""
STRAIGHT_ON_DEG = 1.0
"""A smaller turn can't be made by hand; judgement."""
LEAST_MOVE_MM = 1.0


class Action(StrEnum):
    """One thing to do."""

    ADVANCE = "advance"
    WITHDRAW = "withdraw"
    REDIRECT = "redirect"
    IN_POSITION = "in-position"
    STOP = "stop"


@dataclass(frozen=True)
class Step:
    """One step of the advice.

    Attributes
    ----------
    action, text
    distance_mm
        To advance or withdraw.
    cranial_deg, lateral_deg
        To redirect: toward the head, and away from the midline; negative toward the feet and the midline.
    """

    action: Action
    text: str
    distance_mm: float = 0.0
    cranial_deg: float = 0.0
    lateral_deg: float = 0.0


def advise(
    off: Deviation, in_the_way: Ahead | None, way: WayOn | None, direction: Vector, side: Side
) -> tuple[Step, ...]:
    """The steps from the present needle to the target.

    Parameters
    ----------
    off : Deviation
    in_the_way : Ahead, optional
        None where no anatomy was given.
    way : WayOn, optional
        None where the target can't be reached through this skin hole.
    direction : array, shape (3,)
        The shaft's unit vector.
    side : Side
        Of the root: away from the midline is toward this side.
    """
    if in_the_way is not None and in_the_way.forbidden and in_the_way.distance_mm == 0.0:
        return (Step(Action.STOP, f"stop: the tip lies in the {in_the_way.structure}; withdraw and look again"),)
    if off.tip_to_target_mm <= IN_POSITION_MM:
        return (Step(Action.IN_POSITION, f"in position, {off.tip_to_target_mm:.0f} mm from the planned target"),)
    if way is None:
        return (Step(Action.STOP, "stop: no acceptable way leads on from this skin hole; plan a new entry"),)
    return _on(way, direction, side)


def _on(way: WayOn, direction: Vector, side: Side) -> tuple[Step, ...]:
    steps: list[Step] = []
    if way.withdraw_mm >= LEAST_MOVE_MM:
        goal = "" if way.advance_mm >= LEAST_MOVE_MM else " to target"
        steps.append(Step(Action.WITHDRAW, f"withdraw {way.withdraw_mm:.0f} mm{goal}", way.withdraw_mm))
    if way.turn_deg >= STRAIGHT_ON_DEG:
        cranial, lateral = turn(direction, way.target_mm - way.start_mm, side)
        words = f"redirect {_turn_in_words(cranial, lateral)}"
        steps.append(Step(Action.REDIRECT, words, cranial_deg=cranial, lateral_deg=lateral))
    if way.advance_mm >= LEAST_MOVE_MM:
        goal = f"then {way.advance_mm:.0f} mm to target" if steps else f"advance {way.advance_mm:.0f} mm to target"
        steps.append(Step(Action.ADVANCE, goal, way.advance_mm))
    return tuple(steps) or (Step(Action.IN_POSITION, "in position, in the target zone"),)


def turn(direction: Vector, wanted: Vector, side: Side) -> tuple[float, float]:
    """How the tip must swing, in degrees: toward the head, and away from the midline."""
    old, new = direction, wanted / np.linalg.norm(wanted)
    cranial = np.degrees(np.arcsin(new[2]) - np.arcsin(old[2]))
    axial = np.degrees(np.arctan2(new[0], -new[1]) - np.arctan2(old[0], -old[1]))
    axial = (axial + 180.0) % 360.0 - 180.0
    return float(cranial), float(axial * side.sign)


def _turn_in_words(cranial: float, lateral: float) -> str:
    parts = []
    if abs(cranial) >= 0.5:
        parts.append(f"{abs(cranial):.0f}° {'cranial' if cranial > 0 else 'caudal'}")
    if abs(lateral) >= 0.5:
        parts.append(f"{abs(lateral):.0f}° {'lateral' if lateral > 0 else 'medial'}")
    return " and ".join(parts) or "slightly"


def sentence(steps: tuple[Step, ...]) -> str:
    """The whole advice in one line."""
    return ", ".join(step.text for step in steps)
