"""`foramen needle` on right and wrong scans: what it says, its exit code, and what it leaves behind."""

import json
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest

from foramen.cli.main import main
from foramen.imaging import read_ct
from foramen.imaging.ct import Ct
from support.phantoms import Phantom, straight_grid
from support.planned_case import Case

RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def write(ct: Ct, path: Path) -> Path:
    nibabel.save(nibabel.Nifti1Image(ct.voxels, RAS @ ct.affine), path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A planning CT, its plan, and control scans: with a needle, without one, and of another region."""
    folder = tmp_path_factory.mktemp("needle")
    planning = write(Phantom().on(straight_grid((1.4, 1.4, 2.0)))[0], folder / "planning.nii.gz")
    case = Case(read_ct(planning))
    (folder / "plan.json").write_text(case.plan.model_dump_json())
    scan = case.scanned(case.target - 25 * case.way)
    write(scan, folder / "needle.nii.gz")
    write(case.scanned(slices=10), folder / "empty.nii.gz")
    far = scan.affine.copy()
    far[2, 3] += 90
    write(Ct(scan.voxels, far), folder / "elsewhere.nii.gz")
    return folder


def needle(folder: Path, scan: str, out: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    words = ["needle", str(folder / scan), "--plan", str(folder / "plan.json"), "--out", str(out), *more]
    monkeypatch.setattr(sys, "argv", ["foramen", *words, "--quiet"])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("scan", "code", "says"),
    [
        ("needle.nii.gz", 0, "25 mm to target"),
        ("empty.nii.gz", 4, "no needle is seen"),
        ("elsewhere.nii.gz", 4, "not compared with the plan"),
        ("planning.nii.gz", 3, "is the planning CT itself"),
        ("missing.nii.gz", 3, "missing.nii.gz"),
    ],
)
def test_each_scan_gets_its_sentence_and_its_exit_code(folder, tmp_path, monkeypatch, capsys, scan, code, says):
    out = tmp_path / "out"
    assert needle(folder, scan, out, monkeypatch, "--planning-ct", str(folder / "planning.nii.gz")) == code
    told = " ".join("".join(capsys.readouterr()).split())
    assert says in told
    assert "Traceback" not in told
    assert out.exists() == (code != 3)
    if out.exists():
        assert {p.name for p in out.iterdir()} >= {"needle.json", "needle.png", "report.html"}
        assert says in json.dumps((out / "report.html").read_text()) or says in told


def test_a_point_that_is_none_is_wrong_usage(folder, tmp_path, monkeypatch, capsys):
    assert needle(folder, "needle.nii.gz", tmp_path / "out", monkeypatch, "--near", "1,2") == 2
    assert "--near" in capsys.readouterr().err
