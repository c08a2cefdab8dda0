"""Views through the sacrum that may be its first foramen, and the pair that looks most like both.

Each view is held against published anatomy and the other side's mirror image: the second foramen, the root's own tunnel
from the canal and gaps in thin cortex are views, too.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.clear_sight import clear_sights, ends_of
from foramen.anatomy.reslice import LocalBox
from foramen.anatomy.root_statistics import S1_DORSAL_ASIDE_MM, S1_DORSAL_ASIDE_SD_MM
from foramen.anatomy.spine import Vector

USUAL_BELOW_MM, USUAL_SLOPE, BELOW_SD_MM = 7.0, 0.27, 4.0
"""The line through it crosses S1's middle so far under its body and rises 15° toward the back: the mean of the six
dorsal openings that a reader placed on three scans, SD 1.7 mm. Published figures were not found; so SD 4 here."""

FARTHEST_SD = 2.5
"""From where the foramen usually is; farther away it is another hole."""

LEAST_DEPTH_MM = 7.2
"""From dorsal to ventral mouth: 11.0 - 2 SD of 1.9 mm (KJP 2023 36:98); a shallower view ends in a pit."""

MOUTHS_APART_MM = 15.0
"""Greatest distance between dorsal and ventral mouth across the line of sight."""

PER_RANK, PER_WIDER = 0.5, 1.0
"""What a step of clearness and an e-fold area are worth in log likelihood: a hole looks widest along its own axis."""

UNLIKE_SD_MM = 4.0
"""How unlike two sides may be, one sigma."""

VIEWS = 12
"""So many of a side's clearest views are held against each other."""


@dataclass(frozen=True, eq=False)
class View:
    """A possible foramen of one side: both mouths in S1's frame, and how likely it is by itself."""

    dorsal: Vector
    ventral: Vector
    width_mm: float
    log_likelihood: float


def usual_height_mm(posterior_mm: float, body_height_mm: float) -> float:
    """Height above the middle of S1's body at which the usual line passes a depth."""
    return -body_height_mm / 2 - USUAL_BELOW_MM + USUAL_SLOPE * posterior_mm


def find_views(
    density: NDArray[np.float32], box: LocalBox, outward: int, front_mm: float, height_mm: float
) -> list[View]:
    """The views of one side that may be its first foramen.

    Parameters
    ----------
    density, box, outward
        As for `clear_sights`.
    front_mm
        Front of the sacral canal: where the foramen's halves meet at an angle, each is looked into from its own face.
    height_mm
        Of the body.
    """
    behind = box.axes_mm[1] >= front_mm
    dorsal_half = np.where(behind[None, :, None], density, 0)
    mouths = _ventral_mouths(np.where(behind[None, :, None], 0, density), density, box, outward)
    views = [*_views(density, density, box, outward, height_mm, None)]
    views += _views(dorsal_half, density, box, outward, height_mm, mouths)
    return sorted(views, key=lambda view: -view.log_likelihood)[:VIEWS]


def best_pair(left: list[View], right: list[View]) -> tuple[View | None, View | None]:
    """The most likely views of both sides together; None where a side has none."""
    if not left or not right:
        return (left[0] if left else None), (right[0] if right else None)
    pairs = [(one, other) for one in left for other in right]
    return max(pairs, key=lambda pair: pair[0].log_likelihood + pair[1].log_likelihood - unlikeness(*pair) ** 2 / 2)


def unlikeness(left: View, right: View) -> float:
    """How far a dorsal mouth lies from the mirror image of the other, in sigma."""
    return float(np.linalg.norm(left.dorsal - right.dorsal * (-1, 1, 1)) / UNLIKE_SD_MM)


def _views(
    looked_at: NDArray[np.float32],
    whole: NDArray[np.float32],
    box: LocalBox,
    outward: int,
    height_mm: float,
    mouths: list[Vector] | None,
) -> list[View]:
    """Likely views; with `mouths`, the ventral one is the nearest of them, without, where the line leaves the bone."""
    found = []
    for sight in clear_sights(looked_at, box, outward):
        ends = ends_of(sight, whole > 0, box)
        if ends is None:
            continue
        dorsal, ventral = ends
        off = np.array(
            [
                (abs(dorsal[0]) - S1_DORSAL_ASIDE_MM) / S1_DORSAL_ASIDE_SD_MM,
                (dorsal[2] - usual_height_mm(dorsal[1], height_mm)) / BELOW_SD_MM,
            ]
        )
        shallow = float(np.linalg.norm(dorsal - ventral)) < LEAST_DEPTH_MM
        if np.abs(off).max() > FARTHEST_SD or (shallow and mouths is None):
            continue
        near = [m for m in mouths or [] if np.hypot(m[0] - dorsal[0], m[2] - dorsal[2]) <= MOUTHS_APART_MM]
        width = float(2 * np.sqrt(sight.area_mm2 / np.pi))
        likelihood = -0.5 * float((off**2).sum()) - PER_RANK * sight.rank + PER_WIDER * float(np.log(sight.area_mm2))
        found.append(View(dorsal, near[0] if near else ventral, width, likelihood))
    return found


def _ventral_mouths(
    looked_at: NDArray[np.float32], whole: NDArray[np.float32], box: LocalBox, outward: int
) -> list[Vector]:
    """Where views from the front into the ventral half begin, the clearest first."""
    ends = [ends_of(sight, whole > 0, box) for sight in clear_sights(looked_at, box, outward)]
    return [pair[1] for pair in ends if pair is not None]
