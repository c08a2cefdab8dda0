"""Where the contrast ran: from two scans and the plan's anatomy to compartments, pattern and release."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.root import Root
from foramen.anatomy.spine import NerveRoot
from foramen.guidance.compartments import Compartment
from foramen.guidance.contrast_map import HU_PER_MG_ML, ContrastMap, Matrix, NeedleAxis, contrast_between
from foramen.guidance.contrast_places import COURSE_BEYOND_MM, Surroundings, distance_to_course, places_of
from foramen.guidance.contrast_vessels import VesselPiece, vessel_pieces, washed_out_mg
from foramen.guidance.release import Decision, Evidence, decide, limits_of_sight
from foramen.guidance.root_in_contrast import root_in_contrast
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume

__all__ = ["HU_PER_MG_ML", "Given", "Spread", "read_spread"]

LEAST_ML = 0.001
OUTLINE_MM = 3.4
STEP_MM = 1.0
CORE_SHARE_TYPE_1, CORE_SHARE_TYPE_2 = 1.1, 0.75
"""Brightness within the root over that around it: above the first the root itself is filled, below the second it
stands out of the contrast as a gap."""
RING_COVERED = 0.35
THICK_SLICE_MM = 2.6
NEXT_ROOT_MM = 5.0


@dataclass(frozen=True)
class Given:
    """What was injected.

    Attributes
    ----------
    injected_ml
        `None` where nobody said; the steroid is then not released.
    iodine_mg_ml
        Concentration in the syringe.
    """

    injected_ml: float | None
    iodine_mg_ml: float


@dataclass(frozen=True, eq=False)
class Spread:
    """What was read.

    Attributes
    ----------
    root
        The target.
    contrast, place
        Where contrast is, and the compartment (number among `Compartment`) of each of its points.
    compartments_ml
        Volumes of the syringe's fluid.
    found_ml
        Their sum.
    length_along_root_mm
        How much of the root's course has contrast beside it.
    pfirrmann_type
        1 within the root's sheath, 2 around the root, 3 beside it (Pfirrmann 2001, Radiology 221:704); else none.
    nerve
        The target root as it was seen in these scans, or as planned where they don't show it.
    roots_reached
        Other roots with contrast beside them: the injection is not selective.
    vessels
        What looks like one.
    evidence, decision
        What the table was applied to, and what it says.
    limits
        What CT can't see.
    """

    root: Root
    contrast: ContrastMap
    place: NDArray[np.uint8]
    compartments_ml: dict[Compartment, float]
    length_along_root_mm: float
    pfirrmann_type: int | None
    nerve: NerveRoot
    roots_reached: tuple[Root, ...]
    vessels: tuple[VesselPiece, ...]
    evidence: Evidence
    decision: Decision
    limits: tuple[str, ...] = field(default=())

    @property
    def found_ml(self) -> float:
        """All that was found."""
        return self.evidence.found_ml


def read_spread(
    before: Ct,
    after: Ct,
    anatomy: Anatomy,
    root: Root,
    given: Given,
    *,
    around_mm: ArrayLike | None = None,
    before_to_planning: Matrix | None = None,
    after_to_planning: Matrix | None = None,
    needles: tuple[NeedleAxis, ...] = (),
    second: Ct | None = None,
    second_to_planning: Matrix | None = None,
    planning: Volume | None = None,
    doubt: str = "",
) -> Spread:
    """Read where contrast went.

    Parameters
    ----------
    before, after : Ct
        Control scans without and with contrast.
    anatomy : Anatomy
        Of the planning CT.
    root : Root
        The target.
    given : Given
        How much was injected, how concentrated.
    around_mm : array-like, shape (3,), optional
        The planned target; the root's point where not given.
    before_to_planning, after_to_planning, second_to_planning : array, shape (4, 4), optional
        Rigid motions from each scan to the planning CT.
    needles : tuple of NeedleAxis
        Where needles lie; the first is the one injected through.
    second : Ct, optional
        A second scan after the contrast, to see what washed out.
    planning : Volume, optional
        The planning CT, which shows where the sac ends.
    doubt : str
        Why the scans' positions can't be trusted, as the end of a sentence; empty where they can.

    Raises
    ------
    InputError
        If root or scans don't fit the anatomy.
    """
    around = Surroundings.of(anatomy, root, planning)
    target = around.nerve.point_mm if around_mm is None else np.asarray(around_mm, dtype=np.float64)
    contrast = contrast_between(
        before, after, target,
        before_to_planning=before_to_planning, after_to_planning=after_to_planning, needles=needles,
    )  # fmt: skip
    around = around.seen(lambda nerve: root_in_contrast(contrast, nerve), target)
    points = contrast.points_mm
    place = places_of(points, contrast.before.voxels[contrast.mask], around, needles)
    vessels, vascular = vessel_pieces(contrast, place, around, needles)
    place[vascular] = list(Compartment).index(Compartment.INTRAVASCULAR)
    compartments = _volumes(contrast, place, given.iodine_mg_ml)
    length = _length_along(points, around)
    pfirrmann = _pfirrmann_type(contrast, around, compartments)
    gone = None
    if second is not None:
        later = contrast_between(
            before, second, target,
            before_to_planning=before_to_planning, after_to_planning=second_to_planning, needles=needles,
        )  # fmt: skip
        gone = washed_out_mg(contrast, later) / given.iodine_mg_ml
    evidence = Evidence(
        compartments, given.injected_ml, length, pfirrmann,
        any(piece.toward_canal for piece in vessels) if vessels else None, gone, doubt, contrast.saturated,
    )  # fmt: skip
    reached = tuple(nerve.root for nerve in around.other_nerves if _covered(points, nerve) > NEXT_ROOT_MM)
    limits = limits_of_sight(second_scan=second is not None)
    return Spread(
        root, contrast, place, compartments, length, pfirrmann, around.nerve, reached, tuple(vessels), evidence,
        decide(evidence), limits,
    )  # fmt: skip


def _volumes(contrast: ContrastMap, place: NDArray[np.uint8], iodine_mg_ml: float) -> dict[Compartment, float]:
    """Millilitres in each compartment; the blur around a voxel counts where that voxel does."""
    if not len(place):
        return {}
    where = np.zeros(contrast.mask.shape, dtype=np.uint8)
    where[contrast.mask] = place
    nearest = distance_transform_edt(
        ~contrast.mask, sampling=contrast.rise.spacing_mm, return_distances=False, return_indices=True
    )
    amounts = np.bincount(where[tuple(nearest)].ravel(), weights=contrast.iodine_mg.ravel(), minlength=len(Compartment))
    found = {c: float(amounts[n]) / iodine_mg_ml for n, c in enumerate(Compartment)}
    return {c: volume for c, volume in found.items() if volume > LEAST_ML}


def _length_along(points: NDArray[np.float64], around: Surroundings) -> float:
    """How much of the target's known course (and a little beyond) has contrast beside it, mm."""
    nerve = around.nerve
    distance, along = distance_to_course(nerve, points, COURSE_BEYOND_MM)
    beside = distance < nerve.radius_mm + OUTLINE_MM + nerve.uncertainty_mm
    return STEP_MM * len(np.unique(np.floor(along[beside] / STEP_MM)))


