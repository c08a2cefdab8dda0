"""Poured contrast: nothing gets lost, walls hold, gravity layers it, and it goes where start and volume take it."""

import numpy as np
import pytest

from foramen.anatomy.root import Root
from foramen.guidance.compartments import Compartment
from foramen.simulation.contrast import HU_PER_MG_ML, Pour, pour
from foramen.simulation.contrast_truth import true_compartments_ml, true_length_along_root_mm
from foramen.simulation.injection_site import Space, site_of_ct, site_of_patient
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.small_vessels import Course, into_track, into_vessel

ROOT = Root.parse("L4-left")
PLACES = ("foramen", "epidural", "intrathecal", "intradiscal", "facet", "muscle", "elsewhere")


def mm(*values: float) -> np.ndarray:
    return np.array(values)


@pytest.fixture(scope="module")
def site(patient):
    return site_of_patient(patient, ROOT)


@pytest.fixture(scope="module")
def tip(site):
    return site.nerve.point_mm + np.array([3.5, 3.0, -1.0])


def starts(site, tip):
    centre = site.foramen.centre_mm
    canal = site.spine.vertebra("L4").canal_centre_mm
    return {
        Compartment.FORAMEN: Pour(tip, Space.SHEATH, 0.3),
        Compartment.EPIDURAL: Pour(centre + mm(-14, 4, 0), Space.EPIDURAL, 0.3),
        Compartment.INTRATHECAL: Pour(canal + mm(0, 0, -12), Space.SAC, 0.4),
        Compartment.INTRADISCAL: Pour(centre + mm(-14, -22, 0), Space.DISC, 0.3),
        Compartment.FACET: Pour(centre + mm(0, 12, 0), Space.JOINT, 0.2),
        Compartment.MUSCLE: Pour(tip + mm(15, 25, 0), Space.MUSCLE, 0.3),
        Compartment.ELSEWHERE: Pour(tip + mm(10, 6, 0), Space.FAT, 0.2),
    }


@pytest.mark.parametrize("place", PLACES)
def test_contrast_goes_where_it_starts_and_all_of_it_is_accounted_for(site, tip, place):
    part = starts(site, tip)[place]
    contrast = pour(site, [part], seed=2)
    found = true_compartments_ml(contrast)
    assert max(found, key=found.get) == place
    assert sum(found.values()) == pytest.approx(part.volume_ml, abs=0.003)
    iodine_mg = contrast.hu().voxels.sum() / HU_PER_MG_ML * np.prod(contrast.site.spaces.spacing_mm) / 1000
    assert iodine_mg == pytest.approx(part.volume_ml * contrast.concentration_mg_ml, rel=0.02)


@pytest.mark.parametrize("start", [Pour(np.zeros(3), Space.SHEATH, 1.0), Pour(np.zeros(3), Space.EPIDURAL, 0.6)])
def test_bone_nerve_sac_and_disc_are_not_entered_from_outside(site, tip, start):
    contrast = pour(site, [Pour(tip, start.space, start.volume_ml)], seed=3)
    walls = np.isin(site.spaces.voxels, (Space.BLOCKED, Space.NERVE, Space.SAC, Space.DISC))
    assert not contrast.stays[walls].any()


def test_more_volume_runs_farther_along_the_root_and_out_of_the_foramen(site, tip):
    lengths = [true_length_along_root_mm(pour(site, [Pour(tip, Space.SHEATH, ml)], seed=4)) for ml in (0.1, 0.3, 0.9)]
    assert lengths == sorted(lengths)
    assert 6 < lengths[0] < lengths[2]
    wide = true_compartments_ml(pour(site, [Pour(tip, Space.SHEATH, 0.9)], seed=4))
    assert wide[Compartment.ALONG_ROOT] + wide.get(Compartment.EPIDURAL, 0) > 0.05


@pytest.mark.parametrize("up", [(0, 1, 0), (0, -1, 0), (1, 0, 0)])
def test_in_the_sac_it_layers_on_the_lowest_wall(site, tip, up):
    part = starts(site, tip)[Compartment.INTRATHECAL]
    contrast = pour(site, [part], up=np.array(up, dtype=float), seed=5)
    wet = site.spaces.to_world(np.argwhere(contrast.stays > 0)) @ up
    sac = site.spaces.to_world(np.argwhere(site.spaces.voxels == Space.SAC)) @ up
    assert wet.mean() < np.percentile(sac, 40)


def test_a_vessel_is_thin_carries_most_away_and_washes_out(site, tip):
    before = pour(site, [Pour(tip, Space.SHEATH, 0.1)], seed=6)
    contrast = into_vessel(before, Course.PARASPINAL_VEIN, tip, 0.4, washout_s=15.0, seed=6)
    assert contrast.injected_ml == pytest.approx(0.5)
    assert contrast.carried_away_ml + contrast.ml(contrast.in_vessel).sum() == pytest.approx(0.4, abs=0.01)
    assert true_compartments_ml(contrast)[Compartment.INTRAVASCULAR] == pytest.approx(0.4, abs=0.01)
    at_once, later = (contrast.hu(s).voxels.sum() - before.hu().voxels.sum() for s in (0.0, 30.0))
    assert later == pytest.approx(at_once * np.exp(-2), rel=0.01)
    vein = site.spaces.to_world(np.argwhere(contrast.in_vessel > 0))
    assert np.linalg.norm(vein - tip, axis=1).max() > 30


def test_the_needles_track_lies_along_the_needle(site, tip):
    needle = SimulatedNeedle(tip, tip + mm(30, 60, 0))
    contrast = into_track(pour(site, [Pour(tip, Space.SHEATH, 0.1)]), needle, 0.1)
    places = site.spaces.to_world(np.argwhere(contrast.in_track > 0))
    aside = np.linalg.norm(np.cross(places - tip, needle.axis), axis=1)
    assert aside.max() < 2.5
    assert true_compartments_ml(contrast)[Compartment.SKIN_TRACK] == pytest.approx(0.1, rel=0.05)


def test_the_same_seed_pours_the_same_and_a_ct_with_labels_gives_the_same_site(patient, site, tip, close_scan):
    part = [Pour(tip, Space.SHEATH, 0.2)]
    assert np.array_equal(pour(site, part, seed=8).stays, pour(site, part, seed=8).stays)
    other = site_of_ct(close_scan.ct, close_scan.labels, patient.truth, ROOT)
    found = true_compartments_ml(pour(other, part, seed=8))
    assert found.get(Compartment.FORAMEN, 0) + found.get(Compartment.ALONG_ROOT, 0) > 0.17
