"""Simulated injections of every pattern, each as the scans that a radiologist would have of it, and its truth.

Six injections share a needle and the patient's motion and noise in the scans: what is poured is each injection's own.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from benchmarks.injection_scenes import SCENES, Scene, scene
from foramen.guidance.compartments import Compartment
from foramen.guidance.spread import Given
from foramen.imaging import Volume
from foramen.simulation import ScanProtocol
from foramen.simulation.contrast import Contrast, Pour, pour
from foramen.simulation.contrast_truth import true_compartments_ml, true_length_along_root_mm
from foramen.simulation.control_scan import ControlScan, control_scan, motion, with_contrast
from foramen.simulation.injection_site import InjectionSite, Space
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.small_vessels import Course, into_track, into_vessel

CLEAN = ("clean perineural",)
FORBIDDEN = ("vascular", "vascular and perineural", "intrathecal", "intrathecal and epidural", "disc", "facet")
OTHER = ("within the root", "epidural", "beside the root", "muscle", "none", "perineural and far epidural")
SHARES = {
    "clean perineural": 0.26,
    "vascular": 0.13,
    "vascular and perineural": 0.13,
    "intrathecal": 0.09,
    "intrathecal and epidural": 0.06,
    "disc": 0.08,
    "facet": 0.07,
    "within the root": 0.03,
    "epidural": 0.04,
    "beside the root": 0.04,
    "muscle": 0.03,
    "none": 0.01,
    "perineural and far epidural": 0.03,
}
TYPES = {"clean perineural": 2, "within the root": 1, "beside the root": 3}
"""Pfirrmann's type of what is poured so."""
COURSES = {
    Course.PARASPINAL_VEIN: 0.35, Course.ASCENDING_LUMBAR_VEIN: 0.20, Course.EPIDURAL_PLEXUS: 0.25,
    Course.MUSCLE_VEIN: 0.12, Course.RADICULAR_ARTERY: 0.08,
}  # fmt: skip
SPACES = {
    "intrathecal": Space.SAC, "disc": Space.DISC, "facet": Space.JOINT, "epidural": Space.EPIDURAL,
    "muscle": Space.MUSCLE, "beside the root": Space.FAT, "within the root": Space.NERVE,
}  # fmt: skip
RAPID_WASHOUT = 0.14
"""Of vascular uptake on CT fluoroscopy (Kranz 2015, AJNR 36:1000)."""
LEAST_VESSEL_SHARE = 0.25
SCANNER_SPREAD = 0.03
"""One sigma by which a scanner's HU for a milligram of iodine is off the nominal figure."""
EACH = 6
"""Injections through one needle."""
SECOND_SHARE, SECOND_AFTER_S = 0.33, (20.0, 45.0)
"""Of needles through which a second, late scan was made, and when."""


@dataclass(frozen=True, eq=False)
class Session:
    """A needle in place, and the scans made with it as they would be without contrast: before, after, perhaps late."""

    number: int
    scene: Scene
    pattern: str
    needle: SimulatedNeedle
    protocol: ScanProtocol
    gain: float
    scans: tuple[ControlScan, ...]


@dataclass(frozen=True, eq=False)
class Injection:
    """One injection, with the scan after it, and the late one where there is one."""

    number: int
    session: Session
    after: ControlScan
    second: ControlScan | None
    given: Given
    truth: Contrast

    @property
    def compartments_ml(self) -> dict[Compartment, float]:
        return true_compartments_ml(self.truth)

    @property
    def length_mm(self) -> float:
        return true_length_along_root_mm(self.truth)

    @property
    def others_mm(self) -> dict[str, float]:
        """Length of contrast along every other root of the site."""
        site = self.session.scene.site
        others = [n.root for n in site.spine.roots if n.root != site.root and site.spaces.grid.contains(n.point_mm)]
        lengths = {str(root): true_length_along_root_mm(self.truth, root) for root in others}
        return {root: mm for root, mm in lengths.items() if mm > 0}


@lru_cache(maxsize=1)
def session(number: int) -> Session:
    """The session of that number; the same number gives the same."""
    random = np.random.default_rng(90_000 + number)
    place = scene(int(random.integers(len(SCENES))))
    pattern = str(random.choice(list(SHARES), p=list(SHARES.values())))
    tip = _tip(place.site, pattern, random)
    needle = _needle(place, tip, random)
    protocol = _protocol(place, random)
    gain = float(random.normal(1.0, SCANNER_SPREAD))
    moved = motion(random.normal(0, 3.0, 3), random.normal(0, 1.5, 3), tip)
    scans = []
    for n in range(3 if random.random() < SECOND_SHARE else 2):
        if n:
            moved = motion(random.normal(0, 0.8, 3), random.normal(0, 0.5, 3), tip) @ moved
        scans.append(_scanned(place, needle, protocol, moved, 7 * number + n, random))
    return Session(number, place, pattern, needle, protocol, gain, tuple(scans))


