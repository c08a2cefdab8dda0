"""The whole plan, on a phantom: known answers, and what must not change when only the storage or the patient's place
does."""

from dataclasses import replace

import numpy as np
import pytest

from foramen.anatomy.anatomy import Anatomy
from foramen.anatomy.level_names import LevelNames
from foramen.anatomy.root import Root
from foramen.anatomy.structures import STRUCTURES_OF, Structure, Tissue
from foramen.errors import UsageError
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Grid, Volume
from foramen.planning import Plan, PlannedRoot, PlanSettings, RootStatus, plan_routes
from foramen.planning.settings import Margins
from support.phantoms import EVERYTHING, Phantom, box, cylinder, straight_grid

GRID = straight_grid((1.9, 2.1, 2.3))
"""No spacing that the skin's lattice of 1.4 mm meets halfway: a tie between two voxels has no mirror image."""
LEFT, RIGHT = Root.parse("L4-left"), Root.parse("L4-right")
KIDNEY = (Structure.KIDNEY_LEFT, cylinder(66, 30, 16))
RIB = (Structure.RIB_LEFT, box((40, 70), (44, 52), (-10, -2)))
PATIENT = Phantom(extra=(KIDNEY, RIB))


def planned(phantom=PATIENT, roots=(LEFT,), settings=None, grid=GRID) -> Plan:
    return plan_routes(*phantom.on(grid), roots, settings)


def free(root: PlannedRoot) -> int:
    return root.candidates - sum(root.rejected.values())


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(roots=(LEFT, RIGHT))


def test_both_roots_are_planned_and_one_route_is_recommended(plan):
    for root in plan.roots:
        assert root.status is RootStatus.PLANNED
        assert [route.recommended for route in root.routes].count(True) == 1
        assert root.routes[0].recommended
        assert root.routes[0].costs["total"] == min(route.costs["total"] for route in root.routes)
        assert root.candidates > 250_000


def test_numbers_of_a_route_follow_from_its_ends(plan):
    for root in plan.roots:
        for route in root.routes:
            way = np.subtract(route.target_mm, route.entry_mm)
            assert route.depth_mm == pytest.approx(np.linalg.norm(way))
            assert route.axial_angle_deg == pytest.approx(np.degrees(np.arctan2(way[0], -way[1])))
            assert route.craniocaudal_angle_deg == pytest.approx(np.degrees(np.arcsin(way[2] / route.depth_mm)))
            assert route.needle.length_mm >= route.depth_mm + 5
            assert abs(route.craniocaudal_angle_deg) <= 30
            index = GRID.to_index(route.entry_mm)[2]
            assert abs(route.skin.slice_index - index) <= 0.5
            assert route.skin.lateral_of_midline_mm == pytest.approx(abs(route.entry_mm[0]))
            assert root.scan_range_z_mm[0] < min(route.entry_mm[2], route.target_mm[2]) or not route.recommended


def test_the_entry_lies_on_the_skin(plan):
    for root in plan.roots:
        for route in root.routes:
            x, y, _ = route.entry_mm
            assert (x / 150) ** 2 + ((y + 20) / 100) ** 2 == pytest.approx(1, abs=0.04)


def test_offered_routes_differ(plan):
    for root in plan.roots:
        entries = np.array([route.entry_mm for route in root.routes])
        apart = np.linalg.norm(entries[:, None] - entries, axis=-1) + 1e9 * np.eye(len(entries))
        assert apart.min() >= 12


def test_clearances_are_those_of_the_phantom(plan):
    """By hand: the sac is a cylinder of 7 mm about (0, 12), the kidney one of 16 mm about (66, 30)."""
    for route in plan.roots[0].routes:
        line = np.linspace(route.entry_mm, route.target_mm, 2000)
        sac = np.hypot(line[:, 0], line[:, 1] - 12).min() - 7
        kidney = np.hypot(line[:, 0] - 66, line[:, 1] - 30).min() - 16
        assert route.clearance_mm.thecal_sac == pytest.approx(sac, abs=1.5)
        assert route.clearance_mm.organ == pytest.approx(min(kidney, 25), abs=1.5)
        assert route.clearance_mm.organ >= 10.35
        assert route.clearance_mm.lung == 25


