"""One command takes everything out, one brings it back, into either database; what is damaged is never restored."""

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from foramen.errors import ForamenError, InputError, UsageError
from foramen.records import Actor, Damaged, JobState, Records, Role, Stage
from foramen.records.backup import MANIFEST, back_up
from foramen.records.events import CaseOpened, Noted, Purpose, ScanReceived, SiteSettings
from foramen.records.people import People
from foramen.records.restore import restore
from support.record_path import whole_path

PASSWORD = "four quiet words here"


@pytest.fixture
def filled(records: Records, opened: CaseOpened, doctor: Actor, now: datetime) -> Records:
    """A whole path, a second case, an account, a link, a job, a read, settings."""
    case_id = records.open_case(opened, by=doctor, at=now)
    for version, step in enumerate(whole_path(records.store), start=1):
        records.append(case_id, after=version, contents=step.contents, by=doctor, at=now)
    other = records.open_case(opened, by=doctor, at=now)
    records.append(other, after=1, contents=[Noted(text="Ä \x00 \u2028 \U0001f600 'quoted' %s")], by=doctor, at=now)
    cheap(records).add(login="w", name="Dr. Weiß", roles=[Role.RADIOLOGIST], password=PASSWORD, by=doctor, at=now)
    records.settings.change(SiteSettings(phone="012"), after=0, by=doctor, at=now)
    records.jobs.queue("plan", other, {"a": 1}, by=doctor, at=now)
    records.read(other, by=doctor, at=now, what="case")
    return records


def cheap(records: Records) -> People:
    return People(records.database, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    """Another place, on the same or the other database."""
    if request.param == "postgresql":
        url = request.getfixturevalue("server").emptied("record_2")
    else:
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "empty.sqlite")
        url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    records = Records.open(url, store=tmp_path / "empty")
    yield records
    records.close()


@pytest.fixture
def backup(filled: Records, tmp_path: Path, doctor: Actor, now: datetime) -> Path:
    back_up(filled.database, filled.store, tmp_path / "backup.tar", by=doctor, at=now)
    return tmp_path / "backup.tar"


@pytest.fixture
def small_backup(sqlite_template: Path, tmp_path: Path, opened: CaseOpened, doctor: Actor, now: datetime) -> Path:
    """Of one case with one scan; what can be wrong with a backup does not hang on the database it came from."""
    shutil.copy(sqlite_template, tmp_path / "small.sqlite")
    records = Records.open(f"sqlite:///{tmp_path / 'small.sqlite'}", store=tmp_path / "small")
    case_id = records.open_case(opened, by=doctor, at=now)
    digest = records.store.put(b"a scan")
    scan = ScanReceived(digest=digest, purpose=Purpose.PLANNING, shape=(1, 2, 3), spacing=(1.0, 1.0, 2.0))
    records.append(case_id, after=1, contents=[scan], by=doctor, at=now)
    back_up(records.database, records.store, tmp_path / "small.tar", by=doctor, at=now)
    records.close()
    return tmp_path / "small.tar"


def test_everything_comes_back_in_either_database(
    filled: Records, empty: Records, tmp_path: Path, doctor: Actor, now: datetime
) -> None:
    ids = [line.case_id for line in filled.worklist().lines]
    invited = filled.invite_to_diary(
        ids[0], after=filled.case(ids[0]).version, until=now + timedelta(9), by=doctor, at=now
    )
    made = back_up(filled.database, filled.store, tmp_path / "b.tar", by=doctor, at=now)

    whole = restore(tmp_path / "b.tar", empty.database, empty.store, by=doctor, at=now)

    assert whole.seal == made.seal == whole.model_copy().seal
    assert [empty.case(case_id) for case_id in ids] == [filled.case(case_id) for case_id in ids]
    assert empty.worklist() == filled.worklist()
    assert empty.worklist(search="lüden", stage=Stage.FINISHED) == filled.worklist(search="lüden", stage=Stage.FINISHED)
    assert empty.counts() == filled.counts()
    assert empty.people.all() == filled.people.all()
    assert cheap(empty).verify("w", PASSWORD, at=now).name == "Dr. Weiß"
    assert empty.links.find(invited.secret, at=now) == filled.links.find(invited.secret, at=now)
    assert empty.settings.current().settings == filled.settings.current().settings
    assert empty.reads.find() == filled.reads.find()
    assert set(empty.store) == set(filled.store)
    assert all(empty.store.read(digest) == filled.store.read(digest) for digest in filled.store)
    job = empty.jobs.claim("worker", at=now)
    assert job is not None
    assert job.state is JobState.RUNNING


