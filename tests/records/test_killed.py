"""Killed with SIGKILL at any write: nothing acknowledged is lost, nothing is there by half. `bench` does it longer."""

import shutil
from pathlib import Path

import pytest

from foramen.records import Actor, Records
from foramen.records.backup import back_up
from foramen.records.restore import restore
from foramen.records.store import Store
from support.killing import AT, back_up_once, killed, lost, restore_once, write
from support.postgres import Server

KILLS = 16


def test_a_killed_writer_loses_nothing_that_was_acknowledged(url: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    said, kills = [], 0
    for seed in range(KILLS):
        outcome = killed(write, seed, url, str(store), most_said=8)
        said += outcome.said
        kills += outcome.killed

    records = Records.open(url, store=store)
    assert lost(records, said) == []
    assert kills == KILLS
    assert len(said) > KILLS, "the writers hardly wrote"
    records.close()


@pytest.fixture
def filled(records: Records, tmp_path: Path, url: str) -> Records:
    """A record that a killed writer left."""
    killed(write, 1, url, str(tmp_path / "store"), most_said=8)
    return records


def test_a_killed_backup_leaves_none_or_a_whole_one(
    filled: Records, url: str, tmp_path: Path, doctor: Actor, sqlite_template: Path
) -> None:
    whole = 0
    for seed in range(6):
        target = tmp_path / f"{seed}.tar"
        outcome = killed(back_up_once, seed, url, str(tmp_path / "store"), str(target))
        assert target.exists() or ("done",) not in outcome.said
        if target.exists():
            whole += 1
            shutil.copy(sqlite_template, tmp_path / f"{seed}.sqlite")
            again = Records.open(f"sqlite:///{tmp_path / f'{seed}.sqlite'}", store=tmp_path / f"{seed}")
            restore(target, again.database, again.store, by=doctor, at=AT)
            again.close()
    back_up(filled.database, filled.store, tmp_path / "last.tar", by=doctor, at=AT)


def test_a_killed_restore_leaves_an_empty_place_that_can_be_filled(
    filled: Records, tmp_path: Path, doctor: Actor, sqlite_template: Path, request: pytest.FixtureRequest
) -> None:
    source = tmp_path / "backup.tar"
    made = back_up(filled.database, filled.store, source, by=doctor, at=AT)
    if filled.database.dialect == "postgresql":
        server: Server = request.getfixturevalue("server")
        url = server.emptied("record_2")
    else:
        shutil.copy(sqlite_template, tmp_path / "again.sqlite")
        url = f"sqlite:///{tmp_path / 'again.sqlite'}"
    for seed in range(8):
        outcome = killed(restore_once, seed, url, str(tmp_path / "again"), str(source))
        if ("done",) in outcome.said:
            break
        again = Records.open(url, store=tmp_path / "again")
        events = again.verify().events
        again.close()
        if events:
            break
    again = Records.open(url, store=tmp_path / "again")
    if not again.verify().events:
        restore(source, again.database, again.store, by=doctor, at=AT)
    assert again.verify().events == int(made.seal.split("-")[0]) + 1
    assert isinstance(again.store, Store)
    assert set(again.store) == set(filled.store)
    again.close()
