"""The box of cells around a root."""

import numpy as np
import pytest

from foramen.imaging.volume import Grid
from foramen.planning.region import CELL_MM, Region
from support.phantoms import Phantom, straight_grid


def turned(degrees: float, spacing: tuple[float, float, float]) -> Grid:
    """An oblique grid with reversed and exchanged axes."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    axes = turn @ np.array([[0, 0, -1], [-1, 0, 0], [0, 1, 0]])
    affine = np.eye(4)
    affine[:3, :3] = axes * spacing
    affine[:3, 3] = -affine[:3, :3] @ [50, 40, 30]
    return Grid((101, 81, 61), affine)


@pytest.mark.parametrize("grid", [straight_grid(), turned(20, (1.5, 2.0, 2.5))], ids=["straight", "oblique"])
def test_cells_hold_what_the_label_map_holds_there(grid):
    _, anatomy = Phantom().on(grid)
    region = Region.around(anatomy, [[-30, -10, -20], [30, 20, 20]], 5.0)

    cells = np.random.default_rng(0).integers(0, region.shape, (500, 3))
    world = region.to_world((cells + 0.5) * region.cell_mm)
    index = np.round(anatomy.structures.to_index(world)).astype(int)

    np.testing.assert_array_equal(region.structures[tuple(cells.T)], anatomy.structures.voxels[tuple(index.T)])
    np.testing.assert_array_equal(region.inside[tuple(cells.T)], anatomy.body.voxels[tuple(index.T)])
    assert (region.cell_mm <= CELL_MM * 1.02).all()


def test_to_the_box_and_back():
    _, anatomy = Phantom().on(turned(-35, (1.0, 2.0, 3.0)))
    region = Region.around(anatomy, [[0, 0, 0]], 20.0)
    points = np.random.default_rng(0).uniform(-20, 20, (50, 3))

    np.testing.assert_allclose(region.to_world(region.to_box(points)), points, atol=1e-9)


def test_directions_of_the_world_in_the_box():
    _, anatomy = Phantom().on(turned(25, (1.0, 2.0, 3.0)))
    region = Region.around(anatomy, [[0, 0, 0]], 20.0)

    step = region.to_box(np.eye(3)) - region.to_box(np.zeros((3, 3)))

    np.testing.assert_allclose(region.world_axes, step, atol=1e-9)


def test_depth_below_the_skin_is_nothing_outside():
    _, anatomy = Phantom().on(straight_grid())
    region = Region.around(anatomy, [[0, 60, 0], [40, 95, 10]], 5.0)

    assert (region.skin_depth[~region.inside] == 0).all()
    assert (region.skin_depth[region.inside] > 0).all()
