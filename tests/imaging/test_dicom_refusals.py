"""What is no CT volume is refused in one sentence that says what was found; nothing worse ever happens."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from foramen.errors import InputError
from foramen.imaging import read_ct
from support.dicom_series import Series


def setting(**values: object) -> Callable[[Dataset, int], None]:
    def change(data: Dataset, n: int) -> None:
        for keyword, value in values.items():
            if value is None:
                delattr(data, keyword)
            else:
                setattr(data, keyword, value)

    return change


def only(n_changed: int, change: Callable[[Dataset, int], None]) -> Callable[[Dataset, int], None]:
    return lambda data, n: change(data, n) if n == n_changed else None


def smaller(data: Dataset, n: int) -> None:
    data.Rows = 8 * 2
    data.Columns = 16
    data.PixelData = data.PixelData[: 16 * 16 * 2]


def skip(n_skipped: int) -> Callable[[Dataset, int], None]:
    def change(data: Dataset, n: int) -> None:
        data.InstanceNumber = n + 1 + (n >= n_skipped)

    return change


SIX = Series()
REFUSALS = {
    "missing slices": (
        SIX.but(slices_mm=[0, 2.5, 5, 10, 12.5, 15]), skip(3), "series 3 has missing slices (1 gap wider than the usual"
    ),
    "missing slices, no numbers": (
        SIX.but(slices_mm=[0, 2.5, 5, 10, 12.5, 15]), setting(InstanceNumber=None), "has missing slices"
    ),
    "a gap of centimetres": (SIX.but(slices_mm=[0, 2.5, 5, 7.5, 40, 42.5]), setting(), "has an impossible spacing"),
    "mixed sizes": (SIX, only(2, smaller), "mixes pictures of different sizes (16 × 16 and 20 × 16)"),
    "mixed pixel spacings": (SIX, only(2, setting(PixelSpacing=[0.9, 1.1])), "sizes (different pixel spacings)"),
    "two slices": (SIX.but(slices_mm=[0, 2.5]), setting(), "has 2 slices, where a volume needs at least 3"),
    "one slice": (SIX.but(slices_mm=[0]), setting(), "has 1 slice, where a volume needs at least 3"),
    "one place": (SIX.but(slices_mm=[0, 0, 0, 0]), setting(), "has several pictures at one place"),
    "a repeated place": (SIX.but(slices_mm=[0, 2.5, 2.5, 5, 7.5]), setting(), "has several pictures at one place"),
    "a spacing of zero": (SIX, setting(PixelSpacing=[0, 0]), "has an impossible spacing"),
    "pixels of centimetres": (SIX, setting(PixelSpacing=[20, 20]), "has an impossible spacing"),
    "axes not at right angles": (
        SIX, setting(ImageOrientationPatient=[1, 0, 0, 0.1, 0.99, 0]), "picture axes that are not at right angles"
    ),
    "no rescale": (SIX, setting(RescaleSlope=None), "has no valid rescale slope and intercept"),
    "a slope of zero": (SIX, setting(RescaleSlope=0), "has no valid rescale slope and intercept"),
    "a negative slope": (SIX, setting(RescaleSlope=-1), "has no valid rescale slope and intercept"),
    "a wrong slope": (SIX, setting(RescaleSlope=1000), "which are not Hounsfield units"),
    "a lost intercept": (SIX, setting(RescaleIntercept=0), "has no value below 0"),
    "values of another kind": (SIX, setting(RescaleType="Z_EFF"), "only pictures that are not in Hounsfield units (6)"),
    "MR": (SIX, setting(Modality="MR"), "holds no CT, only MR objects (6); give the CT series itself"),
    "secondary captures": (
        SIX, setting(SOPClassUID=uid.SecondaryCaptureImageStorage), "only secondary captures (6)"
    ),
    "scouts": (SIX, setting(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]), "holds no CT, only scouts (6)"),
    "projections": (SIX, setting(ImageType=["DERIVED", "SECONDARY", "AXIAL", "MIP"]), "only pictures computed from"),
    "no place in the patient": (SIX, setting(ImagePositionPatient=None), "pictures that do not say where they lie"),
    "colour": (SIX, setting(SamplesPerPixel=3), "only colour pictures"),
    "a tiny picture": (SIX, setting(Rows=2), "only pictures of an impossible size"),
    "a huge picture": (SIX, setting(Rows=65535, Columns=65535), "only pictures of an impossible size"),
    "a huge number of frames": (SIX, setting(NumberOfFrames=2_000_000), "only pictures of an impossible size"),
    "cut pixel data": (SIX, only(4, lambda d, n: setattr(d, "PixelData", d.PixelData[:-100])), "0004.dcm is cut short"),
    "no pixel data": (SIX, only(4, setting(PixelData=None)), "0004.dcm is cut short or damaged"),
    "an unknown direction": (SIX, setting(ImageOrientationPatient=["nan"] * 6), "do not say where they lie|damaged"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_refused_in_one_sentence(case: str, tmp_path: Path) -> None:
    series, change, sentence = REFUSALS[case]
    series.write(tmp_path, change)
    with pytest.raises(InputError) as refusal:
        read_ct(tmp_path)
    assert any(part in str(refusal.value) for part in sentence.split("|")), refusal.value
    assert str(refusal.value).endswith(".")
    assert "Phantom" not in str(refusal.value)


def test_an_empty_folder_and_a_folder_of_other_things(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no DICOM files"):
        read_ct(tmp_path)
    (tmp_path / "notes.txt").write_text("no scan")
    with pytest.raises(InputError, match="holds no DICOM files"):
        read_ct(tmp_path)


def test_other_things_beside_the_series_do_no_harm(tmp_path: Path) -> None:
    Series().write(tmp_path)
    (tmp_path / "notes.txt").write_text("no scan")
    (tmp_path / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\xff" * 50)
    Series(number=8, series_uid="1.2.9", tags={"Modality": "PR"}).write(tmp_path / "pr")
    ct = read_ct(tmp_path)
    assert ct.shape == (20, 16, 6)
    assert ct.warnings == ("Damaged files were left aside (1).",)


def test_a_single_picture_of_a_series_is_refused_with_what_to_do(tmp_path: Path) -> None:
    Series().write(tmp_path)
    with pytest.raises(InputError, match="give the folder of the whole series"):
        read_ct(tmp_path / "0002.dcm")


def test_the_deflated_syntax_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    def deflated(data: Dataset, n: int) -> None:
        data.file_meta.TransferSyntaxUID = uid.DeflatedExplicitVRLittleEndian

    Series().write(tmp_path, deflated)
    with pytest.raises(InputError, match="the deflated transfer syntax, which is not read"):
        read_ct(tmp_path)


def test_lossy_8_bit_jpeg_is_refused_by_name(tmp_path: Path) -> None:
    def baseline(data: Dataset, n: int) -> None:
        data.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
        data.file_meta.TransferSyntaxUID = uid.JPEGBaseline8Bit

    Series().write(tmp_path, baseline)
    with pytest.raises(InputError, match="a transfer syntax that is not read, JPEG Baseline"):
        read_ct(tmp_path)


def test_a_nest_of_sequences_is_a_damaged_file(tmp_path: Path) -> None:
    Series().write(tmp_path, setting(PixelData=None))
    shared_groups = b"\x00\x52\x29\x92SQ\0\0\xff\xff\xff\xff"
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes() + (shared_groups + item) * 3000)
    with pytest.raises(InputError, match="only damaged files"):
        read_ct(tmp_path)


SYNTAXES = [None, uid.RLELossless, uid.JPEG2000Lossless, uid.JPEGLSLossless]


@pytest.fixture(scope="module")
def three_slices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same small series in several transfer syntaxes."""
    folder = tmp_path_factory.mktemp("series")
    series = Series(slices_mm=[0, 2.5, 5], columns=64, rows=64)
    for syntax in SYNTAXES:
        series.write(folder / str(syntax), lambda data, n, syntax=syntax: data.compress(syntax) if syntax else None)
    return folder


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.integers(0, 2),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), min_size=1, max_size=5),
    st.sampled_from(SYNTAXES),
)
def test_damaged_files_never_do_worse_than_an_input_error(
    three_slices: Path, tmp_path: Path, which: int, hits: list[tuple[float, bytes]], syntax: str | None
) -> None:
    for n in range(3):
        raw = bytearray((three_slices / str(syntax) / f"{n:04d}.dcm").read_bytes())
        for share, value in hits if n == which else []:
            at = 132 + int(share * (len(raw) - 140))
            raw[at : at + len(value)] = value
        (tmp_path / f"{n}.dcm").write_bytes(raw)
    with suppress(InputError):
        assert read_ct(tmp_path).voxels.dtype == np.int16
