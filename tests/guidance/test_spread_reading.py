"""The spread read from two scans of a digital patient, against where the contrast was poured."""

from dataclasses import replace

import numpy as np
import pytest

from foramen.anatomy import Anatomy, Root, Spine
from foramen.errors import InputError
from foramen.guidance.compartments import Compartment
from foramen.guidance.contrast_map import NeedleAxis
from foramen.guidance.release import Pattern, Release
from foramen.guidance.spread import Given, read_spread
from foramen.guidance.spread_file import SpreadFile, spread_file
from foramen.reports.spread_view import draw_spread
from foramen.simulation import DigitalPatient, ScanProtocol
from foramen.simulation.contrast import Pour, pour
from foramen.simulation.contrast_truth import true_compartments_ml
from foramen.simulation.control_scan import control_scan
from foramen.simulation.injection_site import Space, site_of_ct
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.small_vessels import Course, into_vessel

ROOT = Root.parse("L4-left")
STRENGTH = 100.0
BEHIND = np.array([0.0, 6.0, 0.0])


@pytest.fixture(scope="module")
def scene():
    patient = DigitalPatient()
    point = patient.truth.nerve(ROOT).point_mm
    protocol = ScanProtocol(
        spacing_mm=(0.8, 0.8, 0.8), field_of_view_mm=(100, 110, 100), centre_mm=tuple(point + BEHIND), noise_hu=0
    )
    scan = patient.scan(protocol)
    anatomy = Anatomy("digital patient", scan.labels, scan.body, patient.truth)
    return scan.ct, anatomy, site_of_ct(scan.ct, scan.labels, patient.truth, ROOT)


def read(scene, contrast, tip, *, later=None, injected=True):
    ct, anatomy, site = scene
    direction = np.array([-0.4, -0.9, 0.02]) / np.linalg.norm([-0.4, -0.9, 0.02])
    needle = SimulatedNeedle(tip, tip - 50 * direction, 22, stylet=False)
    scans = []
    for n, hu in enumerate([None, contrast.hu(1.0), *([contrast.hu(later)] if later else [])]):
        protocol = ScanProtocol(
            spacing_mm=(0.7, 0.7, 2.0), field_of_view_mm=(84, 92, 60), centre_mm=tuple(site.nerve.point_mm + BEHIND),
            noise_hu=18, seed=n,
        )  # fmt: skip
        scans.append(control_scan(ct, protocol, [needle], contrast=hu).ct)
    given = Given(contrast.injected_ml if injected else None, STRENGTH)
    spread = read_spread(
        scans[0], scans[1], anatomy, ROOT, given, needles=(NeedleAxis(tip, direction),),
        second=scans[2] if later else None,
    )  # fmt: skip
    return spread, given


@pytest.fixture(scope="module")
def tip(scene):
    site = scene[2]
    return site.nearest(site.nerve.point_mm + np.array([3.5, 3.0, -1.0]), Space.SHEATH)


def test_contrast_along_the_root_is_measured_and_released(scene, tip):
    contrast = pour(scene[2], [Pour(tip, Space.SHEATH, 0.35)], concentration_mg_ml=STRENGTH, seed=2)
    spread, given = read(scene, contrast, tip)
    assert (spread.decision.pattern, spread.decision.release) == (Pattern.PERINEURAL, Release.GO)
    assert spread.found_ml == pytest.approx(0.35, rel=0.12)
    truth = true_compartments_ml(contrast)
    for place in (Compartment.FORAMEN, Compartment.ALONG_ROOT):
        assert spread.compartments_ml.get(place, 0) == pytest.approx(truth.get(place, 0), abs=0.06)
    kept = spread_file(spread, given, route="L4-left-1", scans=(), version="0")
    assert SpreadFile.model_validate_json(kept.model_dump_json()).release is Release.GO
    picture = draw_spread(spread, scene[1])
    assert picture.pixels.std() > 20


@pytest.mark.parametrize(
    ("space", "where", "allowed"),
    [
        (Space.SAC, (-18, 4, 0), {Release.ABORT}),
        (Space.DISC, (-12, -22, 0), {Release.REPOSITION}),
        (Space.EPIDURAL, (-13, 6, 0), {Release.REPOSITION, Release.REPEAT}),
        (Space.MUSCLE, (16, 26, 0), {Release.REPOSITION}),
    ],
    ids=["sac", "disc", "epidural", "muscle"],
)
def test_contrast_elsewhere_is_never_released(scene, tip, space, where, allowed):
    start = scene[2].nearest(scene[2].foramen.centre_mm + np.array(where), space)
    contrast = pour(scene[2], [Pour(start, space, 0.35)], concentration_mg_ml=STRENGTH, seed=3)
    assert read(scene, contrast, start)[0].decision.release in allowed


def test_a_vein_is_seen_by_its_shape_by_what_is_missing_and_by_what_washes_out(scene, tip):
    root = pour(scene[2], [Pour(tip, Space.SHEATH, 0.2)], concentration_mg_ml=STRENGTH, seed=4)
    contrast = into_vessel(root, Course.PARASPINAL_VEIN, tip, 0.2, washout_s=10.0, seed=4)
    spread, _ = read(scene, contrast, tip, later=40.0)
    assert spread.vessels
    assert spread.found_ml == pytest.approx(0.4 - contrast.carried_away_ml, rel=0.12)
    assert spread.decision.release is Release.REPOSITION


def test_without_the_injected_amount_nothing_is_released(scene, tip):
    contrast = pour(scene[2], [Pour(tip, Space.SHEATH, 0.3)], concentration_mg_ml=STRENGTH, seed=2)
    assert read(scene, contrast, tip, injected=False)[0].decision.release is Release.REPEAT


def test_a_root_that_the_plan_does_not_show_is_refused(scene, tip):
    ct, anatomy, _ = scene
    with pytest.raises(InputError, match="does not show"):
        read_spread(ct, ct, replace(anatomy, spine=Spine((), np.zeros((0, 3)), (), ())), ROOT, Given(0.3, STRENGTH))
