"""The needle among what else lies in a control scan: the truth is where the simulated steel lies."""

import numpy as np
import pytest

from foramen.guidance import NeedleStatus, read_needle
from foramen.imaging import Ct
from foramen.imaging.volume import Volume
from foramen.simulation.metal import Metal
from foramen.simulation.needle import SimulatedNeedle
from foramen.simulation.skin_markers import screw, skin_grid
from support.control_scans import ENTRY, TIP, scanned, soft_tissue

WAY = (TIP - ENTRY) / np.linalg.norm(TIP - ENTRY)
ROUTE = np.array([ENTRY, TIP])


def error_mm(found, tip=TIP) -> float:
    return float(np.linalg.norm(found.needle.tip_mm - tip))


def with_bone(start_mm: float, stop_mm: float, half_mm: float = 1.2) -> Ct:
    """Soft tissue with a rod of bone on the needle's own line, from and to so many mm beyond its tip."""
    plain = soft_tissue()
    index = np.stack(np.meshgrid(*(np.arange(n) for n in plain.shape), indexing="ij"), axis=-1)
    away = plain.to_world(index) - TIP
    along = away @ WAY
    beside = np.linalg.norm(away - along[..., None] * WAY, axis=-1)
    hu = np.where((along > start_mm) & (along < stop_mm) & (beside < half_mm), 700, plain.voxels)
    return Ct(hu.astype(np.int16), plain.affine)


@pytest.mark.parametrize("gauge", [20, 25])
def test_a_needle_still_in_the_skin_is_found(gauge):
    tip = ENTRY + 12 * WAY
    found = read_needle(scanned(SimulatedNeedle(tip, ENTRY, gauge, 90), centre=(58, 70, 3)).ct, route_mm=ROUTE)
    assert found.status is NeedleStatus.FOUND, found.reason
    assert error_mm(found, tip) < 0.5


def test_the_inner_needle_decides_not_the_end_of_its_guide():
    guide = SimulatedNeedle(TIP - 20 * WAY, ENTRY, 20, 75, stylet=False)
    found = read_needle(scanned(guide, SimulatedNeedle(TIP, ENTRY, 25, 120)).ct, route_mm=ROUTE)
    assert found.status is NeedleStatus.FOUND, found.reason
    assert error_mm(found) < 0.5


def test_a_guide_without_its_inner_needle_ends_where_it_ends():
    end = TIP - 20 * WAY
    found = read_needle(scanned(SimulatedNeedle(end, ENTRY, 20, 75, stylet=False)).ct, route_mm=ROUTE)
    assert found.status is NeedleStatus.FOUND, found.reason
    assert error_mm(found, end) < 0.5


@pytest.mark.parametrize(("start", "stop"), [(0.8, 12.0), (3.0, 10.0)])
def test_bone_that_a_needle_points_at_is_never_taken_for_its_end(start, stop):
    found = read_needle(scanned(SimulatedNeedle(TIP, ENTRY, 22, 120), of=with_bone(start, stop)).ct, route_mm=ROUTE)
    assert found.needle is not None
    assert found.status is not NeedleStatus.FOUND or error_mm(found) < 1.0


def test_screws_and_a_rod_are_not_needles():
    heads = [np.array([x, 62.0, z]) for x in (-20.0, 20.0) for z in (-10.0, 8.0)]
    implants = Metal.together([screw(head, head - (8, 45, 0)) for head in heads] + [screw(heads[0], heads[1], 5.5)])
    with_needle = scanned(SimulatedNeedle(TIP, ENTRY, 22, 120), metal=implants)
    assert read_needle(scanned(metal=implants).ct, route_mm=ROUTE).status is NeedleStatus.NOT_FOUND
    found = read_needle(with_needle.ct, route_mm=ROUTE)
    assert found.status is NeedleStatus.FOUND, found.reason
    assert error_mm(found) < 0.5


