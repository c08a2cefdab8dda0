"""Results appear whole or not at all, and never among files that are not ours."""

from pathlib import Path

import pytest

from foramen.cli.outputs import written_whole
from foramen.errors import UsageError


def write(folder: Path, name: str, text: str = "x") -> None:
    with written_whole(folder) as fresh:
        (fresh / name).write_text(text)


def visible(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir() if not p.name.startswith(".")}


def test_nothing_is_left_when_the_work_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with written_whole(tmp_path / "out") as fresh:
            (fresh / "half.json").write_text("{")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_keeps_the_earlier_result(tmp_path: Path) -> None:
    write(tmp_path / "out", "plan.json", "first")

    def fail() -> None:
        with written_whole(tmp_path / "out"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert (tmp_path / "out" / "plan.json").read_text() == "first"


def test_an_earlier_result_is_replaced_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path / "out", "L5-left.png")

    write(tmp_path / "out", "L4-right.png")

    assert visible(tmp_path / "out") == {"L4-right.png"}


def test_files_of_others_are_never_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "out", "plan.json")
    (tmp_path / "out" / "notes.txt").write_text("mine")

    with pytest.raises(UsageError, match=r"holds files that Foramen did not write \(notes.txt\)"):
        write(tmp_path / "out", "plan.json")

    assert visible(tmp_path / "out") == {"plan.json", "notes.txt"}


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")

    with pytest.raises(UsageError, match="out is a file"):
        write(tmp_path / "out", "plan.json")
