"""Digital patients drawn over what patients and scans differ in, each with its exact truth."""

from dataclasses import dataclass, replace

import numpy as np

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.root import LUMBAR_LEVELS, Root, Side
from foramen.anatomy.spine import Spine
from foramen.anatomy.structures import Structure
from foramen.imaging.ct import Ct
from foramen.simulation import DigitalPatient, PatientParameters, ScanProtocol

ENHANCED = {
    Structure.AORTA: 220,
    Structure.ILIAC_ARTERY_LEFT: 200,
    Structure.ILIAC_ARTERY_RIGHT: 200,
    Structure.VENA_CAVA: 110,
    Structure.KIDNEY_LEFT: 150,
    Structure.KIDNEY_RIGHT: 150,
}
"""HU that contrast medium adds in an abdominal scan."""

SCREW_RADIUS_MM, SCREW_MM, METAL_HU = 3.0, 45.0, 3000

VIEWS_MM = {
    "T11 to S2": (-160.0, 120.0),
    "T10 to S3": (-185.0, 165.0),
    "L2 to S2": (-160.0, 45.0),
    "T11 to L4": (-55.0, 120.0),
    "L2 to L4": (-55.0, 50.0),
}
"""From where to where along the table, with the centre of L3 at 0."""

WIDTHS_MM = (400.0, 400.0, 200.0, 117.0)
"""The whole patient, a field of view cut at the sides, 39 sagittal slices of 3 mm."""


@dataclass(frozen=True)
class Case:
    """One digital patient and how he is scanned."""

    number: int
    parameters: PatientParameters
    protocol: ScanProtocol
    view: str
    enhanced: bool
    screws: tuple[str, ...]

    @property
    def words(self) -> str:
        """What is particular about it."""
        spacing = "×".join(f"{s:.1f}" for s in self.protocol.spacing_mm)
        said = [self.view, f"{self.protocol.orientation} {spacing} mm", f"{self.protocol.noise_hu:.0f} HU noise"]
        who = self.parameters
        said += [f"Cobb {who.scoliosis_cobb_deg:.0f}°"] if abs(who.scoliosis_cobb_deg) > 10 else []
        said += [f"bone × {who.bone_density:.1f}"] if who.bone_density < 0.7 else []
        said += ["contrast"] if self.enhanced else []
        said += [f"screws {'+'.join(self.screws)}"] if self.screws else []
        said += ["cut sides"] if self.protocol.field_of_view_mm[0] < 300 else []
        return ", ".join(said)


def draw(number: int) -> Case:
    """The patient of that number; the same number gives the same patient."""
    rng = np.random.default_rng(7_000 + number)
    narrowed = [Root(str(rng.choice(LUMBAR_LEVELS)), side) for side in Side if rng.random() < 0.5]
    parameters = PatientParameters(
        sex=str(rng.choice(["male", "female"])),
        age_years=float(rng.uniform(25, 88)),
        stature_cm=float(rng.uniform(148, 195)),
        bmi=float(rng.uniform(19, 38)),
        lordosis_deg=float(np.clip(rng.normal(43, 10), 20, 65)),
        scoliosis_cobb_deg=float(rng.uniform(-30, 30)) if rng.random() < 0.4 else 0.0,
        narrowing={root: float(rng.uniform(0.2, 0.8)) for root in narrowed},
        slip_level="L4",
        slip_mm=float(rng.uniform(2, 6)) if rng.random() < 0.2 else 0.0,
        bone_density=float(rng.uniform(0.45, 1.2)),
        seed=number + 1,
    )
    view = str(rng.choice(list(VIEWS_MM), p=[0.45, 0.2, 0.15, 0.12, 0.08]))
    low, high = VIEWS_MM[view]
    width = float(rng.choice(WIDTHS_MM))
    fine, thick = float(rng.uniform(0.6, 1.2)), float(rng.choice([0.6, 1.0, 1.5, 2.0, 3.0, 3.0, 5.0]))
    orientation = "sagittal" if width < 120 else "axial"
    protocol = ScanProtocol(
        spacing_mm=(fine, fine, 3.0 if orientation == "sagittal" else max(thick, fine)),
        field_of_view_mm=(width, 330.0, high - low),
        centre_mm=(float(rng.uniform(-6, 6)), -14.0, (low + high) / 2),
        orientation=orientation,
        noise_hu=float(rng.uniform(5, 45)),
        position=str(rng.choice(["HFP", "HFS", "HFP", "FFS"])),
        seed=number + 1,
    )
    screws = ("L4", "L5") if rng.random() < 0.15 else ()
    return Case(number, parameters, protocol, view, bool(rng.random() < 0.35), screws)


def scan(case: Case) -> tuple[Ct, LabelMap, Spine]:
    """The case's CT, its exact labels and its true spine."""
    made = DigitalPatient(case.parameters).scan(case.protocol)
    ct = made.ct
    if case.enhanced:
        added = np.zeros(256, np.int16)
        added[[int(s) for s in ENHANCED]] = list(ENHANCED.values())
        ct = replace(ct, voxels=ct.voxels + np.take(added, made.labels.voxels))
    for level in case.screws:
        ct = _with_screws(ct, made.truth, level)
    return ct, made.labels, made.truth


def _with_screws(ct: Ct, truth: Spine, level: str) -> Ct:
    """A pedicle screw on each side, from behind into the body."""
    vertebra = truth.vertebra(level)
    assert vertebra is not None
    voxels = ct.voxels.copy()
    index = np.moveaxis(np.indices(ct.shape), 0, -1).reshape(-1, 3)
    local = vertebra.frame.to_local(ct.to_world(index)).reshape(*ct.shape, 3)
    for pedicle in vertebra.pedicles.values():
        head = vertebra.frame.to_local(pedicle.centre_mm)
        tip = np.array([head[0] * 0.6, -8.0, head[2]])
        axis = (tip - head) / np.linalg.norm(tip - head)
        along = (local - tip) @ axis
        aside = np.linalg.norm(local - tip - along[..., None] * axis, axis=-1)
        voxels[(along <= 0) & (along >= -SCREW_MM) & (aside <= SCREW_RADIUS_MM)] = METAL_HU
    return replace(ct, voxels=voxels)
