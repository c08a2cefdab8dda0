"""Whatever is changed around Foramen is found, and the first broken place is named in one sentence."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from foramen.errors import UsageError
from foramen.records import Actor, Damaged, Records
from foramen.records.events import CaseOpened, Noted, Purpose, ScanReceived


@pytest.fixture
def record(records: Records, opened: CaseOpened, doctor: Actor, now: datetime) -> Iterator[Records]:
    """Two cases, their events interleaved: 1 a, 2 b, 3 and 4 a, 5 b, 6 a; two reads; one file."""
    first = records.open_case(opened, by=doctor, at=now)
    second = records.open_case(opened, by=doctor, at=now)
    digest = records.store.put(b"a scan")
    scan = ScanReceived(digest=digest, purpose=Purpose.PLANNING, shape=(1, 2, 3), spacing=(1.0, 1.0, 2.0))
    records.append(first, after=1, contents=[Noted(text="left leg"), scan], by=doctor, at=now)
    records.append(second, after=1, contents=[Noted(text="nothing new")], by=doctor, at=now)
    records.append(first, after=3, contents=[Noted(text="the end")], by=doctor, at=now)
    for case_id in (first, second):
        records.read(case_id, by=doctor, at=now, what="case")
    return records


def tamper(records: Records, *statements: str) -> None:
    """Do what somebody with the database in their hands would: take the triggers off and write."""
    with records.database.writing() as connection:
        for table in ("events", "reads"):
            if records.database.dialect == "sqlite":
                connection.execute(text(f"DROP TRIGGER {table}_keep_update"))
                connection.execute(text(f"DROP TRIGGER {table}_keep_delete"))
            else:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        for statement in statements:
            connection.execute(text(statement))


def test_a_whole_record_is_counted_and_sealed(record: Records) -> None:
    found = record.verify()

    assert (found.events, found.cases, found.reads, found.files) == (6, 2, 2, 1)
    assert found.seal.startswith("6-")
    assert record.verify(noted_seal=found.seal) == found


def test_an_empty_record_is_whole(records: Records) -> None:
    assert records.verify().events == 0


COLUMNS = ("at", "by_name", "by_role", "by_person", "software", "kind", "schema")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE events SET content = replace(content, 'left', 'right') WHERE position = 3",
            "Event 2 of case .* not what",
        ),
        *((f"UPDATE events SET {name} = 'x' WHERE position = 4", "Event 3 of case .* not what") for name in COLUMNS),
        ("UPDATE events SET hash = seal WHERE position = 4", "Event 3 of case .* not what"),
        ("UPDATE events SET seal = hash WHERE position = 4", "Event 3 of case .* does not stand where"),
        ("DELETE FROM events WHERE position = 4", "Event 4 of the record is missing"),
        ("DELETE FROM events WHERE position = 1", "Event 1 of the record is missing"),
        ("DELETE FROM events WHERE case_id = (SELECT case_id FROM events WHERE position = 2)", "Event 2 .* missing"),
        ("DELETE FROM events WHERE position > 5", "last event is 5, but 6 were written"),
        ("DELETE FROM events", "last event is 0, but 6 were written"),
        ("UPDATE heads SET position = 7 WHERE chain = 'events'", "last event is 6, but 7 were written"),
        ("UPDATE heads SET position = 5 WHERE chain = 'events'", "last event is 6, which the record's own count"),
        ("DELETE FROM heads", "does not say where it ends"),
        ("UPDATE reads SET by_name = 'nobody' WHERE position = 1", "Entry 1 of the audit of reading is not"),
        ("DELETE FROM reads WHERE position = 1", "Entry 1 of the audit of reading is missing"),
        ("DELETE FROM reads WHERE position = 2", "last entry of the audit of reading is 1, but 2 were written"),
        ("UPDATE worklist SET stage = 'finished'", "worklist's counts"),
        ("UPDATE stage_counts SET cases = cases + 1", "worklist's counts"),
        ("UPDATE worklist SET name = 'Somebody, Else'", "worklist does not show case"),
        ("UPDATE worklist SET roots = 'L5-right'", "worklist does not show case"),
        ("DELETE FROM worklist", "worklist's counts"),
        (
            "INSERT INTO worklist SELECT 'zzzz', version, name, born, number, roots, stage, waits_for, next_role, "
            "starts_at, opened_at, changed_at FROM worklist LIMIT 1",
            "worklist's counts",
        ),
    ],
)
def test_the_first_broken_place_is_named(record: Records, statement: str, told: str) -> None:
    tamper(record, statement)

    with pytest.raises(Damaged, match=told) as found:
        record.verify()

    assert "Müller" not in str(found.value)
    assert found.value.exit_code == 4


def test_a_case_that_only_the_worklist_knows_is_found(record: Records) -> None:
    tamper(
        record,
        "INSERT INTO worklist SELECT 'zzzz', version, name, born, number, roots, stage, waits_for, next_role, "
        "starts_at, opened_at, changed_at FROM worklist LIMIT 1",
        "UPDATE stage_counts SET cases = cases + 1",
    )

    with pytest.raises(Damaged, match="worklist shows case zzzz, which the record does not hold"):
        record.verify()


def test_a_case_hidden_from_the_worklist_is_found(record: Records) -> None:
    hidden = record.worklist().lines[0].case_id
    tamper(
        record,
        f"DELETE FROM worklist WHERE case_id = '{hidden}'",
        "UPDATE stage_counts SET cases = cases - 1",
    )

    with pytest.raises(Damaged, match=f"worklist does not show case {hidden}"):
        record.verify()


def test_two_events_that_changed_places_are_found(record: Records) -> None:
    tamper(
        record,
        "UPDATE events SET position = 99 WHERE position = 3",
        "UPDATE events SET position = 3 WHERE position = 5",
        "UPDATE events SET position = 5 WHERE position = 99",
    )

    with pytest.raises(Damaged, match="does not stand where it was written"):
        record.verify()


def test_a_cut_end_hidden_in_the_records_own_count_is_shown_by_a_noted_seal(record: Records) -> None:
    noted = record.verify().seal
    tamper(
        record,
        "UPDATE heads SET position = 5, seal = (SELECT seal FROM events WHERE position = 5) WHERE chain = 'events'",
        "DELETE FROM events WHERE position = 6",
    )
    record.rebuild_worklist()

    assert record.verify().events == 5
    with pytest.raises(Damaged, match="event 6 was noted: its end is cut off"):
        record.verify(noted_seal=noted)


def test_a_past_written_anew_is_shown_by_a_noted_seal(record: Records, doctor: Actor, now: datetime) -> None:
    noted = record.verify().seal
    position, _, seal = noted.partition("-")
    other = f"{position}-{seal[::-1]}"
    case_id = record.worklist().lines[0].case_id
    record.append(case_id, after=None, contents=[Noted(text="later")], by=doctor, at=now + timedelta(days=1))

    record.verify(noted_seal=noted)
    with pytest.raises(Damaged, match="Event 6 of the record is sealed otherwise than was noted"):
        record.verify(noted_seal=other)


@pytest.mark.parametrize("seal", ["6", "6-abc", "six-" + "a" * 64, ""])
def test_a_seal_that_is_none_is_refused(record: Records, seal: str) -> None:
    if not seal:
        assert record.verify(noted_seal=seal).events == 6
        return
    with pytest.raises(UsageError, match="seal reads like"):
        record.verify(noted_seal=seal)


def test_a_missing_or_changed_file_is_named(record: Records, tmp_path: Path) -> None:
    (digest,) = record.store
    place = record.store.path(digest)
    place.chmod(0o600)
    place.write_bytes(b"a scam")

    with pytest.raises(Damaged, match=f"{digest[:12]} of the store is not what was stored"):
        record.verify()
    place.unlink()
    with pytest.raises(Damaged, match=f"{digest[:12]}, which an event names, is missing"):
        record.verify()


def test_the_worklist_can_be_made_anew(record: Records) -> None:
    before, counted = record.worklist(), record.counts()
    tamper(record, "DELETE FROM worklist", "DELETE FROM worklist_words", "UPDATE stage_counts SET cases = 7")
    record.rebuild_worklist()

    assert record.worklist() == before
    assert record.counts() == counted
    assert record.worklist(search="lüden").lines
    record.verify()
