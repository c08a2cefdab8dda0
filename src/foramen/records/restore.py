"""A record from its backup: all of it, checked, into an empty place; or nothing."""

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Table, delete, func, insert, select

from foramen.errors import InputError, UsageError
from foramen.progress import Progress, silent
from foramen.records import worklist
from foramen.records.actor import Actor
from foramen.records.backup import KEPT, MANIFEST, Backup, KeptTable
from foramen.records.database import Database
from foramen.records.database.migrate import NEWEST
from foramen.records.database.tables import events, heads, people, reads
from foramen.records.errors import Damaged
from foramen.records.events import RecordRestored
from foramen.records.ledger import AT_ONCE, SITE, append
from foramen.records.store import Store
from foramen.records.verify import Verified, verify


def restore(
    source: Path, database: Database, store: Store, *, by: Actor, at: datetime, progress: Progress = silent
) -> Verified:
    """Bring a record back.

    The files come first, each under the hash of what really arrived; then every row, in one transaction that ends only
    after all of it has been verified. Stopped at any moment, it leaves an empty record, and can be begun again.

    Raises
    ------
    InputError
        If the file is no backup, or of another version.
    UsageError
        If there is a record already.
    Damaged
        If anything in the backup is not what was backed up.
    """
    with _opened(source) as archive, database.writing() as connection:
        _refuse_to_overwrite(connection)
        made = _manifest(archive)
        _restore_files(archive, made, store, progress)
        for table in KEPT:
            _check_rows(archive, table, made)
        connection.execute(delete(heads))
        for table in KEPT:
            _restore_rows(archive, connection, table, progress)
        worklist.rebuild(connection, progress)
        whole = verify(connection, store, progress=progress)
        if whole.seal != made.seal:
            raise Damaged("The backup ends with another event than it says; it was put together by somebody else.")
        append(connection, SITE, None, [RecordRestored(made_at=made.made_at, seal=made.seal)], by, at)
    return whole


@contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(source, mode="r:") as archive:
            yield archive
    except FileNotFoundError:
        raise InputError(f"There is no file {source.name}; name the backup to restore.") from None
    except IsADirectoryError:
        raise InputError(f"{source.name} is a folder; name the backup's file in it.") from None
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error):
        raise Damaged(f"{source.name} can't be read as a backup: it is damaged or its end is missing.") from None


def _refuse_to_overwrite(connection: Connection) -> None:
    for table in (events, reads, people):
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise UsageError(
                "There is a record in this place already, and nothing is overwritten; name an empty place."
            )


def _manifest(archive: tarfile.TarFile) -> Backup:
    made = Backup.from_json(_file(archive, MANIFEST).read())
    if made.revision != NEWEST:
        raise InputError(f"This backup was made by {made.software}; restore it with that version, then update.")
    return made


def _file(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        file = archive.extractfile(name)
    except KeyError:
        raise Damaged(f"The backup lacks its part {name}; its end may be missing.") from None
    if file is None:
        raise Damaged(f"The backup's part {name} is no file.")
    return file


def _restore_files(archive: tarfile.TarFile, made: Backup, store: Store, progress: Progress) -> None:
    arrived = 0
    for entry in archive:
        kind, _, digest = entry.name.partition("/")
        if kind != "store":
            continue
        if store.put(_file(archive, entry.name)) != digest:
            raise Damaged(f"The backup's file {digest[:12]} is not what was backed up.")
        arrived += 1
        progress("files", arrived / max(made.files, 1))
    if arrived != made.files:
        raise Damaged(f"The backup holds {arrived} files of {made.files}; its end may be missing.")


def _check_rows(archive: tarfile.TarFile, table: Table, made: Backup) -> None:
    found, rows = hashlib.sha256(), 0
    with _lines(archive, table) as lines:
        for line in lines:
            found.update(line)
            rows += 1
    if KeptTable(rows=rows, sha256=found.hexdigest()) != made.tables.get(table.name):
        raise Damaged(f"The backup's rows of {table.name} are not what was backed up.")


def _restore_rows(archive: tarfile.TarFile, connection: Connection, table: Table, progress: Progress) -> None:
    progress(f"rows of {table.name}", 0.0)
    with _lines(archive, table) as lines:
        while some := [json.loads(line) for line in islice(lines, AT_ONCE)]:
            connection.execute(insert(table), some)


def _lines(archive: tarfile.TarFile, table: Table) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=_file(archive, f"rows/{table.name}.jsonl.gz"))
