"""`foramen plan` on a real scan, as a person runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from foramen.planning import Plan
from support.real_data import real


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `foramen plan` wrote for two roots of a torso."""
    scan, labels = real("ct/torso_3mm/ct.nii.gz"), real("ct/torso_3mm/labels_totalsegmentator_v1.nii.gz")
    out = tmp_path_factory.mktemp("plan") / "out"
    command = [sys.executable, "-c", "from foramen.cli.main import main; main()", "plan", str(scan)]
    command += ["--labels", str(labels), "--root", "L4-right", "--root", "S1-left", "--out", str(out), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((out / "plan.json").read_text())
    return out


def test_the_plan_is_the_format_it_says(planned: Path) -> None:
    plan = Plan.model_validate_json((planned / "plan.json").read_text())

    assert [found.root for found in plan.roots] == ["L4-right", "S1-left"]
    assert all(found.routes and found.routes[0].recommended for found in plan.roots)


def test_every_root_has_its_pictures_and_its_page(planned: Path) -> None:
    names = {path.name for path in (planned / "pictures").iterdir()}
    page = (planned / "report.html").read_text(encoding="utf-8")

    for root, title in (("L4-right", "L4 RIGHT"), ("S1-left", "S1 LEFT")):
        assert {f"{root}-{view}.png" for view in ("needle-bone", "needle-soft", "axial", "3d", "side")} <= names
        assert title in page
    assert (planned / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_supine_scan_says_so_first(planned: Path) -> None:
    plan = Plan.model_validate_json((planned / "plan.json").read_text())

    assert any("scanned on the back" in warning for warning in plan.warnings)
