"""Which compartment every bit of contrast lies in, by the anatomy of the plan."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Root
from foramen.anatomy.spine import Foramen, NerveRoot
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue
from foramen.errors import InputError
from foramen.guidance.compartments import Compartment
from foramen.guidance.contrast_map import REACH_MM
from foramen.guidance.metal_shadow import NeedleAxis
from foramen.guidance.sac_in_image import sac_in_image
from foramen.imaging.volume import Volume
from foramen.planning.distance import box_distance

Points = NDArray[np.float64]

BESIDE_ROOT_MM = 4.2
"""Loose fat around a root in which contrast counts as running along it, from the root's surface."""
COURSE_BEYOND_MM = 18.0
"""A root's course is known for 15 mm beyond the foramen; it goes on straight for about as far again."""
WALL_MM, ESTIMATED_WALL_MM = 1.3, 2.5
"""Nearer than this to the sac's wall, within it, it can't be told on which side contrast lies; more where the sac was
drawn by Foramen and not labelled."""
AT_THE_WALL_MM, MUCH_SHARE = -0.4, 0.1
DISC_RIM_MM = 1.5
JOINT_GAP_MM = 2.6
BEHIND_FORAMEN_MM = 4.0
TRACK_MM, TRACK_FROM_MM = 3.6, 9.0
SACRAL_MM = 6.0
"""Before its point in the sacrum's foramen, the S1 root is still in the canal's recess."""
SOFT_HU = -25.0
DEEP_MM = 6.0


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The anatomy around the target that compartments are told by, all in the planning frame.

    Attributes
    ----------
    root, nerve, foramen
        The target.
    other_nerves
        All other roots in view.
    labels
        Cropped around the target.
    sac_wall_mm
        How far inside the sac contrast must lie to be surely in it.
    """

    root: Root
    nerve: NerveRoot
    foramen: Foramen
    other_nerves: tuple[NerveRoot, ...]
    labels: LabelMap
    sac_wall_mm: float

    @classmethod
    def of(cls, anatomy: Anatomy, root: Root, planning: Volume | None = None) -> "Surroundings":
        """Around one root.

        Parameters
        ----------
        anatomy : Anatomy
        root : Root
        planning : Volume, optional
            The planning CT, which shows better than the anatomy where the sac ends.

        Raises
        ------
        InputError
            If the anatomy does not show the root and its foramen.
        """
        nerve, foramen = anatomy.spine.nerve(root), anatomy.spine.foramen(root)
        if nerve is None or foramen.frame is None:
            raise InputError(f"The planning CT does not show the foramen of {root}, so spread can't be read for it.")
        labels = anatomy.structures.canonical().crop_around(nerve.point_mm, REACH_MM + 10)
        guessed = Structure.THECAL_SAC in labels.estimated and planning is None
        if planning is not None:
            labels = sac_in_image(labels, planning)
        others = tuple(other for other in anatomy.spine.roots if other.root != root)
        return cls(root, nerve, foramen, others, labels, ESTIMATED_WALL_MM if guessed else WALL_MM)

    def seen(self, look: Callable[[NerveRoot], NerveRoot], target_mm: Points) -> "Surroundings":
        """The same with every root in reach of the target where the scans show it."""
        others = tuple(
            look(nerve) if np.linalg.norm(nerve.point_mm - target_mm) < REACH_MM else nerve
            for nerve in self.other_nerves
        )
        return replace(self, nerve=look(self.nerve), other_nerves=others)

    def depth(self, structures: Structure | Sequence[Structure], points: Points) -> NDArray[np.float64]:
        """How deep points lie in structures, mm, no deeper or farther than `DEEP_MM`; outside negative; shape (n,)."""
        if not len(points):
            return np.zeros(0)
        low, high = points.min(axis=0), points.max(axis=0)
        near = self.labels.crop_around((low + high) / 2, float((high - low).max()) / 2 + DEEP_MM)
        mask, spacing = near.mask(structures), near.spacing_mm
        signed = box_distance(~mask, spacing, DEEP_MM) - box_distance(mask, spacing, DEEP_MM)
        return np.asarray(map_coordinates(signed, near.to_index(points).T, order=1, mode="nearest"), dtype=np.float64)

    def bones_of_the_joint(self) -> tuple[tuple[Structure, ...], tuple[Structure, ...]]:
        """The bones above and below whose facet joint bounds the foramen from behind."""
        sacrum = (Structure.S1, Structure.SACRUM)
        if self.root.level == "S1":
            return (Structure.L5,), sacrum
        upper = Structure[self.root.level]
        lower = Structure(upper + 1)
        return (upper,), (lower,) if self.labels.mask(lower).any() else sacrum


def distance_to_course(nerve: NerveRoot, points: Points, beyond_mm: float = 0.0) -> tuple[Points, Points]:
    """Distance of points to a root's centreline and where along it (mm from the sac) they lie, each of shape (n,)."""
    path = nerve.path_mm
    if beyond_mm:
        onward = path[-1] - path[-3]
        path = np.concatenate([path, [path[-1] + beyond_mm * onward / np.linalg.norm(onward)]])
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.arange(0.0, run[-1], 0.25)
    dense = np.stack([np.interp(at, run, path[:, axis]) for axis in range(3)], axis=1)
    distance, nearest = cKDTree(dense).query(points)
    return np.asarray(distance), at[nearest]


