"""A fresh record on each database."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from foramen.records import Actor, Records, Role
from foramen.records.database import Database
from foramen.records.events import CaseOpened, Identity
from support.postgres import Server, programs, running

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty record, made once and copied for each test."""
    file = tmp_path_factory.mktemp("template") / "record.sqlite"
    Database(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real PostgreSQL server with two records, `record_1` and `record_2`."""
    if programs() is None:
        pytest.skip("no PostgreSQL server is installed (Debian: postgresql)")
    with running() as server:
        for _ in range(2):
            Database(server.fresh()).close()
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a fresh record lies."""
    if request.param == "postgresql":
        return request.getfixturevalue("server").emptied("record_1")
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "record.sqlite")
    return f"sqlite:///{tmp_path / 'record.sqlite'}"


@pytest.fixture
def records(url: str, tmp_path: Path) -> Iterator[Records]:
    records = Records.open(url, store=tmp_path / "store")
    yield records
    records.close()


@pytest.fixture
def doctor() -> Actor:
    return Actor(name="Dr. Ruth Weiss", role=Role.RADIOLOGIST, person="p1")


@pytest.fixture
def nurse() -> Actor:
    return Actor(name="Ole Brandt", role=Role.NURSE, person="p2")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def opened() -> CaseOpened:
    """A referral of a patient who does not exist."""
    patient = Identity(name="Müller-Lüdenscheid, Änne", born=date(1961, 4, 5), number="KH-004711")
    return CaseOpened(patient=patient, roots=("L5-left",), referrer="Dr. Klein", reason="leg pain")


@pytest.fixture
def case_id(records: Records, opened: CaseOpened, nurse: Actor, now: datetime) -> str:
    return records.open_case(opened, by=nurse, at=now)