def test_a_restored_record_goes_on_and_says_that_it_was_restored(
    backup: Path, empty: Records, doctor: Actor, now: datetime
) -> None:
    restore(backup, empty.database, empty.store, by=doctor, at=now)
    case_id = empty.worklist().lines[0].case_id
    empty.append(case_id, after=None, contents=[Noted(text="on we go")], by=doctor, at=now)

    assert empty.settings.history()[-1].kind == "record-restored"
    empty.verify()


def test_the_backup_itself_is_in_the_audit_of_reading(filled: Records, backup: Path, doctor: Actor) -> None:
    read = filled.reads.find()[0]

    assert (read.what, read.case_id, read.by) == ("backup", "", doctor)


def test_only_its_owner_can_read_a_backup(backup: Path) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_backup_is_plain_tar_and_lines_of_json(backup: Path, filled: Records) -> None:
    """Without Foramen, a hospital's own tools can read it."""
    with tarfile.open(backup) as archive:
        manifest = json.load(archive.extractfile(MANIFEST))  # type: ignore[arg-type]
        lines = gzip.decompress(archive.extractfile("rows/events.jsonl.gz").read()).decode()  # type: ignore[union-attr]
        names = archive.getnames()

    assert manifest["schema"] == "foramen.backup/1"
    assert lines.count("\n") == manifest["tables"]["events"]["rows"] == filled.verify().events
    assert json.loads(lines.split("\n")[0])["kind"] == "case-opened"
    assert f"store/{next(iter(filled.store))}" in names
    assert not any("Müller" in name for name in names)


def test_sessions_stay_where_they_are(filled: Records, backup: Path) -> None:
    with tarfile.open(backup) as archive:
        assert not any("sessions" in name for name in archive.getnames())


def test_nothing_is_overwritten(backup: Path, filled: Records, empty: Records, doctor: Actor, now: datetime) -> None:
    with pytest.raises(UsageError, match="never overwrites"):
        back_up(filled.database, filled.store, backup, by=doctor, at=now)
    with pytest.raises(UsageError, match="nothing is overwritten"):
        restore(backup, filled.database, filled.store, by=doctor, at=now)
    cheap(empty).add_first(login="first", name="First", password=PASSWORD, at=now)
    with pytest.raises(UsageError, match="nothing is overwritten"):
        restore(backup, empty.database, empty.store, by=doctor, at=now)


