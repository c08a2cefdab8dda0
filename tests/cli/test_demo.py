"""`foramen demo` once, from the plan to the report, judged by the truth that it leaves beside its readings."""

import json
import subprocess
import sys
from pathlib import Path

import pydicom
import pytest

from foramen.anatomy import read_labels
from foramen.guidance import NeedleFile
from foramen.guidance.spread_file import SpreadFile
from foramen.imaging import read_ct
from foramen.pathway.procedure import ProcedureRecord, Stage
from foramen.planning import Plan
from foramen.reports.procedure import ProcedureReport


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo") / "out"
    command = [sys.executable, "-c", "from foramen.cli.main import main; main()", "demo", "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1500)
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    for stage in ("making the digital patient", "planning routes", "control scan 1: reading", "writing the report"):
        assert stage in done.stderr
    return out


@pytest.fixture(scope="module")
def record(demo: Path) -> dict:
    return json.loads((demo / "simulated.json").read_text(encoding="utf-8"))


def test_it_leaves_every_scan_and_reading_for_others_to_use(demo: Path, record: dict) -> None:
    plan = Plan.model_validate_json((demo / "plan" / "plan.json").read_text(encoding="utf-8"))
    planning = read_ct(demo / "patient" / "ct")
    assert planning.fingerprint == plan.scan.fingerprint
    assert read_labels(demo / "patient" / "labels.nii.gz", planning).shape == planning.shape
    assert (demo / "plan" / "report.html").exists()
    for look in record["looks"]:
        found = NeedleFile.model_validate_json((demo / look["name"] / "needle.json").read_text(encoding="utf-8"))
        scan = read_ct(demo / look["name"] / "scan")
        assert found.control_fingerprint == scan.fingerprint
        assert scan.identity.study_uid == planning.identity.study_uid
        assert scan.identity.frame_of_reference_uid == planning.identity.frame_of_reference_uid
    for tried in record["contrast"]:
        SpreadFile.model_validate_json((demo / tried["name"] / "spread.json").read_text(encoding="utf-8"))
        assert all((demo / tried["name"] / role / "scan").is_dir() for role in ("before", "after", "second"))


def test_the_needle_comes_to_the_target_by_its_control_scans(record: dict) -> None:
    """Three stages at least, one of them corrected, every reading near the truth."""
    looks = [look for look in record["looks"] if look["status"] == "found"]
    assert len(looks) >= 3
    assert record["insertion"]["redirected"] >= 1
    assert any("redirect" in look["advice"] for look in looks)
    assert "in position" in looks[-1]["advice"]
    assert record["insertion"]["tip_error_mm"] < 4.0
    assert all(look["tip_error_mm"] < 2.0 and look["registration_error_mm"] < 1.5 for look in looks)


def test_the_steroid_goes_in_only_where_contrast_truly_runs_along_the_root(record: dict) -> None:
    last = record["contrast"][-1]
    assert last["release"] == "go"
    assert all(tried["release"] != "go" for tried in record["contrast"][:-1])
    assert sum(last["true_ml"].get(place, 0.0) for place in ("along-root", "foramen")) > 0.1
    assert all(
        last["true_ml"].get(place, 0.0) < 0.01 for place in ("intravascular", "intrathecal", "intradiscal", "facet")
    )


def test_every_step_kept_the_procedures_order(demo: Path) -> None:
    record = ProcedureRecord.from_json((demo / "procedure.json").read_text(encoding="utf-8"))
    course = record.course()
    assert not course.refused
    assert course.state.stage is Stage.DONE


def test_the_report_has_a_picture_for_every_step(demo: Path, record: dict) -> None:
    report = ProcedureReport.model_validate_json((demo / "report.json").read_text(encoding="utf-8"))
    steps = ["plan", *(look["name"] for look in record["looks"]), *(tried["name"] for tried in record["contrast"])]
    assert [picture.name for picture in report.pictures] == steps
    assert {path.stem for path in (demo / "pictures").iterdir()} == set(steps)
    assert (report.outcome, report.simulated, report.is_signed) == ("completed", True, False)
    page = (demo / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == len(steps)
    assert "L4 LEFT" in page
    kept = pydicom.dcmread(demo / "report.dcm")
    assert kept.StudyInstanceUID == read_ct(demo / "control-1" / "scan").identity.study_uid
    assert (demo / "report.pdf").read_bytes().startswith(b"%PDF")
