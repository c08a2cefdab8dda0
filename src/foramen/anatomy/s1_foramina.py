"""The first sacral foramen on each side: its dorsal opening, which a needle enters, and its ventral mouth.

A foramen is where one can look through the sacrum from the back to the front: along a line through it the CT meets the
least bone. Both sides are looked at together. Where only one is seen, its mirror image stands for the other; where none
is, published anatomy does; both with the larger uncertainty they have.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.clear_sight import Sight, bone_density, ends_of
from foramen.anatomy.reslice import LocalBox
from foramen.anatomy.root import Root, Side
from foramen.anatomy.root_statistics import S1_DORSAL_ASIDE_MM, S1_DORSAL_WIDTH_MM
from foramen.anatomy.s1_views import USUAL_SLOPE, View, best_pair, find_views, unlikeness, usual_height_mm
from foramen.anatomy.spine import Foramen, Frame, Vector
from foramen.anatomy.thecal_sac import PEDICLE_TO_DURA_MM
from foramen.anatomy.vertebrae import SeenVertebra
from foramen.imaging.ct import Ct

BOX = LocalBox((10.0, -30.0, -34.0), (38.0, 50.0, 2.0))
"""Where the foramen is looked for on the left, in S1's frame (origin in its body's centre); mirrored on the right."""

SEEN_UNCERTAINTY_MM, UNLIKE_UNCERTAINTY_MM, GUESSED_UNCERTAINTY_MM = 2.5, 4.0, 5.0
"""Seen (to which a voxel's size adds); seen, but unlike the other side; not seen."""

UNLIKE_SD = 1.5
"""Sides that differ by more than this many sigma are said to."""


@dataclass(frozen=True, eq=False)
class SeenSacralForamen:
    """An S1 foramen, where its root leaves the sac, and how sure its place is (one sigma)."""

    foramen: Foramen
    sac_side_mm: Vector
    uncertainty_mm: float
    seen_in_image: bool


def find_s1_foramina(sacral: SeenVertebra | None, ct: Ct, *, has_sacrum: bool) -> dict[Side, SeenSacralForamen]:
    """The first sacral foramen of each side.

    Parameters
    ----------
    sacral : SeenVertebra or None
        S1, on the mask of the sacrum; None where there is none.
    ct : Ct
        Canonical.
    has_sacrum : bool
        Whether the label map holds more of the sacrum than S1 alone, under which the foramen lies.
    """
    if sacral is None or not has_sacrum:
        missing = "the sacrum below S1" if sacral else "the sacrum"
        return {side: _not_visible(side, f"{missing} is not in the scan or not labelled") for side in Side}
    boxes = {side: BOX if side is Side.LEFT else BOX.mirrored for side in Side}
    densities = {side: bone_density(sacral.bone, ct, sacral.vertebra.frame, boxes[side]) for side in Side}
    height = sacral.vertebra.body_height_mm
    views = {side: find_views(densities[side], boxes[side], side.sign, sacral.front_mm, height) for side in Side}
    pair = dict(zip((Side.LEFT, Side.RIGHT), best_pair(views[Side.LEFT], views[Side.RIGHT]), strict=True))
    return {side: _described(side, sacral, pair, densities[side], boxes[side], ct) for side in Side}


def _described(
    side: Side,
    sacral: SeenVertebra,
    pair: dict[Side, View | None],
    density: NDArray[np.float32],
    box: LocalBox,
    ct: Ct,
) -> SeenSacralForamen:
    own, other = pair[side], pair[side.other]
    view = own or (_mirrored(other) if other else _usual(density, sacral, box, side))
    corners = [sacral.vertebra.frame.to_world(p) for p in (view.dorsal, view.ventral)] if view else []
    if view is None or not ct.grid.contains(np.array(corners)).all():
        return _not_visible(side, "the sacrum's first foramen is outside the scan or not labelled")
    uncertainty = GUESSED_UNCERTAINTY_MM
    if own is not None:
        unlike = other is None or unlikeness(own, other) > UNLIKE_SD
        voxel_mm = float(np.prod(ct.spacing_mm)) ** (1 / 3)
        uncertainty = float(np.hypot(UNLIKE_UNCERTAINTY_MM if unlike else SEEN_UNCERTAINTY_MM, voxel_mm))
    return _describe(Root("S1", side), sacral, view, uncertainty, seen=own is not None)


def _not_visible(side: Side, reason: str) -> SeenSacralForamen:
    return SeenSacralForamen(Foramen(Root("S1", side), visible=False, reason=reason), np.zeros(3), np.inf, False)


def _mirrored(view: View) -> View:
    turn = np.array([-1.0, 1.0, 1.0])
    return View(view.dorsal * turn, view.ventral * turn, view.width_mm, view.log_likelihood)


def _usual(density: NDArray[np.float32], sacral: SeenVertebra, box: LocalBox, side: Side) -> View | None:
    """Where published anatomy has it, on the faces of this sacrum."""
    cranial = usual_height_mm(0.0, sacral.vertebra.body_height_mm)
    ends = ends_of(Sight(side.sign * S1_DORSAL_ASIDE_MM, cranial, (0.0, USUAL_SLOPE), 0.0), density > 0, box)
    return View(*ends, S1_DORSAL_WIDTH_MM, 0.0) if ends else None


def _describe(root: Root, sacral: SeenVertebra, view: View, uncertainty_mm: float, *, seen: bool) -> SeenSacralForamen:
    frame, width = sacral.vertebra.frame, view.width_mm
    dorsal, ventral = (frame.to_world(p) for p in (view.dorsal, view.ventral))
    here = Frame(dorsal, frame.left, frame.posterior, frame.cranial)
    foramen = Foramen(root, True, "", here, dorsal, ventral, dorsal, width, width)
    aside = root.side.sign * (sacral.hole.width_mm / 2 - PEDICLE_TO_DURA_MM)
    sac = sacral.vertebra.canal_centre_mm + aside * frame.left
    return SeenSacralForamen(foramen, sac, uncertainty_mm, seen)
