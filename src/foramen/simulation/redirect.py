"""A needle that is withdrawn, turned and pushed on: what tissue lets its shaft do."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from foramen.simulation.needle import SimulatedNeedle

Vector = NDArray[np.float64]

FREE_MM = 20.0
"""So shallow a needle turns as a whole, and the skin gives way; deeper, its shaft stays where it was and the rest bends
off. A design choice."""
SHALLOWEST_MM = 3.0
LEAST_BEND_MM = 0.1


def withdrawn(needle: SimulatedNeedle, by_mm: float) -> SimulatedNeedle:
    """The needle drawn back along its own axis, straightening as it comes."""
    depth = max(needle.depth_mm - by_mm, min(needle.depth_mm, SHALLOWEST_MM))
    bend = needle.sag_mm * (depth / needle.depth_mm) ** 2
    return replace(needle, tip_mm=needle.entry_mm + depth * needle.axis, bend_mm=bend)


def turned(direction: Vector, cranial_deg: float, left_deg: float) -> Vector:
    """A unit vector swung toward the head, and in the axial plane toward the patient's left."""
    up = np.arcsin(direction[2]) + np.radians(cranial_deg)
    across = np.arctan2(direction[0], -direction[1]) + np.radians(left_deg)
    return np.array([np.sin(across) * np.cos(up), -np.cos(across) * np.cos(up), np.sin(up)])


def pushed(needle: SimulatedNeedle, direction: Vector, by_mm: float) -> SimulatedNeedle:
    """The needle pushed on in a direction from where its tip lies."""
    start, tip = needle.tip_mm, needle.tip_mm + by_mm * direction
    if needle.depth_mm <= FREE_MM:
        return replace(needle, tip_mm=tip, entry_mm=start - needle.depth_mm * direction, bend_mm=needle.sag_mm)
    bend = _bend_through(needle.entry_mm, start, tip)
    # A shaft that is turned follows the turn; one that is pushed straight on keeps the bend it had.
    return replace(needle, tip_mm=tip, bend_mm=bend if np.linalg.norm(bend) > LEAST_BEND_MM else needle.sag_mm)


def _bend_through(entry: Vector, through: Vector, tip: Vector) -> Vector:
    """The bend of the arc from entry to tip that passes through a point."""
    way = tip - entry
    share = float((through - entry) @ way / (way @ way))
    return np.asarray((through - entry - share * way) / (4 * share * (1 - share))) if share < 1 else np.zeros(3)
