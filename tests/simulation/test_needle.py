"""A needle laid over any CT: where it lies, how bright it is, what streaks it makes, on grids of every kind."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from foramen.errors import UsageError
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Grid
from foramen.simulation.control_scan import motion
from foramen.simulation.metal import WATER_PER_MM, lay_metal, tube
from foramen.simulation.needle import SimulatedNeedle, lay_needles

TIP, ENTRY = np.array([5.0, -20.0, 3.0]), np.array([25.0, 42.0, 3.0])
FAR = np.array([0.0, 0.0, 90.0])


def water(spacing=(0.8, 0.8, 2.0), extent=(120.0, 130.0, 24.0), turn=None, order=(0, 1, 2), flip=False) -> Ct:
    """A block of water around the origin, stored in any order."""
    turn = np.eye(3) if turn is None else turn
    columns = (turn * spacing)[:, list(order)]
    shape = np.round(np.array(extent) / spacing).astype(int)[list(order)]
    if flip:
        columns[:, 1] *= -1
    affine = np.eye(4)
    affine[:3, :3] = columns
    affine[:3, 3] = -columns @ ((shape - 1) / 2)
    return Ct(np.zeros(shape, np.int16), affine)


def along(ct: Ct, needle: SimulatedNeedle, depths) -> np.ndarray:
    """HU on the needle's straight axis at depths beyond the tip (negative: on the shaft)."""
    points = needle.tip_mm + np.outer(depths, needle.axis)
    return map_coordinates(ct.voxels.astype(float), ct.to_index(points).T, order=1, mode="nearest")


def tilted_grid() -> Ct:
    """A stack sheared by a gantry tilted 15°."""
    straight = water(spacing=(0.8, 0.8, 1.5))
    affine = straight.affine.copy()
    affine[:3, 1] = 0.8 * np.array([0, np.cos(0.26), np.sin(0.26)])
    grid = Grid(straight.shape, affine)
    affine[:3, 3] -= grid.to_world((np.array(grid.shape) - 1) / 2)
    return Ct(straight.voxels, affine)


GRIDS = {
    "axial": water(),
    "reversed": water(flip=True),
    "sagittal order": water(order=(1, 2, 0)),
    "oblique": water(turn=motion((0, 0, 0), (8, -5, 12), (0, 0, 0))[:3, :3]),
    "thin": water(spacing=(0.6, 0.6, 0.8)),
    "tilted": tilted_grid(),
}


@pytest.mark.parametrize("name", GRIDS)
def test_the_shaft_is_bright_up_to_the_tip_and_dark_beyond_it(name):
    needle = SimulatedNeedle(TIP, ENTRY, gauge=20)
    before = GRIDS[name]
    after = lay_needles(before, [needle])
    assert after.affine == pytest.approx(before.affine)
    assert not before.voxels.any()
    assert along(after, needle, [-10, -5, -3]).min() > 300
    assert along(after, needle, [2.5, 4]).max() < 60
    assert np.abs(along(after, needle, np.arange(20, 40, 5))).max() < 500


def test_the_half_height_of_the_profile_lies_at_the_tip():
    needle = SimulatedNeedle(TIP, ENTRY, gauge=22, bevel_mm=0.0)
    after = lay_needles(water(spacing=(0.5, 0.5, 3.0), extent=(120, 130, 21)), [needle])
    depths = np.arange(-6, 4, 0.1)
    profile = along(after, needle, depths)
    plateau = np.median(profile[depths < -2])
    crossing = depths[np.flatnonzero(profile > plateau / 2)[-1]]
    assert crossing == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize(("spacing", "share"), [((0.8, 0.8, 2.0), 0.1), ((1.5, 1.2, 5.0), 0.1), ((0.5, 0.5, 0.7), 0.1)])
def test_a_thin_wire_across_the_slices_keeps_its_attenuation_at_any_voxel_size(spacing, share):
    wire = tube([[1.3, 2.1, -40.0], [1.3, 2.1, 40.0]], 0.3, 0.2)
    added = lay_metal(water(spacing=spacing), wire).voxels.astype(float)
    box = added[:, :, 2:-2]
    found = box.sum() / 1000 * WATER_PER_MM * np.prod(spacing) / (box.shape[2] * spacing[2])
    assert found == pytest.approx(np.pi / 4 * 0.3**2 * 0.2, rel=share)


def test_thicker_needles_and_stylets_make_darker_caps():
    def cap(gauge, *, stylet):
        needle = SimulatedNeedle(TIP, ENTRY, gauge=gauge, stylet=stylet)
        return -along(lay_needles(water(), [needle]), needle, [2.0, 3.0, 4.0, 5.0]).mean()

    assert cap(20, stylet=True) > cap(22, stylet=True) > cap(25, stylet=True) > 20
    assert cap(20, stylet=True) > 1.2 * cap(20, stylet=False)


def test_a_bent_needle_runs_through_its_arc_and_points_along_its_end():
    needle = SimulatedNeedle(TIP, ENTRY, bend_mm=(4, 0, 0))
    middle = (TIP + ENTRY) / 2 + needle.sag_mm
    assert needle.sag_mm @ needle.axis == pytest.approx(0, abs=1e-9)
    assert np.linalg.norm(needle.line_mm - middle, axis=1).min() < 0.3
    step = needle.line_mm[-1] - needle.line_mm[-2]
    assert needle.tip_direction == pytest.approx(step / np.linalg.norm(step), abs=0.01)
    assert np.linalg.norm(needle.line_mm[0] - needle.line_mm[1]) == pytest.approx(120 - needle.depth_mm)


def test_metal_outside_the_slices_changes_nothing_and_the_same_seed_gives_the_same_scan():
    ct = water()
    assert lay_needles(ct, [SimulatedNeedle(TIP + FAR, ENTRY + FAR)]) is ct
    needle = SimulatedNeedle(TIP, ENTRY)
    twice = [lay_needles(ct, [needle], seed=4).voxels for _ in range(2)]
    assert np.array_equal(*twice)


def test_needles_that_cannot_be_are_refused():
    with pytest.raises(UsageError, match="30 G needle"):
        SimulatedNeedle(TIP, ENTRY, gauge=30)
    with pytest.raises(UsageError, match="deep"):
        SimulatedNeedle(TIP, ENTRY, length_mm=40)
