"""What lies beside the store for a while: uploads not yet read, and drawings that can be made again at any time."""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foramen.errors import InputError
from foramen.records.store import Store

CALLED = "The upload"
"""The name of every upload's folder, because the readers' sentences name what they could not read."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Spool:
    """The folder `work/` of a store: `uploads/` by token, `drawn/` by the digest of what was drawn."""

    def __init__(self, store: Store) -> None:
        self.folder = store.folder / "work"
        self._uploads, self._drawn = self.folder / "uploads", self.folder / "drawn"
        for folder in (self._uploads, self._drawn):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def new_upload(self) -> tuple[str, Path]:
        """An empty folder for one upload, and the token that names it; neither says anything about the patient."""
        token = secrets.token_urlsafe(16)
        folder = self._uploads / token / CALLED
        folder.mkdir(mode=0o700, parents=True)
        return token, folder

    def upload(self, token: str) -> Path:
        """The folder of an upload.

        Raises
        ------
        InputError
            If it is not there (any more).
        """
        folder = self._uploads / token / CALLED
        if not _TOKEN.fullmatch(token) or not folder.is_dir():
            raise InputError("The upload is no longer there; send it again.")
        return folder

    def forget(self, token: str) -> None:
        """Delete an upload."""
        if _TOKEN.fullmatch(token):
            shutil.rmtree(self._uploads / token, ignore_errors=True)

    def drawn(self, digest: str) -> Path:
        """The folder of what was drawn of a stored file; it may not be there yet."""
        return self._drawn / digest

    @contextmanager
    def drawing(self, digest: str) -> Iterator[Path]:
        """A fresh folder whose files join those drawn of a stored file once all went well, each whole."""
        fresh = self._drawn / f".{digest[:16]}-{secrets.token_hex(4)}"
        fresh.mkdir(mode=0o700)
        try:
            yield fresh
            settled = self.drawn(digest)
            settled.mkdir(exist_ok=True, mode=0o700)
            for file in fresh.iterdir():
                file.replace(settled / file.name)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