def repacked(backup: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """The backup with some of its parts changed or left out."""
    target = backup.with_name("changed.tar")
    with tarfile.open(backup) as archive, tarfile.open(target, "w") as changed:
        for entry in archive:
            content = archive.extractfile(entry).read()  # type: ignore[union-attr]
            new = change(entry.name, content)
            if new is not None:
                entry.size = len(new)
                changed.addfile(entry, io.BytesIO(new))
    return target


def _events(change: Callable[[bytes], bytes]) -> Callable[[str, bytes], bytes]:
    def changed(name: str, content: bytes) -> bytes:
        if not name.startswith("rows/events"):
            return content
        return gzip.compress(change(gzip.decompress(content)))

    return changed


def _sealed(name: str, content: bytes) -> bytes:
    return content.replace(b'"seal": "', b'"seal": "9') if name == MANIFEST else content


DAMAGES: dict[str, tuple[Callable[[str, bytes], bytes | None], str]] = {
    "an event changed": (_events(lambda lines: lines.replace(b"leg pain", b"arm pain")), "rows of events are not"),
    "an event left out": (_events(lambda lines: lines[lines.index(b"\n") + 1 :]), "rows of events are not"),
    "no events": (lambda name, content: None if "events" in name else content, "lacks its part rows/events"),
    "no manifest": (lambda name, content: None if name == MANIFEST else content, "lacks its part foramen-backup"),
    "a file changed": (
        lambda name, content: b"other" if name.startswith("store/") else content,
        "is not what was backed up",
    ),
    "a file left out": (lambda name, content: None if name.startswith("store/") else content, "holds 0 files of"),
    "another end": (_sealed, "ends with another event than it says"),
    "torn rows": (lambda name, content: content[:-9] if "events" in name else content, "damaged or its end is missing"),
    "garbled rows": (lambda name, content: b"x" * 99 if "events" in name else content, "damaged or its end is missing"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_restores_nothing(
    small_backup: Path, empty: Records, doctor: Actor, now: datetime, damage: str
) -> None:
    change, told = DAMAGES[damage]

    with pytest.raises(Damaged, match=told) as refused:
        restore(repacked(small_backup, change), empty.database, empty.store, by=doctor, at=now)

    assert "Müller" not in str(refused.value)
    assert empty.verify().events == 0
    assert not empty.people.count()
    restore(small_backup, empty.database, empty.store, by=doctor, at=now)
    empty.verify()


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.99])
def test_a_backup_cut_short_restores_nothing(
    small_backup: Path, empty: Records, doctor: Actor, now: datetime, share: float
) -> None:
    cut = small_backup.with_name("cut.tar")
    with tarfile.open(small_backup) as archive:
        last = archive.getmembers()[-1]
    cut.write_bytes(small_backup.read_bytes()[: int((last.offset_data + last.size) * share)])

    with pytest.raises(ForamenError):
        restore(cut, empty.database, empty.store, by=doctor, at=now)

    assert empty.verify().events == 0


def test_what_is_no_backup_is_told_in_one_sentence(
    empty: Records, tmp_path: Path, doctor: Actor, now: datetime
) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8" * 5000)

    with pytest.raises(Damaged, match=r"photo\.jpg can't be read as a backup"):
        restore(tmp_path / "photo.jpg", empty.database, empty.store, by=doctor, at=now)
    with pytest.raises(InputError, match=r"no file nowhere\.tar"):
        restore(tmp_path / "nowhere.tar", empty.database, empty.store, by=doctor, at=now)
    with pytest.raises(InputError, match="is a folder"):
        restore(tmp_path, empty.database, empty.store, by=doctor, at=now)


def test_a_backup_into_no_folder_is_refused(records: Records, tmp_path: Path, doctor: Actor, now: datetime) -> None:
    with pytest.raises(UsageError, match=r"folder for b\.tar does not exist"):
        back_up(records.database, records.store, tmp_path / "none" / "b.tar", by=doctor, at=now)


def test_a_backup_of_another_version_asks_for_it(
    small_backup: Path, empty: Records, doctor: Actor, now: datetime
) -> None:
    newer = repacked(
        small_backup, lambda name, content: content.replace(b'"0001"', b'"0999"') if name == MANIFEST else content
    )

    with pytest.raises(InputError, match="restore it with that version"):
        restore(newer, empty.database, empty.store, by=doctor, at=now)


def test_work_goes_on_while_a_backup_is_made(
    filled: Records, empty: Records, tmp_path: Path, doctor: Actor, now: datetime
) -> None:
    """What is written after the backup has taken its view is not in it, and the backup is whole all the same."""
    case_id = filled.worklist().lines[0].case_id

    def meanwhile(stage: str, fraction: float) -> None:
        filled.append(case_id, after=None, contents=[Noted(text=stage)], by=doctor, at=now)

    made = back_up(filled.database, filled.store, tmp_path / "b.tar", by=doctor, at=now, progress=meanwhile)

    assert filled.verify().events > int(made.seal.split("-")[0])
    assert restore(tmp_path / "b.tar", empty.database, empty.store, by=doctor, at=now).seal == made.seal
