"""The vertebrae of a label map, each with its frame, canal and pedicles, and with what the scan's border cuts off."""

from dataclasses import dataclass

import numpy as np

from foramen.anatomy.bone_mask import Box, bone_mask, border_points_mm
from foramen.anatomy.canal_hole import Hole
from foramen.anatomy.frames import SMALLEST_BODY_RADIUS_MM, Measured, first_guess, measure, thickest_part
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.pedicles import find_pedicles
from foramen.anatomy.spine import Vector, Vertebra
from foramen.anatomy.structures import LUMBAR_VERTEBRAE, VERTEBRAE, Structure
from foramen.imaging.volume import Volume

HIGHEST = Structure.T10
"""Vertebrae above this bound no lumbar foramen and lie outside any route to one."""


BOUNDS_FORAMINA_MM = (-6.0, 34.0)
"""From before the back of the body, whose half depth is 15 to 20 mm, to behind the joints: beyond lie the front of the
body and the tip of the spinous process, which bound no foramen."""


@dataclass(frozen=True, eq=False)
class SeenVertebra:
    """A vertebra's geometry together with the voxels it was measured on.

    Attributes
    ----------
    hole
        The canal as seen along `vertebra.frame`.
    body_cut
        Whether the scan's border cuts an endplate; `vertebra.complete` says it for body and arch.
    foramina_cut
        Whether it cuts what bounds a foramen: the back of the body, a pedicle or a joint process.
    """

    vertebra: Vertebra
    bone: Volume
    hole: Hole
    body_cut: bool
    foramina_cut: bool = False

    @property
    def front_mm(self) -> float:
        """How far behind the body's centre the canal begins."""
        return self.hole.front_mm


def find_vertebrae(labels: LabelMap, boxes: dict[Structure, Box]) -> tuple[list[SeenVertebra], list[str]]:
    """The vertebrae from T10 downward whose bodies are in view, from head to foot, and warnings of lumbar others.

    Parameters
    ----------
    labels : LabelMap
        Canonical.
    boxes : dict
        `boxes_of` the map.
    """
    bones = [(s, bone) for s in VERTEBRAE if s >= HIGHEST and (bone := bone_mask(labels, boxes, [s])) is not None]
    cores = [thickest_part(bone) for _, bone in bones]
    seen, warnings = [], []
    for k, (structure, bone) in enumerate(bones):
        centre, radius = cores[k]
        cranial = _run_of_spine([c for c, _ in cores], k)
        measured = None
        if radius >= SMALLEST_BODY_RADIUS_MM:
            measured = measure(bone, first_guess(bone, centre, cranial), labels.grid)
        if measured is not None:
            seen.append(_describe(structure, bone, measured, labels))
        elif structure in LUMBAR_VERTEBRAE:
            # No root that is planned for leaves between thoracic vertebrae: nobody needs to know of those.
            warnings.append(f"{structure.name} can't be measured: {_why_not(radius)}.")
    return seen, warnings


def _why_not(radius_mm: float) -> str:
    if radius_mm < SMALLEST_BODY_RADIUS_MM:
        return "too little of its body is in view or labelled"
    return "its arch, which would enclose the canal, is not in view or not labelled"


def _run_of_spine(centres: list[Vector], k: int) -> Vector:
    """Toward the head, from the neighbours' bodies; straight up where there are none."""
    way = centres[max(k - 1, 0)] - centres[min(k + 1, len(centres) - 1)]
    length = np.linalg.norm(way)
    return way / length if length > 5.0 else np.array([0.0, 0.0, 1.0])


def _describe(structure: Structure, bone: Volume, measured: Measured, labels: LabelMap) -> SeenVertebra:
    cut = measured.frame.to_local(border_points_mm(bone, labels))
    # Transverse processes bound no foramen: a narrow field of view may take them.
    inner = np.abs(cut[:, 0]) < measured.body_width_mm / 2
    beside_foramina = (cut[:, 1] > BOUNDS_FORAMINA_MM[0]) & (cut[:, 1] < BOUNDS_FORAMINA_MM[1])
    complete = not inner.any() and not measured.cut
    pedicles = find_pedicles(bone, measured)
    confidence = (1.0 if complete else 0.5) * (1.0 if len(pedicles) == 2 and measured.hole.gap_mm == 0 else 0.7)
    vertebra = Vertebra(
        structure.name,
        measured.frame,
        measured.canal_centre_mm,
        measured.body_height_mm,
        pedicles,
        confidence,
        complete,
    )
    foramina_cut = measured.cut or bool((inner & beside_foramina).any())
    return SeenVertebra(vertebra, bone, measured.hole, measured.cut, foramina_cut)
