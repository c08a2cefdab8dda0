"""`foramen audit`, `backup` and `restore`: one sentence, the right exit code, nothing by half, no patient's name."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from foramen.cli.main import main
from foramen.records import Actor, Records, Role
from foramen.records.events import CaseOpened, Identity, Noted

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WEISS = Actor(name="Dr. Ruth Weiss", role=Role.RADIOLOGIST, person="p1")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A folder with a record of one case, which was looked at twice."""
    store = tmp_path / "foramen-record"
    records = Records.open(f"sqlite:///{store / 'record.sqlite'}", store=store)
    patient = Identity(name="Müller, Änne", born=date(1961, 4, 5), number="4711")
    case_id = records.open_case(CaseOpened(patient=patient, roots=("L5-left",)), by=WEISS, at=AT)
    records.append(case_id, after=1, contents=[Noted(text="left leg")], by=WEISS, at=AT)
    for what in ("case", "plan page"):
        records.read(case_id, by=WEISS, at=AT, what=what)
    records.store.put(b"a scan")
    records.close()
    return store


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command as a person does, in the folder that holds the record: exit code, output, errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["foramen", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code or 0
        assert "Traceback" not in out + err
        return int(code), out, err

    return run


def tamper(store: Path) -> None:
    records = Records.open(f"sqlite:///{store / 'record.sqlite'}", store=store)
    with records.database.writing() as connection:
        connection.execute(text("DROP TRIGGER events_keep_update"))
        connection.execute(text("UPDATE events SET content = replace(content, 'left', 'right') WHERE number = 2"))
    records.close()


def test_a_whole_record_is_said_to_be_whole(store: Path, run: Run) -> None:
    code, out, _ = run("audit", "verify", "--quiet")

    assert code == 0
    assert "2 events in 1 case, 2 reads and 0 files" in out
    seal = out.split()[-1]
    assert run("audit", "verify", "--quiet", "--seal", seal)[0] == 0
    code, out, _ = run("audit", "verify", "--quiet", "--json")
    assert json.loads(out)["seal"] == seal


def test_a_changed_event_is_named_with_exit_code_4(store: Path, run: Run) -> None:
    tamper(store)

    code, out, err = run("audit", "verify", "--quiet")

    assert code == 4
    assert out == ""
    assert err.strip().startswith("Event 2 of case")
    assert err.strip().endswith("is not what was written.")
    assert len(err.strip().splitlines()) == 1


def test_reads_are_listed(store: Path, run: Run) -> None:
    code, out, _ = run("audit", "reads")

    assert code == 0
    assert [line.split()[-1] for line in out.splitlines()] == ["at", "page", "case"]
    assert "Dr. Ruth Weiss" in out
    assert "Müller" not in out
    assert len(json.loads(run("audit", "reads", "--json", "--limit", "1")[1])) == 1
    assert "Nobody looked." in run("audit", "reads", "--since", "2027-01-01")[1]
    assert "Nobody looked." in run("audit", "reads", "--case", "none")[1]
    assert run("audit", "reads", "--person", "nobody")[0] == 3
    assert run("audit", "reads", "--since", "yesterday")[0] == 2


def test_an_export_holds_everything_and_is_noted(store: Path, run: Run, tmp_path: Path) -> None:
    assert run("audit", "export", "--out", tmp_path / "out", "--quiet")[0] == 0

    events = (tmp_path / "out" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    reads = (tmp_path / "out" / "reads.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["kind"] for line in events] == ["case-opened", "noted"]
    assert json.loads(reads[-1])["what"] == "export of the record"


def test_a_record_goes_out_and_comes_back(store: Path, run: Run, tmp_path: Path) -> None:
    code, out, _ = run("backup", "b.tar", "--quiet")
    assert code == 0
    assert "holds 2 events and 1 file." in out
    seal = out.split()[-1]

    code, out, _ = run("restore", "b.tar", "--store", "again", "--quiet")
    assert code == 0
    assert "2 events in 1 case and 0 files that they name are back" in out
    assert run("audit", "verify", "--store", "again", "--seal", seal, "--quiet")[0] == 0
    again = Records.open(f"sqlite:///{tmp_path / 'again' / 'record.sqlite'}", store=tmp_path / "again")
    assert again.worklist(search="müller").lines
    assert len(list(again.store)) == 1
    again.close()


def test_nothing_is_overwritten(store: Path, run: Run) -> None:
    run("backup", "b.tar", "--quiet")

    code, _, err = run("backup", "b.tar", "--quiet")
    assert (code, "never overwrites" in err) == (2, True)
    code, _, err = run("restore", "b.tar", "--quiet")
    assert (code, "nothing is overwritten" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("audit", "verify", "--store", "elsewhere"), 3, "There is no record"),
        (("audit", "verify", "--record", "sqlite:///elsewhere.sqlite"), 3, "There is no record"),
        (("audit", "verify", "--record", "mysql://me:secret@host/x"), 2, "other databases are not supported"),
        (("audit", "verify", "--record", "postgresql+psycopg://me:secret@127.0.0.1:9/x"), 3, "can't be reached"),
        (("audit", "verify", "--seal", "12"), 2, "seal reads like"),
        (("backup", "no-folder/b.tar"), 2, "does not exist"),
        (("backup", "b.tar", "--store", "elsewhere"), 3, "There is no record"),
        (("restore", "none.tar", "--store", "again"), 3, "There is no file none.tar"),
        (("restore", "foramen-record/record.sqlite", "--store", "again"), 4, "can't be read as a backup"),
    ],
)
def test_what_can_not_be_done_is_one_sentence(
    store: Path, run: Run, tmp_path: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    ended, out, err = run(*words)

    assert ended == code
    assert told in err
    assert "secret" not in err
    assert out == ""
    assert not (tmp_path / "b.tar").exists()
    assert not (tmp_path / "elsewhere" / "record.sqlite").exists()


def test_a_damaged_file_stops_a_backup(store: Path, run: Run, tmp_path: Path) -> None:
    (scan,) = (path for path in store.glob("??/*") if path.is_file())
    scan.chmod(0o600)
    scan.write_bytes(b"a scam")

    code, _, err = run("backup", "b.tar", "--quiet")

    assert (code, "is not what was stored" in err) == (4, True)
    assert not list(tmp_path.glob("*.tar"))
    assert not list(tmp_path.glob(".foramen-backup-*"))
