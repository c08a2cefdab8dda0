"""Needles: a thin steel tube between hub and bevel, a little bent, with its stylet in or out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foramen.errors import UsageError
from foramen.imaging.ct import Ct
from foramen.simulation.metal import PLASTIC_PER_MM, STEEL_PER_MM, Metal, lay_metal, tube

Vector = NDArray[np.float64]

DIAMETERS_MM = {
    18: (1.270, 0.838), 19: (1.067, 0.686), 20: (0.908, 0.603), 21: (0.819, 0.514), 22: (0.718, 0.413),
    23: (0.641, 0.337), 24: (0.565, 0.311), 25: (0.514, 0.260),
}  # fmt: skip
"""Nominal outer and inner diameter of regular-wall needles by gauge (the makers' needle gauge chart)."""
STYLET_GAP_MM = 0.05
HUB_MM, HUB_LENGTH_MM = 6.0, 18.0
STEP_MM = 0.5


@dataclass(frozen=True, eq=False)
class SimulatedNeedle:
    """A needle in (or still before) the patient, in LPS mm.

    Parameters
    ----------
    tip_mm : array, shape (3,)
        The farthest point of the bevel.
    entry_mm : array, shape (3,)
        Where the shaft crosses the skin.
    gauge : int
        18 to 25.
    length_mm : float
        From tip to hub.
    bend_mm : array, shape (3,)
        How far the middle of the shaft within the patient lies from the straight line between entry and tip;
        only what is square to that line counts. A bevelled needle bends on a shallow arc.
    stylet : bool
        Whether the stylet is in.
    bevel_mm : float
        Length of the bevel: over it the metal tapers to the tip.

    Raises
    ------
    UsageError
        If there is no such needle.
    """

    tip_mm: Vector
    entry_mm: Vector
    gauge: int = 22
    length_mm: float = 120.0
    bend_mm: ArrayLike = (0.0, 0.0, 0.0)
    stylet: bool = True
    bevel_mm: float = 1.2

    def __post_init__(self) -> None:
        for name in ("tip_mm", "entry_mm", "bend_mm"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if self.gauge not in DIAMETERS_MM:
            raise UsageError(f"There is no {self.gauge} G needle here; use 18 to 25 G.")
        if not 1 < self.depth_mm <= self.length_mm:
            raise UsageError(f"A {self.length_mm:.0f} mm needle can't lie {self.depth_mm:.0f} mm deep.")

    @property
    def depth_mm(self) -> float:
        """Straight from entry to tip."""
        return float(np.linalg.norm(self.tip_mm - self.entry_mm))

    @property
    def axis(self) -> Vector:
        """Unit vector from entry to tip, shape (3,)."""
        return (self.tip_mm - self.entry_mm) / self.depth_mm

    @property
    def sag_mm(self) -> Vector:
        """The bend, square to the axis, shape (3,)."""
        bend = np.asarray(self.bend_mm)
        return np.asarray(bend - (bend @ self.axis) * self.axis)

    @property
    def tip_direction(self) -> Vector:
        """Unit vector along which the tip points: the axis of an unbent needle, shape (3,)."""
        direction = self.axis - 4 * self.sag_mm / self.depth_mm
        return direction / float(np.linalg.norm(direction))

    @property
    def line_mm(self) -> NDArray[np.float64]:
        """The centreline from hub to tip, shape (n, 3): an arc within the patient, straight outside."""
        inside = np.linspace(0.0, 1.0, max(2, round(self.depth_mm / STEP_MM)) + 1)
        straight = self.entry_mm + inside[:, None] * (self.tip_mm - self.entry_mm)
        arc = straight + (4 * inside * (1 - inside))[:, None] * self.sag_mm
        outward = -self.axis - 4 * self.sag_mm / self.depth_mm
        hub = self.entry_mm + (self.length_mm - self.depth_mm) * outward / np.linalg.norm(outward)
        return np.concatenate([hub[None], arc]) if self.length_mm > self.depth_mm else arc

    def moved(self, matrix: NDArray[np.float64]) -> "SimulatedNeedle":
        """The same needle in another frame, by a rigid motion of shape (4, 4)."""
        tip, entry = (matrix[:3, :3] @ p + matrix[:3, 3] for p in (self.tip_mm, self.entry_mm))
        bend = matrix[:3, :3] @ np.asarray(self.bend_mm)
        return SimulatedNeedle(tip, entry, self.gauge, self.length_mm, bend, self.stylet, self.bevel_mm)

    @property
    def metal(self) -> Metal:
        """Shaft, bevel, stylet and plastic hub, as the scanner sees them."""
        outer, inner = DIAMETERS_MM[self.gauge]
        parts = [_shaft(self.line_mm, outer, inner, self.bevel_mm, self.tip_direction)]
        if self.stylet:
            parts.append(_shaft(self.line_mm, inner - STYLET_GAP_MM, 0.0, self.bevel_mm, self.tip_direction))
        hub = self.line_mm[0]
        outward = (hub - self.line_mm[1]) / np.linalg.norm(hub - self.line_mm[1])
        far = hub + HUB_LENGTH_MM * outward
        parts.append(tube([hub, far], HUB_MM, PLASTIC_PER_MM, inner_mm=HUB_MM - 2.5, step_mm=0.4))
        return Metal.together(parts)


def _shaft(line_mm: NDArray[np.float64], outer: float, inner: float, bevel_mm: float, direction: Vector) -> Metal:
    """A tube that is cut off obliquely: over the bevel, one wall ends before the other."""
    made = tube(line_mm, outer, STEEL_PER_MM, inner_mm=inner)
    aside = np.cross(direction, np.eye(3)[np.argmin(np.abs(direction))])
    from_tip = made.points_mm - line_mm[-1]
    along = from_tip @ direction
    across = from_tip @ (aside / np.linalg.norm(aside)) / max(outer, 1e-6)
    kept = along <= -bevel_mm * (0.5 - np.clip(across, -0.5, 0.5))
    return Metal(made.points_mm[kept], made.weights_mm2[kept])


def lay_needles(ct: Ct, needles: "tuple[SimulatedNeedle, ...] | list[SimulatedNeedle]", *, seed: int = 1) -> Ct:
    """The same CT, real or digital, with needles in it.

    Parameters
    ----------
    ct : Ct
        Of any spacing, orientation or tilt; its slices nearest to axial count as those that were scanned.
    needles : sequence of SimulatedNeedle
        In the CT's own frame. A guide needle with its inner needle is two of them on one line.
    seed : int
        Of the noise that the metal adds.
    """
    return lay_metal(ct, Metal.together([needle.metal for needle in needles]), seed=seed)
