"""Simulated control scans over digital and real patients: what the needle and registration benchmarks share."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

DATA = Path(os.environ.get("FORAMEN_DATA", Path(__file__).parents[2] / "shared" / "data"))
PATIENTS = ("digital", "torso_3mm", "lumbar_clinical", "visible_human_pelvis")
FILES = {
    "torso_3mm": "ct/torso_3mm/ct.nii.gz",
    "lumbar_clinical": "dicom/lumbar_clinical.zip",
    "visible_human_pelvis": "dicom/visible_human_pelvis.zip",
}
TARGETS = {
    "torso_3mm": [(24, -122, 288), (-31, -122, 288), (24, -118, 252), (-31, -118, 252)],
    "lumbar_clinical": [(10, 52, -1131), (-28, 51, -1130), (10, 54, -1166), (-28, 53, -1166)],
    "visible_human_pelvis": [(283, 240, 1025), (227, 240, 1025), (275, 250, 1000), (235, 250, 1000)],
}
"""Near foramina; a millimetre more or less makes no difference here."""
SHIFT_MM, TURN_DEG = 30.0, 10.0
THICK_MM = (0.6, 1.0, 1.25, 2.0, 2.5, 3.0, 5.0)


@dataclass(frozen=True)
class Case:
    """A planning CT, a control scan of the moved patient with a needle in it, and the truth."""

    patient: str
    planning: object
    target_mm: np.ndarray
    route_mm: np.ndarray
    scan: object
    thickness_mm: float
    tip_in_view: bool


@cache
def planning_ct(patient: str):
    from foramen.imaging import read_ct
    from foramen.simulation import DigitalPatient

    return DigitalPatient().scan().ct if patient == "digital" else read_ct(DATA / FILES[patient])


@cache
def targets(patient: str) -> list[np.ndarray]:
    from foramen.simulation import DigitalPatient

    if patient != "digital":
        return [np.array(point, dtype=float) for point in TARGETS[patient]]
    return [f.centre_mm for f in DigitalPatient().truth.foramina if f.root.level in ("L2", "L3", "L4", "L5")]


def make(number: int) -> Case:
    """The case of that number: patient, route, needle, motion and protocol all follow from it."""
    from foramen.simulation.control_scan import control_scan, motion
    from foramen.simulation.needle import SimulatedNeedle

    random = np.random.default_rng(number)
    patient = PATIENTS[number % len(PATIENTS)]
    planning, places = planning_ct(patient), targets(patient)
    target = places[random.integers(len(places))]
    side = np.sign(target[0] - np.mean([p[0] for p in places]))
    direction = _direction(random, side)
    entry = target - _depth_of_skin(planning, target, direction) * direction
    still = random.random() < 0.25
    shift = random.normal(size=3)
    shift *= 0.0 if still else random.uniform(0, SHIFT_MM) / np.linalg.norm(shift)
    axis = random.normal(size=3)
    turn = axis * (0.0 if still else random.uniform(0, TURN_DEG) / np.linalg.norm(axis))
    moved = motion(shift, turn, target)
    depth = float(np.linalg.norm(target - entry))
    short = float(random.choice([0.0, random.uniform(0, 0.6 * depth)]))
    tip = target - short * direction + random.normal(0, 2.0, 3)
    reach = float(np.linalg.norm(tip - entry))
    needle = SimulatedNeedle(
        tip,
        entry,
        int(random.integers(20, 26)),
        reach + random.uniform(5, 60),
        bend_mm=random.normal(0, 0.6, 3) * (reach / 80) ** 2,
        stylet=bool(random.random() < 0.5),
    )
    protocol = _protocol(random, moved[:3, :3] @ (0.75 * tip + 0.25 * entry) + moved[:3, 3])
    scan = control_scan(planning, protocol, [needle], moved=moved)
    grid = scan.ct.canonical().grid
    axis_k = int(np.argmax(grid.spacing_mm))
    at = float(grid.to_index(scan.needles[0].tip_mm)[axis_k])
    in_view = bool(0.5 < at < grid.shape[axis_k] - 1.5)
    return Case(patient, planning, target, np.array([entry, target]), scan, float(protocol.spacing_mm[2]), in_view)


def _direction(random: np.random.Generator, side: float) -> np.ndarray:
    axial, tilt = np.radians(random.uniform(10, 45)), np.radians(random.choice([0.0, random.uniform(-30, 30)]))
    return np.array([-side * np.sin(axial) * np.cos(tilt), -np.cos(axial) * np.cos(tilt), np.sin(tilt)])


def _depth_of_skin(ct, target: np.ndarray, direction: np.ndarray) -> float:
    """Where the line back from the target comes out into air; 90 mm where the field of view ends before."""
    steps = np.arange(20.0, 170.0, 0.5)
    index = np.rint(ct.to_index(target - steps[:, None] * direction)).astype(int)
    inside = ((index >= 0) & (index < ct.shape)).all(axis=1)
    hu = np.where(inside, ct.voxels[tuple(np.clip(index, 0, np.array(ct.shape) - 1).T)], 0)
    air = [n for n in np.flatnonzero(hu < -500) if (hu[n : n + 16] < -400).mean() > 0.9]
    return float(steps[air[0]]) if air else 90.0


def _protocol(random: np.random.Generator, centre: np.ndarray):
    from foramen.simulation import ScanProtocol

    thick = float(random.choice(THICK_MM))
    slices = max(4, int(random.uniform(12, 40) / thick))
    pixel, field = random.uniform(0.5, 0.9), random.uniform(180, 300)
    return ScanProtocol(
        spacing_mm=(pixel, pixel, thick),
        field_of_view_mm=(field, field, slices * thick),
        centre_mm=tuple(centre + random.normal(0, 2, 3)),
        gantry_tilt_deg=float(random.choice([0.0, 0.0, random.uniform(-20, 20)])),
        noise_hu=float(random.uniform(8, 35)),
        position=str(random.choice(["HFP", "HFS", "FFP"])),
        seed=int(random.integers(1 << 30)),
    )
