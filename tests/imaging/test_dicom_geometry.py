"""However a scan was made and stored, the same world comes back: places and HU in the patient, in LPS mm."""

from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.ndimage import binary_erosion

from foramen.imaging import Ct, read_ct
from support.dicom_series import Series, hu_at

POSITIONS = {
    # Rows run to the scanner's right, columns down, slices into the gantry; the patient is turned instead.
    "HFS": ((1, 0, 0), (0, 1, 0)),
    "HFP": ((-1, 0, 0), (0, -1, 0)),
    "HFDR": ((0, 1, 0), (-1, 0, 0)),
    "HFDL": ((0, -1, 0), (1, 0, 0)),
    "FFS": ((-1, 0, 0), (0, 1, 0)),
    "FFP": ((1, 0, 0), (0, -1, 0)),
    "FFDR": ((0, -1, 0), (-1, 0, 0)),
    "FFDL": ((0, 1, 0), (1, 0, 0)),
}
EXTENT_MM = {0: (-12.0, 1.1, 20), 1: (-9.0, 0.8, 16), 2: (-8.0, 2.5, 17)}  # world axis: first voxel, spacing, voxels


def in_world_order(row: tuple[int, ...], column: tuple[int, ...]) -> Series:
    """A scan of always the same voxels of the world, along signed world axes."""
    step = np.cross(row, column)
    axes = [int(np.flatnonzero(axis)[0]) for axis in (row, column, step)]
    origin = np.zeros(3)
    for axis, vector in zip(axes, (row, column, step), strict=True):
        first, spacing, count = EXTENT_MM[axis]
        origin[axis] = first if vector[axis] > 0 else first + spacing * (count - 1)
    (_, column_mm, columns), (_, row_mm, rows), (_, step_mm, slices) = (EXTENT_MM[axis] for axis in axes)
    return Series(row, column, None, origin, np.arange(slices) * step_mm, columns, rows, column_mm, row_mm)


def assert_is_the_world(ct: Ct, within_hu: float = 0.51, air: bool = False) -> None:
    """Every voxel has the HU that the world has at its place, save the air around a straightened scan and its rim."""
    index = np.stack(np.meshgrid(*map(np.arange, ct.shape), indexing="ij"), axis=-1)
    wrong = np.abs(ct.voxels - hu_at(ct.to_world(index)))
    if air:
        inside = binary_erosion(ct.voxels != -1024, np.ones((1, 3, 1)))
        assert inside.sum() > 0.4 * ct.voxels.size
        wrong = wrong[inside]
    assert wrong.max() <= within_hu
    assert ct.voxels.dtype == np.int16
    assert ct.grid.is_straight


@pytest.mark.parametrize("position", POSITIONS)
def test_every_patient_position_gives_the_same_world(position: str, tmp_path: Path) -> None:
    series = in_world_order(*POSITIONS[position]).but(tags={"PatientPosition": position})
    ct = read_ct(series.write(tmp_path))
    assert_is_the_world(ct)
    assert ct.identity.patient_position == position
    supine = read_ct(in_world_order(*POSITIONS["HFS"]).write(tmp_path / "supine"))
    assert ct.canonical().fingerprint == supine.canonical().fingerprint


SIGNED_AXES = [
    (tuple(int(v) for v in np.eye(3)[a] * s), tuple(int(v) for v in np.eye(3)[b] * t))
    for (a, b), s, t in product(permutations(range(3), 2), (1, -1), (1, -1))
]


@pytest.mark.parametrize(("row", "column"), SIGNED_AXES)
def test_axial_sagittal_and_coronal_pictures_in_all_directions_give_the_same_volume(
    row: tuple[int, ...], column: tuple[int, ...], tmp_path: Path
) -> None:
    ct = read_ct(in_world_order(row, column).write(tmp_path))
    assert_is_the_world(ct)
    canonical = ct.canonical()
    assert canonical.shape == (20, 16, 17)
    np.testing.assert_allclose(canonical.origin_mm, [-12, -9, -8])
    np.testing.assert_allclose(canonical.affine[:3, :3], np.diag([1.1, 0.8, 2.5]), atol=1e-9)


angles = st.floats(-180, 180)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(angles, angles, angles, st.booleans(), st.randoms(use_true_random=False))
def test_oblique_scans_in_any_file_order_match_the_world_and_simpleitk(
    tmp_path: Path, a: float, b: float, c: float, backwards: bool, chance: object
) -> None:
    turn = rotation(a, b, c)
    series = Series(turn[:, 0], turn[:, 1], slices_mm=np.arange(6) * (-2.5 if backwards else 2.5))
    folder = tmp_path / f"{a}{b}{c}{backwards}"
    order = list(range(6))
    chance.shuffle(order)  # type: ignore[attr-defined]

    def renumber(data: object, n: int) -> None:
        data.InstanceNumber = order[n] * 7 + 1  # type: ignore[attr-defined]

    ct = read_ct(series.write(folder, renumber, lambda n: f"odd name {order[n]} ü"))
    assert_is_the_world(ct)
    reader = SimpleITK.ImageSeriesReader()
    files = sorted(folder.iterdir(), key=lambda f: order.index(int(f.name.split()[2])))
    if np.cross(turn[:, 0], turn[:, 1]) @ ct.direction[:, 2] < 0:
        files.reverse()
    if backwards:
        files.reverse()
    reader.SetFileNames([str(f) for f in files])
    peer = reader.Execute()
    np.testing.assert_array_equal(SimpleITK.GetArrayViewFromImage(peer).T, ct.voxels)
    for index in [(0, 0, 0), (19, 3, 5), (4, 15, 2)]:
        np.testing.assert_allclose(peer.TransformIndexToPhysicalPoint(index), ct.to_world(index), atol=1e-4)


