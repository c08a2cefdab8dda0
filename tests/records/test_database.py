"""Where a record lies: made by its migrations, opened by many at once, refused in one sentence where it can't be."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from foramen.errors import ForamenError, InputError, UsageError
from foramen.records import Records
from foramen.records.database import Database, Unavailable
from foramen.records.database.migrate import MIGRATIONS, NEWEST, revision
from foramen.records.database.tables import metadata
from support.postgres import Server


def test_the_migrations_make_exactly_the_tables_that_the_code_speaks_of(url: str) -> None:
    database = Database(url)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert revision(connection) == NEWEST
    database.close()


def test_the_newest_migration_is_the_one_that_the_code_knows() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))

    assert scripts.get_heads() == [NEWEST]


def test_the_migrations_are_part_of_the_package() -> None:
    """Found beside the code, they are in the wheel, which holds all of the package."""
    package = Path(str(resources.files("foramen")))

    assert MIGRATIONS.is_relative_to(package)
    assert list((MIGRATIONS / "versions").glob("v*.py"))


@pytest.mark.parametrize("where", ["sqlite", "postgresql"])
def test_many_may_open_a_new_record_at_once(where: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if where == "postgresql":
        server: Server = request.getfixturevalue("server")
        url = server.fresh()
    else:
        url = f"sqlite:///{tmp_path / 'folder' / 'record.sqlite'}"

    def opened(_: int) -> str | None:
        database = Database(url)
        with database.reading() as connection:
            found = revision(connection)
        database.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(opened, range(4))) == {NEWEST}


def test_sqlite_is_told_to_keep_what_it_acknowledges(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'record.sqlite'}")
    with database.reading() as connection:
        asked = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")}
    database.close()

    assert asked == {"journal_mode": "wal", "synchronous": 2}


def test_text_sorts_by_code_point_on_both(records: Records) -> None:
    """Paging and searching compare text, so both databases must agree on what comes first."""
    names = ["a", "B", "ä", "z", "Z", "é", "1", "\U0001f600", "\uffff"]
    with records.database.writing() as connection:
        for name in names:
            connection.execute(text("INSERT INTO stage_counts VALUES (:name, 1)"), {"name": name})
        found = list(connection.execute(text("SELECT stage FROM stage_counts ORDER BY stage")).scalars())

    assert found == sorted(names)


def test_a_view_stays_one_while_others_write(records: Records) -> None:
    with records.database.reading() as view:
        before = view.execute(text("SELECT count(*) FROM stage_counts")).scalar()
        with records.database.writing() as connection:
            connection.execute(text("INSERT INTO stage_counts VALUES ('x', 1)"))
        assert view.execute(text("SELECT count(*) FROM stage_counts")).scalar() == before


def test_what_fails_inside_leaves_nothing(records: Records) -> None:
    def fail() -> None:
        with records.database.writing() as connection:
            connection.execute(text("INSERT INTO stage_counts VALUES ('x', 1)"))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        fail()

    with records.database.reading() as view:
        assert view.execute(text("SELECT count(*) FROM stage_counts")).scalar() == 0


def test_a_record_of_a_newer_version_is_left_alone(url: str) -> None:
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    database.close()
    try:
        with pytest.raises(InputError, match="newer version of Foramen"):
            Database(url)
    finally:
        with database.writing() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{NEWEST}'"))
        database.close()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "can't be read"),
        ("nonsense", "can't be read"),
        ("sqlite://", "in memory would be lost"),
        ("sqlite:///:memory:", "in memory would be lost"),
        ("mysql://somebody:secret@host/x", "other databases are not supported"),
        ("oracle+what://somebody:secret@host/x", "other databases are not supported"),
    ],
)
def test_an_address_that_is_none_is_told(url: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as refused:
        Database(url)

    assert "secret" not in str(refused.value)


def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(Unavailable, match="can't be reached") as refused:
        Database("postgresql+psycopg://somebody:secret@127.0.0.1:9/x")

    assert "secret" not in str(refused.value)


def test_another_kind_of_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(b"PK\x03\x04" * 5000)

    with pytest.raises(Unavailable, match="not a record of Foramen"):
        Database(f"sqlite:///{tmp_path / 'letter.docx'}")


def test_a_folder_is_no_record(tmp_path: Path) -> None:
    with pytest.raises(ForamenError, match="can't be opened"):
        Database(f"sqlite:///{tmp_path}")


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE events (what TEXT)")
    connection.close()

    with pytest.raises(InputError, match="belongs to another program"):
        Database(f"sqlite:///{file}")

    with sqlite3.connect(file) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_master")] == ["events"]
    connection.close()


def test_only_foramens_own_tables_are_there(records: Records) -> None:
    with records.database.reading() as connection:
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
