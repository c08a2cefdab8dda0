"""NIfTI and NRRD: the same voxels in the same place as SimpleITK reads, and nothing believed that can't be."""

import gzip
from contextlib import suppress
from pathlib import Path
from typing import Any

import nibabel
import nrrd
import numpy as np
import pytest
import SimpleITK
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nibabel.nifti1 import Nifti1Extension

from foramen.errors import InputError, UsageError
from foramen.imaging import Volume, read_ct, read_image, write_nifti

AFFINE = np.array([[0.7, 0.1, 0, -30], [-0.1, 0.7, 0, 12], [0, 0, 2.5, -900], [0, 0, 0, 1.0]])
"""Oblique, anisotropic, LPS."""


def scan(dtype: Any = np.int16, affine: np.ndarray = AFFINE) -> Volume:
    return Volume(np.random.default_rng(3).integers(-1000, 1000, (7, 6, 5)).astype(dtype), affine)


def assert_same_as_simpleitk(path: Path) -> None:
    ours, theirs = read_image(path), SimpleITK.ReadImage(str(path))
    np.testing.assert_array_equal(ours.voxels, SimpleITK.GetArrayViewFromImage(theirs).T)
    for index in [(0, 0, 0), (6, 0, 0), (0, 5, 4)]:
        np.testing.assert_allclose(ours.to_world(index), theirs.TransformIndexToPhysicalPoint(index), atol=1e-4)


@pytest.mark.parametrize("name", ["ct.nii", "ct.nii.gz", "ct.nrrd"])
@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64"])
def test_files_of_simpleitk_are_read_as_simpleitk_reads_them(name: str, dtype: str, tmp_path: Path) -> None:
    voxels = np.abs(scan().voxels).astype(dtype)
    image = SimpleITK.GetImageFromArray(np.ascontiguousarray(voxels.T))
    image.SetSpacing(scan().spacing_mm.tolist())
    image.SetDirection(scan().direction.ravel().tolist())
    image.SetOrigin(scan().origin_mm.tolist())
    SimpleITK.WriteImage(image, str(tmp_path / name), useCompression=name.endswith(("gz", "nrrd")))
    assert_same_as_simpleitk(tmp_path / name)


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_written_and_read_back_nothing_changes(name: str, order: str, tmp_path: Path) -> None:
    volume = Volume(np.array(scan().voxels, order=order), AFFINE)
    write_nifti(volume, tmp_path / name)
    assert_same_as_simpleitk(tmp_path / name)
    back = read_image(tmp_path / name)
    np.testing.assert_array_equal(back.voxels, volume.voxels)
    np.testing.assert_allclose(back.affine, AFFINE, atol=1e-5)
    assert back.voxels.dtype == np.int16


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.permutations(range(3)),
    st.tuples(*[st.sampled_from([-1, 1])] * 3),
    st.tuples(*[st.floats(0.3, 5)] * 3),
    st.tuples(*[st.floats(-900, 900)] * 3),
)
def test_every_axis_order_and_direction_comes_back(
    tmp_path: Path, axes: list[int], signs: tuple[int, ...], spacing: tuple[float, ...], origin: tuple[float, ...]
) -> None:
    affine = np.eye(4)
    affine[:3, :3] = np.eye(3)[:, axes] * signs * spacing
    affine[:3, 3] = origin
    write_nifti(scan(affine=affine), tmp_path / "x.nii")
    np.testing.assert_allclose(read_image(tmp_path / "x.nii").affine, affine, atol=1e-4)
    assert_same_as_simpleitk(tmp_path / "x.nii")


def test_masks_are_written_as_numbers_and_equal_volumes_as_equal_bytes(tmp_path: Path) -> None:
    mask = Volume(scan().voxels > 0, AFFINE)
    write_nifti(mask, tmp_path / "a.nii.gz")
    write_nifti(mask, tmp_path / "b.nii.gz")
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()
    assert read_image(tmp_path / "a.nii.gz").voxels.dtype == np.uint8


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "x.nii").write_bytes(b"before")
    with pytest.raises(Exception, match="data dtype"):
        write_nifti(Volume(scan().voxels.astype(np.complex64).astype("S3"), AFFINE), tmp_path / "x.nii")
    assert [f.name for f in tmp_path.iterdir()] == ["x.nii"]
    assert (tmp_path / "x.nii").read_bytes() == b"before"
    with pytest.raises(InputError, match="can't be written"):
        write_nifti(scan(), tmp_path / "nowhere" / "x.nii")


def test_header_extensions_are_given_as_text(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.ones((4, 4, 4), np.uint8), np.eye(4))
    for text in ("<LabelTable><Label Key='26'>S1</Label></LabelTable>", "second"):
        image.header.extensions.append(Nifti1Extension("comment", text.encode()))
    nibabel.save(image, tmp_path / "x.nii.gz")
    assert read_image(tmp_path / "x.nii.gz").texts == (
        "<LabelTable><Label Key='26'>S1</Label></LabelTable>",
        "second",
    )


