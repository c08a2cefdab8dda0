"""A real PostgreSQL server on loopback, for the length of the tests; it never listens beyond this machine."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, insert, text

from foramen.records.chain import GENESIS
from foramen.records.database.tables import heads, metadata

FASTER = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""For tests, where the server itself is never killed."""


def programs() -> Path | None:
    """The folder of the newest server that Debian installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


class Server:
    """A running server; `fresh()` gives the URL of a database that nobody used yet."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = count(1)
        self._admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def fresh(self) -> str:
        name = f"record_{next(self._numbers)}"
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
        return self.url(name)

    def emptied(self, name: str) -> str:
        """A record as it is before its first use, which is quicker than another database.

        Nothing but a superuser who takes the triggers off can do this.
        """
        engine = create_engine(self.url(name))
        with engine.begin() as connection:
            for table in ("events", "reads"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)}"))
            for table in ("events", "reads"):
                connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))
                connection.execute(insert(heads), {"chain": table, "position": 0, "seal": GENESIS})
        engine.dispose()
        return self.url(name)

    def close(self) -> None:
        self._admin.dispose()


@contextmanager
def running(settings: tuple[str, ...] = FASTER) -> Iterator[Server]:
    """Start a server as a user who is not root, and stop it again."""
    where = programs()
    assert where is not None, "no PostgreSQL server is installed"
    folder = Path(tempfile.mkdtemp(prefix="foramen-postgres-"))
    port = free_port()
    try:
        as_owner = _owned(folder)
        data = str(folder / "data")
        _run([*as_owner, str(where / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"])
        options = [f"-p {port}", "-c listen_addresses=127.0.0.1", f"-k {folder}", *(f"-c {s}" for s in settings)]
        control = [*as_owner, str(where / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log")]
        _run([*control, "-o", " ".join(options), "start"])
        server = Server(port)
        try:
            yield server
        finally:
            server.close()
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owned(folder: Path) -> list[str]:
    """The server refuses to run as root; root hands it to the user that the package made for it."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "postgres", "postgres")
    return ["runuser", "-u", "postgres", "--"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
