"""Every rule after screening speaks on one side of each boundary, keeps silent on the other, and asks when unknown."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from foramen.pathway.engine import Evaluation, Rule, SignOff, evaluate, read_rules
from foramen.pathway.findings import Provenance, Severity
from foramen.pathway.rule_data import rule_data
from support.journey import journey, scope_for

FILES = ("injectate", "consent", "discharge", "aftercare", "triage", "block")
RULES: dict[str, Rule] = {rule.id: rule for file in FILES for rule in read_rules(file)}
CASES: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "later_boundaries.toml").read_text())["case"]
ASKING = [case for case in CASES if "asks" in case]
NEVER_SPEAKS = {"DB-09"}
"""Ratings of another pain are left out before it; it only asks where nobody said which pain was rated."""


def names(cases: list[dict[str, Any]]) -> list[str]:
    return [f"{case['rule']}-{number}" for number, case in enumerate(cases)]


def told(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The journey with these facts; a fact that is `forgotten` is taken away, and dates become text as in JSON."""
    set_, gone = {}, []
    for path, value in changes.items():
        if value == "forgotten":
            set_[path] = None
            gone.append(path)
        else:
            set_[path] = _as_json(value)
    return journey(set_, gone)


def _as_json(value: Any) -> Any:
    if isinstance(value, list):
        return [
            {key: str(v) if key == "on" else v for key, v in row.items()} if isinstance(row, dict) else row
            for row in value
        ]
    return value


def says(case: dict[str, Any], facts: Mapping[str, Any]) -> Evaluation:
    rule = RULES[case["rule"]]
    signed = {"rule_id": rule.id, "rule_version": rule.version, "role": "consultant", "at": "2025-01-01T00:00:00Z"}
    return evaluate([rule], scope_for(case["file"], facts), (SignOff.model_validate_json(json.dumps(signed)),))


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_a_rule_speaks_on_one_side_of_its_boundary_and_keeps_silent_on_the_other(case: dict[str, Any]) -> None:
    common = case.get("with", {})
    speaks, silent = (says(case, told({**common, **case[side]})) for side in ("yes", "no"))
    assert {found.rule_id for found in speaks.findings} == {case["rule"]}
    assert not silent.findings


@pytest.mark.parametrize("case", ASKING, ids=names(ASKING))
def test_a_rule_that_can_not_know_asks(case: dict[str, Any]) -> None:
    changes = {**case.get("with", {}), **case["no"], **dict.fromkeys(case["asks"], "forgotten")}
    open_ones = says(case, told(changes))
    assert not open_ones.findings
    assert {question.rule_ids for question in open_ones.questions} == {(case["rule"],)}


def test_every_rule_has_a_case() -> None:
    assert set(RULES) - NEVER_SPEAKS == {case["rule"] for case in CASES}
    assert len(RULES) == sum(len(read_rules(file)) for file in FILES)


def test_recalled_rules_ship_switched_off_and_only_they() -> None:
    off = {rule.id for rule in RULES.values() if not rule.enabled}
    assert off == {rule.id for rule in RULES.values() if rule.provenance is Provenance.M}
    assert off == {"IJ-03", "IJ-15", "RC-09", "RC-17", "TR-15"}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_fills_its_sentences_from_facts_that_exist(rule: Rule) -> None:
    file = next(file for file in FILES if rule in read_rules(file))
    scope = dict(scope_for(file, journey(_FULL)))
    if rule.each:
        assert scope[rule.each], rule.each
        scope |= scope[rule.each][0]
    said = {name for text in (rule.text, rule.action or "") for _, name, _, _ in Formatter().parse(text) if name}
    assert said | rule.condition.names <= set(scope)


_FULL = {"consent.basis.root": "L5-right"}


@pytest.mark.parametrize("case", ASKING, ids=names(ASKING))
def test_what_a_rule_asks_has_words(case: dict[str, Any]) -> None:
    rule = RULES[case["rule"]]
    asked = says(case, told({**case.get("with", {}), **case["no"], **dict.fromkeys(case["asks"], "forgotten")}))
    assert rule.severity is Severity.INFO or all(question.ask.endswith("?") for question in asked.questions)
    assert all(question.fact.split(" of ")[0] in rule_data("questions")["ask"] for question in asked.questions)