def test_floating_hounsfield_units_are_rounded(tmp_path: Path) -> None:
    hu = scan().voxels.astype(np.float32) + 0.4
    write_nifti(Volume(hu, AFFINE), tmp_path / "x.nii.gz")
    ct = read_ct(tmp_path / "x.nii.gz")
    assert ct.voxels.dtype == np.int16
    np.testing.assert_array_equal(ct.voxels, scan().voxels)


def test_the_scaling_of_the_header_is_applied(tmp_path: Path) -> None:
    path = altered(tmp_path / "x.nii", scl_slope=0.5, scl_inter=-300.0)
    np.testing.assert_array_equal(read_image(path).voxels, scan().voxels * 0.5 - 300)
    assert_same_as_simpleitk(path)


def test_big_endian_and_nifti_2_are_read(tmp_path: Path) -> None:
    for kind, order in [(nibabel.Nifti1Image, ">"), (nibabel.Nifti2Image, "<"), (nibabel.Nifti2Image, ">")]:
        header = kind.header_class(endianness=order)
        header.set_data_dtype(np.dtype(np.int16).newbyteorder(order))
        nibabel.save(kind(scan().voxels, np.diag([-2.0, -2, 3, 1]), header), tmp_path / "x.nii")
        image = read_image(tmp_path / "x.nii")
        np.testing.assert_array_equal(image.voxels, scan().voxels)
        np.testing.assert_allclose(image.affine, np.diag([2.0, 2, 3, 1]))


def test_a_tilted_nifti_is_straightened(tmp_path: Path) -> None:
    sheared = np.diag([0.7, 0.7, 2.5, 1.0])
    sheared[1, 2] = 0.8
    write_nifti(scan(affine=sheared), tmp_path / "x.nii")
    ct = read_ct(tmp_path / "x.nii")
    assert ct.grid.is_straight
    assert ct.warnings == ("The slices lean by 17.7° (tilted gantry); they were resampled to a straight grid.",)


# --- what is refused --------------------------------------------------------------------------------------------


def altered(path: Path, **fields: Any) -> Path:
    """A good NIfTI whose header is then made to lie."""
    write_nifti(scan(), path)
    raw = bytearray(path.read_bytes())
    header = nibabel.Nifti1Header(bytes(raw[:348]), check=False)
    for name, value in fields.items():
        header[name] = value
    raw[:348] = header.binaryblock
    path.write_bytes(raw)
    return path


