"""Folders and archives are walked without trusting what they say of themselves."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from foramen.errors import InputError
from foramen.imaging import list_series, read_ct
from support.dicom_series import Series


@pytest.fixture
def series(tmp_path: Path) -> Path:
    return Series().write(tmp_path / "series")


def packed(series: Path, to: Path, name: Callable[[str], str] = "study/{}".format) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(series.iterdir()):
            archive.write(file, name(file.name))
    return to


def with_member(archive: Path, name: str, content: bytes = b"x" * 400, mode: int = 0o600) -> Path:
    with zipfile.ZipFile(archive, "a") as zipped:
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        zipped.writestr(member, content)
    return archive


def test_a_zip_reads_as_its_folder_does_and_leaves_nothing_behind(
    series: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(unpacked))
    archive = packed(series, tmp_path / "study.zip")
    assert read_ct(archive).fingerprint == read_ct(series).fingerprint
    assert [stack.id for stack in list_series(archive)] == ["3"]
    assert list(unpacked.iterdir()) == []


def test_members_with_equal_names_in_several_folders_are_all_read(series: Path, tmp_path: Path) -> None:
    names = iter(range(100))
    archive = packed(series, tmp_path / "s.zip", lambda name: f"{next(names)}/IM0")
    assert read_ct(archive).shape == (20, 16, 6)


def test_a_subfolder_of_a_subfolder_is_found(series: Path) -> None:
    assert read_ct(series.parent).shape == (20, 16, 6)


UNSAFE = {
    "up and away": ("../../evil.dcm", 0o600, "unsafe path"),
    "from the root": ("/evil.dcm", 0o600, "unsafe path"),
    "on a drive": ("C:\\evil.dcm", 0o600, "unsafe path"),
    "up on Windows": ("..\\evil.dcm", 0o600, "unsafe path"),
    "a link": ("link.dcm", stat.S_IFLNK | 0o777, "a link or a device"),
    "an archive in the archive": ("more.zip", 0o600, "another archive"),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_an_unsafe_archive_is_refused_whole(case: str, series: Path, tmp_path: Path) -> None:
    name, mode, sentence = UNSAFE[case]
    archive = with_member(packed(series, tmp_path / "s.zip"), name, mode=mode)
    with pytest.raises(InputError, match=sentence):
        read_ct(archive)
    assert not (tmp_path.parent / "evil.dcm").exists()


def test_a_bomb_is_refused_by_its_list_of_contents(series: Path, tmp_path: Path) -> None:
    archive = packed(series, tmp_path / "s.zip")
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("bomb", b"\0" * (40 << 20))
    with pytest.raises(InputError, match="too much for its size"):
        read_ct(archive)


def test_a_member_larger_than_it_says_is_a_damaged_zip(series: Path, tmp_path: Path) -> None:
    archive = packed(series, tmp_path / "s.zip")
    raw = bytearray(archive.read_bytes())
    size = (series / "0000.dcm").stat().st_size
    for at in (raw.find(size.to_bytes(4, "little")), raw.rfind(size.to_bytes(4, "little"))):
        raw[at : at + 4] = (size - 100).to_bytes(4, "little")
    archive.write_bytes(raw)
    with pytest.raises(InputError, match=r"damaged zip|cut short"):
        read_ct(archive)


def test_too_many_members_are_refused(series: Path, tmp_path: Path) -> None:
    archive = packed(series, tmp_path / "s.zip")
    with zipfile.ZipFile(archive, "a") as zipped:
        for n in range(5001):
            zipped.writestr(f"{n}", b"")
    with pytest.raises(InputError, match="more than 5000"):
        read_ct(archive)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_zip_cut_short_is_refused(keep: float, series: Path, tmp_path: Path) -> None:
    archive = packed(series, tmp_path / "s.zip")
    raw = archive.read_bytes()
    archive.write_bytes(raw[: int(len(raw) * keep)])
    with pytest.raises(InputError, match=r"no DICOM, zip, NIfTI or NRRD file|damaged zip"):
        read_ct(archive)
