"""A file of the store is there whole under its own hash, or not at all, and is looked at before it is given."""

import hashlib
import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from foramen.errors import InputError
from foramen.records import Damaged
from foramen.records.store import CHUNK, Store

BYTES = b"voxels" * CHUNK  # more than one reading


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def arriving(store: Store) -> list[Path]:
    return list((store.folder / "arriving").iterdir())


def test_bytes_files_and_streams_come_back_under_their_sha256(store: Store, tmp_path: Path) -> None:
    (tmp_path / "scan").write_bytes(BYTES)
    digest = store.put(BYTES)

    assert digest == hashlib.sha256(BYTES).hexdigest()
    assert store.put(tmp_path / "scan") == digest
    with (tmp_path / "scan").open("rb") as stream:
        assert store.put(stream) == digest
    assert store.read(digest) == BYTES
    with store.open(digest) as file:
        assert file.read() == BYTES
    assert list(store) == [digest]
    assert digest in store
    assert "0" * 64 not in store


def test_nothing_is_kept_when_the_source_fails(store: Store) -> None:
    class Breaks:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += 1
            if self.given > 2:
                raise OSError("the network went away")
            return b"x" * size

    with pytest.raises(OSError, match="network"):
        store.put(Breaks())  # type: ignore[arg-type]

    assert list(store) == []
    assert arriving(store) == []


def test_a_file_is_synced_before_it_takes_its_place_and_its_folder_after(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    sync, rename = os.fsync, Path.rename

    def synced(handle: int) -> None:
        happened.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def renamed(source: Path, target: Path) -> Path:
        happened.append("rename")
        return rename(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    store.put(b"a")

    assert happened == ["file", "rename", "folder", "folder"]


def test_what_is_there_can_not_be_written_to_and_belongs_to_nobody_else(store: Store) -> None:
    place = store.path(store.put(b"a"))

    assert stat.S_IMODE(place.stat().st_mode) == 0o400
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_a_changed_file_is_never_given(store: Store) -> None:
    digest = store.put(b"the scan")
    place = store.path(digest)
    place.chmod(0o600)
    place.write_bytes(b"the scam")

    for look in (store.path, store.open, store.read):
        with pytest.raises(Damaged, match=f"{digest[:12]} of the store is not what was stored"):
            look(digest)


def test_a_file_that_was_never_stored_is_named(store: Store) -> None:
    with pytest.raises(InputError, match="holds no file 000000000000"):
        store.path("0" * 64)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "g" * 64, "a" * 64 + "\n"])
def test_only_a_hash_names_a_file(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="SHA-256"):
        store.path(name)
    with pytest.raises(InputError, match="SHA-256"):
        assert name in store


def test_many_at_once_keep_one(store: Store) -> None:
    start = threading.Barrier(8)

    def put(_: int) -> str:
        start.wait()
        return store.put(BYTES[:1000])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(put, range(8)))) == 1
    assert len(list(store)) == 1
    assert arriving(store) == []