def rotation(a: float, b: float, c: float) -> np.ndarray:
    """Three turns, about z, y and x, in degrees."""
    (sa, ca), (sb, cb), (sc, cc) = ((np.sin(np.radians(t)), np.cos(np.radians(t))) for t in (a, b, c))
    about_z = np.array([[ca, -sa, 0], [sa, ca, 0], [0, 0, 1]])
    about_y = np.array([[cb, 0, sb], [0, 1, 0], [-sb, 0, cb]])
    about_x = np.array([[1, 0, 0], [0, cc, -sc], [0, sc, cc]])
    return about_z @ about_y @ about_x


@pytest.mark.parametrize("tilt_deg", [-25.0, -5.5, 5.5, 18.5])
@pytest.mark.parametrize("position", ["HFS", "FFP"])
def test_a_tilted_gantry_of_either_sign_is_straightened(tilt_deg: float, position: str, tmp_path: Path) -> None:
    lean = rotation(0, 0, tilt_deg)
    row, column = (lean @ np.array(axis, float) for axis in POSITIONS[position])
    series = Series(row, column, step=(0, 0, 1), slices_mm=np.arange(8) * 2.5)
    ct = read_ct(series.write(tmp_path))
    assert_is_the_world(ct, within_hu=1.01, air=True)
    assert ct.warnings == (
        f"The gantry was tilted by {abs(tilt_deg):.1f}°; the scan was resampled to a straight grid.",
    )
    # The slices themselves are kept: same spacing within them, and their true distance between them.
    np.testing.assert_allclose(ct.spacing_mm, [1.1, 0.8, 2.5 * np.cos(np.radians(tilt_deg))], rtol=1e-6)


def test_straightening_keeps_every_scanned_voxel_inside(tmp_path: Path) -> None:
    lean = rotation(0, 0, 20.0)
    series = Series(lean[:, 0], lean[:, 1], step=(0, 0, 1), slices_mm=np.arange(12) * 3.0)
    ct = read_ct(series.write(tmp_path))
    for n in (0, 5, 11):
        assert ct.grid.contains(series.pixel_world_mm(n)).all()


@pytest.mark.parametrize("tilt_deg", [0.0, -12.0])
def test_unequal_spacing_is_resampled_and_told(tilt_deg: float, tmp_path: Path) -> None:
    lean = rotation(0, 0, tilt_deg)
    places = [0, 2, 4, 6, 8, 8.7, 11.7, 14.7, 17.7]
    ct = read_ct(Series(lean[:, 0], lean[:, 1], step=(0, 0, 1), slices_mm=places).write(tmp_path))
    assert_is_the_world(ct, within_hu=1.51, air=tilt_deg != 0)
    assert "unequal distances" in ct.warnings[0]
    assert len(ct.warnings) == 1 + (tilt_deg != 0)
    assert ct.spacing_mm[2] == pytest.approx(17.7 / 9 * np.cos(np.radians(tilt_deg)), rel=1e-6)


def test_spacing_that_is_unequal_only_by_rounding_is_taken_as_equal(tmp_path: Path) -> None:
    ct = read_ct(Series(slices_mm=np.round(np.arange(9) * 0.625, 1)).write(tmp_path))
    assert ct.warnings == ()
    assert ct.spacing_mm[2] == pytest.approx(0.625)


def test_rescale_slope_and_intercept_are_those_of_each_slice(tmp_path: Path) -> None:
    world = Series(slope=0.5, intercept=-1000.0)

    def other_scale(data: object, n: int) -> None:
        if n % 2:
            hu = np.frombuffer(data.PixelData, np.int16) * 0.5 - 1000  # type: ignore[attr-defined]
            data.RescaleSlope, data.RescaleIntercept = 0.25, -500  # type: ignore[attr-defined]
            data.PixelData = np.rint((hu + 500) / 0.25).astype(np.int16).tobytes()  # type: ignore[attr-defined]

    assert_is_the_world(read_ct(world.write(tmp_path, other_scale)))


def test_who_and_which_is_read_from_the_header(tmp_path: Path) -> None:
    identity = read_ct(Series().write(tmp_path)).identity
    assert (identity.patient_name, identity.patient_id) == ("Phantom^Linear", "P1")
    assert (identity.birth_date, identity.sex, identity.study_date) == ("19600203", "O", "20260102")
    assert (identity.series_number, identity.kernel, identity.manufacturer) == ("3", "B30f", "Foramen tests")
    assert identity.series_uid == Series().series_uid
    assert identity.frame_of_reference_uid == Series().frame_of_reference


def test_values_below_air_are_set_to_air(tmp_path: Path) -> None:
    def padding(data: object, n: int) -> None:
        stored = np.frombuffer(data.PixelData, np.int16).copy()  # type: ignore[attr-defined]
        stored[:5] = -2000
        data.PixelData = stored.tobytes()  # type: ignore[attr-defined]

    ct = read_ct(Series().write(tmp_path, padding))
    assert ct.voxels.min() == -1024
    assert (ct.voxels[:5, 0] == -1024).all()
