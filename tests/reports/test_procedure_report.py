"""The procedure report stands in the patient's file: every section, in its order, unknowns said, in every form."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from PIL import Image

from foramen.cli.schema import json_schema
from foramen.imaging.ct import ScanIdentity
from foramen.pathway.procedure import ProcedureRecord
from foramen.reports import Paper
from foramen.reports.procedure import ProcedureReport, compose, procedure_report
from foramen.reports.procedure.content import (
    AftercarePart,
    Complication,
    ConsentPart,
    ContrastPart,
    IndicationPart,
    Picture,
    Provenance,
    RadiationPart,
    RequestPart,
)
from foramen.reports.procedure.sections import sheet
from support.report_patient import patient, three_answers

EXAMPLES = Path(__file__).parents[2] / "examples"
MADE_AT = datetime(2025, 3, 13, 9, 40, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script> #let x = 1 $ \\ *bold* @ref"
STUDY = "1.2.826.0.1.3680043.8.498.1"
ORDER = (
    "Patient and request", "Indication", "Consent and time-out", "Technique", "Medication", "Contrast spread",
    "Findings", "Complications", "Radiation dose", "Immediate response", "Plan", "Who approved what", "Sources",
)  # fmt: skip


def least() -> ProcedureReport:
    """A report of which nothing is known but the root."""
    return ProcedureReport(
        outcome="under-way",
        made_at=MADE_AT,
        request=RequestPart(root="L5-left"),
        provenance=Provenance(software="Foramen test"),
    )


@pytest.fixture(scope="module")
def whole() -> ProcedureReport:
    """Example 1, at the table at L5 left, with everything else filled in by hand."""
    record = ProcedureRecord.from_json((EXAMPLES / "01-straightforward" / "procedure.json").read_text(encoding="utf-8"))
    ct, anatomy = patient()
    identity = ScanIdentity(patient_name="DOE^JÁNE", patient_id="123", sex="F", birth_date="19600102", study_uid=STUDY)
    made = compose(record, plan=three_answers(ct, anatomy), patient=identity, made_at=MADE_AT, software="Foramen test")
    return made.model_copy(
        update={
            "indication": IndicationPart(text=HOSTILE, intent="therapeutic", imaging="L5 compressed in the recess"),
            "consent": made.consent.model_copy(update={"consent_by": "the patient", "consent_at": MADE_AT}),
            "contrast": ContrastPart(pattern="perineural", release="go", compartments_ml={"foramen": 0.2}),
            "complications": (Complication(what="vasovagal", done="legs raised"),),
            "radiation": RadiationPart(dlp_mgy_cm=41.5, scans=6),
            "response": made.response.model_copy(
                update={"pain_before_nrs": 7, "pain_after_nrs": 1, "minutes_after": 20}
            ),
            "aftercare": AftercarePart(plan=("paracetamol for a day",), review="6 weeks"),
            "signed_by": "Dr A",
            "signed_at": MADE_AT,
            "pictures": (Picture(name="tip", title="Control scan 3", words="in position"),),
        }
    )


@pytest.fixture(scope="module")
def documents(whole):
    return procedure_report(whole, {"tip": Image.new("RGB", (320, 200))})


def said(report: ProcedureReport) -> dict[str, str]:
    """Every section's words by its title."""
    return {
        section.title: " ".join(
            [*section.sentences]
            + [f"{fact.label}: {fact.value} {fact.note}" for fact in section.facts]
            + [cell for row in (section.table.rows if section.table else ()) for cell in row]
        )
        for section in sheet(report).sections
    }


def test_the_sections_stand_in_the_order_that_radiologists_expect(whole, documents):
    assert tuple(said(whole)) == ORDER
    places = [documents.html.index(f"<h2>{title}</h2>") for title in ORDER]
    assert places == sorted(places)


def test_what_is_not_known_is_said_not_to_be(whole):
    empty = said(least())
    assert all("ot recorded" in empty[title] for title in ORDER[:-2] if title != "Findings")
    assert "none" not in empty["Complications"].lower()
    assert said(least().model_copy(update={"complications": ()}))["Complications"] == "None."
    assert "DLP: not recorded" in empty["Radiation dose"]
    assert "not recorded" in said(whole)["Medication"], "nobody noted the batch"


def test_it_is_a_draft_until_it_is_signed(whole):
    assert sheet(least()).draft
    assert "DRAFT, not signed" in sheet(least()).state
    assert not sheet(whole).draft
    assert "Signed by Dr A" in sheet(whole).state
    assert "not signed" in said(least())["Who approved what"]


