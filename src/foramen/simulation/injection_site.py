"""The spaces around a root that fluid can fill, on a fine grid, of a digital patient or of any CT with labels."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.spatial import cKDTree

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import Root
from foramen.anatomy.spine import Foramen, NerveRoot, Spine
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue
from foramen.imaging.ct import Ct
from foramen.imaging.resample import resample
from foramen.imaging.volume import Grid, Volume
from foramen.simulation.patient import DigitalPatient
from foramen.simulation.protocol import ScanProtocol

VOXEL_MM = 0.7
BOX_MM = ((-46.0, -48.0, -52.0), (46.0, 62.0, 52.0))
"""Around the root's point: right to left, front to back, down to up."""
SHEATH_MM = 3.0
"""How far the loose fat around a root reaches, in which fluid runs along it."""
FAT_HU = -30
JOINT_GAP_MM = 2.4
"""A facet joint's space is what lies this near to both of its bones."""


class Space(IntEnum):
    """What a voxel is to a fluid."""

    BLOCKED, NERVE, SHEATH, FAT, EPIDURAL, SAC, DISC, JOINT, MUSCLE = range(9)


@dataclass(frozen=True, eq=False)
class InjectionSite:
    """The surroundings of one root.

    Attributes
    ----------
    root
        The target.
    spaces
        uint8 values of `Space` on a straight grid of `VOXEL_MM`.
    spine
        Of the same frame.
    """

    root: Root
    spaces: Volume
    spine: Spine

    @property
    def nerve(self) -> NerveRoot:
        """The target root."""
        nerve = self.spine.nerve(self.root)
        assert nerve is not None
        return nerve

    @property
    def foramen(self) -> Foramen:
        """Of the target root."""
        return self.spine.foramen(self.root)

    @cached_property
    def near_root(self) -> NDArray[np.float64]:
        """Distance of every voxel to the target root's centreline, mm, far ones infinite; shape of the grid."""
        return distance_to_line(self.spaces.grid, self.nerve.path_mm, 14.0)

    def space_at(self, point_mm: NDArray[np.float64]) -> Space:
        """The space that fluid leaving a tip there enters: its own, or the nearest that fluid can enter."""
        index = np.argwhere(self.spaces.voxels != Space.BLOCKED)
        away = np.linalg.norm(self.spaces.to_world(index) - point_mm, axis=1)
        return Space(int(self.spaces.voxels[tuple(index[np.argmin(away)])]))

    def nearest(self, point_mm: NDArray[np.float64], space: Space, reach_mm: float = 30.0) -> NDArray[np.float64]:
        """Centre of the voxel of a space nearest to a point; the point itself where there is none in reach."""
        places = self.spaces.to_world(np.argwhere(self.spaces.voxels == space))
        if not len(places):
            return point_mm
        away = np.linalg.norm(places - point_mm, axis=1)
        return np.asarray(places[np.argmin(away)]) if away.min() < reach_mm else point_mm


def site_of_patient(patient: DigitalPatient, root: Root) -> InjectionSite:
    """The site in a digital patient, straight from the model."""
    grid = _grid(patient.truth, root)
    scan = patient.scan_on(grid, ScanProtocol(noise_hu=0.0))
    return InjectionSite(root, _spaces(scan.ct, scan.labels, patient.truth, root), patient.truth)


def site_of_ct(ct: Ct, labels: LabelMap, spine: Spine, root: Root) -> InjectionSite:
    """The site in any CT, from labels that hold canal, sac, discs and vertebrae, and from the roots of its spine."""
    grid = _grid(spine, root)
    fine = LabelMap(resample(Volume(labels.voxels, labels.affine), grid, nearest=True, fill=0).voxels, grid.affine)
    return InjectionSite(root, _spaces(resample(ct, grid), fine, spine, root), spine)


def _grid(spine: Spine, root: Root) -> Grid:
    nerve = spine.nerve(root)
    assert nerve is not None, f"{root} is not in view"
    low, high = np.array(BOX_MM)
    affine = np.diag([VOXEL_MM, VOXEL_MM, VOXEL_MM, 1.0])
    affine[:3, 3] = nerve.point_mm + low
    return Grid(tuple(np.ceil((high - low) / VOXEL_MM).astype(int)), affine)


