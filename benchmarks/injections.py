"""Simulated injections of every pattern, each as the scans that a radiologist would have of it, and its truth."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from foramen.anatomy import Anatomy, LabelMap, Root, from_labels
from foramen.guidance.compartments import Compartment
from foramen.guidance.contrast_map import NeedleAxis
from foramen.guidance.spread import Given
from foramen.imaging import Ct, Volume
from foramen.simulation import DigitalPatient, PatientParameters, ScanProtocol
from foramen.simulation.contrast import Contrast, Pour, pour
from foramen.simulation.contrast_truth import true_compartments_ml, true_length_along_root_mm
from foramen.simulation.control_scan import ControlScan, control_scan, motion
from foramen.simulation.injection_site import InjectionSite, Space, site_of_ct
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.small_vessels import Course, into_track, into_vessel

CLEAN = ("clean perineural",)
FORBIDDEN = ("vascular", "vascular and perineural", "intrathecal", "intrathecal and epidural", "disc", "facet")
OTHER = ("epidural", "beside the root", "muscle", "none", "perineural and far epidural")
SHARES = {
    "clean perineural": 0.26,
    "vascular": 0.13,
    "vascular and perineural": 0.13,
    "intrathecal": 0.10,
    "intrathecal and epidural": 0.05,
    "disc": 0.08,
    "facet": 0.07,
    "epidural": 0.05,
    "beside the root": 0.04,
    "muscle": 0.04,
    "none": 0.02,
    "perineural and far epidural": 0.03,
}
SCENES = (
    (PatientParameters(), "L4-left"),
    (PatientParameters(sex="female", age_years=72, stature_cm=160, bmi=29, bone_density=0.6, seed=2), "L5-right"),
    (PatientParameters(age_years=60, stature_cm=182, bmi=31, scoliosis_cobb_deg=14, seed=3), "L3-left"),
    (PatientParameters(sex="female", age_years=45, stature_cm=168, bmi=22, seed=4), "L4-right"),
    (PatientParameters(age_years=66, stature_cm=171, narrowing={Root.parse("L5-left"): 0.4}, seed=5), "L5-left"),
    (PatientParameters(age_years=38, stature_cm=178, bmi=26, lordosis_deg=52, seed=6), "L2-right"),
)
COURSES = {
    Course.PARASPINAL_VEIN: 0.35, Course.ASCENDING_LUMBAR_VEIN: 0.20, Course.EPIDURAL_PLEXUS: 0.25,
    Course.MUSCLE_VEIN: 0.12, Course.RADICULAR_ARTERY: 0.08,
}  # fmt: skip
RAPID_WASHOUT = 0.14
"""Of vascular uptake on CT fluoroscopy (Kranz 2015, AJNR 36:1000)."""
LEAST_VESSEL_SHARE = 0.25


@dataclass(frozen=True, eq=False)
class Scene:
    """A patient's root: where to pour, what to scan, and what the plan knows of it."""

    site: InjectionSite
    ct: Ct
    anatomy: Anatomy


@dataclass(frozen=True, eq=False)
class Injection:
    """One injection."""

    number: int
    pattern: str
    root: Root
    anatomy: Anatomy
    before: ControlScan
    after: ControlScan
    given: Given
    needle: NeedleAxis
    truth: Contrast

    @property
    def compartments_ml(self) -> dict[Compartment, float]:
        return true_compartments_ml(self.truth)

    @property
    def length_mm(self) -> float:
        return true_length_along_root_mm(self.truth)


@lru_cache(maxsize=len(SCENES))
def scene(number: int) -> Scene:
    """A digital patient, finely for pouring, and as the plan's own anatomy read it from an ordinary scan."""
    parameters, name = SCENES[number]
    patient, root = DigitalPatient(parameters), Root.parse(name)
    point = patient.truth.nerve(root).point_mm
    wide = patient.scan(
        ScanProtocol(
            spacing_mm=(1.0, 1.0, 2.0), field_of_view_mm=(230, 190, 230), centre_mm=(0, 15, point[2]), seed=number
        )
    )
    anatomy = from_labels(wide.ct, wide.labels)
    fine = patient.scan(
        ScanProtocol(
            spacing_mm=(0.7, 0.7, 0.7),
            field_of_view_mm=(100, 120, 112),
            centre_mm=tuple(point + np.array([0, 7, 0])),
            noise_hu=0,
        )
    )
    labels = LabelMap(fine.labels.voxels, fine.labels.affine)
    return Scene(site_of_ct(fine.ct, labels, patient.truth, root), fine.ct, anatomy)


def draw(number: int, pattern: str | None = None) -> Injection:
    """The injection of that number; the same number gives the same injection."""
    random = np.random.default_rng(90_000 + number)
    place = scene(int(random.integers(len(SCENES))))
    drawn = str(random.choice(list(SHARES), p=list(SHARES.values())))
    pattern = pattern or drawn
    tip = _tip(place.site, pattern, random)
    sign = place.site.root.side.sign
    direction = np.array([-sign * np.tan(random.uniform(0.1, 0.7)), -1.0, random.normal(0, 0.08)])
    direction /= np.linalg.norm(direction)
    gauge = int(random.choice([20, 22, 22, 22, 25]))
    needle = SimulatedNeedle(tip, tip - 55 * direction, gauge, stylet=False)
    contrast = _poured(place.site, pattern, tip, needle, number, random)
    before, after = _scans(place, tip, needle, contrast, number, random)
    axis = NeedleAxis(tip + random.normal(0, 0.4, 3), direction)
    given = Given(contrast.injected_ml, contrast.concentration_mg_ml)
    return Injection(number, pattern, place.site.root, place.anatomy, before, after, given, axis, contrast)


