"""What is asked of all the patient's drugs together: stents, strokes, two drugs at once."""

from foramen.pathway.answer import Answer
from foramen.pathway.engine import Scope
from foramen.pathway.facts.referral import Referral
from foramen.pathway.medication.drugs import adds_to_bleeding, drugs_of, is_antithrombotic
from foramen.pathway.timing import days_between, months_between

BLOCKING = ("AC-170-elective", "AC-170-urgent", "AC-170-stroke")
"""Findings after which no date is computed for any drug."""

_KINDS = {
    "elective-stent": "planned stent",
    "urgent-stent": "urgent stent",
    "acute-coronary-syndrome": "acute coronary syndrome",
    "stroke": "stroke",
    "tia": "TIA",
    "venous-thrombosis": "venous thrombosis",
    "mechanical-valve": "mechanical valve",
}


def medication_scope(referral: Referral) -> Scope:
    """The facts that the rules of `rules/medication.toml` speak of."""
    medications, thromboses = referral.medications, referral.conditions.thromboses
    bleeding = [m for m in medications or () if is_antithrombotic(m) is Answer.YES]
    additive = [m for m in medications or () if adds_to_bleeding(m)]
    return {
        "antithrombotic_count": None if medications is None else len(bleeding),
        "additive_count": None if medications is None else len(additive),
        "bleeding_drugs": ", ".join(sorted({m.drug for m in (*bleeding, *additive)})),
        "takes_p2y12_inhibitor": referral.takes(drugs_of("p2y12-inhibitor")),
        "takes_vitamin_k_antagonist": referral.takes(drugs_of("vitamin-k-antagonist")),
        "takes_fibrinolytic": referral.takes(drugs_of("fibrinolytic")),
        "thromboses": None
        if thromboses is None
        else tuple(
            {
                "of": _KINDS[thrombosis.kind],
                "kind": thrombosis.kind,
                "days_since": days_between(thrombosis.on, referral.day),
                "months_since": months_between(thrombosis.on, referral.day),
            }
            for thrombosis in thromboses
        ),
    }
