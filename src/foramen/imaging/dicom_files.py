"""The files of a DICOM folder, file or zip, found without trusting their names or sizes."""

import shutil
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from foramen.errors import InputError
from foramen.imaging.limits import (
    GIB,
    GREATEST_ZIP_RATIO,
    MIB,
    MOST_BYTES,
    MOST_BYTES_OF_A_MULTIFRAME,
    MOST_FILES,
)

DICOM_MARK = b"DICM"
DICOM_MARK_AT = 128
BYTES_AT_ONCE = 4 * MIB
LONGEST_NAME = 60
"""How much of a member's name is kept, so that a message about it can be understood."""


@contextmanager
def dicom_files(path: Path) -> Iterator[list[Path]]:
    """The DICOM files of a folder (with its subfolders), of a zip, or the one file itself.

    A zip is checked whole before any of it is unpacked, into a private folder that is gone afterwards; members get new
    names there, so what an archive calls its files never matters.

    Raises
    ------
    InputError
        If there is no DICOM file, or too much of everything.
    """
    if path.is_dir():
        yield _checked([file for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink()], path)
    elif is_zipfile(path):
        with TemporaryDirectory(prefix="foramen-") as folder:
            yield _checked(_unpacked(path, Path(folder)), path)
    else:
        yield _checked([path], path)


def _checked(files: list[Path], source: Path) -> list[Path]:
    if len(files) > MOST_FILES:
        raise InputError(f"{source.name} holds {len(files)} files, more than {MOST_FILES}; give one series of it.")
    dicom = [file for file in files if _is_dicom(file)]
    if not dicom:
        what = "is no DICOM, zip, NIfTI or NRRD file" if source.is_file() else "holds no DICOM files"
        raise InputError(f"{source.name} {what}.")
    return dicom


def _is_dicom(file: Path) -> bool:
    try:
        with file.open("rb") as stream:
            return stream.read(DICOM_MARK_AT + len(DICOM_MARK))[DICOM_MARK_AT:] == DICOM_MARK
    except OSError as error:
        raise InputError(f"{file.name} can't be read: {error.strerror}.") from error


def _unpacked(path: Path, folder: Path) -> list[Path]:
    try:
        with ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _check_members(members, path.name)
            return [
                _unpack_member(
                    archive, member, folder / f"{number:05d}-{PurePosixPath(member.filename).name[-LONGEST_NAME:]}"
                )
                for number, member in enumerate(members)
            ]
    except (BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise InputError(
            f"{path.name} is a damaged zip, or packed in a way that is not read; pack it again."
        ) from error


def _check_members(members: list[ZipInfo], name: str) -> None:
    """Refuse an archive that could write elsewhere, hide its size, or fill the disk."""
    if len(members) > MOST_FILES:
        raise InputError(f"{name} holds {len(members)} files, more than {MOST_FILES}; pack one series of it.")
    for member in members:
        parts = PurePosixPath(member.filename), PureWindowsPath(member.filename)
        if any(part.is_absolute() or part.drive or ".." in part.parts for part in parts):
            raise InputError(f"{name} holds a member with an unsafe path; pack the series again.")
        if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
            raise InputError(f"{name} holds a link or a device; pack the series again.")
        if member.flag_bits & 0x1:
            raise InputError(f"{name} is encrypted; unpack it with its password first.")
        if member.filename.lower().endswith((".zip", ".tar", ".gz", ".7z", ".rar")):
            raise InputError(f"{name} holds another archive; unpack that first.")
        if member.file_size > MOST_BYTES_OF_A_MULTIFRAME:
            raise InputError(f"{name} holds a file of more than {MOST_BYTES_OF_A_MULTIFRAME // GIB} GiB.")
    total, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if total > MOST_BYTES or total > GREATEST_ZIP_RATIO * max(packed, 1):
        raise InputError(f"{name} unpacks to {total // MIB} MiB, too much for its size or altogether; pack one series.")


def _unpack_member(archive: ZipFile, member: ZipInfo, to: Path) -> Path:
    """Write one member out, never more of it than its entry announced."""
    with archive.open(member) as packed, to.open("xb") as file:
        # ZipExtFile stops at the announced size and checks the sum, so a lying entry ends as BadZipFile.
        shutil.copyfileobj(packed, file, BYTES_AT_ONCE)
    return to
