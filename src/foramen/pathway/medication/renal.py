"""Kidney function as the drug rules mean it."""

from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.treatment import LabTest
from foramen.pathway.facts.vocabulary import Sex

MALE_FACTOR = 1.23
FEMALE_FACTOR = 1.04
"""For creatinine in µmol/L. Cockcroft, Gault, Nephron 1976;16:31, as NHS Highland prints it for direct oral
anticoagulants (rightdecisions.scot.nhs.uk), where an estimated GFR would overrate the kidneys."""


def creatinine_clearance_ml_min(referral: Referral) -> float | None:
    """Creatinine clearance by Cockcroft and Gault in mL/min, with actual body weight; None where a part is missing."""
    patient, creatinine = referral.patient, referral.latest(LabTest.CREATININE_UMOL_PER_L)
    factor = {Sex.MALE: MALE_FACTOR, Sex.FEMALE: FEMALE_FACTOR}.get(patient.sex)
    if factor is None or creatinine is None or not creatinine.value:
        return None
    if patient.age_years is None or patient.weight_kg is None:
        return None
    return (140 - patient.age_years) * patient.weight_kg * factor / creatinine.value