def _close(one: PlannedRoot, other: PlannedRoot, mirror=1.0, shift=(0.0, 0.0, 0.0)) -> None:
    assert one.status == other.status
    assert len(one.routes) == len(other.routes)
    for a, b in zip(one.routes, other.routes, strict=True):
        for start, end in ((a.entry_mm, b.entry_mm), (a.target_mm, b.target_mm)):
            np.testing.assert_allclose(np.array(start) * [mirror, 1, 1] + shift, end, atol=0.1)
        assert a.depth_mm == pytest.approx(b.depth_mm, abs=0.1)
        assert a.axial_angle_deg * mirror == pytest.approx(b.axial_angle_deg, abs=0.1)
        assert a.tolerance_deg == pytest.approx(b.tolerance_deg, abs=0.26)
        assert a.success_probability == pytest.approx(b.success_probability, abs=0.01)


def _stored(volume, axes, flips):
    """The same voxels in another order of storage."""
    voxels = volume.voxels.transpose(axes)[tuple(slice(None, None, -1 if f else 1) for f in flips)]
    turn = np.zeros((4, 4))
    turn[3, 3] = 1
    for new, (old, flip) in enumerate(zip(axes, flips, strict=True)):
        turn[old, new] = -1 if flip else 1
        turn[old, 3] = volume.shape[old] - 1 if flip else 0
    return replace(volume, voxels=np.ascontiguousarray(voxels), affine=volume.affine @ turn)


@pytest.mark.parametrize(
    ("axes", "flips"), [((2, 0, 1), (True, False, True)), ((1, 2, 0), (False, True, False))], ids=["kij", "jki"]
)
def test_the_order_of_storage_changes_nothing(plan, axes, flips):
    ct, anatomy = PATIENT.on(GRID)
    ct, labels, body = (_stored(v, axes, flips) for v in (ct, anatomy.structures, anatomy.body))

    other = plan_routes(ct, Anatomy("phantom", labels, body, anatomy.spine), (LEFT,))

    _close(plan.roots[0], other.roots[0])
    assert plan.roots[0].rejected == other.roots[0].rejected


def test_a_mirrored_patient_gets_the_mirrored_plan(plan):
    mirrored = planned(replace(PATIENT, mirrored=True), (RIGHT, LEFT))

    for one, other in zip(plan.roots, mirrored.roots, strict=True):
        _close(one, other, mirror=-1.0)


def test_a_moved_patient_gets_the_moved_plan(plan):
    shift = (37.0, -12.0, 141.0)
    affine = GRID.affine.copy()
    affine[:3, 3] += shift

    moved = planned(replace(PATIENT, shift_mm=shift), grid=Grid(GRID.shape, affine))

    _close(plan.roots[0], moved.roots[0], shift=shift)


@pytest.mark.parametrize(
    ("tissue", "more"), [("organ", (14.0, 18.0)), ("bone", (3.0, 4.0)), ("thecal_sac", (12.0, 17.0))]
)
def test_a_larger_margin_never_lowers_the_clearance(plan, tissue, more):
    before = plan.roots[0]
    for margin in more:
        after = planned(settings=PlanSettings(margins=Margins(**{tissue: margin}))).roots[0]
        assert free(after) <= free(before)
        if not after.routes:
            break
        least, then = (getattr(r.routes[0].clearance_mm, tissue) for r in (before, after))
        assert then >= least - 0.01
        before = after


def test_an_obstacle_more_never_leaves_more_routes(plan):
    fewer = planned(replace(PATIENT, extra=(KIDNEY, RIB, (Structure.COLON, cylinder(50, 62, 5))))).roots[0]
    fewest = planned(replace(PATIENT, extra=(KIDNEY, RIB, (Structure.L4, box((30, 90), (40, 48), (-40, 40)))))).roots[0]

    assert free(fewest) < free(fewer) < free(plan.roots[0])


def test_what_no_label_can_hold_is_not_checked_and_never_absent():
    bones_only = EVERYTHING - set(STRUCTURES_OF[Tissue.ORGAN]) - {Structure.LUNG_LEFT, Structure.LUNG_RIGHT}
    plan = planned(replace(PATIENT, can_hold=bones_only - {Structure.HIP_LEFT}))

    assert plan.anatomy.not_checked == ("hip_left", "organ", "lung")
    assert any("hip left, organ, lung" in warning for warning in plan.warnings)
    for route in plan.roots[0].routes:
        assert route.clearance_mm.organ is None
        assert route.clearance_mm.lung is None
        assert route.clearance_mm.bone is not None


