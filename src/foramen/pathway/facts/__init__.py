"""What is known about a patient, and what is not: `Referral` and its parts."""

from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.examination import Complaint, Examination, Leg, RedFlags
from foramen.pathway.facts.imaging import ImagingFinding, ImagingStudy
from foramen.pathway.facts.patient import Allergy, Conditions, Infection, Patient, Thrombosis, Vaccination
from foramen.pathway.facts.referral import Referral, Request, Target
from foramen.pathway.facts.treatment import (
    Arrival,
    History,
    LabTest,
    LabValue,
    Medication,
    SpineSurgery,
    SteroidDose,
)
from foramen.pathway.facts.vocabulary import (
    Area,
    Cause,
    Course,
    Diabetes,
    Extent,
    Intent,
    Interspace,
    Level,
    Modality,
    Movement,
    Reflex,
    Sex,
    Side,
    Zone,
)

__all__ = [
    "Allergy",
    "Area",
    "Arrival",
    "Cause",
    "Complaint",
    "Conditions",
    "Course",
    "Diabetes",
    "Examination",
    "Extent",
    "Facts",
    "History",
    "ImagingFinding",
    "ImagingStudy",
    "Infection",
    "Intent",
    "Interspace",
    "LabTest",
    "LabValue",
    "Leg",
    "Level",
    "Medication",
    "Modality",
    "Movement",
    "Patient",
    "RedFlags",
    "Referral",
    "Reflex",
    "Request",
    "Sex",
    "Side",
    "SpineSurgery",
    "SteroidDose",
    "Target",
    "Thrombosis",
    "Vaccination",
    "Zone",
]
