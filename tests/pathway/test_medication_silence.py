"""Where a policy says nothing there is no advice, and nothing is borrowed or guessed."""

from datetime import datetime

import pytest

from foramen.pathway.engine import SignOff
from foramen.pathway.findings import Decision
from foramen.pathway.medication import (
    advise,
    read_policy,
)
from support.drugs import NEEDLE, taking
from support.patients import BEFORE, referral


def test_a_silent_policy_borrows_from_no_other() -> None:
    silent = taking("apixaban", "insideradiology-2017", at=BEFORE)
    assert silent.evaluation.decision is Decision.DEFER
    assert not silent.plans
    assert "says nothing about it" in silent.evaluation.findings[0].text


def test_a_recalled_row_is_off_until_the_site_signs_this_edition_on() -> None:
    policy = read_policy("asra-pain-2018")
    about = referral({"medications": [{"drug": "clopidogrel"}]})
    at = datetime.fromisoformat(BEFORE)
    assert "switched off" in advise(about, policy, at).evaluation.findings[0].text
    signed = {"rule_id": "asra-pain-2018/AC-100", "rule_version": policy.version, "role": "consultant", "at": BEFORE}
    on = advise(about, policy, at, (SignOff.model_validate(signed, strict=False),))
    assert on.evaluation.decision is Decision.PROCEED_WITH_PLAN
    old = advise(about, policy, at, (SignOff.model_validate({**signed, "rule_version": "0.9"}, strict=False),))
    assert old.evaluation.decision is Decision.DEFER


def test_an_unknown_drug_is_asked_about_and_a_brand_name_is_not_guessed() -> None:
    advice = taking("eliquis", "nhs-lothian", at=BEFORE)
    assert advice.evaluation.decision is Decision.INCOMPLETE
    assert advice.evaluation.questions[0].ask == "Does eliquis hinder clotting?"


@pytest.mark.parametrize(("said", "decision"), [("yes", Decision.DEFER), ("no", Decision.PROCEED)])
def test_what_the_referrer_says_of_an_unknown_drug_counts(said: str, decision: Decision) -> None:
    about = referral({"medications": [{"drug": "eliquis", "antithrombotic": said}]})
    assert advise(about, read_policy("nhs-lothian"), NEEDLE).evaluation.decision is decision


def test_unknown_drugs_altogether_could_hide_a_stop() -> None:
    advice = advise(referral(forgotten=["medications"]), read_policy("aagbi-2013"), NEEDLE)
    assert advice.evaluation.decision is Decision.INCOMPLETE
    assert advice.evaluation.could_become is Decision.STOP


@pytest.mark.parametrize(
    ("drug", "policy", "decision"),
    [
        ("aspirin", "insideradiology-2017", Decision.PROCEED),
        ("aspirin", "aagbi-2013", Decision.PROCEED),
        ("aspirin", "asra-pain-2018", Decision.DEFER),
        ("clopidogrel", "insideradiology-2017", Decision.DEFER),
        ("ibuprofen", "asra-pain-2018", Decision.PROCEED),
        ("ibuprofen", "aagbi-2013", Decision.PROCEED),
        ("dipyridamole", "asra-pain-2018", Decision.PROCEED),
        ("paracetamol", "sir-2019", Decision.PROCEED),
    ],
)
def test_what_continues_and_what_a_person_must_decide(drug: str, policy: str, decision: Decision) -> None:
    assert taking(drug, policy, at=BEFORE).evaluation.decision is decision
