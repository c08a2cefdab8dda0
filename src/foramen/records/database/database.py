"""One database: how it is opened, read in one view, and written in one whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from foramen.errors import InputError, UsageError
from foramen.records.database.migrate import migrate

BUSY_MS = 30_000
"""How long a writer waits for another one before it gives up."""

WRITES = "foramen_writes"


class Database:
    """SQLite (`sqlite:///file`) or PostgreSQL (`postgresql+psycopg://...`), brought up to this version's tables.

    SQLite runs in WAL mode with every commit synced to the disk; a writer takes its lock at once (BEGIN IMMEDIATE), so
    that nobody finds out at the end that somebody else was first. Readers never wait.
    """

    def __init__(self, url: str) -> None:
        try:
            address = make_url(url)
        except ArgumentError:
            raise UsageError("The record's address can't be read; write sqlite:////folder/record.sqlite.") from None
        self.is_sqlite = address.get_backend_name() == "sqlite"
        if self.is_sqlite and not address.database:
            raise UsageError("A record in memory would be lost; name a file, as in sqlite:////folder/record.sqlite.")
        if not self.is_sqlite and address.get_backend_name() != "postgresql":
            raise UsageError("A record lies in SQLite or in PostgreSQL; other databases are not supported.")
        if self.is_sqlite and address.database:
            Path(address.database).absolute().parent.mkdir(parents=True, exist_ok=True)
        self.engine = self._engine(url)
        migrate(self)

    def _engine(self, url: str) -> Engine:
        try:
            if self.is_sqlite:
                engine = create_engine(url, hide_parameters=True, pool_size=20, max_overflow=40)
                event.listen(engine, "connect", _prepare_sqlite)
                event.listen(engine, "begin", _begin_sqlite)
                return engine
            return create_engine(url, hide_parameters=True, pool_size=10, max_overflow=40, pool_pre_ping=True)
        except ImportError:
            raise InputError("PostgreSQL needs its driver: pip install 'foramen[postgres]'.") from None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the database, as it was when the first line was read."""
        with self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Everything that is written inside, or nothing of it."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's events below say BEGIN, not the driver
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
