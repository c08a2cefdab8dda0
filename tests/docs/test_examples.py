"""Every example of the documentation is run, in a folder that holds what the pages speak of."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from foramen.anatomy import write_labels
from foramen.simulation import DigitalPatient, ScanProtocol, write_dicom

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHIPPED = ("examples",)
"""Folders of the project that the pages name as they stand in a clone."""

DECIDES = ("screen", "consent", "procedure")
"""Commands whose example may well answer "no" (4): the worked patients show that too."""


def blocks(language: str) -> list[object]:
    """One case per fenced block of that language, named by its page."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [
        pytest.param(text, id=f"{page.stem}-{n + 1}")
        for page in PAGES
        for n, text in enumerate(fence.findall(page.read_text(encoding="utf-8")))
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clinic's folder: `scan/`, `labels.nii.gz`, and the examples of the project."""
    folder = tmp_path_factory.mktemp("clinic")
    scan = DigitalPatient().scan(ScanProtocol(spacing_mm=(1.6, 1.6, 3.0)))
    write_dicom(scan, folder / "scan")
    write_labels(scan.labels, folder / "labels.nii.gz")
    for name in SHIPPED:
        if (ROOT / name).exists():
            (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.mark.parametrize("text", blocks("sh"))
def test_commands(text: str, folder: Path) -> None:
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if not words:
            continue
        assert words[0] == "foramen", f"only Foramen's own commands are shown as sh: {line}"
        done = run("from foramen.cli.main import main; main()", *words[1:], cwd=folder)
        assert done.returncode in ((0, 4) if words[1] in DECIDES else (0,)), f"{line}\n{done.stderr}"


@pytest.mark.parametrize("text", blocks("python"))
def test_python(text: str, folder: Path) -> None:
    done = run(text, cwd=folder)

    assert done.returncode == 0, done.stderr


def run(code: str, *words: str, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code, *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=600
    )
