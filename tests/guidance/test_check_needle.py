"""From a control scan and a plan to what is said: against the needle that was laid in, and by the label map itself."""

from dataclasses import replace

import numpy as np
import pytest

from foramen.anatomy.structures import STRUCTURES_OF, Tissue
from foramen.errors import InputError, UsageError
from foramen.guidance import NeedleStatus, Trust, check_needle
from foramen.guidance.replan import MOST_TURN_DEG, SHALLOWEST_MM, plan_from_here
from foramen.imaging.ct import ScanIdentity
from foramen.planning import PlanSettings
from foramen.simulation.control_scan import motion
from support.planned_case import ROOT, Case
from support.surfaces import Lines, surface_of


@pytest.fixture(scope="module")
def case():
    return Case()


@pytest.fixture(scope="module")
def on_the_way(case):
    """A needle on its route, 25 mm short of the target, in a patient who has moved."""
    moved = motion((6, -4, 9), (2, -3, 4), case.target)
    return case.checked(case.scanned(case.target - 25 * case.way, moved))


def test_a_needle_on_its_route_is_only_advanced(case, on_the_way):
    assert on_the_way.status is NeedleStatus.FOUND
    assert on_the_way.registration.status is Trust.TRUSTED
    assert np.linalg.norm(np.array(on_the_way.tip_mm) - (case.target - 25 * case.way)) < 1.0
    assert on_the_way.deviation.reachable_without_withdrawing
    assert on_the_way.deviation.lateral_mm < 1.0
    assert [step.action for step in on_the_way.advice][-1] == "advance"
    assert on_the_way.advice[-1].distance_mm == pytest.approx(25, abs=3)
    assert "withdraw" not in on_the_way.headline


def test_what_lies_ahead_is_what_the_label_map_holds_on_the_needles_line(case, on_the_way):
    labels = case.anatomy.structures
    distances = np.arange(0.0, 80.0, 0.2)
    line = np.array(on_the_way.tip_mm) + distances[:, None] * np.array(on_the_way.direction)
    index = np.rint(labels.to_index(line)).astype(int)
    inside = ((index >= 0) & (index < labels.shape)).all(axis=1)
    solid = [int(s) for structures in STRUCTURES_OF.values() for s in structures]
    met = distances[inside][np.isin(labels.voxels[tuple(index[inside].T)], solid)]
    assert on_the_way.ahead is not None
    assert bool(on_the_way.ahead.structure) == bool(met.size)
    if met.size:
        assert on_the_way.ahead.distance_mm == pytest.approx(met[0], abs=2.0)


@pytest.mark.parametrize("seed", range(8))
def test_the_way_on_keeps_every_margin_by_surfaces_made_elsewhere(case, seed):
    """VTK measures how near the new way comes to bone and sac: never nearer than the plan's margins."""
    random = np.random.default_rng(seed)
    tip = case.entry + random.uniform(0.3, 1.05) * (case.target - case.entry) + random.normal(0, 3, 3)
    direction = (tip - case.entry) / np.linalg.norm(tip - case.entry)
    settings = PlanSettings()
    way = plan_from_here(tip, direction, case.entry, ROOT, case.anatomy, settings)
    if way is None:
        return
    depth = np.linalg.norm(tip - case.entry)
    assert np.allclose(way.start_mm, tip - way.withdraw_mm * direction, atol=1.0)
    assert 0 <= way.withdraw_mm <= depth
    assert way.turn_deg <= MOST_TURN_DEG or depth - way.withdraw_mm < SHALLOWEST_MM + 5
    for tissue in (Tissue.BONE, Tissue.THECAL_SAC):
        labels = case.anatomy.structures
        lines = Lines(surface_of(labels.mask(STRUCTURES_OF[tissue]), labels))
        nearest = min(lines.distance(point) for point in np.linspace(way.start_mm, way.target_mm, 60))
        assert nearest > getattr(settings.margins, tissue.value) - np.linalg.norm(labels.spacing_mm) / 2


def test_a_control_scan_without_a_needle_says_so(case):
    found = case.checked(case.scanned())
    assert found.status is NeedleStatus.NOT_FOUND
    assert found.headline.startswith("no needle is seen")
    assert found.tip_mm is None
    assert found.advice == ()


def test_another_region_is_refused_and_nothing_is_said_in_the_plans_frame(case):
    scan = case.scanned(case.target - 25 * case.way)
    affine = scan.affine.copy()
    affine[2, 3] += 90
    found = case.checked(replace(scan, affine=affine))
    assert found.registration.status is Trust.REFUSED
    assert found.tip_mm is None
    assert found.deviation is None
    assert found.advice == ()
    assert "not compared with the plan" in found.headline or "no needle" in found.headline


def test_the_planning_ct_given_as_control_scan_is_refused(case):
    with pytest.raises(InputError, match="is the planning CT itself"):
        case.checked(case.ct)


def test_scans_of_two_patients_are_refused_without_naming_them(case):
    scan = replace(case.scanned(slices=8), identity=ScanIdentity(patient_id="B-77", birth_date="19700101"))
    planned = replace(case.ct, identity=ScanIdentity(patient_id="A-12", birth_date="19610203"))
    with pytest.raises(InputError, match="another date of birth") as raised:
        case.checked(scan, planning=planned)
    assert not any(told in str(raised.value) for told in ("B-77", "A-12", "1970", "1961"))
    assert case.checked(scan, planning=planned, identity_checked=True).status is NeedleStatus.NOT_FOUND


def test_another_number_with_the_same_birthday_is_a_warning(case):
    scan = replace(case.scanned(slices=8), identity=ScanIdentity(patient_id="B-77", birth_date="19610203"))
    planned = replace(case.ct, identity=ScanIdentity(patient_id="A-12", birth_date="19610203"))
    assert any("patient numbers" in warning for warning in case.checked(scan, planning=planned).warnings)


def test_another_planning_ct_than_the_plans_is_refused(case):
    with pytest.raises(UsageError, match="not the scan this plan was made on"):
        case.checked(case.scanned(slices=8), planning=case.scanned(slices=9))


def test_a_way_that_could_not_be_checked_is_said_to_be_unchecked(case):
    scan = case.scanned(case.target - 25 * case.way)
    unseen = replace(case.anatomy, spine=replace(case.anatomy.spine, foramina=(), roots=()))
    for anatomy, says in ((None, "No label map was given"), (unseen, "does not show L4-left")):
        found = case.checked(scan, anatomy=anatomy)
        assert found.advice[-1].action == "advance"
        assert any(says in warning for warning in found.warnings)


def test_without_the_planning_ct_nothing_is_said_in_its_frame(case):
    found = check_needle(case.scanned(case.target - 25 * case.way), case.plan)
    assert found.status is NeedleStatus.FOUND
    assert found.tip_control_mm is not None
    assert found.tip_mm is None
    assert "--planning-ct" in found.headline
