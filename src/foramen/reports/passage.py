"""What a needle passes through on its way, and what would come next: the words beside the depth scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue, structure_name
from foramen.imaging.ct import Ct
from foramen.planning.plan import Route
from foramen.reports.palette import OUTLINE
from foramen.reports.planes import labels_at
from foramen.reports.words import TISSUE, mm

STEP_MM = 0.5
LEAST_SPAN_MM = 5.0
"""A stretch shorter than this belongs to what surrounds it: labels are not truer than that."""

FAT_BELOW_HU = -30
NEARBY_MM = 20.0
"""A structure farther from the shaft than this is not worth a line beside the depth scale."""

MUSCLES = frozenset(s for s in Structure if s >= Structure.BACK_MUSCLE_LEFT)


@dataclass(frozen=True)
class Span:
    """A stretch of the needle's line in one tissue; depths in mm from the skin."""

    start_mm: float
    stop_mm: float
    name: str
    solid: bool


@dataclass(frozen=True)
class Nearby:
    """The depth at which the shaft comes nearest to a tissue, and how near, as the plan reports it."""

    depth_mm: float
    clearance_mm: float
    tissue: Tissue

    @property
    def words(self) -> str:
        """`6 mm to bone`."""
        return f"{mm(self.clearance_mm)} to {TISSUE[self.tissue]}"


def passage(ct: Ct, anatomy: Anatomy, route: Route, beyond_mm: float) -> tuple[Span, ...]:
    """The tissues on the needle's line from the skin to `beyond_mm` past the target, in order.

    Where no structure is labelled the CT itself says fat or soft tissue.
    """
    entry, target = np.array(route.entry_mm), np.array(route.target_mm)
    depths = np.arange(0, route.depth_mm + beyond_mm, STEP_MM)
    points = entry + depths[:, None] * (target - entry) / np.linalg.norm(target - entry)
    names = _names(ct, anatomy, points)
    stops = [*(np.flatnonzero(names[1:] != names[:-1]) + 1), len(names)]
    spans: list[Span] = []
    start = 0
    for stop in stops:
        spans.append(Span(depths[start], depths[stop - 1] + STEP_MM, *_tissue_name(int(names[start]))))
        start = stop
    return _merged(spans)


def nearest_approaches(labels: LabelMap, route: Route) -> tuple[Nearby, ...]:
    """Where along the shaft each tissue that was checked comes nearest, in order of depth."""
    entry, target = np.array(route.entry_mm), np.array(route.target_mm)
    near = labels.crop_around([entry, target], NEARBY_MM)
    found = []
    for tissue in Tissue:
        clearance = getattr(route.clearance_mm, tissue)
        voxels = np.argwhere(near.mask(STRUCTURES_OF[tissue]))
        if clearance is None or clearance > NEARBY_MM or not len(voxels):
            continue
        found.append(Nearby(_depth_of_nearest(near.to_world(voxels), entry, target), clearance, tissue))
    return tuple(sorted(found, key=lambda nearby: nearby.depth_mm))


def _depth_of_nearest(points: NDArray[np.float64], entry: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    shaft = target - entry
    share = np.clip((points - entry) @ shaft / (shaft @ shaft), 0, 1)
    nearest = np.argmin(np.linalg.norm(points - entry - share[:, None] * shaft, axis=1))
    return float(share[nearest] * np.linalg.norm(shaft))


FAT, SOFT_TISSUE, OUTSIDE = 253, 254, 255
"""Names that no label gives, beside the values of `Structure`."""


def _names(ct: Ct, anatomy: Anatomy, points: NDArray[np.float64]) -> NDArray[np.uint8]:
    names = labels_at(anatomy.structures, points)
    names[np.isin(names, list(MUSCLES))] = Structure.BACK_MUSCLE_LEFT
    index = np.clip(np.rint(ct.to_index(points)).astype(int), 0, np.array(ct.shape) - 1)
    hu = np.convolve(ct.voxels[tuple(index.T)].astype(np.float64), np.full(7, 1 / 7), mode="same")
    unnamed = names == Structure.BACKGROUND
    names[unnamed] = np.where(hu[unnamed] < FAT_BELOW_HU, FAT, SOFT_TISSUE)
    outside = unnamed & (labels_at(anatomy.body, points) == 0) & (np.arange(len(points)) * STEP_MM > LEAST_SPAN_MM)
    names[outside] = OUTSIDE
    return names


def _tissue_name(value: int) -> tuple[str, bool]:
    if value >= FAT:
        return {FAT: "fat", SOFT_TISSUE: "soft tissue", OUTSIDE: "outside the body"}[value], False
    structure = Structure(value)
    if structure in MUSCLES:
        return "muscle", False
    return structure_name(structure), structure in OUTLINE


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    """The same stretches without the very short ones, equal neighbours joined."""
    kept: list[Span] = []
    for span in spans:
        short = span.stop_mm - span.start_mm < LEAST_SPAN_MM
        if kept and (short or kept[-1].name == span.name):
            kept[-1] = Span(kept[-1].start_mm, span.stop_mm, kept[-1].name, kept[-1].solid)
        else:
            kept.append(span)
    return tuple(kept)
