"""Control scans: a few low-dose slices of a patient who may have moved, with needles in place, and the truth of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.transform import Rotation

from foramen.imaging.ct import Ct
from foramen.imaging.limits import AIR_HU
from foramen.imaging.resample import resample
from foramen.imaging.straighten import straighten
from foramen.imaging.volume import Grid, Volume
from foramen.simulation.metal import Metal, lay_metal
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.noise import as_scanned
from foramen.simulation.patient import DigitalPatient
from foramen.simulation.protocol import ScanProtocol

MOST_LAYERS = 8
NOT_MOVED = np.eye(4)


@dataclass(frozen=True, eq=False)
class ControlScan:
    """One control scan and what is true of it.

    Attributes
    ----------
    ct
        As the reader hands it over: straight, with the slices of a tilted gantry slid into place.
    raw
        As the scanner sends it: sheared where the gantry was tilted.
    to_planning
        The rigid motion from this scan's frame to the planning CT's, shape (4, 4); the identity if nobody moved.
    needles
        In this scan's own frame.
    protocol
        How it was scanned.
    """

    ct: Ct
    raw: Ct
    to_planning: NDArray[np.float64]
    needles: tuple[SimulatedNeedle, ...]
    protocol: ScanProtocol


def motion(shift_mm: ArrayLike, turn_deg: ArrayLike, about_mm: ArrayLike) -> NDArray[np.float64]:
    """How a patient moves: turned about x, y and z through a point, then shifted.

    Returns
    -------
    array, shape (4, 4)
        Takes LPS mm before to LPS mm after.
    """
    turn = Rotation.from_euler("xyz", np.asarray(turn_deg, dtype=np.float64), degrees=True).as_matrix()
    about = np.asarray(about_mm, dtype=np.float64)
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    matrix[:3, 3] = about - turn @ about + np.asarray(shift_mm, dtype=np.float64)
    return matrix


def control_scan(
    patient: Ct | DigitalPatient,
    protocol: ScanProtocol,
    needles: Sequence[SimulatedNeedle] = (),
    *,
    moved: NDArray[np.float64] = NOT_MOVED,
    other_metal: Metal | None = None,
    contrast: Volume | None = None,
) -> ControlScan:
    """Scan a patient again.

    Parameters
    ----------
    patient : Ct or DigitalPatient
        A digital patient is scanned anew; of a CT the slices are averages of what it shows, air beyond its edge.
    protocol : ScanProtocol
        Slices (their thickness is their distance), field, tilt and position, in the frame of the scanner, and the
        noise to add.
    needles : sequence of SimulatedNeedle
        In the planning CT's frame: they move with the patient.
    moved : array, shape (4, 4)
        The patient's motion since the planning CT; see `motion`.
    other_metal : Metal, optional
        Skin markers, screws, in the planning CT's frame.
    contrast : Volume, optional
        HU that contrast medium adds, in the planning CT's frame.
    """
    grid = protocol.grid
    to_planning = np.asarray(np.linalg.inv(moved), dtype=np.float64)
    there = Grid(grid.shape, to_planning @ grid.affine)
    if isinstance(patient, DigitalPatient):
        seen = patient.scan_on(there, protocol).ct
        voxels, identity = seen.voxels, seen.identity
    else:
        voxels = as_scanned(_averaged(patient, there), grid.spacing_mm, protocol.noise_hu, protocol.seed)
        identity = patient.identity
    if contrast is not None:
        voxels = np.clip(voxels + np.rint(_averaged(contrast, there, fill=0.0)), -1024, 3071).astype(np.int16)
    metal = Metal.together([*(needle.metal for needle in needles), *([other_metal] if other_metal else [])])
    moved_metal = Metal(metal.points_mm @ moved[:3, :3].T + moved[:3, 3], metal.weights_mm2)
    plain = Ct(voxels, grid.affine, identity=replace(identity, series_description="Control scan"))
    raw = lay_metal(plain, moved_metal, seed=protocol.seed)
    straight = raw if grid.is_straight else straighten(raw, 2)
    return ControlScan(straight, raw, to_planning, tuple(needle.moved(moved) for needle in needles), protocol)


def with_contrast(scan: ControlScan, contrast: Volume) -> ControlScan:
    """The same scan, noise and all, had contrast medium lain there.

    Parameters
    ----------
    scan : ControlScan
        Of an upright gantry.
    contrast : Volume
        HU that it adds, in the planning CT's frame.
    """
    there = Grid(scan.ct.shape, scan.to_planning @ scan.ct.affine)
    added = scan.ct.voxels + np.rint(_averaged(contrast, there, fill=0.0))
    ct = replace(scan.ct, voxels=np.clip(added, -1024, 3071).astype(np.int16))
    return replace(scan, ct=ct, raw=ct)


def _averaged(volume: Volume, grid: Grid, fill: float = AIR_HU) -> NDArray[np.float32]:
    """The mean of a volume over each voxel of a grid: a thick slice shows the mean of the thin ones it covers."""
    fine = float(np.abs(volume.spacing_mm).min())
    counts = np.clip(np.ceil(grid.spacing_mm / max(fine, 0.5)), 1, [2, 2, MOST_LAYERS]).astype(int)
    total = np.zeros(grid.shape[::-1], dtype=np.float32).T
    steps = [(np.arange(n) + 0.5) / n - 0.5 for n in counts]
    for shift in np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3):
        affine = grid.affine.copy()
        affine[:3, 3] = grid.to_world(shift)
        total += resample(volume, Grid(grid.shape, affine), fill=fill).voxels
    total /= np.float32(np.prod(counts))
    return total
