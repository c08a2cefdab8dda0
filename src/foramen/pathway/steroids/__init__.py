"""Steroid load over a year, from every source."""

from foramen.pathway.steroids.ledger import (
    LedgerLine,
    doses_within_months,
    ledger,
    ledger_mg,
    methylprednisolone_mg,
    session_days,
)

__all__ = [
    "LedgerLine",
    "doses_within_months",
    "ledger",
    "ledger_mg",
    "methylprednisolone_mg",
    "session_days",
]
