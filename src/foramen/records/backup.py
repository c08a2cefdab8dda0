"""The whole record in one file that restores into either database.

The rows of one view of the database, as lines of JSON, and every file of the store: the rows first, so that whatever
they name is in the store by the time it is copied. Sessions are left out, and the worklist, which is made anew.
"""

import gzip
import hashlib
import os
import tarfile
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from pydantic import AwareDatetime, Field
from sqlalchemy import Connection, Table

from foramen import __version__
from foramen.errors import UsageError
from foramen.pathway.facts.base import Facts
from foramen.progress import Progress, silent
from foramen.records.actor import Actor
from foramen.records.chain import canonical
from foramen.records.database import Database
from foramen.records.database.migrate import NEWEST
from foramen.records.database.tables import events, heads, jobs, links, people, reads
from foramen.records.ledger import EVENTS, end_of, rows_of
from foramen.records.reads import note
from foramen.records.store import Store, sync_folder

KEPT: tuple[Table, ...] = (events, reads, heads, people, links, jobs)
"""The tables that a backup holds."""

MANIFEST = "foramen-backup.json"


class KeptTable(Facts):
    """One table of a backup: how many rows, and the SHA-256 of their lines."""

    rows: int
    sha256: str


class Backup(Facts):
    """What a backup says of itself, `foramen.backup/1`. The seal, noted elsewhere, tells this record from any other."""

    schema_: Literal["foramen.backup/1"] = Field("foramen.backup/1", alias="schema")
    made_at: AwareDatetime
    software: str
    revision: str
    seal: str
    tables: dict[str, KeptTable]
    files: int


def back_up(
    database: Database, store: Store, target: Path, *, by: Actor, at: datetime, progress: Progress = silent
) -> Backup:
    """Write everything into one file, which appears whole or not at all. Work may go on meanwhile.

    The backup itself is kept in the audit of reading, for it takes every patient's data out.

    Raises
    ------
    UsageError
        If the file is there already, or its folder is not.
    """
    if target.exists():
        raise UsageError(f"{target.name} is there already; a backup never overwrites, so give another name.")
    if not target.parent.is_dir():
        raise UsageError(f"The folder for {target.name} does not exist; make it first.")
    with database.writing() as connection:
        note(connection, "", by, at, "backup")
    with TemporaryDirectory(prefix=".foramen-backup-", dir=target.parent) as name:
        folder = Path(name)
        with database.reading() as connection:
            tables = {table.name: _write_rows(connection, table, folder / table.name, progress) for table in KEPT}
            seal = end_of(connection, EVENTS)
        files = tuple(store)
        software = f"foramen {__version__}"
        made = Backup(made_at=at, software=software, revision=NEWEST, seal=seal, tables=tables, files=len(files))
        _pack(folder, made, store, files, progress)
        (folder / "whole").rename(target)
        sync_folder(target.parent)
    return made


def _write_rows(connection: Connection, table: Table, target: Path, progress: Progress) -> KeptTable:
    """Write the rows of a table as compressed lines of JSON, in the order of their key."""
    progress(f"rows of {table.name}", 0.0)
    found, rows = hashlib.sha256(), 0
    with gzip.open(target, "wb", compresslevel=1) as file:
        for row in rows_of(connection, table, *table.primary_key.columns.keys()):
            line = f"{canonical(dict(row))}\n".encode()
            found.update(line)
            file.write(line)
            rows += 1
    return KeptTable(rows=rows, sha256=found.hexdigest())


def _pack(folder: Path, made: Backup, store: Store, files: tuple[str, ...], progress: Progress) -> None:
    (folder / MANIFEST).write_text(made.to_json(), encoding="utf-8")
    with (folder / "whole").open("xb") as whole:
        os.fchmod(whole.fileno(), 0o600)
        with tarfile.open(fileobj=whole, mode="w", format=tarfile.PAX_FORMAT) as archive:
            _add(archive, MANIFEST, folder / MANIFEST, made.made_at)
            for name in made.tables:
                _add(archive, f"rows/{name}.jsonl.gz", folder / name, made.made_at)
            for number, digest in enumerate(files, start=1):
                _add(archive, f"store/{digest}", store.path(digest), made.made_at)
                progress("files", number / len(files))
        whole.flush()
        os.fsync(whole.fileno())


def _add(archive: tarfile.TarFile, name: str, source: Path, at: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = source.stat().st_size, int(at.timestamp()), 0o600
    with source.open("rb") as file:
        archive.addfile(entry, file)
