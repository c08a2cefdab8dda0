"""Discs: tilted layers across the column of bodies, darker than the endplates on both sides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.geometric.straight_spine import LEFT_MM, POSTERIOR_MM, StraightSpine
from foramen.kernels import kernel

LEFT_POINTS_MM = np.arange(-16.0, 16.5, 4.0)
POSTERIOR_POINTS_MM = np.arange(-38.0, -9.5, 4.0)
"""Where a disc is looked at: the inner part of an endplate of 30 to 55 × 30 to 40 mm (`field.md` §5.4)."""

HALF_HEIGHTS_MM = np.arange(2.0, 6.5, 1.0)
"""Collapsed to tall: lumbar discs are 6 to 14 mm high."""

BEYOND_PLATE_MM = 5
"""Half the least height of a body, about: what lies so near beyond an endplate is its own body."""

FORWARD_TILTS = np.tan(np.radians(np.arange(-24.0, 25.0, 4.0)))
SIDEWAYS_TILTS = np.tan(np.radians(np.arange(-16.0, 17.0, 4.0)))

USUAL_FORWARD, USUAL_SIDEWAYS = np.tan(np.radians([12.0, 8.0]))
"""One sigma: discs stand across the canal's course, most steeply tilted at L5/S1. A layer that needs more tilt to look
like a disc runs askew through a body, from one endplate to the other."""


@dataclass(frozen=True)
class Plate:
    """A tilted plane across the straight spine: height on the bodies' axis, rise per mm backward and leftward."""

    along_mm: float
    forward: float
    sideways: float

    def height_at(self, left_mm: NDArray[np.float64], posterior_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Height above the straight spine's foot, mm."""
        return self.along_mm + self.sideways * left_mm + self.forward * (posterior_mm - BODY_AXIS_MM)


@dataclass(frozen=True)
class Disc:
    """A tilted layer across the straight spine, and the endplates that bound it.

    Attributes
    ----------
    along_mm
        Height of its middle on the axis of the bodies, 24 mm before the canal.
    forward, sideways
        Rise per mm toward the back and toward the left.
    half_height_mm
        From its middle to either endplate.
    contrast_hu
        By how much the endplates are brighter than what lies between them, less where the layer is much tilted.
    plates
        Its lower and its upper bound where each was looked for by itself; else they are parallel to the layer.
    """

    along_mm: float
    forward: float
    sideways: float
    half_height_mm: float
    contrast_hu: float
    plates: tuple[Plate, Plate] | None = None

    @property
    def lower(self) -> Plate:
        """The upper endplate of the vertebra below."""
        return self.plates[0] if self.plates else self._parallel(-self.half_height_mm)

    @property
    def upper(self) -> Plate:
        """The lower endplate of the vertebra above."""
        return self.plates[1] if self.plates else self._parallel(self.half_height_mm)

    def height_at(self, left_mm: NDArray[np.float64], posterior_mm: NDArray[np.float64]) -> NDArray[np.float64]:
        """Height of the layer's middle above the straight spine's foot, mm."""
        return self._parallel(0.0).height_at(left_mm, posterior_mm)

    def _parallel(self, above_mm: float) -> Plate:
        return Plate(self.along_mm + above_mm, self.forward, self.sideways)


BODY_AXIS_MM = -24.0


def disc_at_every_height(spine: StraightSpine) -> list[Disc]:
    """The best layer around every height along the canal, whether or not it is a disc; its contrast says how good."""
    left = np.searchsorted(LEFT_MM, LEFT_POINTS_MM)
    posterior = np.searchsorted(POSTERIOR_MM, POSTERIOR_POINTS_MM)
    columns = np.ascontiguousarray(spine.hu[:, left][:, :, posterior])
    best = np.zeros((len(columns), 4))
    _try_all(
        columns,
        LEFT_POINTS_MM,
        POSTERIOR_POINTS_MM - BODY_AXIS_MM,
        HALF_HEIGHTS_MM,
        FORWARD_TILTS,
        SIDEWAYS_TILTS,
        (float(USUAL_FORWARD), float(USUAL_SIDEWAYS)),
        best,
    )
    return [Disc(float(height), float(f), float(s), float(h), float(c)) for height, (f, s, h, c) in enumerate(best)]


@kernel()
def _try_all(
    columns: NDArray[np.float32],
    left_mm: NDArray[np.float64],
    posterior_mm: NDArray[np.float64],
    half_heights: NDArray[np.float64],
    forwards: NDArray[np.float64],
    sideways: NDArray[np.float64],
    usual: tuple[float, float],
    best: NDArray[np.float64],
) -> None:
    """Tilts, half height and contrast of the best layer at every height."""
    longest = columns.shape[0]
    profile = np.empty(longest)
    for forward in forwards:
        for side in sideways:
            likely = np.exp(-0.5 * ((forward / usual[0]) ** 2 + (side / usual[1]) ** 2))
            _mean_along_layers(columns, left_mm, posterior_mm, forward, side, profile)
            for height in range(longest):
                for half in half_heights:
                    low, high = int(height - half), int(height + half)
                    if low < 1 or high > longest - 2:
                        continue
                    lower = _plate(profile, low, -1)
                    upper = _plate(profile, high, 1)
                    contrast = likely * (min(lower, upper) - profile[low + 1 : high].mean())
                    if contrast > best[height, 3]:
                        best[height, 0], best[height, 1], best[height, 2] = forward, side, half
                        best[height, 3] = contrast


@kernel()
def _plate(profile: NDArray[np.float64], at: int, outward: int) -> float:
    """Brightness of an endplate, less what it lacks of being the brightest layer thereabouts.

    The middle of a body is darker than what lies above and below it, too, but the brightness then goes on rising.
    """
    here = max(profile[at], profile[at + outward])
    beyond = here
    for step in range(2, BEYOND_PLATE_MM + 1):
        place = at + outward * step
        if 0 <= place < len(profile):
            beyond = max(beyond, profile[place])
    return float(here - (beyond - here))


@kernel()
def _mean_along_layers(
    columns: NDArray[np.float32],
    left_mm: NDArray[np.float64],
    posterior_mm: NDArray[np.float64],
    forward: float,
    sideways: float,
    profile: NDArray[np.float64],
) -> None:
    """Mean HU of every layer of one tilt, for each height on the bodies' axis."""
    longest = columns.shape[0]
    for height in range(longest):
        total = 0.0
        for i in range(columns.shape[1]):
            for j in range(columns.shape[2]):
                along = int(np.floor(height + sideways * left_mm[i] + forward * posterior_mm[j] + 0.5))
                total += columns[min(max(along, 0), longest - 1), i, j]
        profile[height] = total / (columns.shape[1] * columns.shape[2])
