"""What a person reads: pictures, HTML and PDF."""

from foramen.reports.pdf import Paper
from foramen.reports.plan_report import write_plan_report

__all__ = ["Paper", "write_plan_report"]
