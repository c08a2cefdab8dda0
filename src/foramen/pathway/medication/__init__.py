"""Drugs that hinder clotting: what one policy says, in this patient's dates and times."""

from foramen.pathway.medication.advice import MedicationAdvice, advise
from foramen.pathway.medication.agenda import Agenda, agenda
from foramen.pathway.medication.calendar import last_dose_by, restart_not_before, zone_of
from foramen.pathway.medication.compare import ComparedRow, compare_policies
from foramen.pathway.medication.drugs import (
    adds_to_bleeding,
    classes_of,
    drugs_of,
    is_antithrombotic,
    takes_antithrombotic,
)
from foramen.pathway.medication.plan import DrugPlan
from foramen.pathway.medication.policy import Policy, Row, policy_names, read_policy
from foramen.pathway.medication.renal import creatinine_clearance_ml_min

__all__ = [
    "Agenda",
    "ComparedRow",
    "DrugPlan",
    "MedicationAdvice",
    "Policy",
    "Row",
    "adds_to_bleeding",
    "advise",
    "agenda",
    "classes_of",
    "compare_policies",
    "creatinine_clearance_ml_min",
    "drugs_of",
    "is_antithrombotic",
    "last_dose_by",
    "policy_names",
    "read_policy",
    "restart_not_before",
    "takes_antithrombotic",
    "zone_of",
]
