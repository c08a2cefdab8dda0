"""Files by their content: scans, plans, readings, signatures.

A file's name is the SHA-256 of what is in it. It is written beside its place, synced, and moved there, so it is there
whole or not at all; what is there is never changed; and it is checked against its name before anybody reads it.
"""

import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from foramen.errors import InputError
from foramen.records.errors import Damaged

CHUNK = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Store:
    """A folder of files named by their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self._arriving = self.folder / "arriving"
        self._seen: dict[str, tuple[int, int]] = {}
        self._arriving.mkdir(parents=True, exist_ok=True, mode=0o700)

    def put(self, what: Path | bytes | IO[bytes]) -> str:
        """Keep a file, bytes, or what an open file still holds; what is already kept is not written again.

        Returns
        -------
        str
            Its SHA-256.
        """
        if isinstance(what, Path):
            with what.open("rb") as source:
                return self.put(source)
        if isinstance(what, bytes):
            return self.put(io.BytesIO(what))
        handle, name = tempfile.mkstemp(dir=self._arriving)
        arriving = Path(name)
        try:
            with os.fdopen(handle, "wb") as target:
                digest = _copy(what, target)
                target.flush()
                os.fsync(target.fileno())
            self._settle(arriving, digest)
        finally:
            arriving.unlink(missing_ok=True)
        return digest

    def path(self, digest: str) -> Path:
        """Where a file lies, after a look that it is what its name says.

        Raises
        ------
        InputError
            If there is no such file.
        Damaged
            If its content is not what was stored.
        """
        place = self._place(digest)
        try:
            state = place.stat()
        except FileNotFoundError:
            raise InputError(f"The store holds no file {digest[:12]}; it was never stored here.") from None
        mark = (state.st_mtime_ns, state.st_size)
        if self._seen.get(digest) != mark:
            with place.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != digest:
                raise Damaged(
                    f"The file {digest[:12]} of the store is not what was stored; bring it back from a backup."
                )
            self._seen[digest] = mark
        return place

    def open(self, digest: str) -> IO[bytes]:
        """A file to read, checked as `path` does."""
        return self.path(digest).open("rb")

    def read(self, digest: str) -> bytes:
        """The whole content of a file, checked."""
        return self.path(digest).read_bytes()

    def __contains__(self, digest: str) -> bool:
        return self._place(digest).is_file()

    def __iter__(self) -> Iterator[str]:
        for shelf in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(shelf.name + file.name for file in shelf.iterdir())

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise InputError("A file of the store is named by its SHA-256, 64 characters from 0 to f.")
        return self.folder / digest[:2] / digest[2:]

    def _settle(self, arriving: Path, digest: str) -> None:
        place = self._place(digest)
        if place.exists():
            return
        place.parent.mkdir(mode=0o700, exist_ok=True)
        arriving.chmod(0o400)
        arriving.rename(place)
        sync_folder(place.parent)
        sync_folder(self.folder)


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    found = hashlib.sha256()
    while chunk := source.read(CHUNK):
        found.update(chunk)
        target.write(chunk)
    return found.hexdigest()


def sync_folder(folder: Path) -> None:
    """Have the disk keep what was renamed or made in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
