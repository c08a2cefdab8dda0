"""Every rule speaks on one side of each of its boundaries, keeps silent on the other, and asks when it can't know."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from foramen.pathway.engine import Evaluation, Role, Rule, SignOff, evaluate, read_rules
from foramen.pathway.facts import Referral
from foramen.pathway.medication.context import medication_scope
from foramen.pathway.scope import scope_of
from foramen.pathway.screening import all_rules
from support.patients import referral

CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "boundaries.toml").read_text())["case"]
RULES: dict[str, Rule] = {rule.id: rule for rule in (*all_rules(), *read_rules("medication"))}
WHEN = "2025-01-01T00:00:00+00:00"


def names(cases: list[dict[str, Any]]) -> list[str]:
    return [f"{case['rule']}-{number}" for number, case in enumerate(cases)]


def asked(rule: Rule, about: Referral) -> Evaluation:
    """What one rule says, switched on where it ships off."""
    signed = SignOff.from_json(
        f'{{"rule_id": "{rule.id}", "rule_version": "{rule.version}", "role": "consultant", "at": "{WHEN}"}}'
    )
    facts = medication_scope(about) if rule in read_rules("medication") else scope_of(about)
    return evaluate([rule], facts, (signed,))


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_a_rule_speaks_on_one_side_of_its_boundary_and_keeps_silent_on_the_other(case: dict[str, Any]) -> None:
    rule, common = RULES[case["rule"]], case.get("with", {})
    speaks = asked(rule, referral({**common, **case["yes"]}))
    silent = asked(rule, referral({**common, **case["no"]}))
    assert {found.rule_id for found in speaks.findings} == {rule.id}
    assert {found.severity for found in speaks.findings} == {rule.severity}
    assert not silent.findings
    assert not silent.questions


ASKING = [case for case in CASES if "asks" in case]


@pytest.mark.parametrize("case", ASKING, ids=names(ASKING))
def test_a_rule_that_can_not_know_asks(case: dict[str, Any]) -> None:
    rule = RULES[case["rule"]]
    open_ones = asked(rule, referral(case.get("with", {}), forgotten=case["asks"]))
    assert not open_ones.findings
    assert {question.rule_ids for question in open_ones.questions} == {(rule.id,)}
    assert not open_ones.decision.goes_ahead


def test_every_rule_has_a_case() -> None:
    assert set(RULES) == {case["rule"] for case in CASES}


def test_a_word_of_a_finding_comes_from_the_facts() -> None:
    residual = asked(RULES["SC-02"], referral({**CASES[4]["with"], **CASES[4]["yes"]}))
    assert "200 mL" in residual.findings[0].text
    foot = asked(RULES["SC-05"], referral({"examination.right.power.ankle-dorsiflexion": 1}))
    assert "the right leg" in foot.findings[0].text


def test_roles_rise() -> None:
    assert [role.rank for role in (Role.NURSE, Role.RADIOGRAPHER, Role.DOCTOR, Role.CONSULTANT)] == [0, 1, 2, 3]
