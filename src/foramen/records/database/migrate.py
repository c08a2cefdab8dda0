"""Bring a database up to the tables of this version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from foramen.errors import InputError
from foramen.records.database.tables import metadata

if TYPE_CHECKING:
    from foramen.records.database.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0001"
"""The newest migration that this version knows; a test holds it to the folder."""

_LOCK = 0x666F72616D656E
"""Of PostgreSQL's advisory locks: 'foramen'."""


class NoRecord(InputError):
    """There is no record where one was looked for."""

    def __init__(self) -> None:
        super().__init__("There is no record here; name its folder with --store, or its address with --record.")


def migrate(database: Database, *, make: bool) -> None:
    """Run the migrations that are missing, one process at a time; `make` says whether all of them may be missing.

    Raises
    ------
    InputError
        If the database was made by a newer version, or by another program.
    """
    with database.reading() as connection:
        if revision(connection) == NEWEST:
            return
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        found = revision(connection)
        if found is None:
            _refuse_foreign(connection)
            if not make:
                raise NoRecord
        if found != NEWEST:
            _upgrade(connection)


def revision(connection: Connection) -> str | None:
    """The migration that a database stands at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _refuse_foreign(connection: Connection) -> None:
    if set(inspect(connection).get_table_names()) & set(metadata.tables):
        raise InputError("This database belongs to another program; name an empty one for the record.")


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise InputError(
            "This record was made by a newer version of Foramen; install that version to open it."
        ) from None