def _tip(site: InjectionSite, pattern: str, random: np.random.Generator) -> np.ndarray:
    """Where the needle's tip lies for a pattern to come about."""
    frame, sign = site.foramen.frame, site.root.side.sign

    def near(out: float, back: float, up: float, space: Space) -> np.ndarray:
        wanted = site.foramen.centre_mm + np.array([sign * out, back, up]) @ frame.axes
        return site.nearest(wanted + random.normal(0, 1.0, 3), space)

    if pattern.startswith("intrathecal"):
        return near(-15, 6, random.uniform(-12, 12), Space.SAC)
    if pattern == "disc":
        return near(-14, -20, -2, Space.DISC)
    if pattern == "facet":
        return near(1, 13, random.uniform(-4, 2), Space.JOINT)
    if pattern == "epidural":
        return near(-13, random.choice([-5.0, 8.0]), random.uniform(-8, 8), Space.EPIDURAL)
    if pattern == "muscle":
        return near(14, 26, random.uniform(-6, 6), Space.MUSCLE)
    if pattern == "beside the root":
        return near(18, random.uniform(0, 8), random.uniform(-2, 8), Space.FAT)
    out = np.array([sign * random.uniform(0, 6), random.uniform(2.0, 4.0), random.uniform(-2, 1.5)])
    return site.nearest(site.nerve.point_mm + out @ frame.axes, Space.SHEATH)


def _poured(
    site: InjectionSite,
    pattern: str,
    tip: np.ndarray,
    needle: SimulatedNeedle,
    seed: int,
    random: np.random.Generator,
) -> Contrast:
    volume = float(random.uniform(0.2, 0.8))
    strength = float(random.choice([60.0, 80.0, 100.0, 140.0]))
    washout = 1.0 if random.random() < RAPID_WASHOUT else float(random.uniform(12, 60))
    course = list(COURSES)[int(random.choice(len(COURSES), p=list(COURSES.values())))]
    share = float(random.uniform(LEAST_VESSEL_SHARE, 0.9))
    up = np.array([0.0, 1.0, 0.0])

    def poured(*parts: Pour) -> Contrast:
        return pour(site, list(parts), concentration_mg_ml=strength, up=up, seed=seed)

    if pattern == "vascular":
        return into_vessel(poured(), course, tip, volume, washout_s=washout, seed=seed)
    if pattern == "vascular and perineural":
        root = poured(Pour(tip, Space.SHEATH, volume * (1 - share)))
        return into_vessel(root, course, tip, volume * share, washout_s=washout, seed=seed)
    if pattern == "intrathecal and epidural":
        return poured(Pour(tip, Space.SAC, volume * 0.5), Pour(tip, Space.EPIDURAL, volume * 0.5))
    if pattern == "none":
        return poured()
    spaces = {
        "intrathecal": Space.SAC, "disc": Space.DISC, "facet": Space.JOINT, "epidural": Space.EPIDURAL,
        "muscle": Space.MUSCLE, "beside the root": Space.FAT,
    }  # fmt: skip
    if pattern == "perineural and far epidural":
        volume += 0.6
    volume = min(volume, 0.4) if pattern == "facet" else volume
    made = poured(Pour(tip, spaces.get(pattern, Space.SHEATH), volume))
    return into_track(made, needle, 0.05, seed=seed) if random.random() < 0.15 else made


def _scans(
    place: Scene, tip: np.ndarray, needle: SimulatedNeedle, contrast: Contrast, seed: int, random: np.random.Generator
) -> tuple[ControlScan, ControlScan]:
    """Before and after: the same protocol, the patient a little moved, the table a little elsewhere."""
    thick = float(random.choice([1.0, 1.5, 2.0, 2.5, 3.0]))
    pixel = float(random.uniform(0.5, 0.8))
    noise = float(random.uniform(12, 32))
    length = float(random.choice([45.0, 54.0, 72.0]))
    scans = []
    seconds = float(random.uniform(1.0, 6.0))
    for n, hu in enumerate((None, contrast.hu(seconds))):
        moved = motion(random.normal(0, 0.8, 3), random.normal(0, 0.5, 3), tip) if n else np.eye(4)
        centre = place.site.nerve.point_mm + np.array([0, 6, random.uniform(-1, 1)])
        protocol = ScanProtocol(
            spacing_mm=(pixel, pixel, thick), field_of_view_mm=(88, 100, length), centre_mm=tuple(centre),
            noise_hu=noise, seed=10 * seed + n,
        )  # fmt: skip
        shown = Volume(hu.voxels, hu.affine) if hu is not None else None
        scans.append(control_scan(place.ct, protocol, [needle], moved=moved, contrast=shown))
    return scans[0], scans[1]