def places_of(
    points: Points, before_hu: NDArray[np.float32], around: Surroundings, needles: Sequence[NeedleAxis]
) -> NDArray[np.uint8]:
    """The compartment (its number among `Compartment`) of every point of contrast.

    Parameters
    ----------
    points : array, shape (n, 3)
        In the planning frame.
    before_hu : array, shape (n,)
        What was there before: fat or not.
    around : Surroundings
    needles : sequence of NeedleAxis
    """
    names = list(Compartment)
    place = np.full(len(points), names.index(Compartment.ELSEWHERE), dtype=np.uint8)

    def put(where: NDArray[np.bool_], compartment: Compartment) -> None:
        place[where] = names.index(compartment)

    frame = around.foramen.frame
    assert frame is not None
    local = frame.to_local(points)
    zone, within_bounds = _zones(around, points)
    put(before_hu > SOFT_HU, Compartment.MUSCLE)
    canal = around.depth((Structure.SPINAL_CANAL, Structure.THECAL_SAC, Structure.SPINAL_CORD), points) > -0.4
    distance, _ = distance_to_course(around.nerve, points, COURSE_BEYOND_MM)
    close = distance < around.nerve.radius_mm + BESIDE_ROOT_MM
    # Where the root itself is uncertain, contrast may run along it farther from where it was drawn.
    beside = distance < around.nerve.radius_mm + BESIDE_ROOT_MM + around.nerve.uncertainty_mm
    put((zone == 0) & (within_bounds | beside), Compartment.FORAMEN)
    put((zone > 0) & beside, Compartment.ALONG_ROOT)
    put(canal | ((zone < 0) & beside), Compartment.EPIDURAL)
    for needle in needles:
        put(_in_track(points, needle) & ~close & ~canal, Compartment.SKIN_TRACK)
    behind = local[:, 1] > BEHIND_FORAMEN_MM
    upper, lower = around.bones_of_the_joint()
    near_both = (around.depth(upper, points) > -JOINT_GAP_MM) & (around.depth(lower, points) > -JOINT_GAP_MM)
    put(near_both & behind & ~close & ~canal, Compartment.FACET)
    put(around.depth(Structure.DISC, points) > DISC_RIM_MM, Compartment.INTRADISCAL)
    put(around.depth(STRUCTURES_OF[Tissue.VESSEL], points) > 0.0, Compartment.INTRAVASCULAR)
    sac = around.depth((Structure.THECAL_SAC, Structure.SPINAL_CORD), points)
    surely = sac > around.sac_wall_mm
    # Where much lies surely within, what touches the wall from inside is the same fluid.
    much = surely.sum() > MUCH_SHARE * len(points)
    put(sac > AT_THE_WALL_MM if much else surely, Compartment.INTRATHECAL)
    return place


def _zones(around: Surroundings, points: Points) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Before (−1), in (0) or beyond (1) the foramen, and within its height and width whatever the root does; (n,)."""
    foramen, sign = around.foramen, around.root.side.sign
    if foramen.frame is None or foramen.medial_mm is None or foramen.lateral_mm is None:
        return _sacral_zones(around, points)
    out, back, up = foramen.frame.to_local(points).T
    ends = [sign * float(foramen.frame.to_local(end)[0]) for end in (foramen.medial_mm, foramen.lateral_mm)]
    zone = np.where(sign * out <= min(ends), -1, np.where(sign * out <= max(ends), 0, 1))
    return zone, (np.abs(up) < foramen.height_mm / 2 + 2) & (np.abs(back) < foramen.width_mm / 2 + 2)


def _sacral_zones(around: Surroundings, points: Points) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The same for S1, whose foramen is a tunnel: by how far along the root's course a point lies."""
    nerve = around.nerve
    _, along = distance_to_course(nerve, points, COURSE_BEYOND_MM)
    ends = [end for end in (nerve.point_mm, around.foramen.medial_mm) if end is not None]
    _, (inner, outer) = distance_to_course(nerve, np.stack([ends[0], ends[-1]]))
    zone = np.where(along < inner - SACRAL_MM, -1, np.where(along <= outer, 0, 1))
    return zone, np.zeros(len(points), dtype=np.bool_)


def _in_track(points: Points, needle: NeedleAxis) -> NDArray[np.bool_]:
    behind = (needle.tip_mm - points) @ needle.direction
    aside = np.linalg.norm(points - needle.tip_mm + behind[:, None] * needle.direction, axis=1)
    return np.asarray((behind > TRACK_FROM_MM) & (aside < TRACK_MM))
