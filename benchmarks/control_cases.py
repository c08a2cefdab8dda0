"""Simulated control scans over digital and real patients: what the needle and registration benchmarks share.

Each number is a case: patient, situation, needle, motion and protocol all follow from it. Needles run where bone lets
them and stop at it, as steel does. Numbers below `FIRST` are for development; figures are taken from `FIRST` on.
"""

import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

DATA = Path(os.environ.get("FORAMEN_DATA", Path(__file__).parents[2] / "shared" / "data"))
FIRST = 30_000
PATIENTS = ("digital", "torso_3mm", "lumbar_clinical", "visible_human_pelvis")
SITUATIONS = (
    "plain", "skin grid", "two needles", "plain", "inner needle", "plain", "implants", "plain", "still in the skin",
    "plain", "bowel contrast", "plain",
)  # fmt: skip
"""A needle alone in half of the cases; each of the others in a twelfth."""
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
BONE_HU, AIR_HU = 280, -250
DEEPEST_MM, FARTHEST_MM = 125.0, 170.0
WAYS_TRIED = 40
PLANNED_GAIN = 0.93
"""Bone and contrast at the planning CT's higher voltage over the same in the control scans, about 140 to 120 kV."""


@dataclass(frozen=True, eq=False)
class Case:
    """A planning CT, a control scan of the moved patient with needles in it, and the truth.

    The needle that is meant is the last of `scan.needles`.
    """

    patient: str
    situation: str
    planning: object
    target_mm: np.ndarray
    route_mm: np.ndarray
    scan: object
    thickness_mm: float
    tip_in_view: bool

    @property
    def route_in_scan_mm(self) -> np.ndarray:
        """The planned route in the control scan's frame."""
        there = np.linalg.inv(self.scan.to_planning)
        return self.route_mm @ there[:3, :3].T + there[:3, 3]


@cache
def patient_ct(patient: str):
    """What the scanner sees: the CT of which every scan is made."""
    from foramen.imaging import read_ct
    from foramen.simulation import DigitalPatient

    return DigitalPatient().scan().ct if patient == "digital" else read_ct(DATA / FILES[patient])


@cache
def planning_ct(patient: str):
    """The planning CT: voxels, slices, noise and tube voltage of its own."""
    from foramen.simulation import ScanProtocol
    from foramen.simulation.control_scan import control_scan

    seen = patient_ct(patient)
    corners = seen.to_world((np.array(seen.shape) - 1) * np.array([[0, 0, 0], [1, 1, 1]]))
    protocol = ScanProtocol(
        spacing_mm=(1.0, 1.0, 2.5),
        field_of_view_mm=tuple(np.abs(corners[1] - corners[0])),
        centre_mm=tuple(corners.mean(axis=0) + np.array([0.4, 0.3, 0.9])),
        noise_hu=12.0,
        position="HFS",
        seed=77,
    )
    made = control_scan(seen, protocol).ct
    softer = np.where(made.voxels > 0, np.rint(PLANNED_GAIN * made.voxels), made.voxels).astype(np.int16)
    return replace(made, voxels=softer)


@cache
def targets(patient: str) -> list[np.ndarray]:
    from foramen.simulation import DigitalPatient

    if patient != "digital":
        return [np.array(point, dtype=float) for point in TARGETS[patient]]
    return [f.centre_mm for f in DigitalPatient().truth.foramina if f.root.level in ("L2", "L3", "L4", "L5")]