def test_a_marker_grid_on_the_skin_is_no_needle_and_hides_none():
    grid = skin_grid(soft_tissue(), (45, 40, 0), wires=7, apart_mm=10.0, length_mm=60.0)
    assert len(grid.points_mm) > 0
    assert read_needle(scanned(metal=grid).ct).status is NeedleStatus.NOT_FOUND
    found = read_needle(scanned(SimulatedNeedle(TIP, ENTRY, 25, 120), metal=grid).ct, route_mm=ROUTE)
    assert found.status is NeedleStatus.FOUND, found.reason
    assert error_mm(found) < 0.5


def test_a_thin_loop_of_bowel_full_of_contrast_is_no_needle():
    turn = np.linspace(0, 3 * np.pi, 200)
    course = np.stack([20 + 18 * np.cos(turn), -25 + 12 * np.sin(turn), np.linspace(-14, 14, 200)], axis=1)
    grid = Volume(
        np.zeros((90, 70, 50), np.float32), np.array([[1, 0, 0, -25], [0, 1, 0, -60], [0, 0, 1, -25], [0, 0, 0, 1.0]])
    )
    for n in np.ndindex(3, 3, 3):
        at = np.rint(grid.to_index(course)).astype(int) + np.array(n) - 1
        grid.voxels[tuple(at.T)] = 600
    found = read_needle(scanned(SimulatedNeedle(TIP, ENTRY, 22, 120), contrast=grid).ct, route_mm=ROUTE)
    assert found.status is NeedleStatus.FOUND, found.reason
    assert error_mm(found) < 0.5


@pytest.mark.parametrize("bend", [1.3, -1.8])
def test_a_bent_needle_is_followed_and_its_bend_measured(bend):
    aside = np.cross(WAY, (0, 0, 1.0))
    needle = SimulatedNeedle(TIP, ENTRY, 25, 120, bend_mm=bend * aside / np.linalg.norm(aside))
    found = read_needle(scanned(needle).ct, route_mm=ROUTE)
    assert found.status is NeedleStatus.FOUND, found.reason
    assert error_mm(found) < 0.5
    assert found.needle.bend_mm == pytest.approx(abs(bend), abs=1.0)
    pointing = np.degrees(np.arccos(found.needle.tip_direction @ needle.tip_direction))
    assert pointing < np.degrees(np.arccos(needle.axis @ needle.tip_direction))


@pytest.mark.parametrize(("z", "toward"), [(-45.0, "feet"), (50.0, "head")])
@pytest.mark.parametrize("thickness", [0.6, 2.5])
def test_a_shaft_that_leaves_the_slices_says_which_way_to_extend_the_scan(z, toward, thickness):
    needle = SimulatedNeedle(np.array([30.0, 20.0, z]), ENTRY, 22, 120)
    found = read_needle(scanned(needle, thickness=thickness, slices=round(20 / thickness), centre=(46, 46, 2)).ct)
    assert found.status is NeedleStatus.TIP_OUTSIDE_SCAN
    assert f"extend the scan toward the {toward}" in found.reason


def test_two_needles_at_two_levels_are_told_apart_by_the_route_or_by_a_point():
    other = np.array([4.0, 0, 24])
    second = SimulatedNeedle(TIP + other, ENTRY + other, 22, 120)
    scan = scanned(SimulatedNeedle(TIP, ENTRY, 22, 120), second, slices=44, centre=(46, 46, 12)).ct
    unsaid, by_route, by_point = (
        read_needle(scan),
        read_needle(scan, route_mm=ROUTE),
        read_needle(scan, near_mm=TIP + other + 3),
    )
    assert unsaid.status is NeedleStatus.AMBIGUOUS
    assert "--near" in unsaid.reason
    assert error_mm(by_route) < 0.5
    assert error_mm(by_point, TIP + other) < 0.5
    assert len(by_point.others) == 1


def test_a_point_far_from_any_needle_is_answered_with_where_the_nearest_lies():
    found = read_needle(scanned(SimulatedNeedle(TIP, ENTRY, 22, 120)).ct, near_mm=TIP - (60, 0, 0))
    assert found.status is NeedleStatus.NOT_FOUND
    assert "60 mm away" in found.reason
