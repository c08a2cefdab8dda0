"""The rule data hold together: names that exist, questions that can be asked, nothing recalled switched on."""

import ast
from string import Formatter

import pytest
from pydantic import ValidationError

from foramen.pathway.engine import Rule, SignOff, read_rules
from foramen.pathway.findings import Provenance, Severity
from foramen.pathway.medication.context import BLOCKING, medication_scope
from foramen.pathway.rule_data import rule_data
from foramen.pathway.scope import scope_of
from foramen.pathway.screening import all_rules
from support.patients import referral

RULES = (*all_rules(), *read_rules("medication"))
FULL = referral(
    {
        "allergies": [{"to": "contrast", "agent": "iohexol"}],
        "vaccinations": [{"kind": "mrna", "on": "2025-01-01"}],
        "history.planned_surgery": [{"kind": "fusion", "on": "2025-09-01"}],
        "history.past_surgery": [{"kind": "fusion", "on": "2020-09-01"}],
        "history.steroids": [{"product": "dexamethasone", "on": "2024-09-01", "site": "joint"}],
        "conditions.thromboses": [{"kind": "stroke"}],
    }
)
SCOPE = {**scope_of(FULL), **medication_scope(FULL)}
ALWAYS_KNOWN = {
    "movements",
    "level_in_range",
    "zone",
    "cause",
    "is_scar",
    "injected",
    "lumbar",
    "is_dexamethasone",
    "allergy_to",
    "called_iodine",
    "vaccine",
    "operation",
    "kind",
}
"""Parts of a record that its format insists on, so that nobody need ask for them."""


def names_in_reach(rule: Rule) -> set[str]:
    """The names that a rule may use: all facts, and those of the collections that it looks into."""
    names, collections = set(SCOPE), [rule.each] if rule.each else []
    collections += [
        node.args[0].id
        for node in ast.walk(rule.condition.tree)
        if isinstance(node, ast.Call) and isinstance(node.args[0], ast.Name)
    ]
    here = dict(SCOPE)
    for collection in collections:
        here |= here[collection][0]
        names |= set(here)
    return names


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_speaks_only_of_facts_that_exist(rule: Rule) -> None:
    reach = names_in_reach(rule)
    assert rule.condition.names <= reach
    said = {name for text in (rule.text, rule.action or "") for _, name, _, _ in Formatter().parse(text) if name}
    assert said <= reach


@pytest.mark.parametrize("rule", [r for r in RULES if r.severity is not Severity.INFO], ids=lambda rule: rule.id)
def test_every_fact_that_may_be_missing_can_be_asked_for(rule: Rule) -> None:
    needed = rule.condition.names | ({rule.each} if rule.each else set())
    assert needed - ALWAYS_KNOWN <= set(rule_data("questions")["ask"])


def test_every_rule_has_its_own_id() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_recalled_rules_ship_switched_off_and_only_they() -> None:
    off = {rule.id for rule in RULES if not rule.enabled}
    assert off == {rule.id for rule in RULES if rule.provenance is Provenance.M} == {"SC-06", "SC-32", "SE-09"}


def test_a_recalled_rule_can_not_be_shipped_switched_on() -> None:
    recalled = next(rule for rule in RULES if rule.provenance is Provenance.M)
    with pytest.raises(ValidationError, match="ships switched off"):
        Rule.model_validate({**recalled.model_dump(), "enabled": True}, strict=False)


def test_a_sign_off_holds_for_one_version_of_one_rule() -> None:
    recalled = next(rule for rule in RULES if rule.id == "SC-32")
    signed = {"rule_id": "SC-32", "rule_version": recalled.version, "role": "consultant", "at": "2025-01-01T00:00:00Z"}
    assert not recalled.applies(())
    assert recalled.applies((SignOff.model_validate(signed, strict=False),))
    assert not recalled.applies((SignOff.model_validate({**signed, "rule_version": "0.9.0"}, strict=False),))
    assert not recalled.applies((SignOff.model_validate({**signed, "rule_id": "SE-09"}, strict=False),))


def test_cauda_equina_infection_and_missing_consent_can_be_set_aside_by_nobody() -> None:
    firm = {rule.id for rule in RULES if rule.may_override == "nobody" and rule.severity is not Severity.INFO}
    assert firm >= {"SC-01", "SC-01-any", "SC-03", "SC-04", "SC-08", "SC-09-fever", "SC-10", "SC-capacity", "LOC-side"}


def test_the_rules_that_block_dates_exist() -> None:
    assert set(BLOCKING) <= {rule.id for rule in RULES}


def test_the_conflicts_of_the_sources_are_said_in_the_findings() -> None:
    conflicted = {rule.id for rule in RULES if rule.conflict}
    assert conflicted >= {"SC-07", "SC-22", "IND-diagnostic", "SC-29", "SC-19", "SC-21-month", "VO-06"}


STOPS = {
    *("SC-01", "SC-01-any", "SC-02", "SC-02-alone", "SC-03", "SC-04", "SC-05", "SC-08", "SC-12-bleeding", "SC-13"),
    *("SC-capacity", "SC-22", "SC-23", "SC-27", "SC-27-none", "LOC-range", "LOC-side", "LOC-symptoms", "LOC-imaging"),
    *("SC-17-triamcinolone", "ST-contrast", "SC-12-contrast-same", "SC-12-anaesthetic", "SC-12-steroid-same"),
}
DEFERS = {
    *("SC-06", "SC-07", "SC-27-diagnostic", "SC-10-imaging", "SC-09-fever", "SC-09-antibiotics", "SC-09-finished"),
    *("SC-09-temperature", "SC-10", "SC-unwell", "SC-28-pain", "SC-28-analgesic", "SC-16-severe", "SC-17", "ST-06"),
    "SC-last-doses",
    *("SC-21", "SC-12-contrast-severe", "CO-06", "CO-omitted", "SC-18-mrna", "SC-18-vector", "AC-170-elective"),
    *("AC-170-urgent", "AC-170-stroke", "AC-180", "AC-140"),
}


def test_which_findings_stop_and_which_defer() -> None:
    assert {rule.id for rule in RULES if rule.severity is Severity.STOP} == STOPS
    assert {rule.id for rule in RULES if rule.severity is Severity.DEFER} == DEFERS


def test_what_waits_for_the_day() -> None:
    day = {rule.id for rule in RULES if rule.stage == "day"}
    assert day == {
        "SC-09-temperature",
        "SC-16-severe",
        "SC-16-high",
        "SC-16-low",
        "SC-28-pain",
        "SC-28-analgesic",
        "SC-last-doses",
    }
