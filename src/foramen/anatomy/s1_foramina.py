"""The first sacral foramen on each side: its dorsal opening, which a needle enters, and its ventral mouth.

A foramen is where one can look through the sacrum from the back to the front: along a line through it the CT meets the
least bone. Where its dorsal and ventral halves meet at an angle, each is looked into by itself, as deep as the sacral
canal. Where no line is clear, published anatomy gives the place, with the larger uncertainty it has.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.clear_sight import Sight, bone_density, clear_sights, ends_of
from foramen.anatomy.reslice import LocalBox
from foramen.anatomy.root import Root, Side
from foramen.anatomy.root_statistics import S1_DORSAL_ASIDE_MM, S1_DORSAL_ASIDE_SD_MM, S1_DORSAL_WIDTH_MM
from foramen.anatomy.spine import Foramen, Frame, Vector
from foramen.anatomy.thecal_sac import PEDICLE_TO_DURA_MM
from foramen.anatomy.vertebrae import SeenVertebra
from foramen.imaging.ct import Ct

BOX = LocalBox((10.0, -30.0, -34.0), (38.0, 50.0, 2.0))
"""Where the foramen is looked for on the left, in S1's frame (origin in its body's centre); mirrored on the right."""

GUESSED_BELOW_MM, GUESSED_SLOPE = 5.0, 0.27
"""Where no line is clear: under the S1 body, rising 15° toward the back, as on this project's reference scans."""

FARTHEST_SD = 2.5
"""From the published distance to the midline."""

MOUTHS_APART_MM = 15.0
"""Greatest distance between dorsal and ventral mouth across the line of sight."""

SEEN_UNCERTAINTY_MM, GUESSED_UNCERTAINTY_MM = 2.5, 5.0


@dataclass(frozen=True, eq=False)
class SeenSacralForamen:
    """An S1 foramen, where its root leaves the sac, and how sure its place is (one sigma)."""

    foramen: Foramen
    sac_side_mm: Vector
    uncertainty_mm: float
    seen_in_image: bool


def find_s1_foramen(side: Side, sacral: SeenVertebra | None, ct: Ct, *, has_sacrum: bool) -> SeenSacralForamen:
    """The first sacral foramen of one side.

    Parameters
    ----------
    side : Side
        The patient's.
    sacral : SeenVertebra or None
        S1, on the mask of the sacrum; None where there is none.
    ct : Ct
        Canonical.
    has_sacrum : bool
        Whether the label map holds more of the sacrum than S1 alone, under which the foramen lies.
    """
    root = Root("S1", side)
    if sacral is None or not has_sacrum:
        missing = "the sacrum below S1" if sacral else "the sacrum"
        return _not_visible(root, f"{missing} is not in the scan or not labelled")
    box = BOX if side is Side.LEFT else BOX.mirrored
    density = bone_density(sacral.bone, ct, sacral.vertebra.frame, box)
    looked = _look(density, sacral, box, side)
    ends, width = looked if looked else (_guess(density, sacral, box, side), S1_DORSAL_WIDTH_MM)
    inside = ct.grid.contains(np.array([sacral.vertebra.frame.to_world(p) for p in ends])).all() if ends else False
    if ends is None or not inside:
        return _not_visible(root, "the sacrum's first foramen is outside the scan or not labelled")
    return _describe(root, sacral, ends, width, seen=looked is not None)


def _not_visible(root: Root, reason: str) -> SeenSacralForamen:
    return SeenSacralForamen(Foramen(root, visible=False, reason=reason), np.zeros(3), np.inf, False)


def _look(
    density: NDArray[np.float32], sacral: SeenVertebra, box: LocalBox, side: Side
) -> tuple[tuple[Vector, Vector], float] | None:
    """Dorsal and ventral end and width of the foramen, seen right through, or else from either face."""
    through = _first_dorsal(density, density, box, side)
    if through is not None:
        return through
    behind_front = box.axes_mm[1] >= sacral.front_mm
    dorsal = _first_dorsal(np.where(behind_front[None, :, None], density, 0), density, box, side)
    if dorsal is None:
        return None
    (back, front), width = dorsal
    mouths = [
        ends[1]
        for sight in clear_sights(np.where(behind_front[None, :, None], 0, density), box, side.sign)
        if (ends := ends_of(sight, density > 0, box)) is not None
    ]
    near = [mouth for mouth in mouths if np.hypot(mouth[0] - back[0], mouth[2] - back[2]) <= MOUTHS_APART_MM]
    return (back, near[0] if near else front), width


def _first_dorsal(
    looked_at: NDArray[np.float32], whole: NDArray[np.float32], box: LocalBox, side: Side
) -> tuple[tuple[Vector, Vector], float] | None:
    """The widest view that reaches the back of the sacrum as far from the midline as dorsal foramina lie.

    The root's own tunnel from the canal to the ventral mouth does not.
    """
    for sight in clear_sights(looked_at, box, side.sign):
        ends = ends_of(sight, whole > 0, box)
        if ends is not None and abs(abs(ends[0][0]) - S1_DORSAL_ASIDE_MM) <= FARTHEST_SD * S1_DORSAL_ASIDE_SD_MM:
            return ends, float(2 * np.sqrt(sight.area_mm2 / np.pi))
    return None


def _guess(
    density: NDArray[np.float32], sacral: SeenVertebra, box: LocalBox, side: Side
) -> tuple[Vector, Vector] | None:
    cranial = -sacral.vertebra.body_height_mm / 2 - GUESSED_BELOW_MM
    return ends_of(Sight(side.sign * S1_DORSAL_ASIDE_MM, cranial, (0.0, GUESSED_SLOPE), 0.0), density > 0, box)


def _describe(
    root: Root, sacral: SeenVertebra, ends: tuple[Vector, Vector], width_mm: float, *, seen: bool
) -> SeenSacralForamen:
    frame = sacral.vertebra.frame
    dorsal, ventral = (frame.to_world(p) for p in ends)
    here = Frame(dorsal, frame.left, frame.posterior, frame.cranial)
    foramen = Foramen(root, True, "", here, dorsal, ventral, dorsal, width_mm, width_mm)
    aside = root.side.sign * (sacral.hole.width_mm / 2 - PEDICLE_TO_DURA_MM)
    sac = sacral.vertebra.canal_centre_mm + aside * frame.left
    return SeenSacralForamen(foramen, sac, SEEN_UNCERTAINTY_MM if seen else GUESSED_UNCERTAINTY_MM, seen)
