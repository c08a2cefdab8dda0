"""Where injections are simulated: roots of digital patients, and of real CTs whose anatomy Foramen found itself.

The plan never knows the truth. In a digital patient it measured an ordinary scan whose labels name bones and organs,
but neither sac, canal nor roots, as learned segmentations do. On a real CT the contrast runs along a root that lies
off the planned one by as much as the plan says it may.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from benchmarks.control_cases import DATA, FILES
from benchmarks.kept import kept
from foramen.anatomy import Anatomy, LabelMap, Root, Spine, from_labels, read_labels
from foramen.anatomy.providers import find_anatomy
from foramen.anatomy.structures import Structure
from foramen.imaging import Ct, read_ct
from foramen.simulation import DigitalPatient, PatientParameters, ScanProtocol
from foramen.simulation.injection_site import InjectionSite, site_of_ct

UNLABELLED = (Structure.SPINAL_CANAL, Structure.THECAL_SAC, Structure.NERVE_ROOT, Structure.GANGLION)
BEHIND_MM = np.array([0.0, 35.0, 0.0])
TORSO_LABELS = "ct/torso_3mm/labels_totalsegmentator_v1.nii.gz"
DIGITAL = (
    (PatientParameters(), "L4-left"),
    (PatientParameters(sex="female", age_years=72, stature_cm=160, bmi=29, bone_density=0.6, seed=2), "L5-right"),
    (PatientParameters(age_years=60, stature_cm=182, bmi=31, scoliosis_cobb_deg=14, seed=3), "L3-left"),
    (PatientParameters(sex="female", age_years=45, stature_cm=168, bmi=22, seed=4), "L4-right"),
    (PatientParameters(age_years=66, stature_cm=171, narrowing={Root.parse("L5-left"): 0.4}, seed=5), "L5-left"),
    (PatientParameters(age_years=38, stature_cm=178, bmi=26, lordosis_deg=52, seed=6), "L2-right"),
    (PatientParameters(sex="female", age_years=58, stature_cm=165, bmi=24, seed=7), "S1-left"),
    (PatientParameters(age_years=77, stature_cm=174, bmi=27, slip_mm=4, bone_density=0.7, seed=8), "L5-right"),
)
REAL = (("torso_3mm", "L4-left"), ("lumbar_clinical", "L5-right"), ("visible_human_pelvis", "L5-left"))
SCENES = (*((f"digital {n + 1}", n) for n in range(len(DIGITAL))), *((name, n) for n, (name, _) in enumerate(REAL)))


@dataclass(frozen=True, eq=False)
class Scene:
    """A patient's root: where to pour, what to scan, and what the plan knows of it."""

    name: str
    root: Root
    site: InjectionSite
    ct: Ct
    planning: Ct
    anatomy: Anatomy


@lru_cache(maxsize=len(SCENES))
def scene(number: int) -> Scene:
    """The scene of that number among `SCENES`."""
    name, own = SCENES[number]
    make = _digital if name.startswith("digital") else _real
    return kept(name.replace(" ", "-"), lambda: make(name, own))


def _digital(name: str, number: int) -> Scene:
    """Finely for pouring and for the control scans; the plan's own anatomy from an ordinary scan."""
    parameters, root_name = DIGITAL[number]
    patient, root = DigitalPatient(parameters), Root.parse(root_name)
    nerve = patient.truth.nerve(root)
    assert nerve is not None
    ordinary = ScanProtocol(
        spacing_mm=(0.9, 0.9, 2.0), field_of_view_mm=(230, 190, 230), centre_mm=(0, 15, nerve.point_mm[2]), seed=number
    )
    wide = patient.scan(ordinary)
    known = np.where(np.isin(wide.labels.voxels, UNLABELLED), 0, wide.labels.voxels).astype(np.uint8)
    anatomy = from_labels(wide.ct, LabelMap(known, wide.labels.affine))
    close = ScanProtocol(
        spacing_mm=(0.8, 0.8, 0.8), field_of_view_mm=(170, 180, 120), centre_mm=tuple(nerve.point_mm + BEHIND_MM),
        noise_hu=0,
    )  # fmt: skip
    fine = patient.scan(close)
    return Scene(name, root, site_of_ct(fine.ct, fine.labels, patient.truth, root), fine.ct, wide.ct, anatomy)


def _real(name: str, number: int) -> Scene:
    """A real CT with the anatomy found in it; on one of them the plan is made on reference labels instead."""
    root = Root.parse(REAL[number][1])
    ct = read_ct(DATA / FILES[name])
    found = find_anatomy(ct, provider="geometric")
    anatomy = from_labels(ct, read_labels(DATA / TORSO_LABELS, ct)) if name == "torso_3mm" else found
    spine = found.spine if name == "torso_3mm" else _displaced(found.spine, root, seed=number)
    return Scene(name, root, site_of_ct(ct, found.structures, spine, root), ct, ct, anatomy)


def _displaced(spine: Spine, root: Root, seed: int) -> Spine:
    """The same spine, its root off by a random share of its uncertainty across its course."""
    nerve, foramen = spine.nerve(root), spine.foramen(root)
    assert nerve is not None
    assert foramen.frame is not None
    off = np.array([0.0, *np.random.default_rng(seed).normal(0, nerve.uncertainty_mm / np.sqrt(2), 2)])
    shift = off @ foramen.frame.axes
    moved = replace(
        nerve, point_mm=nerve.point_mm + shift, path_mm=nerve.path_mm + shift, ganglion_mm=nerve.ganglion_mm + shift
    )
    return replace(spine, roots=tuple(moved if other.root == root else other for other in spine.roots))
