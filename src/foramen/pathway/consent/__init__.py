"""Consent: the document of one case, who may sign it, and whether it still holds."""

from foramen.pathway.consent.basis import Basis, basis_of
from foramen.pathway.consent.document import consent_document
from foramen.pathway.consent.record import Consent, ConsentCheck, changes_since, check_consent
from foramen.pathway.consent.risks import Risk, risks_for

__all__ = [
    "Basis",
    "Consent",
    "ConsentCheck",
    "Risk",
    "basis_of",
    "changes_since",
    "check_consent",
    "consent_document",
    "risks_for",
]
