import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from foramen.imaging.volume import Volume
from foramen.reports.planes import (
    Plane,
    along_needle,
    axial,
    coronal,
    direction_letters,
    sagittal,
    sample,
    sample_nearest,
    sample_share,
)
from support.report_patient import STORAGES, grid_of, voxel_positions

SIZE = (180.0, 150.0)
MARKERS = {"L": (70, 0, 0), "R": (-70, 0, 0), "P": (0, 60, 0), "A": (0, -60, 0), "H": (0, 0, 60), "F": (0, 0, -60)}
ENTRY, TARGET = np.array([60.0, 80.0, 5.0]), np.array([25.0, 20.0, -4.0])


def needle_plane() -> Plane:
    return along_needle(ENTRY, TARGET, above_mm=20, height_mm=140, width_mm=150, pixel_mm=0.5)


PLANES = {
    "axial": axial((0, 0, 0), SIZE, 0.5),
    "sagittal": sagittal((0, 0, 0), SIZE, 0.5),
    "coronal": coronal((0, 0, 0), SIZE, 0.5),
}


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("name", PLANES)
def test_a_marker_shows_up_at_the_edge_that_bears_its_letter(storage, name):
    plane, grid = PLANES[name], grid_of(storage)
    at = voxel_positions(grid)
    for edge, letter in plane.edges.items():
        blob = np.linalg.norm(at - MARKERS[letter], axis=-1) < 10
        seen = sample(Volume(blob.astype(np.int16), grid.affine), plane) > 0.5
        y, x = (axis.mean() for axis in np.nonzero(seen))
        where = {"left": -x, "right": x - plane.width, "top": -y, "bottom": y - plane.height}
        assert max(where, key=where.get) == edge


def test_edges_are_radiological():
    assert PLANES["axial"].edges == {"top": "A", "bottom": "P", "left": "R", "right": "L"}
    assert PLANES["sagittal"].edges == {"top": "H", "bottom": "F", "left": "A", "right": "P"}
    assert PLANES["coronal"].edges == {"top": "H", "bottom": "F", "left": "R", "right": "L"}


def test_axial_is_seen_from_the_feet_sagittal_from_the_left_coronal_from_the_front():
    assert [direction_letters(-PLANES[name].away) for name in ("axial", "sagittal", "coronal")] == ["F", "L", "A"]


@pytest.mark.parametrize(("direction", "letters"), [((1, 0, 0), "L"), ((-1, -1, 0.1), "RA"), ((0, 0.3, -0.9), "F")])
def test_letters_name_the_nearest_axes(direction, letters):
    assert direction_letters(np.array(direction) / np.linalg.norm(direction)) == letters


def test_the_needle_runs_straight_down_from_the_middle_of_the_width():
    plane = needle_plane()
    entry, target = plane.to_pixel([ENTRY, TARGET])
    assert entry == pytest.approx([(plane.width - 1) / 2, 20 / 0.5 - 0.5], abs=1e-6)
    assert target - entry == pytest.approx([0, np.linalg.norm(TARGET - ENTRY) / 0.5])
    assert plane.behind_mm(np.stack([ENTRY, TARGET])) == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("side", [1, -1])
def test_the_needle_plane_is_seen_from_the_head_with_the_patients_right_on_the_left(side):
    plane = along_needle(
        ENTRY * (side, 1, 1), TARGET * (side, 1, 1), above_mm=20, height_mm=140, width_mm=150, pixel_mm=0.5
    )
    assert plane.right[0] > 0.5
    assert plane.away[2] < -0.9
    assert "R" in plane.edges["left"]
    assert "L" in plane.edges["right"]


def test_pixels_and_places_go_there_and_back():
    plane = needle_plane()
    pixels = np.random.default_rng(1).uniform(0, 200, (50, 2))
    assert plane.to_pixel(plane.to_world(pixels)) == pytest.approx(pixels)
    assert plane.to_pixel(plane.to_world(pixels) + 7 * plane.away) == pytest.approx(pixels)
    assert plane.coarser(4).to_world(pixels) == pytest.approx(plane.to_world(4 * pixels))


@pytest.mark.parametrize("storage", STORAGES)
def test_sampling_agrees_with_scipy(storage):
    grid, plane = grid_of(storage), needle_plane()
    volume = Volume(np.random.default_rng(2).integers(-900, 900, grid.shape).astype(np.int16), grid.affine)
    places = plane.to_world(np.stack(np.meshgrid(range(plane.width), range(plane.height)), axis=-1))
    index = np.moveaxis(volume.to_index(places), -1, 0)
    expected = map_coordinates(volume.voxels.astype(float), index, order=1, mode="nearest")
    inside = grid.contains(places)
    got = sample(volume, plane)
    assert got[inside] == pytest.approx(expected[inside], abs=0.02)
    assert np.isnan(got[~inside]).all()
    labels = Volume((volume.voxels > 0).astype(np.uint8), grid.affine)
    share = map_coordinates(labels.voxels.astype(float), index, order=1, mode="nearest")
    assert sample_share(labels, plane, np.arange(256) == 1)[inside] == pytest.approx(share[inside], abs=1e-3)
    nearest = map_coordinates(labels.voxels, index, order=0, mode="nearest")
    clear = inside & (np.abs(index % 1 - 0.5) > 1e-3).all(axis=0)
    assert (sample_nearest(labels, plane)[clear] == nearest[clear]).all()


@pytest.mark.parametrize("storage", STORAGES)
def test_a_slab_averages_evenly_before_and_behind_its_plane(storage):
    grid = grid_of(storage)
    ramp = Volume(voxel_positions(grid)[..., 1].astype(np.float32), grid.affine)
    got = sample(ramp, coronal((0, 13.0, 0), (80, 60), 2.0), slab_mm=20)
    assert got == pytest.approx(np.full(got.shape, 13.0), abs=0.05)