def test_a_plan_on_uncertain_levels_says_so_first():
    """Whoever accepts the uncertainty has it at the top of the plan, before all else."""
    ct, anatomy = PATIENT.on(GRID)
    doubt = LevelNames(0.4, ("Six vertebrae without ribs were counted.",), "which vertebra is which can't be told.")
    warned = replace(anatomy, levels=doubt, warnings=("Psoas is faint.", *doubt.warnings))
    plan = plan_routes(replace(ct, warnings=("Slices are thick.",)), warned, ())

    assert plan.warnings[0] == "LEVEL NOT CERTAIN: which vertebra is which can't be told."
    assert plan.warnings.count(plan.warnings[0]) == 1
    assert plan.anatomy.levels.certain is False
    assert plan.anatomy.levels.evidence == doubt.evidence
    assert plan_routes(ct, anatomy, ()).anatomy.levels is None


def test_an_estimated_sac_is_checked():
    known = EVERYTHING - set(STRUCTURES_OF[Tissue.THECAL_SAC])
    plan = planned(Phantom(can_hold=known, estimated=frozenset({Structure.THECAL_SAC})))

    assert "thecal_sac" not in plan.anatomy.not_checked
    assert plan.anatomy.estimated == ("thecal_sac",)
    assert plan.roots[0].routes[0].clearance_mm.thecal_sac is not None


def test_a_wall_of_bone_leaves_no_route_and_says_by_how_much():
    wall = (Structure.L4, box((0, 150), (36, 40), (-70, 70)))
    root = planned(Phantom(extra=(wall,))).roots[0]

    assert root.status is RootStatus.NO_ACCEPTABLE_ROUTE
    assert not root.routes
    assert root.rejected["bone"] > 0
    assert sum(root.rejected.values()) == root.candidates
    assert "goes through bone" in root.nearest_miss
    assert "mm are needed" in root.nearest_miss


def test_a_root_outside_the_scan_is_not_visible():
    root = planned(roots=(Root.parse("S1-left"),)).roots[0]

    assert root.status is RootStatus.NOT_VISIBLE
    assert root.reason


def test_a_field_of_view_without_skin_says_so():
    narrow = straight_grid((2.0, 2.0, 2.5), (45.0, 40.0, 70.0))
    root = planned(Phantom(), grid=narrow).roots[0]

    assert root.status is RootStatus.NO_ACCEPTABLE_ROUTE
    assert "field of view" in root.reason


def test_a_table_behind_the_patient_is_told_and_warned_of():
    plan = planned(replace(PATIENT, table=box((-150, 150), (84, 92), (-200, 200))))

    assert any("on the back" in warning for warning in plan.warnings)
    assert plan.roots[0].routes


def test_the_same_input_gives_the_same_bytes(plan):
    again = planned(roots=(LEFT, RIGHT))
    assert again.model_dump_json() == plan.model_dump_json()


def test_a_root_is_planned_alone_as_among_others(plan):
    assert planned(roots=(RIGHT,)).roots[0] == plan.roots[1]


def test_the_s1_approach_is_refused_for_a_lumbar_root():
    with pytest.raises(UsageError, match="s1-dorsal"):
        planned(settings=PlanSettings().with_approach("s1-dorsal"))


@pytest.mark.parametrize("approach", ["subpedicular", "infraneural"])
def test_other_approaches_are_planned_too(approach):
    root = planned(settings=PlanSettings().with_approach(approach)).roots[0]
    assert root.status is RootStatus.PLANNED
    assert {route.approach for route in root.routes} == {approach}


def test_the_plan_names_its_scan_and_settings(plan):
    ct, anatomy = PATIENT.on(GRID)
    assert plan.scan.fingerprint == ct.fingerprint
    assert plan.anatomy.fingerprint == anatomy.structures.fingerprint
    assert plan.settings["margins"]["lung"] == 10.0
    assert isinstance(ct, Ct)
    assert isinstance(anatomy.body, Volume)