def _covered(points: NDArray[np.float64], nerve: NerveRoot) -> float:
    distance, along = distance_to_course(nerve, points)
    return STEP_MM * len(np.unique(np.floor(along[distance < nerve.radius_mm + 2.0] / STEP_MM)))


def _pfirrmann_type(contrast: ContrastMap, around: Surroundings, compartments: dict[Compartment, float]) -> int | None:
    """From how bright the root is against what is around it; not told on slices too thick to show a root."""
    nerve = around.nerve
    index = np.argwhere(contrast.mask)
    if not len(index):
        return None
    low, high = np.maximum(index.min(axis=0) - 3, 0), index.max(axis=0) + 4
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    places = np.argwhere(np.ones(contrast.mask[box].shape, dtype=np.bool_)) + low
    points = contrast.rise.to_world(places) @ contrast.to_planning[:3, :3].T + contrast.to_planning[:3, 3]
    rise = contrast.rise.voxels[box].ravel()
    hidden = contrast.hidden[box].ravel()
    wet = contrast.mask[box].ravel()
    distance, along = distance_to_course(nerve, points)
    ring = (distance > nerve.radius_mm) & (distance < nerve.radius_mm + OUTLINE_MM) & ~hidden
    core = (distance < 0.55 * nerve.radius_mm) & ~hidden
    steps = np.unique(np.floor(along[ring & wet] / STEP_MM))
    here = np.isin(np.floor(along / STEP_MM), steps)
    on_root = sum(compartments.get(c, 0.0) for c in (Compartment.ALONG_ROOT, Compartment.FORAMEN))
    beside = sum(compartments.get(c, 0.0) for c in (Compartment.ELSEWHERE, Compartment.MUSCLE))
    if not (ring & wet).any() or len(steps) * STEP_MM < 4 or on_root < 0.3 * (on_root + beside):
        return 3 if beside + on_root > 0.02 and beside >= on_root else None
    slice_mm = float(np.sort(contrast.rise.spacing_mm)[-1])
    if slice_mm > THICK_SLICE_MM or nerve.uncertainty_mm > 2.0 or not (core & here).any():
        return None
    share = float(np.mean(rise[core & here])) / max(float(np.mean(rise[ring & here & wet])), 1.0)
    if share > CORE_SHARE_TYPE_1:
        return 1
    covered = float(wet[ring & here].mean())
    return 2 if share < CORE_SHARE_TYPE_2 and covered > RING_COVERED else None