def test_what_happened_at_the_table_is_all_there(whole):
    words = said(whole)
    assert "Side said by the patient: left" in words["Consent and time-out"]
    assert "Dr A, radiographer B" in words["Consent and time-out"]
    for given in ("lidocaine", "skin and tract", "40 mg", "dexamethasone", "4 mg", "iohexol 240", "0.3 ml"):
        assert given in words["Medication"]
    assert "Release of the medicine Dr A" in words["Who approved what"]
    assert "cramping, the patient's own pain" in words["Immediate response"]
    assert "Aspiration: nothing came back" in words["Findings"]
    log = sheet(whole).log.rows
    assert ("09:06", "Stop: side and level said aloud, mark seen.", "Dr A, radiographer B") in log
    assert len([row for row in log if row[1].startswith("Medicine injected")]) == 1, "the refused one did not happen"


def test_a_procedure_that_ended_early_says_why():
    told = json.loads((EXAMPLES / "01-straightforward" / "procedure.json").read_text(encoding="utf-8"))
    reached = next(n for n, event in enumerate(told["events"]) if event["event"] == "aspirated")
    told["events"][reached]["found"] = "csf"
    told["events"][reached + 1 :] = [{"event": "needle-removed"}, {"event": "dressed"}]
    ct, anatomy = patient()
    record = ProcedureRecord.from_json(json.dumps(told))
    made = compose(record, plan=three_answers(ct, anatomy), made_at=MADE_AT, software="Foramen test")
    assert made.outcome == "ended-early"
    assert "Ended early. Spinal fluid comes back: no steroid and no local anaesthetic" in sheet(made).state
    assert "dexamethasone" not in said(made)["Medication"]


def test_hostile_words_stay_words(documents):
    assert "<script>" not in documents.html
    assert "&lt;script&gt;alert(1)" in documents.html
    assert not re.search(r"url\(|@import|https?://", documents.html)
    assert documents.pdf.startswith(b"%PDF")


def test_the_data_reads_back_and_has_a_schema(whole, documents):
    assert ProcedureReport.model_validate_json(documents.json) == whole
    assert json.loads(documents.json)["schema"] == "foramen.procedure-report/1"
    assert json_schema("procedure-report")["$id"] == "foramen.procedure-report/1"


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext reads the words back")
@pytest.mark.parametrize(("paper", "size"), [(Paper.A4, (595, 842)), (Paper.LETTER, (612, 792))])
def test_level_and_side_stand_in_one_place_on_every_sheet(whole, documents, tmp_path, paper, size):
    pictures = {"tip": Image.new("RGB", (320, 200))}
    file = tmp_path / "report.pdf"
    file.write_bytes(documents.pdf if paper is Paper.A4 else procedure_report(whole, pictures, paper=paper).pdf)
    boxes = subprocess.run(["pdftotext", "-bbox", file, "-"], capture_output=True, text=True, check=True).stdout
    sheets = boxes.split("<page ")[1:]
    assert len(sheets) >= 2
    found = set()
    for one in sheets:
        width, height = (float(v) for v in re.match(r'width="([\d.]+)" height="([\d.]+)"', one).groups())
        assert (round(width), round(height)) == size
        found.add(re.search(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>L5</word>', one).groups())
        assert re.search(r">LEFT</word>", one)
    assert len(found) == 1


def test_the_archive_gets_the_same_paper_in_the_same_study(whole, documents):
    kept = pydicom.dcmread(BytesIO(documents.dicom))
    assert kept.SOPClassUID == "1.2.840.10008.5.1.4.1.1.104.1"
    assert kept.StudyInstanceUID == STUDY
    assert (str(kept.PatientName), kept.PatientID, kept.PatientBirthDate) == ("DOE^JÁNE", "123", "19600102")
    assert kept.EncapsulatedDocument[: kept.EncapsulatedDocumentLength] == documents.pdf
    assert kept.VerificationFlag == "VERIFIED"
    assert "L5-left" in kept.DocumentTitle
    assert pydicom.dcmread(BytesIO(procedure_report(least()).dicom)).VerificationFlag == "UNVERIFIED"


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dicom3tools judges the file")
def test_dicom3tools_finds_no_error_in_the_file(documents, tmp_path):
    (tmp_path / "report.dcm").write_bytes(documents.dicom)
    judged = subprocess.run(["dciodvfy", tmp_path / "report.dcm"], capture_output=True, text=True, check=False)
    words = judged.stdout + judged.stderr
    assert "EncapsulatedPDF" in words
    assert "Error" not in words
    assert "not present in standard" not in words


def test_the_same_report_gives_the_same_bytes(whole, documents):
    again = procedure_report(whole, {"tip": Image.new("RGB", (320, 200))})
    assert (again.html, again.json, again.dicom) == (documents.html, documents.json, documents.dicom)


def test_consent_of_nobody_is_no_consent():
    assert (
        "Consent: not recorded" in said(least().model_copy(update={"consent": ConsentPart()}))["Consent and time-out"]
    )
