"""What kind of drug a name is."""

from foramen.pathway.answer import Answer, either
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.treatment import Medication
from foramen.pathway.rule_data import rule_data


def classes_of(drug: str) -> frozenset[str]:
    """The classes that a drug belongs to, empty where Foramen does not know it."""
    return frozenset(name for name, drugs in rule_data("drugs")["class"].items() if drug in drugs)


def drugs_of(drug_class: str) -> frozenset[str]:
    """The drugs of one class."""
    return frozenset(rule_data("drugs")["class"][drug_class])


def is_antithrombotic(medication: Medication) -> Answer:
    """Whether a drug hinders clotting; for a drug that Foramen does not know, what the referrer says."""
    classes = classes_of(medication.drug)
    if not classes:
        return medication.antithrombotic
    return Answer.of(bool(classes & set(rule_data("drugs")["group"]["antithrombotic"])))


def takes_antithrombotic(referral: Referral) -> Answer:
    """Whether the patient takes anything that hinders clotting."""
    if referral.medications is None:
        return Answer.UNKNOWN
    return either(is_antithrombotic(medication) for medication in referral.medications)


def adds_to_bleeding(medication: Medication) -> bool:
    """Whether a drug counts beside an antithrombotic though it is none: NSAIDs, serotonin reuptake inhibitors."""
    return bool(classes_of(medication.drug) & set(rule_data("drugs")["group"]["additive"]))
