"""The commands, run as a person runs them: in a process of their own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from foramen import __version__


def foramen(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from foramen.cli.main import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "command",
    [(), *((name,) for name in ("demo", "anatomy", "plan", "needle", "spread", "simulate", "doctor", "schema"))],
)
def test_every_help_has_an_example(command: tuple[str, ...]) -> None:
    shown = foramen(*command, "--help")

    assert shown.returncode == 0
    assert "Example" in shown.stdout


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'scipy', 'numba', 'pydicom', 'matplotlib', 'nibabel', 'pydantic'}"
    code = f"import sys, foramen.cli.main; print(sorted({heavy} & set(sys.modules)))"

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"


def test_version() -> None:
    assert foramen("--version").stdout == f"foramen {__version__}\n"


def test_an_error_is_one_sentence_and_an_exit_code() -> None:
    shown = foramen("plan", "nowhere", "--labels", "nothing", "--root", "C6-left", "--out", "never")

    assert shown.returncode == 2
    assert "'C6-left' is not a root that Foramen plans for" in " ".join(shown.stderr.split())
    assert "Traceback" not in shown.stderr


@pytest.mark.parametrize("roots", [(), ("--all", "--root", "L5-left")])
def test_a_plan_needs_to_know_for_which_roots(roots: tuple[str, ...]) -> None:
    shown = foramen("plan", "scan", "--labels", "labels", *roots, "--out", "never")

    assert shown.returncode == 2
    assert "Say which roots to plan for" in shown.stderr


def test_a_missing_scan_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"

    shown = foramen("plan", str(tmp_path / "nowhere"), "--labels", "x", "--all", "--out", str(out))

    assert shown.returncode == 3
    assert "Traceback" not in shown.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_names_every_core_package() -> None:
    checks = {check["name"]: check for check in json.loads(foramen("doctor", "--json").stdout)}

    assert {"Foramen", "numpy", "pydicom", "typst"} <= checks.keys()
    assert all(check["good"] for check in checks.values())


def test_the_doctor_says_how_to_add_what_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    from foramen.cli import doctor

    monkeypatch.setattr(doctor, "CORE", {"surely-not-installed": "a test"})

    broken = next(check for check in doctor.examine() if check.name == "surely-not-installed")

    assert not broken.good
    assert broken.what_to_do == "pip install surely-not-installed"


def test_the_doctor_s_advice_is_printed_as_it_must_be_typed(capsys: pytest.CaptureFixture[str]) -> None:
    from foramen.cli import doctor

    doctor._print([doctor.Check("a", "b [c]", good=True, what_to_do="pip install 'foramen[web]'")])

    assert "b [c]  → pip install 'foramen[web]'" in capsys.readouterr().out


def test_the_doctor_explains_the_learned_segmentation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from importlib import metadata

    from foramen.cli import doctor

    def version_of(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor.metadata, "version", version_of)
    missing = doctor.examine()[-1]
    assert missing.what_to_do == "pip install 'foramen[totalsegmentator]'"
    assert "Apache-2.0" in missing.state
    assert "weights" in missing.state

    monkeypatch.setattr(doctor.metadata, "version", lambda name: "2.9.0")
    monkeypatch.setenv("TOTALSEG_WEIGHTS_PATH", str(tmp_path))
    without = doctor.examine()[-1]
    assert "totalseg_download_weights" in without.what_to_do
    (tmp_path / "Dataset291_any").mkdir()
    assert not doctor.examine()[-1].what_to_do


def test_schemas_can_be_named_short_or_in_full() -> None:
    short, full = foramen("schema", "plan"), foramen("schema", "foramen.plan/1")

    assert short.stdout == full.stdout
    assert json.loads(short.stdout)["properties"]["schema"]["const"] == "foramen.plan/1"


def test_an_unknown_schema_lists_those_there_are() -> None:
    shown = foramen("schema", "cake")

    assert shown.returncode == 2
    assert "foramen.plan/1" in shown.stderr


def test_a_fault_of_its_own_is_one_sentence_that_names_nobody(tmp_path: Path) -> None:
    code = (
        "from foramen.cli import main, schema\n"
        "def broken(name): raise ValueError('Mrs Example')\n"
        "schema.json_schema = broken\n"
        "main.main()"
    )

    shown = subprocess.run(
        [sys.executable, "-c", code, "schema", "plan"], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert shown.returncode == 1
    assert "a fault of its own (ValueError" in " ".join(shown.stderr.split())
    assert "Mrs Example" not in shown.stderr
    assert "Traceback" not in shown.stderr
