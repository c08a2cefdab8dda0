"""The rule engine: conditions over facts that may be unknown, rules as data, findings and questions out."""

from foramen.pathway.engine.condition import Condition, Missing, Scope, Verdict
from foramen.pathway.engine.evaluate import Evaluation, evaluate, question
from foramen.pathway.engine.rule import Override, Role, Rule, SignOff, read_rules
from foramen.pathway.engine.sourced import Sourced

__all__ = [
    "Condition",
    "Evaluation",
    "Missing",
    "Override",
    "Role",
    "Rule",
    "Scope",
    "SignOff",
    "Sourced",
    "Verdict",
    "evaluate",
    "question",
    "read_rules",
]
