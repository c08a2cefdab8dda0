"""Any file of the real archives, sent from the browser, ends in a scan of the case or in one clear sentence."""

import re
import zipfile
from pathlib import Path

import pytest

from foramen.records import JobState
from foramen.web.worker import run_job
from support.reading_table import QUIRKS
from support.real_data import real

pytestmark = [pytest.mark.real, pytest.mark.filterwarnings("ignore::UserWarning:pydicom")]


@pytest.fixture(scope="module")
def quirks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quirks")
    zipfile.ZipFile(real("dicom") / "quirks.zip").extractall(folder)
    return folder


def read(at, files):
    """Send the files and let the worker read them, without what follows from the scan."""
    assert at.send(files, identity_checked="yes").status_code == 202
    job = at.site.records.jobs.claim("here", at=at.site.clock(), kinds=["read-scan"])
    run_job(at.site.records, job, clock=at.site.clock)
    for waiting in at.site.records.jobs.of_case(at.id):
        at.site.records.jobs.cancel(waiting.id, at=at.site.clock())
    return at.site.records.jobs.get(job.id)


@pytest.mark.parametrize("item", QUIRKS)
def test_a_quirk_ends_in_a_scan_or_in_one_sentence(item, quirks, planned_nothing):
    at = planned_nothing
    before = len(at.case.scans)
    path = quirks / item
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    job = read(at, files)
    if job.state is JobState.DONE:
        assert len(at.case.scans) == before + 1
        return
    assert len(at.case.scans) == before
    assert "Foramen met a fault" not in job.message
    assert "Traceback" not in job.message
    assert re.fullmatch(r"[A-Z0-9].{15,}[.!]", job.message, re.DOTALL), job.message
