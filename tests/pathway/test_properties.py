"""What holds for every patient: harm never helps, forgetting never helps, and order never matters."""

import copy
import json
import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foramen.errors import InputError
from foramen.pathway.facts import Referral
from foramen.pathway.medication import policy_names, read_policy
from foramen.pathway.screening import Screening, screen
from support.patients import BEFORE, DAY, EXAMPLES, facts

READ = [json.loads(path.read_text()) for path in sorted(EXAMPLES.glob("*/*.json"))]
PATIENTS = [record for record in READ if isinstance(record, dict) and record.get("schema") == "foramen.referral/1"]
MOMENTS = [datetime.fromisoformat(BEFORE), datetime.fromisoformat(DAY)]

SET = {
    "examination.red_flags.saddle_numbness": "yes",
    "examination.red_flags.cord_compression_signs": "yes",
    "examination.left.weakness_course": "new",
    "examination.left.power.ankle-dorsiflexion": 2,
    "examination.right.power.knee-extension": 4,
    "infection.spinal": "yes",
    "infection.fever_or_systemic": "yes",
    "infection.on_antibiotics": "yes",
    "infection.skin_on_path": "yes",
    "conditions.bleeding_disorder": "yes",
    "conditions.diabetes": "insulin",
    "conditions.immunosuppressed": "yes",
    "conditions.liver_disease": "yes",
    "patient.feels_unwell": "yes",
    "patient.has_escort": "no",
    "patient.can_lie_prone_min": 5,
    "patient.has_capacity": "no",
    "patient.follows_instructions": "no",
    "request.steroid": "kenalog-40",
    "request.contrast": "gadolinium",
    "request.sedation": "yes",
    "request.site_can_resuscitate": "no",
}
ADD = [
    ("medications", {"drug": "warfarin"}),
    ("medications", {"drug": "apixaban", "intensity": "high"}),
    ("medications", {"drug": "clopidogrel"}),
    ("medications", {"drug": "ritonavir"}),
    ("medications", {"drug": "ibuprofen"}),
    ("medications", {"drug": "an unheard-of drug"}),
    ("allergies", {"to": "contrast", "agent": "iohexol", "severity": "severe"}),
    ("allergies", {"to": "contrast", "agent": "iodine"}),
    ("allergies", {"to": "local-anaesthetic", "agent": "lidocaine"}),
    ("allergies", {"to": "latex"}),
    ("conditions.thromboses", {"kind": "urgent-stent", "on": "2025-02-20"}),
    ("conditions.thromboses", {"kind": "mechanical-valve"}),
    ("history.steroids", {"product": "triamcinolone", "dose_mg": 80, "on": "2025-03-05", "site": "joint"}),
    ("vaccinations", {"kind": "mrna", "on": "2025-03-15"}),
    ("request.targets", {"level": "L2", "side": "right"}),
    ("request.targets", {"level": "cervical", "side": "right"}),
]
Harm: TypeAlias = tuple[str, Any, bool]
HARMS: list[Harm] = [(path, value, False) for path, value in SET.items()]
HARMS += [(path, value, True) for path, value in ADD]
"""What only ever speaks against the injection. Giving no contrast is not among them: an allergy excuses it."""

patients = st.sampled_from(PATIENTS)
policies = st.sampled_from(policy_names())
moments = st.sampled_from(MOMENTS)
harms = st.lists(st.sampled_from(HARMS), max_size=6)
relaxed = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def decided(patient: dict[str, Any], policy: str, at: datetime) -> Screening:
    return screen(Referral.from_json(json.dumps(patient)), read_policy(policy), at)


def harmed(patient: dict[str, Any], harm: Harm) -> dict[str, Any]:
    path, value, added = harm
    if added:
        *above, last = path.split(".")
        place = patient
        for step in above:
            place = place.get(step, {})
        value = [*place.get(last, []), value]
    return facts({path: value}, base=patient)


@relaxed
@given(patients, harms, st.sampled_from(HARMS), policies, moments)
def test_adding_a_contraindication_never_moves_a_decision_toward_proceed(
    patient: dict[str, Any],
    already: list[Harm],
    harm: Harm,
    policy: str,
    at: datetime,
) -> None:
    for one in already:
        patient = harmed(patient, one)
    before, after = decided(patient, policy, at), decided(harmed(patient, harm), policy, at)
    assert after.decision.rank >= before.decision.rank
    assert after.could_become.rank >= before.could_become.rank


def places(record: Any) -> Iterator[tuple[Any, Any]]:
    """Every field that could be forgotten, with the record that holds it."""
    if isinstance(record, dict):
        for key, value in record.items():
            yield record, key
            yield from places(value)
    elif isinstance(record, list):
        for value in record:
            yield from places(value)


def forgetting_one(patient: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The patient with each field forgotten in turn."""
    for number in range(len(list(places(patient)))):
        forgetful = copy.deepcopy(patient)
        record, key = list(places(forgetful))[number]
        del record[key]
        yield key, forgetful


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: patient["patient"]["pseudonym"])
@pytest.mark.parametrize("harm", [HARMS[0], HARMS[len(SET)]], ids=lambda harm: harm[0])
def test_forgetting_a_fact_never_lets_a_patient_through(patient: dict[str, Any], harm: Harm) -> None:
    policy = {"P-02": "asra-pain-2018", "P-03": "nhs-lothian", "P-04": "aagbi-2013"}.get(
        patient["patient"]["pseudonym"], "insideradiology-2017"
    )
    worse = harmed(patient, harm)
    before = decided(worse, policy, MOMENTS[1])
    for key, forgetful in forgetting_one(worse):
        try:
            after = decided(forgetful, policy, MOMENTS[1])
        except InputError:
            continue  # a record without this field is none
        assert before.decision.goes_ahead or not after.decision.goes_ahead, key
        assert after.could_become.rank >= before.could_become.rank, key


def shuffled(record: Any, chance: random.Random) -> Any:
    if isinstance(record, dict):
        keys = list(record)
        chance.shuffle(keys)
        return {key: shuffled(record[key], chance) for key in keys}
    if isinstance(record, list):
        return chance.sample([shuffled(value, chance) for value in record], len(record))
    return record


@relaxed
@given(patients, harms, st.randoms(use_true_random=False), policies, moments)
def test_the_order_of_facts_never_matters(
    patient: dict[str, Any], already: list[Harm], chance: random.Random, policy: str, at: datetime
) -> None:
    for one in already:
        patient = harmed(patient, one)
    one, other = decided(patient, policy, at), decided(shuffled(patient, chance), policy, at)
    without = {"referral_fingerprint": ""}
    assert one.model_copy(update=without) == other.model_copy(update=without)
