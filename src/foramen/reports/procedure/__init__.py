"""The procedure report: everything that stands in the patient's file, as page, paper, data and DICOM."""

from foramen.reports.procedure.compose import compose
from foramen.reports.procedure.content import ProcedureReport
from foramen.reports.procedure.documents import ProcedureDocuments, procedure_report

__all__ = ["ProcedureDocuments", "ProcedureReport", "compose", "procedure_report"]
