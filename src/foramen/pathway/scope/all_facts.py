"""Every fact that a screening rule may name, gathered from the referral."""

from foramen.pathway.answer import Answer
from foramen.pathway.engine import Scope
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.treatment import LabTest
from foramen.pathway.facts.vocabulary import Diabetes, Sex
from foramen.pathway.medication import drugs_of, takes_antithrombotic
from foramen.pathway.scope.legs import leg_scope
from foramen.pathway.scope.substances import substance_scope
from foramen.pathway.scope.targets import target_scope
from foramen.pathway.scope.treatment import treatment_scope
from foramen.pathway.timing import hours_between


def scope_of(referral: Referral) -> Scope:
    """Every fact by its name; None and `Answer.UNKNOWN` stand for what is not known."""
    return {
        **_patient(referral),
        **_conditions(referral),
        **_infection(referral),
        **_arrival(referral),
        **leg_scope(referral),
        **target_scope(referral),
        **treatment_scope(referral),
        **substance_scope(referral),
    }


def _patient(referral: Referral) -> Scope:
    patient, complaint, request = referral.patient, referral.complaint, referral.request
    return {
        "age_years": patient.age_years,
        "weight_kg": patient.weight_kg,
        "could_be_pregnant": Answer.NO if patient.sex is Sex.MALE else patient.could_be_pregnant,
        "postmenopausal": Answer.NO if patient.sex is Sex.MALE else patient.postmenopausal,
        "needs_interpreter": patient.needs_interpreter,
        "has_capacity": patient.has_capacity,
        "has_representative": Answer.YES if patient.representative else patient.has_representative,
        "follows_instructions": patient.follows_instructions,
        "feels_unwell": patient.feels_unwell,
        "can_lie_prone_min": patient.can_lie_prone_min,
        "has_escort": patient.has_escort,
        "exposure_justified": request.exposure_justified,
        "sedation": request.sedation,
        "site_can_resuscitate": request.site_can_resuscitate,
        "radicular_leg_pain": complaint.radicular_leg_pain,
        "neurogenic_claudication": complaint.neurogenic_claudication,
        "duration_weeks": complaint.duration_weeks,
        "conservative_care_weeks": complaint.conservative_care_weeks,
        "awaits_decompression": complaint.awaits_decompression,
        "wishes_to_avoid_surgery": complaint.wishes_to_avoid_surgery,
        "intent": request.intent,
    }


def _conditions(referral: Referral) -> Scope:
    conditions = referral.conditions
    hba1c = referral.latest(LabTest.HBA1C_MMOL_PER_MOL)
    diabetes = conditions.diabetes
    return {
        "diabetic": Answer.of(None if diabetes is Diabetes.UNKNOWN else diabetes is not Diabetes.NONE),
        "hba1c_mmol_per_mol": hba1c.value if hba1c else None,
        "takes_metformin": referral.takes(drugs_of("biguanide")),
        "takes_cyp3a_inhibitor": referral.takes(drugs_of("cyp3a-inhibitor")),
        "bleeding_disorder": conditions.bleeding_disorder,
        "liver_disease": conditions.liver_disease,
        "kidney_disease": conditions.kidney_disease,
        "stomach_bleeding": conditions.stomach_bleeding,
        "alcohol_excess": conditions.alcohol_excess,
        "immunosuppressed": conditions.immunosuppressed,
    }


def _infection(referral: Referral) -> Scope:
    infection = referral.infection
    return {
        "spinal_infection": infection.spinal,
        "fever_or_systemic_infection": infection.fever_or_systemic,
        "skin_infection_on_path": infection.skin_on_path,
        "on_antibiotics": infection.on_antibiotics,
        "recent_antibiotics": infection.recent_antibiotics,
        "hours_since_antibiotics": hours_between(infection.antibiotics_finished_at, referral.request.starts_at),
        "fever_since_antibiotics": infection.fever_since_antibiotics,
    }


def _arrival(referral: Referral) -> Scope:
    arrival = referral.arrival
    if arrival is not None and referral.local(arrival.at).date() != referral.day:
        arrival = None  # measured for another appointment
    return {
        "pain_on_the_day_nrs": arrival.pain_nrs if arrival else None,
        "takes_antithrombotic": takes_antithrombotic(referral),
        "last_doses_confirmed": arrival.last_doses_confirmed if arrival else Answer.UNKNOWN,
        "analgesic_taken_today": arrival.analgesic_taken_today if arrival else Answer.UNKNOWN,
        "temperature_c": arrival.temperature_c if arrival else None,
        "glucose_on_the_day_mmol_per_l": arrival.glucose_mmol_per_l if arrival else None,
    }
