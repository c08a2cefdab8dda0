"""One database: how it is opened, read in one view, and written in one whole."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError

from foramen.errors import ForamenError, InputError, UsageError
from foramen.records.database.migrate import NoRecord, migrate

BUSY_MS = 30_000
"""How long a writer waits for another one before it gives up."""

WRITES = "foramen_writes"

KEPT = "never changed"
"""What the triggers say that keep events and reads."""


class Unavailable(ForamenError):
    """The database can't do what was asked: it is not reached, not a record, full, or held by somebody else.

    The driver's own words are left out: they can quote what was being written.
    """


class Taken(ForamenError):
    """Something that must be there once is there already."""


class Database:
    """SQLite (`sqlite:///file`) or PostgreSQL (`postgresql+psycopg://...`), brought up to this version's tables.

    SQLite runs in WAL mode with every commit synced to the disk; a writer takes its lock at once (BEGIN IMMEDIATE), so
    that nobody finds out at the end that somebody else was first. Writers of one process take turns here, since those
    who wait at the file itself look for it only now and then. Readers never wait. With `make` off, there must be a
    record already.
    """

    def __init__(self, url: str, *, make: bool = True) -> None:
        try:
            address = make_url(url)
        except (ArgumentError, NoSuchModuleError):
            raise UsageError("The record's address can't be read; write sqlite:////folder/record.sqlite.") from None
        self.is_sqlite = address.get_backend_name() == "sqlite"
        if self.is_sqlite and address.database in (None, "", ":memory:"):
            raise UsageError("A record in memory would be lost; name a file, as in sqlite:////folder/record.sqlite.")
        if not self.is_sqlite and address.get_backend_name() != "postgresql":
            raise UsageError("A record lies in SQLite or in PostgreSQL; other databases are not supported.")
        if self.is_sqlite and address.database:
            _make_room(Path(address.database).absolute(), make=make)
        self.engine = self._engine(url)
        self._turn: AbstractContextManager[object] = Lock() if self.is_sqlite else nullcontext()
        try:
            migrate(self, make=make)
        except BaseException:
            self.close()
            raise

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

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
        with _in_plain_words(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Everything that is written inside, or nothing of it."""
        with _in_plain_words(), self._turn, self.engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _make_room(file: Path, *, make: bool) -> None:
    if not make and not file.exists():
        raise NoRecord
    file.parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def _in_plain_words() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig)
        if isinstance(error, IntegrityError) and KEPT not in said:
            raise Taken("This is in the record already.") from None
        raise Unavailable(_why(said)) from None


def _why(said: str) -> str:
    known = {
        KEPT: "What is in the record is never changed.",
        "is locked": "Somebody else holds the record for too long; try again.",
        "is full": "The disk of the record is full; make room on it.",
        "not a database": "This file is not a record of Foramen, or it is damaged; bring it back from a backup.",
        "malformed": "The record's file is damaged; bring it back from a backup.",
        "readonly": "The record can't be written here; ask whoever runs this machine for the right to write.",
        "unable to open": "The record's file can't be opened; ask whoever runs this machine for the right to.",
    }
    fallback = "The database can't be reached or refused the work; ask whoever runs it to look at its log."
    return next((words for sign, words in known.items() if sign in said), fallback)


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's events below say BEGIN, not the driver
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
