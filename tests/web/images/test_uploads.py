"""A scan comes in by the browser, is read by the worker, and its plan is in the record."""

import io
import zipfile

import numpy as np
import pytest

from foramen.imaging import write_nifti
from foramen.imaging.volume import Volume
from foramen.records import JobState, Role
from foramen.web.images import receive
from foramen.web.images.spool import Spool
from support.dicom_series import Series


def test_a_sent_scan_ends_in_a_plan_whose_chain_is_in_the_record(fresh, patient):
    assert fresh.send([patient.ct], labels=[patient.labels]).status_code == 202
    assert fresh.work() == 3
    case = fresh.case
    kinds = [event.content.kind for event in case.history]
    assert kinds == ["case-opened", "scan-received", "anatomy-found", "planned"]
    assert case.planned.scan == case.scans[0].digest
    assert case.planned.anatomy == case.anatomy.digest
    assert {root.root: root.status for root in case.planned.roots} == {"L4-left": "planned", "L4-right": "planned"}
    assert case.history[1].by.name == "The radiographer"
    assert case.history[2].by.role == "software"
    assert list((Spool(fresh.site.records.store).folder / "uploads").iterdir()) == []


def test_progress_is_shown_until_the_work_is_over(fresh, patient):
    fresh.send([patient.ct], labels=[patient.labels])
    client = fresh.site.client(Role.RADIOGRAPHER)
    page = client.get(f"/cases/{fresh.id}/plan").text
    assert "Reading the scan" in page
    assert "Waiting for its turn" in page
    assert client.get(f"/cases/{fresh.id}/work").status_code == 200
    fresh.site.records.jobs.cancel(last_job(fresh).id, at=fresh.site.clock())
    over = client.get(f"/cases/{fresh.id}/work")
    assert (over.status_code, over.headers["HX-Refresh"]) == (286, "true")


def test_a_plain_form_without_script_does_the_same(fresh, patient):
    client = fresh.site.client(Role.RADIOGRAPHER)
    token = client.headers.pop("X-CSRF-Token")
    sent = client.post(
        f"/cases/{fresh.id}/scans",
        data={"purpose": "planning", "csrf_token": token},
        files=[("files", ("scan.nii.gz", patient.ct.read_bytes())), ("files", ("", b"")), ("labels", ("", b""))],
    )
    assert (sent.status_code, sent.headers["location"]) == (303, f"/cases/{fresh.id}/plan")


def test_names_of_files_say_nothing_once_here():
    assert receive.neutral_name(7, "MUELLER^HANS 1950.dcm") == "File 7.dcm"
    assert receive.neutral_name(8, "../../etc/passwd") == "File 8"
    assert receive.neutral_name(9, "Scan.NII.GZ") == "File 9.nii.gz"


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "Nothing was chosen"),
        ({"a.nii.gz": b"no gzip"}, "damaged"),
        ({"notes.txt": b"not a scan"}, "DICOM"),
        ({"empty.zip": b""}, ""),
    ],
)
def test_what_is_no_scan_ends_in_one_sentence(fresh, tmp_path, files, sentence):
    paths = []
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        paths.append(tmp_path / name)
    sent = fresh.send(paths)
    fresh.work()
    said = sent.json()["detail"] if sent.status_code != 202 else last_job(fresh).message
    assert sentence.lower() in said.lower()
    assert said.endswith((".", "!"))
    assert "Traceback" not in said
    assert "Foramen met a fault" not in said
    assert fresh.case.version == 1


def last_job(at):
    return at.site.records.jobs.of_case(at.id)[0]


def test_a_scan_of_another_patient_is_refused_until_somebody_says_it_was_checked(fresh, tmp_path):
    folder = dicom_of(tmp_path, birth_date="19700101")
    files = sorted(folder.iterdir())
    fresh.send(files)
    fresh.work()
    assert "another date of birth" in last_job(fresh).message
    assert "1970" not in last_job(fresh).message
    assert fresh.case.scans == ()
    page = fresh.site.client(Role.RADIOGRAPHER).get(f"/cases/{fresh.id}/plan").text
    assert "another date of birth" in page
    fresh.send(files, identity_checked="yes")
    fresh.work()
    assert "has checked" in " ".join(fresh.case.scans[0].warnings)


def dicom_of(folder, birth_date):
    return Series(tags={"PatientBirthDate": birth_date}).write(folder / "series")


def test_too_much_is_refused_while_it_comes_and_nothing_of_it_stays(fresh, patient, monkeypatch):
    monkeypatch.setattr(receive, "MOST_BYTES", 10_000)
    assert fresh.send([patient.ct]).status_code == 413
    monkeypatch.setattr(receive, "MOST_BYTES", 1 << 40)
    monkeypatch.setattr(receive, "MOST_FILES", 1)
    assert fresh.send([patient.ct, patient.labels]).status_code == 413
    assert list((Spool(fresh.site.records.store).folder / "uploads").iterdir()) == []
    assert fresh.site.records.jobs.of_case(fresh.id) == ()


def test_only_who_may_add_scans_may_send_one(fresh, patient):
    assert fresh.send([patient.ct], role=Role.NURSE).status_code == 403


def test_a_scan_without_a_spine_says_so_on_the_page(fresh, tmp_path):
    noise = np.random.default_rng(0).normal(40, 10, (40, 40, 30)).astype(np.int16)
    noise[:4] = noise[-4:] = -1000
    write_nifti(Volume(noise, np.diag([4.0, 4.0, 4.0, 1.0])), tmp_path / "block.nii.gz")
    fresh.send([tmp_path / "block.nii.gz"])
    fresh.work()
    assert last_job(fresh).state is JobState.FAILED
    page = fresh.site.client(Role.RADIOGRAPHER).get(f"/cases/{fresh.id}/plan").text
    assert "That did not work" in page
    assert last_job(fresh).message.split("'")[0] in page


def test_a_zip_with_a_path_out_of_it_is_refused(fresh, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.dcm", b"x" * 200)
    (tmp_path / "evil.zip").write_bytes(packed.getvalue())
    fresh.send([tmp_path / "evil.zip"])
    fresh.work()
    assert last_job(fresh).state is JobState.FAILED
    assert fresh.case.scans == ()
