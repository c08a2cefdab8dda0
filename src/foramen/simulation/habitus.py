"""The trunk's outline: skin, the muscle layer under the fat, and the abdominal cavity, as sections along z.

All of it is a design choice drawn after CT, for a body mass index of 25 kg/m² and 175 cm, and grows with both.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.simulation.column import Column
from foramen.simulation.morphometry import LEVELS
from foramen.simulation.parameters import PatientParameters
from foramen.simulation.solids import Solid, loft

BEYOND_MM = 90.0
"""How far the trunk goes on above T10 and below S3, so that no scan sees its end."""
BACK_MM = 77.0
"""Deep surface of the subcutaneous fat behind the spinous processes, from the centre of L3."""

_OUTLINE = {
    # half width of the muscle layer, its front, extra fat behind
    "T10": (143.0, -112.0, 0.0),
    "L1": (142.0, -116.0, 0.0),
    "L3": (139.0, -116.0, 1.0),
    "L5": (146.0, -108.0, 4.0),
    "S1": (156.0, -102.0, 7.0),
    "S3": (166.0, -94.0, 12.0),
}


@dataclass(frozen=True, eq=False)
class Habitus:
    """Heights of the levels in the world and how big everything is."""

    column: Column
    patient: PatientParameters

    def z(self, level: str) -> float:
        """Height of a level: a vertebra's centre, or S1 to S3 along the sacrum."""
        if level in LEVELS:
            return float(self.column.vertebrae[level].origin_mm[2])
        down = {"S1": -14.0, "S2": -42.0, "S3": -66.0}[level]
        return float(self.column.sacrum.to_world([0.0, 0.0, down * self.scale])[2])

    @property
    def scale(self) -> float:
        """Of whatever grows with stature."""
        return self.column.scale

    @property
    def girth(self) -> float:
        """Of the cavity, against a body mass index of 25."""
        return 1.0 + 0.014 * (self.patient.bmi - 25.0)

    @property
    def fat_mm(self) -> float:
        """Subcutaneous fat behind L3."""
        return max(3.0, 12.0 + 1.5 * (self.patient.bmi - 25.0))

    def middle(self, z: float) -> NDArray[np.float64]:
        """Centre of the spine, x and y, at a height."""
        line = self.column.midline_mm
        return np.array([np.interp(z, line[:, 2], line[:, 0]), np.interp(z, line[:, 2], line[:, 1])])

    def core(self, inset_mm: float = 0.0, backward_mm: float = 0.0) -> Solid:
        """The outer surface of the muscles, or one that lies deeper or farther back."""
        rows = []
        for z, width, front, _ in self._outline():
            x, y = self.middle(z)
            back = BACK_MM * self.scale
            centre = 0.45 * y - 18.0
            half = (width * self.scale * self.girth, centre - front * self.scale * self.girth, back - centre)
            rows.append(
                [z, 0.4 * x, centre + backward_mm, half[0] - inset_mm, half[1] - inset_mm, half[2] - inset_mm, 2.3, 0.0]
            )
        return loft(rows, furrow=(5.0, 14.0))

    def skin(self, inset_mm: float = 0.0) -> Solid:
        """The surface of the skin, or one below it."""
        rows = []
        for z, width, front, extra in self._outline():
            x, y = self.middle(z)
            centre = 0.45 * y - 18.0
            fat = self.fat_mm
            rows.append(
                [
                    z,
                    0.4 * x,
                    centre,
                    width * self.scale * self.girth + 0.95 * fat + extra - inset_mm,
                    centre - front * self.scale * self.girth + 1.3 * fat - inset_mm,
                    BACK_MM * self.scale - centre + fat + extra - inset_mm,
                    2.25,
                    0.0,
                ]
            )
        return loft(rows, furrow=(6.0, 16.0))

    def cavity(self, inset_mm: float = 0.0) -> Solid:
        """The abdominal cavity with the space around the kidneys."""
        rows = []
        for z, width, front, _ in self._outline():
            x, y = self.middle(z)
            centre = y - 22.0
            half_width = width * self.scale * self.girth - 25.0
            half_front = centre - front * self.scale * self.girth - 13.0
            rows.append(
                [z, 0.4 * x, centre, half_width - inset_mm, half_front - inset_mm, 52.0 * self.scale - inset_mm, 2.6, 0]
            )
        return loft(rows)

    def _outline(self) -> list[tuple[float, ...]]:
        known = [(self.z(level), *values) for level, values in _OUTLINE.items()][::-1]
        table = np.array(known)
        ends = np.array([known[0][0] - BEYOND_MM, known[-1][0] + BEYOND_MM])
        heights = np.unique(np.concatenate([ends, np.linspace(table[0, 0], table[-1, 0], 12)]))
        columns = [np.interp(heights, table[:, 0], table[:, n]) for n in range(1, 4)]
        return [tuple(map(float, row)) for row in zip(heights, *columns, strict=True)]
