"""The first sacral vertebra: its endplate under the last lumbar one, its turn and its canal."""

import numpy as np
from scipy import ndimage

from foramen.anatomy.bone_mask import Box, bone_mask
from foramen.anatomy.canal_hole import Hole, find_hole
from foramen.anatomy.frames import Measured, fit_plane, make_frame
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.reslice import LocalBox, reslice
from foramen.anatomy.root import Side
from foramen.anatomy.spine import Frame, Pedicle, Vector, Vertebra
from foramen.anatomy.structures import Structure
from foramen.anatomy.vertebrae import SeenVertebra
from foramen.imaging.volume import Volume

ENDPLATE_BOX = LocalBox((-15.0, -16.0, -45.0), (15.0, 14.0, 25.0))
"""Where the sacral endplate is looked for, in the last lumbar vertebra's frame moved to its lower endplate."""

CANAL_BOX = LocalBox((-45.0, -30.0, -16.0), (45.0, 60.0, -5.0))
"""The first sacral segment under its endplate, where pedicles part the canal from the foramina below them."""

ROUNDS = 6
USUAL_DISC_MM = 10.0
"""Distance at which the search begins; L5-S1 discs are 9 to 14 mm high (`field.md` §5.4)."""


def find_first_sacral(labels: LabelMap, boxes: dict[Structure, Box], above: SeenVertebra) -> SeenVertebra | None:
    """S1 as the lower neighbour of the last lumbar vertebra, from labels `S1`, `SACRUM` or both; None without either.

    Its endplate is found by looking down from the vertebra above. Its pedicles have no isthmus: they are given where
    a line down from the upper isthmi meets the level of the S1 canal, which is loose (about 5 mm).
    """
    bone = bone_mask(labels, boxes, (Structure.S1, Structure.SACRUM))
    if bone is None or above.body_cut:
        return None
    return measure_first_sacral(bone, above)


def measure_first_sacral(bone: Volume, above: SeenVertebra) -> SeenVertebra | None:
    """S1 on a mask of the sacrum; None where no endplate or canal can be found under the vertebra above."""
    upper = above.vertebra
    frame = upper.frame
    start = frame.to_world((0.0, 0.0, -upper.body_height_mm / 2 - USUAL_DISC_MM))
    frame = Frame(start, frame.left, frame.posterior, frame.cranial)
    hole = None
    for _ in range(ROUNDS):
        endplate = _endplate(bone, frame)
        if endplate is None:
            return None
        frame = endplate
        hole = find_hole(reslice(bone, frame, CANAL_BOX) > 0.5, CANAL_BOX)
        if hole is not None:
            frame, hole = _centred(bone, frame, hole)
    if hole is None:
        return None
    return _describe(bone, frame, hole, above)


def _endplate(bone: Volume, frame: Frame) -> Frame | None:
    """The frame turned onto the plane of the first bone met when looking down."""
    solid = reslice(bone, frame, ENDPLATE_BOX) > 0.5
    left, posterior, cranial = ENDPLATE_BOX.axes_mm
    hit = solid.any(axis=2)
    if hit.mean() < 0.5:
        return None
    heights = cranial[solid.shape[2] - 1 - np.argmax(solid[:, :, ::-1], axis=2)]
    plane = fit_plane(left, posterior, heights, ndimage.binary_erosion(hit))
    axis = np.array([-plane[0], -plane[1], 1.0]) @ frame.axes
    return make_frame(frame.to_world((0.0, 0.0, plane[2])), axis, frame.posterior)


def _centred(bone: Volume, frame: Frame, hole: Hole) -> tuple[Frame, Hole]:
    """The frame moved to above the body's middle: at the canal's midline, between the body's front wall and canal."""
    strip = LocalBox((hole.centre_mm[0] - 5.0, -45.0, -16.0), (hole.centre_mm[0] + 5.0, hole.front_mm - 1.0, -10.0))
    seen = reslice(bone, frame, strip).mean(axis=2) > 0.5
    rows = seen.any(axis=1)
    posterior = strip.axes_mm[1]
    front = float(np.median(posterior[np.argmax(seen[rows], axis=1)])) if rows.any() else hole.front_mm - 32.0
    middle = (hole.centre_mm[0], (front + hole.front_mm) / 2)
    return Frame(frame.to_world((*middle, 0.0)), frame.left, frame.posterior, frame.cranial), hole.seen_from(middle)


def _describe(bone: Volume, frame: Frame, hole: Hole, above: SeenVertebra) -> SeenVertebra:
    height = above.vertebra.body_height_mm
    body = Frame(frame.to_world((0.0, 0.0, -height / 2)), frame.left, frame.posterior, frame.cranial)
    measured = Measured(body, hole, height, hole.width_mm, False)
    pedicles = {side: _pedicle(measured, above, side) for side in above.vertebra.pedicles}
    vertebra = Vertebra("S1", body, measured.canal_centre_mm, height, pedicles, 0.8, True)
    return SeenVertebra(vertebra, bone, hole, False)


def _pedicle(measured: Measured, above: SeenVertebra, side: Side) -> Pedicle:
    """As far from the midline as the pedicle above, beside the front of the canal, level with the body's middle."""
    upper = above.vertebra.pedicles[side]
    aside = above.vertebra.frame.to_local(upper.centre_mm)[0]
    place: Vector = measured.frame.to_world((aside, measured.hole.front_mm, 0.0))
    return Pedicle(side, place, upper.width_mm, upper.height_mm)