def draw(number: int) -> Injection:
    """The injection of that number; the same number gives the same."""
    at = session(number // EACH)
    random = np.random.default_rng(190_000 + number)
    contrast = _poured(at, number, random)
    times = (float(random.uniform(1.0, 6.0)), float(random.uniform(*SECOND_AFTER_S)))
    shown = [
        with_contrast(scan, Volume(hu.voxels * np.float32(at.gain), hu.affine))
        for scan, hu in zip(at.scans[1:], map(contrast.hu, times), strict=False)
    ]
    given = Given(contrast.injected_ml, contrast.concentration_mg_ml)
    return Injection(number, at, shown[0], shown[1] if len(shown) > 1 else None, given, contrast)


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
    if pattern == "within the root":
        return site.nearest(site.nerve.point_mm, Space.NERVE)
    out = np.array([sign * random.uniform(0, 6), random.uniform(2.0, 4.0), random.uniform(-2, 1.5)])
    return site.nearest(site.nerve.point_mm + out @ frame.axes, Space.SHEATH)


def _needle(place: Scene, tip: np.ndarray, random: np.random.Generator) -> SimulatedNeedle:
    """From the skin behind the tip, oblique toward it; its stylet is out."""
    sign = place.root.side.sign
    direction = np.array([-sign * np.tan(random.uniform(0.1, 0.7)), -1.0, random.normal(0, 0.08)])
    direction /= np.linalg.norm(direction)
    steps = np.arange(25.0, 150.0)
    index = np.rint(place.ct.to_index(tip - steps[:, None] * direction)).astype(int)
    inside = ((index >= 0) & (index < place.ct.shape)).all(axis=1)
    hu = np.where(inside, place.ct.voxels[tuple(np.where(inside[:, None], index, 0).T)], -1000)
    air = [n for n in np.flatnonzero(hu < -500) if (hu[n : n + 10] < -400).all()]
    depth = float(steps[air[0]]) if air else 70.0
    gauge = int(random.choice([20, 22, 22, 22, 25]))
    return SimulatedNeedle(tip, tip - depth * direction, gauge, depth + 25, random.normal(0, 0.4, 3), stylet=False)


def _protocol(place: Scene, random: np.random.Generator) -> ScanProtocol:
    """A low-dose control scan around the target."""
    thick, pixel = float(random.choice([1.0, 1.5, 2.0, 2.5, 3.0])), float(random.uniform(0.5, 0.8))
    centre = place.site.nerve.point_mm + np.array([0, 25, 0])
    return ScanProtocol(
        spacing_mm=(pixel, pixel, thick), field_of_view_mm=(140, 150, float(random.choice([45.0, 54.0, 72.0]))),
        centre_mm=tuple(centre), noise_hu=float(random.uniform(12, 32)),
    )  # fmt: skip


def _scanned(
    place: Scene, needle: SimulatedNeedle, protocol: ScanProtocol, moved: np.ndarray, seed: int,
    random: np.random.Generator,
) -> ControlScan:  # fmt: skip
    """One control scan, its middle set by hand again."""
    middle = moved[:3, :3] @ np.array(protocol.centre_mm) + moved[:3, 3] + random.normal(0, [1, 1, 0.7])
    return control_scan(place.ct, replace(protocol, centre_mm=tuple(middle), seed=seed), [needle], moved=moved)


def _poured(at: Session, seed: int, random: np.random.Generator) -> Contrast:
    site, tip, pattern = at.scene.site, at.needle.tip_mm, at.pattern
    volume = float(random.uniform(0.2, 0.8))
    strength = float(random.choice([60.0, 80.0, 100.0, 140.0]))
    washout = 1.0 if random.random() < RAPID_WASHOUT else float(random.uniform(12, 60))
    course = list(COURSES)[int(random.choice(len(COURSES), p=list(COURSES.values())))]
    share = float(random.uniform(LEAST_VESSEL_SHARE, 0.9))

    def poured(*parts: Pour) -> Contrast:
        return pour(site, list(parts), concentration_mg_ml=strength, seed=seed)

    if pattern == "vascular":
        return into_vessel(poured(), course, tip, volume, washout_s=washout, seed=seed)
    if pattern == "vascular and perineural":
        root = poured(Pour(tip, Space.SHEATH, volume * (1 - share)))
        return into_vessel(root, course, tip, volume * share, washout_s=washout, seed=seed)
    if pattern == "intrathecal and epidural":
        return poured(Pour(tip, Space.SAC, volume * 0.5), Pour(tip, Space.EPIDURAL, volume * 0.5))
    if pattern == "none":
        return poured()
    volume += 0.6 if pattern == "perineural and far epidural" else 0.0
    volume = min(volume, 0.4) if pattern == "facet" else volume
    made = poured(Pour(tip, SPACES.get(pattern, Space.SHEATH), volume))
    return into_track(made, at.needle, 0.05, seed=seed) if random.random() < 0.15 else made
