"""Every item of the real archives is read right, as SimpleITK and known facts say, or refused with its sentence."""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK
from scipy.ndimage import map_coordinates

from foramen.imaging import Ct, list_series, read_ct
from support.reading_table import OTHERS, QUIRKS, documented, outcome
from support.real_data import DATA, real

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("ignore::UserWarning:pydicom")]

PAGE = Path(__file__).parents[2] / "docs" / "reading.md"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All DICOM archives, each in a folder of its name."""
    folder = tmp_path_factory.mktemp("dicom")
    for archive in real("dicom").glob("*.zip"):
        zipfile.ZipFile(archive).extractall(folder / archive.stem)
    return folder


# --- the table in the documentation -----------------------------------------------------------------------------


@pytest.mark.parametrize("item", [*QUIRKS, *OTHERS])
def test_the_documentation_says_what_becomes_of_each_item(item: str, unpacked: Path) -> None:
    path = unpacked / "quirks" / item if item in QUIRKS else real(item)
    assert documented(PAGE.read_text(encoding="utf-8"))[item] == outcome(path)


def test_no_file_of_the_quirks_archive_is_left_out(unpacked: Path) -> None:
    files = [f.relative_to(unpacked / "quirks") for f in (unpacked / "quirks").rglob("*") if f.is_file()]
    covered = {Path(item) for item in QUIRKS}
    assert [f for f in files if not covered & {f, *f.parents}] == []


# --- straight series: voxel by voxel as SimpleITK ---------------------------------------------------------------


def files_of(folder: Path, orientation: Iterable[float] | None = None, series: int | None = None) -> list[Path]:
    """The files of a folder in the order of their place along the slices."""
    found = []
    for file in folder.iterdir():
        data = pydicom.dcmread(file, stop_before_pixels=True)
        axes = np.array(data.ImageOrientationPatient, float)
        if orientation is not None and not np.allclose(axes, np.array(list(orientation)), atol=1e-3):
            continue
        if series is None or data.SeriesNumber == series:
            found.append((np.cross(axes[:3], axes[3:]) @ np.array(data.ImagePositionPatient, float), file))
    return [file for _, file in sorted(found)]


def assert_same_as_simpleitk(ct: Ct, files: list[Path]) -> None:
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames([str(file) for file in files])
    peer = reader.Execute()
    np.testing.assert_array_equal(np.maximum(SimpleITK.GetArrayFromImage(peer).T, -1024), ct.voxels)
    for index in [(0, 0, 0), tuple(n - 1 for n in ct.shape), (3, 40, 1)]:
        np.testing.assert_allclose(peer.TransformIndexToPhysicalPoint(index), ct.to_world(index), atol=0.01)


def test_three_slices_feet_first(unpacked: Path) -> None:
    folder = unpacked / "quirks" / "dcmqi" / "ct-3slice"
    ct = read_ct(folder)
    assert ct.identity.patient_position == "FFS"
    assert_same_as_simpleitk(ct, files_of(folder))


def test_150_slices_from_a_zip(unpacked: Path) -> None:
    assert_same_as_simpleitk(
        read_ct(real("dicom/visible_human_pelvis.zip")), files_of(unpacked / "visible_human_pelvis")
    )


def test_jpeg_2000_without_sop_class(unpacked: Path) -> None:
    folder = unpacked / "upper_abdomen_jpeg2000_no_sop_class"
    assert_same_as_simpleitk(read_ct(folder), files_of(folder))


@pytest.mark.parametrize("item", [item for item in OTHERS if item.endswith("ct.nii.gz")])
def test_nifti(item: str) -> None:
    ct, peer = read_ct(real(item)), SimpleITK.ReadImage(str(real(item)))
    np.testing.assert_array_equal(np.maximum(SimpleITK.GetArrayFromImage(peer).T, -1024), ct.voxels)
    for index in [(0, 0, 0), tuple(n - 1 for n in ct.shape), (3, 40, 1)]:
        np.testing.assert_allclose(peer.TransformIndexToPhysicalPoint(index), ct.to_world(index), atol=1e-3)


# --- the clinical study: many stacks in one series --------------------------------------------------------------


def test_the_clinical_study_is_sorted_into_its_stacks() -> None:
    stacks = list_series(real("dicom/lumbar_clinical.zip"))
    volumes = {s.id: (s.plane, len(s.pictures)) for s in stacks if not s.problem}
    assert volumes.pop("5.2") == ("sagittal", 38)
    assert volumes.pop("6.2") == ("coronal", 33)
    assert len(volumes) == 11
    assert set(volumes) == {f"7.{n}" for n in range(3, 14)}
    assert [count for _, count in volumes.values()] == [11, 5, 11, 5, 11, 5, 10, 5, 10, 7, 21]
    assert {plane for plane, _ in volumes.values()} == {"axial"}
    # What is left of each series are its reference pictures, each in another orientation than the stack.
    assert [s.id for s in stacks if s.problem] == ["5.1", "6.1", "7.1", "7.2"]


def test_the_sagittal_stack_is_chosen_and_shows_the_annotated_spine(unpacked: Path) -> None:
    ct = read_ct(real("dicom/lumbar_clinical.zip"))
    assert ct.choice.startswith("5.2 (sagittal")
    assert ct.warnings == ()
    sagittal = [-0.01322, 0.99991, 0.00023, -0.01769, 0, -0.99984]
    assert_same_as_simpleitk(ct, files_of(unpacked / "lumbar_clinical", sagittal))
    points = json.loads(real("annotations/lumbar_clinical.json").read_text())["points"]
    mean = {kind: np.mean([around(ct, p["mm"]) for p in points if kind in p["name"]]) for kind in ("canal", "pedicle")}
    assert mean["canal"] < 80 < 200 < mean["pedicle"]


def around(ct: Ct, point_mm: list[float]) -> float:
    """Mean HU within 2 mm of a point."""
    return float(ct.crop_around(point_mm, 2).voxels.mean())


@pytest.mark.parametrize("stack", ["6.2", "7.3", "7.9", "7.13"])
def test_the_other_stacks_agree_with_the_sagittal_one_about_the_world(stack: str, unpacked: Path) -> None:
    study = real("dicom/lumbar_clinical.zip")
    sagittal, other = read_ct(study), read_ct(study, series=stack)
    assert_same_as_simpleitk(other, files_of(unpacked / "lumbar_clinical", other_orientation(other)))
    index = np.random.default_rng(0).uniform(0, np.array(other.shape) - 1, (20000, 3))
    world = other.to_world(index)
    inside = sagittal.grid.contains(world)
    here = map_coordinates(other.voxels.astype(float), index[inside].T, order=1)
    there = map_coordinates(sagittal.voxels.astype(float), sagittal.to_index(world[inside]).T, order=1)
    assert inside.sum() > 2000
    assert np.corrcoef(here, there)[0, 1] > 0.9


def other_orientation(ct: Ct) -> list[float]:
    return [*ct.direction[:, 0], *ct.direction[:, 1]]


# --- tilted gantry: each slice where its header puts it ---------------------------------------------------------


@pytest.mark.parametrize("name", ["gantry_tilt_philips_neg18.5", "dicom2nifti/gantrytilting_001"])
def test_each_plane_of_a_straightened_scan_is_the_slice_that_lies_there(name: str, unpacked: Path) -> None:
    folder = unpacked / "quirks" / name
    ct = read_ct(folder)
    i, j = np.meshgrid(np.arange(5, 507, 3), np.arange(60, 450, 3), indexing="ij")
    for k, file in enumerate(files_of(folder)):
        hu, here = single_slice(file, ct.to_world(np.stack([i, j, np.full_like(i, k)], axis=-1)))
        np.testing.assert_allclose(here[..., 2], 0, atol=0.01)
        expected = map_coordinates(hu, [here[..., 0], here[..., 1]], order=1, cval=-1024)
        assert np.abs(expected - ct.voxels[i, j, k]).max() <= 1


def test_a_tilted_scan_of_unequal_spacing_shows_each_slice_where_it_was_taken(unpacked: Path) -> None:
    folder = unpacked / "quirks" / "gantry_tilt_ge_variable_spacing"
    ct = read_ct(folder)
    index = np.stack(np.meshgrid(np.arange(60, 450, 3), np.arange(60, 450, 3), [0], indexing="ij"), axis=-1)[:, :, 0]
    agreement = []
    for file in files_of(folder)[1:-1]:
        hu, _ = single_slice(file, np.zeros((1, 3)))
        world = slice_world(file, index)
        ours = map_coordinates(ct.voxels.astype(float), np.moveaxis(ct.to_index(world), -1, 0), order=1)
        agreement.append(np.corrcoef(ours.ravel(), hu[index[..., 0], index[..., 1]].ravel())[0, 1])
    assert min(agreement) > 0.97
    assert np.median(agreement) > 0.99


def single_slice(file: Path, world_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """HU of one file, and points of the world in its pixels, both as SimpleITK has them from that header alone."""
    peer = SimpleITK.ReadImage(str(file))
    hu = np.maximum(SimpleITK.GetArrayFromImage(peer)[0].T, -1024).astype(float)
    corner, *steps = (np.array(peer.TransformIndexToPhysicalPoint(at)) for at in CORNERS)
    axes = np.stack([step - corner for step in steps], axis=1)
    return hu, (world_mm - corner) @ np.linalg.inv(axes).T


def slice_world(file: Path, index: np.ndarray) -> np.ndarray:
    """Where pixels of one file lie, as SimpleITK has it."""
    peer = SimpleITK.ReadImage(str(file))
    corner, *steps = (np.array(peer.TransformIndexToPhysicalPoint(at)) for at in CORNERS)
    return corner + index @ np.stack([step - corner for step in steps])


CORNERS = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]


def test_missing_slices_are_refused_and_unequal_ones_read(unpacked: Path) -> None:
    quirks = unpacked / "quirks" / "dicom2nifti"
    assert "missing slices" in outcome(quirks / "sliceincrement_002")
    ct = read_ct(quirks / "sliceincrement_001")
    for file, k in zip(files_of(quirks / "sliceincrement_001"), [0, 1, 2, 4], strict=True):
        hu = pydicom.dcmread(file).pixel_array.T.astype(int) - 1024
        np.testing.assert_array_equal(ct.voxels[:, :, k], hu)


# --- every compressed transfer syntax: the pixels ---------------------------------------------------------------

SINGLE_SLICES = [
    item
    for item in QUIRKS
    if item.startswith(("nema_wg04_ct/", "pydicom_data/", "fo-dicom/"))
    and not item.endswith((".zst", "eCT_Supplemental.dcm", "GH1728.dcm", "CT-MONO2-16-ankle"))
]


def stacked(file: Path, folder: Path) -> Path:
    """Three copies of one real picture, one behind the other: the least that is a volume."""
    folder.mkdir()
    for n in range(3):
        data = pydicom.dcmread(file)
        normal = np.cross(*np.array(data.ImageOrientationPatient, float).reshape(2, 3))
        place = np.array(data.ImagePositionPatient, float) + 2.0 * n * normal
        data.ImagePositionPatient = [f"{v:.6f}"[:16] for v in place]
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{n + 1}"
        data.save_as(folder / f"{n}.dcm")
    return folder


@pytest.mark.parametrize("item", SINGLE_SLICES)
def test_pixels_of_every_syntax_are_as_simpleitk_decodes_them(item: str, unpacked: Path, tmp_path: Path) -> None:
    file = unpacked / "quirks" / item
    if item.endswith("explicit_VR-UN.dcm"):
        assert "1 slice" in outcome(file)
        return
    ct = read_ct(stacked(file, tmp_path / "three"))
    peer = np.maximum(SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(file)))[0].T, -1024)
    for k in range(3):
        np.testing.assert_array_equal(ct.voxels[:, :, k], peer)


@pytest.mark.parametrize("scan", ["CT1", "CT2"])
def test_four_independent_decoders_agree_on_the_lossless_versions_of_one_picture(
    scan: str, unpacked: Path, tmp_path: Path
) -> None:
    nema = unpacked / "quirks" / "nema_wg04_ct"
    prints = {
        kind: read_ct(stacked(nema / f"{scan}_{kind}", tmp_path / kind)).fingerprint
        for kind in ("J2KR", "JLSL", "JPLL", "RLE")
    }
    assert len(set(prints.values())) == 1, prints


def test_the_data_folder_is_the_one_described() -> None:
    assert real("dicom/quirks.zip").is_file()
    assert {p.name for p in (DATA / "dicom").glob("*.zip")} == {
        "quirks.zip",
        "lumbar_clinical.zip",
        "visible_human_pelvis.zip",
        "upper_abdomen_jpeg2000_no_sop_class.zip",
    }