def make(number: int) -> Case:
    """The case of that number."""
    from foramen.simulation.control_scan import control_scan, motion
    from foramen.simulation.needle import SimulatedNeedle

    random = np.random.default_rng(number)
    patient = PATIENTS[number % len(PATIENTS)]
    situation = SITUATIONS[number // len(PATIENTS) % len(SITUATIONS)]
    seen, places = patient_ct(patient), targets(patient)
    chosen, other = random.choice(len(places), 2, replace=False)
    target = places[chosen]
    way = _way(random, seen, target, _side(target, places))
    moved = _motion(random, target, motion)
    short = float(random.choice([0.0, random.uniform(0, 0.6)]))
    tip = way.entry_mm + _reach(random, seen, way, 1 - short)
    if situation == "still in the skin":
        tip = way.entry_mm + random.uniform(9, 22) * way.direction
    needles = [_needle(random, tip, way.entry_mm, random.uniform(5, 60), SimulatedNeedle)]
    if situation == "two needles":
        there = _way(random, seen, places[other], _side(places[other], places))
        second = there.entry_mm + _reach(random, seen, there, 1.0)
        needles.insert(0, _needle(random, second, there.entry_mm, random.uniform(5, 60), SimulatedNeedle))
    if situation == "inner needle":
        needles = _guided(random, tip, way.entry_mm, SimulatedNeedle)
    protocol = _protocol(random, moved[:3, :3] @ (0.75 * tip + 0.25 * way.entry_mm) + moved[:3, 3])
    scan = control_scan(
        seen,
        protocol,
        needles,
        moved=moved,
        other_metal=_other_metal(random, situation, seen, target, needles),
        contrast=_bowel(random, target) if situation == "bowel contrast" else None,
    )
    route = np.array([way.entry_mm, target])
    return Case(
        patient, situation, planning_ct(patient), target, route, scan, float(protocol.spacing_mm[2]), _in_view(scan)
    )


@dataclass(frozen=True, eq=False)
class _Way:
    entry_mm: np.ndarray
    direction: np.ndarray
    depth_mm: float


def _side(target: np.ndarray, places: list[np.ndarray]) -> float:
    return float(np.sign(target[0] - np.mean([p[0] for p in places])))


def _way(random: np.random.Generator, ct, target: np.ndarray, side: float) -> _Way:
    """From the skin to the target, oblique by up to 30°, through as little bone as there is."""
    ways = []
    for _ in range(WAYS_TRIED):
        axial = np.radians(random.uniform(10, 45))
        tilt = np.radians(random.choice([0.0, random.uniform(-30, 30)]))
        direction = np.array([-side * np.sin(axial) * np.cos(tilt), -np.cos(axial) * np.cos(tilt), np.sin(tilt)])
        depth = _depth_of_skin(ct, target, direction)
        way = _Way(target - depth * direction, direction, depth)
        ways.append((depth > DEEPEST_MM, int((_hu_along(ct, way, depth) > BONE_HU).sum()), len(ways), way))
    return min(ways)[-1]


def _hu_along(ct, way: _Way, depth: float) -> np.ndarray:
    """HU every half millimetre from the skin; air where the field of view has ended, as in the control scan."""
    steps = np.arange(0.0, depth, 0.5)
    index = np.rint(ct.to_index(way.entry_mm + steps[:, None] * way.direction)).astype(int)
    inside = ((index >= 0) & (index < ct.shape)).all(axis=1)
    return np.where(inside, ct.voxels[tuple(np.clip(index, 0, np.array(ct.shape) - 1).T)], -1024)


def _depth_of_skin(ct, target: np.ndarray, direction: np.ndarray) -> float:
    """Where the line back from the target comes out into air, or out of the field of view."""
    hu = _hu_along(ct, _Way(target, -direction, 0.0), FARTHEST_MM)
    air = [n for n in np.flatnonzero(hu < AIR_HU) if n > 40 and (hu[n : n + 16] < AIR_HU).mean() > 0.9]
    return 0.5 * float(air[0]) if air else FARTHEST_MM


def _reach(random: np.random.Generator, ct, way: _Way, share: float) -> np.ndarray:
    """From the entry to where a needle comes that is aimed at the target and stops at bone."""
    aimed = share * way.depth_mm * way.direction + random.normal(0, 2.0, 3)
    depth = float(np.linalg.norm(aimed))
    direction = aimed / depth
    bone = np.flatnonzero(_hu_along(ct, _Way(way.entry_mm, direction, depth), depth) > BONE_HU)
    if bone.size:
        depth = max(0.5 * float(bone[0]) - 0.5, 12.0)
    return depth * direction


def _needle(random: np.random.Generator, tip, entry, outside_mm: float, kind):
    reach = float(np.linalg.norm(tip - entry))
    bend = random.normal(0, 0.8, 3) * (reach / 80) ** 2
    gauge = int(random.integers(20, 26))
    return kind(tip, entry, gauge, reach + outside_mm, bend_mm=bend, stylet=bool(random.random() < 0.5))


def _guided(random: np.random.Generator, tip, entry, kind) -> list:
    """A guide that ends 10 to 30 mm before the tip of the thin needle in it."""
    reach = float(np.linalg.norm(tip - entry))
    back = min(random.uniform(10, 30), reach - 8)
    guide = kind(tip - back * (tip - entry) / reach, entry, 20, reach - back + 15, stylet=False)
    return [guide, kind(tip, entry, 25, reach + 40, stylet=bool(random.random() < 0.5))]


def _motion(random: np.random.Generator, about: np.ndarray, motion) -> np.ndarray:
    """A quarter of the patients lie still; the others move by up to 30 mm and turn by up to 10°."""
    if random.random() < 0.25:
        return np.eye(4)
    shift, axis = random.normal(size=3), random.normal(size=3)
    shift *= random.uniform(0, SHIFT_MM) / np.linalg.norm(shift)
    return motion(shift, axis * random.uniform(0, TURN_DEG) / np.linalg.norm(axis), about)


def _other_metal(random: np.random.Generator, situation: str, ct, target: np.ndarray, needles: list):
    from foramen.simulation.metal import Metal
    from foramen.simulation.skin_markers import screw, skin_grid

    if situation == "skin grid":
        return skin_grid(ct, target, wires=int(random.integers(5, 10)), apart_mm=float(random.uniform(8, 12)))
    if situation != "implants":
        return None
    side = np.sign(needles[-1].entry_mm[0] - target[0])
    up = float(random.choice([-1, 1]))
    heads = [target + np.array([side * 6, 38, up * rise]) for rise in (16, 50)]
    parts = [screw(head, head - (side * 12, 48, 0)) for head in heads]
    parts += [screw(head - (side * 40, 0, 0), head - (side * 28, 48, 0)) for head in heads]
    return Metal.together([*parts, screw(heads[0], heads[1], 5.5)])


def _bowel(random: np.random.Generator, target: np.ndarray):
    """A winding loop of bowel, 4 to 14 mm wide and filled with contrast, in front of the spine."""
    from scipy.ndimage import distance_transform_edt, gaussian_filter1d

    from foramen.imaging.volume import Volume

    low = target + np.array([-70, -110, -30])
    course = np.cumsum(gaussian_filter1d(random.normal(0, 1, (300, 3)), 12, axis=0) * 5, axis=0)
    course = (course - course.min(axis=0)) % (140, 70, 60)
    free = np.ones((141, 71, 61), dtype=bool)
    free[tuple(np.rint(course).astype(int).T)] = False
    away = distance_transform_edt(free)
    radius, bright = random.uniform(2, 7), random.uniform(250, 900)
    affine = np.eye(4)
    affine[:3, 3] = low
    return Volume((bright * np.clip(radius + 0.5 - away, 0, 1)).astype(np.float32), affine)


def _in_view(scan) -> bool:
    """Whether the tip lies at least a slice within the scanned ones."""
    at = scan.raw.grid.to_index(scan.needles[-1].tip_mm)[2]
    return bool(0.5 < at < scan.raw.shape[2] - 1.5)


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
