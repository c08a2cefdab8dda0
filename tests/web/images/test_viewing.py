"""Whatever way a scan was stored, what the browser gets runs along the patient's own axes and shows the same places."""

import nibabel
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from foramen.imaging.ct import Ct
from foramen.imaging.straighten import straighten
from foramen.imaging.volume import Grid, Volume
from foramen.web.images import viewing
from foramen.web.images.viewing import onto, viewing_grid, write_view
from support.phantoms import Phantom, straight_grid

CENTRE = np.array([10.0, -20.0, 30.0])
AWAY = {"left": (40, 0, 0), "posterior": (0, 30, 0), "head": (0, 0, 25)}
MARKS = {name: CENTRE + np.array(away) for name, away in AWAY.items()}
"""Three balls that tell every axis and its direction, LPS mm."""


def grid_of(direction, spacing=(1.1, 0.9, 2.0), size_mm=(130, 110, 100)) -> Grid:
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(direction) * spacing
    shape = tuple(int(n) for n in np.round(np.array(size_mm) / spacing))
    affine[:3, 3] = CENTRE - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    return Grid(shape, affine)


def tilted(degrees: float) -> np.ndarray:
    sheared = np.eye(3)
    sheared[:, 1] = [0, np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]
    return sheared


STORED = {
    "plain": np.eye(3),
    "prone, feet first": np.diag([1.0, -1.0, -1.0]),
    "reversed": np.diag([-1.0, 1.0, -1.0]),
    "sagittal": np.eye(3)[:, [1, 2, 0]],
    "oblique": Rotation.from_euler("xyz", [12, -7, 20], degrees=True).as_matrix(),
    "gantry tilted": tilted(18),
}


def scan_on(grid: Grid, centre=CENTRE) -> Ct:
    """One ball of bone in air."""
    points = grid.to_world(np.moveaxis(np.indices(grid.shape), 0, -1))
    ct = Ct(np.where(np.linalg.norm(points - centre, axis=-1) < 8, 1000, -1000).astype(np.int16), grid.affine)
    return ct if grid.is_straight else straighten(ct)


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("stored", STORED)
def test_each_mark_lies_on_its_own_side_of_the_file_s_axes(stored, mark, tmp_path):
    ct = scan_on(grid_of(STORED[stored]), MARKS[mark])
    grid = viewing_grid(ct.grid)
    viewing.write_nifti(onto(Volume(ct.voxels, ct.affine), grid), tmp_path / "ct.nii.gz")
    image = nibabel.load(tmp_path / "ct.nii.gz")
    assert nibabel.aff2axcodes(image.affine) == ("R", "A", "S")
    assert np.abs(image.affine[:3, :3] - np.diag(np.diag(image.affine[:3, :3]))).max() < 1e-6
    hu = np.asarray(image.dataobj)
    middle = np.average(np.argwhere(hu > -1000), axis=0, weights=hu[hu > -1000] + 1000.0)
    lps = nibabel.affines.apply_affine(image.affine, middle) * [-1, -1, 1]
    assert lps == pytest.approx(MARKS[mark], abs=0.6)


def test_a_scan_along_the_axes_keeps_its_own_voxels():
    """Nothing is interpolated where nothing has to be: every value shown is a value measured."""
    ct = scan_on(grid_of(STORED["prone, feet first"]))
    noisy = Ct(np.random.default_rng(0).integers(-1000, 2000, ct.shape).astype(np.int16), ct.affine)
    shown = onto(Volume(noisy.voxels, noisy.affine), viewing_grid(noisy.grid))
    assert shown.shape == noisy.shape
    assert (shown.canonical().voxels == noisy.canonical().voxels).all()


def test_a_huge_scan_is_shown_coarser_and_whole(monkeypatch):
    monkeypatch.setattr(viewing, "MOST_VOXELS", 40_000)
    grid = grid_of(np.eye(3))
    shown = viewing_grid(grid)
    assert np.prod(shown.shape) <= 40_000
    assert shown.corners_mm.min(axis=0) == pytest.approx(grid.corners_mm.min(axis=0), abs=5)
    assert shown.corners_mm.max(axis=0) == pytest.approx(grid.corners_mm.max(axis=0), abs=5)


def test_labels_and_scan_lie_on_one_grid_and_the_skin_of_the_back_is_in_view(tmp_path):
    ct, anatomy = Phantom().on(straight_grid((2.0, 2.0, 3.0)))
    view = write_view(ct, anatomy, tmp_path)
    scan, labels = nibabel.load(view.ct), nibabel.load(view.labels)
    assert scan.shape == labels.shape
    assert (scan.affine == labels.affine).all()
    assert set(np.unique(np.asarray(labels.dataobj))) == set(np.unique(anatomy.structures.voxels))
    behind = scan.affine[1, 3]  # RAS: the hindmost voxel's y
    assert -behind > 80 - 2
    assert view.is_whole
