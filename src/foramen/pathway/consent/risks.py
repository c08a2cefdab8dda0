"""Which risks this patient has, and how often each was published."""

from collections.abc import Iterable
from typing import Any

from foramen.pathway.answer import Answer
from foramen.pathway.engine import Condition, Scope
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Provenance
from foramen.pathway.rule_data import rule_data
from foramen.pathway.texts import text_data


class Risk(Facts):
    """One risk of one patient. `count` in `per` is the published frequency, None where none was read."""

    id: str
    count: int | None = None
    per: int | None = None
    expected: bool = False
    more_likely: Answer
    source: str
    ref: str
    provenance: Provenance


def risks_for(facts: Scope) -> tuple[Risk, ...]:
    """The risks of one patient, in the order of the rule data; what is unknown does not leave a risk out."""
    rows = rule_data("risks")["risk"]
    return tuple(_risk(row, facts) for row in rows if _holds(row.get("when"), facts) is not Answer.NO)


def risk_lines(risks: Iterable[Risk], language: str) -> tuple[str, ...]:
    """Each risk in words, with its frequency out of so many people."""
    return tuple(_line(risk, language) for risk in risks)


def _risk(row: dict[str, Any], facts: Scope) -> Risk:
    more = _holds(row["more_when"], facts) if "more_when" in row else Answer.NO
    kept = {name: value for name, value in row.items() if name not in ("when", "more_when")}
    return Risk.model_validate({**kept, "more_likely": more}, strict=False)


def _holds(condition: str | None, facts: Scope) -> Answer:
    return Answer.YES if condition is None else Condition.parse(condition).over(facts).answer


def _line(risk: Risk, language: str) -> str:
    data = text_data("consent", language)
    says, known = data["frequency"], data["risk"][risk.id]
    if risk.count is None or risk.per is None:
        frequency = says["expected" if risk.expected else "unknown"]
    else:
        frequency = says["of" if risk.count else "none_of"].format(count=risk.count, per=f"{risk.per:,}")
    if risk.more_likely is Answer.YES:
        frequency = f"{frequency}, {says['more']}"
    line: str = says["line"].format(name=known["name"], text=known["text"], frequency=frequency)
    return line