LIES = {
    "five dimensions": ({"dim": [5, 7, 6, 5, 2, 2, 1, 1]}, "not one three-dimensional image"),
    "a negative side": ({"dim": [3, -7, 6, 5, 1, 1, 1, 1]}, "each side must be 1 to 2048"),
    "a huge side": ({"dim": [3, 30000, 6, 5, 1, 1, 1, 1]}, "each side must be 1 to 2048"),
    "too many voxels": ({"dim": [3, 2000, 2000, 2000, 1, 1, 1, 1]}, "more than the 400 million"),
    "more voxels than bytes": ({"dim": [3, 7, 6, 50, 1, 1, 1, 1]}, "is cut short"),
    "zero spacing": ({"srow_x": [0, 0, 0, 0], "srow_y": [0, 1, 0, 0], "qform_code": 0}, "an impossible spacing"),
    "metres": ({"srow_x": [7e-4, 0, 0, 0], "srow_y": [0, 1, 0, 0], "qform_code": 0}, "an impossible spacing"),
    "axes in one plane": (
        {"srow_x": [1, 0, 1, 0], "srow_y": [0, 1, 0, 0], "srow_z": [0, 0, 0.01, 0], "qform_code": 0},
        "lie in one plane",
    ),
    "not a number": ({"srow_y": [0, np.nan, 0, 0], "qform_code": 0}, "not finite"),
    "a broken quaternion": ({"quatern_b": 5.0, "sform_code": 0}, "damaged orientation"),
    "two places": ({"srow_x": [0.7, 0, 0, 5], "srow_y": [0, 0.7, 0, 0]}, "in two ways where it lies"),
    "no place": ({"sform_code": 0, "qform_code": 0}, "does not say how it lies"),
    "complex numbers": ({"datatype": 32}, "plain real ones"),
    "unknown numbers": ({"datatype": 77}, "does not know"),
    "voxels far away": ({"vox_offset": 1e12}, "can't be"),
    "voxels in the header": ({"vox_offset": 100}, "can't be"),
    "endless scaling": ({"scl_slope": np.inf}, "scaling that is not finite"),
    "a pair of files": ({"magic": b"ni1"}, "no single-file NIfTI"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_nifti_header_is_refused(lie: str, tmp_path: Path) -> None:
    fields, sentence = LIES[lie]
    with pytest.raises(InputError, match=sentence):
        read_image(altered(tmp_path / "x.nii", **fields))


def test_a_bomb_is_stopped_by_its_header(tmp_path: Path) -> None:
    write_nifti(scan(), tmp_path / "x.nii")
    with gzip.open(tmp_path / "bomb.nii.gz", "wb") as packed:
        packed.write((tmp_path / "x.nii").read_bytes() + b"\0" * (8 << 20))
    with pytest.raises(InputError, match="more data than its header announces"):
        read_image(tmp_path / "bomb.nii.gz")


@pytest.mark.parametrize("keep", [0, 3, 200, 350, 400, -20, -1])
def test_a_nifti_cut_short_is_refused(keep: int, tmp_path: Path) -> None:
    for name in ("x.nii", "x.nii.gz"):
        write_nifti(scan(), tmp_path / name)
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:keep])
        with pytest.raises(InputError, match=r"cut short|no single-file|damaged"):
            read_image(tmp_path / name)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(st.integers(0, 351), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_headers_never_do_worse_than_an_input_error(tmp_path: Path, hits: list[tuple[int, int]]) -> None:
    write_nifti(scan(), tmp_path / "x.nii")
    raw = bytearray((tmp_path / "x.nii").read_bytes())
    for at, value in hits:
        raw[at] = value
    (tmp_path / "x.nii").write_bytes(raw)
    with suppress(InputError):
        read_ct(tmp_path / "x.nii")


@pytest.mark.parametrize(
    ("voxels", "sentence"),
    [
        ((np.abs(scan().voxels) % 25).astype(np.uint8), "no value below 0"),
        (scan().voxels.astype(np.int32) * 100, "not Hounsfield units"),
        (np.where(scan().voxels > 900, np.nan, scan().voxels).astype(np.float32), "not Hounsfield units"),
    ],
    ids=["labels", "no rescale", "not a number"],
)
def test_what_is_not_hounsfield_is_no_ct(voxels: np.ndarray, sentence: str, tmp_path: Path) -> None:
    write_nifti(Volume(voxels, AFFINE), tmp_path / "x.nii")
    with pytest.raises(InputError, match=sentence):
        read_ct(tmp_path / "x.nii")


def test_wrong_paths_and_requests(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        read_ct(tmp_path / "x.nii")
    (tmp_path / "x.txt").write_text("hello")
    with pytest.raises(InputError, match="neither NIfTI"):
        read_image(tmp_path / "x.txt")
    with pytest.raises(InputError, match="no DICOM, zip, NIfTI or NRRD file"):
        read_ct(tmp_path / "x.txt")
    write_nifti(scan(), tmp_path / "x.nii")
    with pytest.raises(UsageError, match="no series"):
        read_ct(tmp_path / "x.nii", series="3")


# --- NRRD -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["raw", "gzip"])
@pytest.mark.parametrize("detached", [False, True])
@pytest.mark.parametrize(
    ("space", "flip"), [("left-posterior-superior", (1, 1)), ("RAS", (-1, -1)), ("left-anterior-superior", (1, -1))]
)
def test_nrrd_in_every_space_and_encoding(
    encoding: str, detached: bool, space: str, flip: tuple[int, int], tmp_path: Path
) -> None:
    turned = np.diag([*flip, 1]) @ AFFINE[:3]
    header = {
        "space": space,
        "space directions": turned[:, :3].T,
        "space origin": turned[:, 3],
        "encoding": encoding,
        "Segment0_Name": "L5",
    }
    path = tmp_path / ("x.nhdr" if detached else "x.nrrd")
    nrrd.write(str(path), scan().voxels, header)
    image = read_image(path)
    np.testing.assert_array_equal(image.voxels, scan().voxels)
    np.testing.assert_allclose(image.affine, AFFINE, atol=1e-9)
    assert image.fields["Segment0_Name"] == "L5"
    assert read_ct(path).grid.same_place_as(scan().grid)


NRRD_LIES = {
    "no place": ("space: left-posterior-superior\n", "", "does not say how it lies"),
    "a list": ("sizes: 7 6 5", "sizes: 2 7 6 5", "has 4 dimensions"),
    "too large": ("sizes: 7 6 5", "sizes: 2000 2000 2000", "more than the 400 million"),
    "more than there is": ("sizes: 7 6 5", "sizes: 7 6 50", "cut short"),
    "text": ("encoding: raw", "encoding: ascii", "raw and gzip are read"),
    "another file": ("encoding: raw", "encoding: raw\ndata file: /etc/passwd", "one file beside it"),
    "up and away": ("encoding: raw", "encoding: raw\ndata file: ../x.raw", "one file beside it"),
    "a skip": ("encoding: raw", "encoding: raw\nbyte skip: 12", "skips"),
    "odd numbers": ("type: int16", "type: block", "plain real ones"),
    "no size": ("sizes: 7 6 5\n", "", "lacks the header field 'sizes'|header is damaged"),
}


@pytest.mark.parametrize("lie", NRRD_LIES)
def test_a_lying_nrrd_header_is_refused(lie: str, tmp_path: Path) -> None:
    old, new, sentence = NRRD_LIES[lie]
    header = {
        "space": "left-posterior-superior",
        "space directions": AFFINE[:3, :3].T,
        "space origin": AFFINE[:3, 3],
        "encoding": "raw",
    }
    path = tmp_path / "x.nrrd"
    nrrd.write(str(path), scan().voxels, header)
    raw = path.read_bytes()
    assert old.encode() in raw
    path.write_bytes(raw.replace(old.encode(), new.encode()))
    with pytest.raises(InputError, match=sentence):
        read_image(path)
