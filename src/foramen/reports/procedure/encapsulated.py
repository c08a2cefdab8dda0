"""The report as the archive keeps it: DICOM Encapsulated PDF Storage (PS3.3 A.45.1)."""

from hashlib import sha256
from io import BytesIO

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, EncapsulatedPDFStorage, ExplicitVRLittleEndian, generate_uid

from foramen.reports.procedure.content import ProcedureReport

SERIES_NUMBER = 901
PROCEDURE_REPORT = ("28570-0", "LN", "Procedure note")
"""LOINC's code for the document, as DICOM's context group 7020 lists document titles from LOINC."""


def encapsulated_pdf(report: ProcedureReport, pdf: bytes, title: str) -> bytes:
    """The PDF of a report as a DICOM file.

    It joins the study of the planning CT where that is known, in a series of its own. The same report gives the same
    UIDs.
    """
    meta = FileMetaDataset()
    instance = _uid(report, "instance")
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = EncapsulatedPDFStorage, instance
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    made.SOPClassUID, made.SOPInstanceUID = EncapsulatedPDFStorage, instance
    made.SpecificCharacterSet = "ISO_IR 192"
    _patient_and_study(made, report)
    _series_and_equipment(made, report)
    _document(made, report, pdf, title)
    written = BytesIO()
    made.save_as(written, enforce_file_format=True)
    return written.getvalue()


def _patient_and_study(made: Dataset, report: ProcedureReport) -> None:
    who, asked = report.patient, report.request
    made.PatientName, made.PatientID = who.name or "", who.number or ""
    made.PatientBirthDate, made.PatientSex = who.birth_date or "", who.sex if who.sex in ("F", "M", "O") else ""
    made.StudyInstanceUID = report.provenance.study_uid or _uid(report, "study")
    made.StudyDate, made.StudyTime = f"{report.made_at:%Y%m%d}", f"{report.made_at:%H%M%S}"
    made.StudyID, made.AccessionNumber = "", asked.accession_number or ""
    made.ReferringPhysicianName = asked.referrer or ""


def _series_and_equipment(made: Dataset, report: ProcedureReport) -> None:
    made.Modality, made.SeriesNumber = "DOC", SERIES_NUMBER
    made.SeriesInstanceUID = _uid(report, "series")
    made.SeriesDescription = "Procedure report"
    made.Manufacturer, made.ManufacturerModelName = "Foramen", "Foramen"
    made.SoftwareVersions = report.provenance.software
    if report.request.institution:
        made.InstitutionName = report.request.institution
    made.ConversionType = "SYN"


def _document(made: Dataset, report: ProcedureReport, pdf: bytes, title: str) -> None:
    made.InstanceNumber, made.BurnedInAnnotation = 1, "YES"
    made.ContentDate, made.ContentTime = f"{report.made_at:%Y%m%d}", f"{report.made_at:%H%M%S}"
    made.AcquisitionDateTime = f"{report.made_at:%Y%m%d%H%M%S}"
    made.DocumentTitle = f"{title}, {report.request.root}"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = PROCEDURE_REPORT
    made.ConceptNameCodeSequence = [code]
    made.VerificationFlag = "VERIFIED" if report.is_signed else "UNVERIFIED"
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    made.EncapsulatedDocumentLength = len(pdf)


def _uid(report: ProcedureReport, what: str) -> UID:
    told = report.model_dump_json(exclude={"pictures"})
    return generate_uid(entropy_srcs=[sha256(f"{told} {what}".encode()).hexdigest()])
