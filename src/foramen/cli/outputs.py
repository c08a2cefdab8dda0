"""Results appear whole or not at all, and never among files that are not ours."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foramen.errors import UsageError

MANIFEST = ".foramen"
"""Lists what Foramen wrote into a folder, so that a later run may replace exactly that."""


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Give a fresh folder to write into, which becomes `folder` only when everything went well.

    An earlier result of Foramen in `folder` is replaced as a whole: pictures of one plan never stay beside another.

    Raises
    ------
    UsageError
        If `folder` is a file, or holds anything that Foramen did not write.
    """
    folder = folder.absolute()
    _refuse_foreign_files(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield fresh
        written = sorted(str(p.relative_to(fresh)) for p in fresh.rglob("*") if p.is_file())
        (fresh / MANIFEST).write_text("\n".join(written) + "\n", encoding="utf-8")
        fresh.chmod(0o755)
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _refuse_foreign_files(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder.name} is a file; give --out a folder that does not exist yet.")
    manifest = folder / MANIFEST
    ours = set(manifest.read_text(encoding="utf-8").split("\n")) if manifest.exists() else set()
    foreign = [p for p in folder.rglob("*") if p.is_file() and p != manifest and str(p.relative_to(folder)) not in ours]
    if foreign:
        raise UsageError(
            f"The folder {folder.name} holds files that Foramen did not write ({foreign[0].name}); "
            "give --out a folder that does not exist yet."
        )


def _swap(fresh: Path, folder: Path) -> None:
    if folder.exists():
        former = Path(tempfile.mkdtemp(prefix=f".{folder.name}-former-", dir=folder.parent))
        folder.rename(former / "former")
        fresh.rename(folder)
        shutil.rmtree(former, ignore_errors=True)
    else:
        fresh.rename(folder)