def _spaces(ct: Ct, labels: LabelMap, spine: Spine, root: Root) -> Volume:
    """Every voxel's space; what is named later overrules what is named before."""
    spaces = np.where(ct.voxels < FAT_HU, np.uint8(Space.FAT), np.uint8(Space.MUSCLE))
    spaces[ct.voxels < -300] = Space.BLOCKED
    bone = labels.mask((*STRUCTURES_OF[Tissue.BONE], *STRUCTURES_OF[Tissue.ORGAN], *STRUCTURES_OF[Tissue.VESSEL]))
    spaces[labels.mask(Structure.SPINAL_CANAL)] = Space.EPIDURAL
    spaces[labels.mask(Structure.DISC)] = Space.DISC
    nearest_path = {nerve.root: distance_to_line(labels.grid, nerve.path_mm, 14.0) for nerve in spine.roots}
    for nerve in spine.roots:
        around = nearest_path[nerve.root] < nerve.radius_mm + SHEATH_MM
        spaces[around & (spaces == Space.FAT)] = Space.SHEATH
    spaces[_joints(labels, spine, root) & ~bone] = Space.JOINT
    spaces[bone] = Space.BLOCKED
    spaces[labels.mask((Structure.THECAL_SAC, Structure.SPINAL_CORD))] = Space.SAC
    for nerve in spine.roots:
        inside = nearest_path[nerve.root] < nerve.radius_mm
        spaces[inside & (spaces != Space.SAC) & (spaces != Space.BLOCKED)] = Space.NERVE
    spaces[labels.mask((Structure.NERVE_ROOT, Structure.GANGLION))] = Space.NERVE
    return Volume(spaces, labels.affine)


def distance_to_line(grid: Grid, path_mm: NDArray[np.float64], reach_mm: float) -> NDArray[np.float64]:
    """Distance to a line, infinite beyond `reach_mm`; shape of the grid."""
    distance = np.full(grid.shape, np.inf)
    index = grid.to_index(path_mm)
    margin = reach_mm / grid.spacing_mm
    low = np.clip(np.floor(index.min(axis=0) - margin), 0, grid.shape).astype(int)
    high = np.clip(np.ceil(index.max(axis=0) + margin), 0, grid.shape).astype(int)
    if (high <= low).any():
        return distance
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    places = np.stack(np.meshgrid(*[np.arange(a, b) for a, b in zip(low, high, strict=True)], indexing="ij"), axis=-1)
    found, _ = cKDTree(dense(path_mm)).query(grid.to_world(places), distance_upper_bound=reach_mm)
    distance[box] = found
    return distance


def dense(path_mm: NDArray[np.float64], step_mm: float = 0.25) -> NDArray[np.float64]:
    """Points at even steps along a line, shape (n, 3)."""
    run = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path_mm, axis=0), axis=1))])
    at = np.arange(0.0, run[-1], step_mm)
    return np.stack([np.interp(at, run, path_mm[:, n]) for n in range(3)], axis=1)


def _joints(labels: LabelMap, spine: Spine, root: Root) -> NDArray[np.bool_]:
    """The space between the articular processes of the two bones that bound the foramen, behind the canal's middle."""
    foramen = spine.foramen(root)
    above, below = _bones_around(root)
    assert foramen.frame is not None
    upper, lower = labels.mask(above), labels.mask(below)
    if not upper.any() or not lower.any():
        return np.zeros(labels.shape, dtype=np.bool_)
    near_both = np.ones(labels.shape, dtype=np.bool_)
    for bone in (upper, lower):
        near_both &= distance_transform_edt(~bone, sampling=labels.spacing_mm) < JOINT_GAP_MM
    places = np.argwhere(near_both)
    behind = foramen.frame.to_local(labels.to_world(places))[:, 1] > 4.0
    joints = np.zeros(labels.shape, dtype=np.bool_)
    joints[tuple(places[behind].T)] = True
    return joints


def _bones_around(root: Root) -> tuple[tuple[Structure, ...], tuple[Structure, ...]]:
    sacrum = (Structure.S1, Structure.SACRUM)
    if root.level == "S1":
        return (Structure.L5,), sacrum
    number = int(root.level[1:])
    below = Structure.__members__.get(f"L{number + 1}")
    return (Structure[root.level],), sacrum if number >= 5 or below is None else (below,)
