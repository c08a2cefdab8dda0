"""Rules over facts: what is found, what must still be asked, and what that decides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from typing import Any

from foramen.pathway.answer import Answer
from foramen.pathway.engine.condition import Missing, Scope, Verdict
from foramen.pathway.engine.rule import Rule, SignOff
from foramen.pathway.findings import Decision, Finding, Question, Severity
from foramen.pathway.rule_data import rule_data


@dataclass(frozen=True)
class Evaluation:
    """What a set of rules says: findings, worst first, and the questions that are open."""

    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding], questions: Iterable[Question]) -> "Evaluation":
        """Put findings and questions in order, each once."""
        return cls(_ordered(findings), _gathered(questions))

    def __or__(self, other: "Evaluation") -> "Evaluation":
        return Evaluation.of(self.findings + other.findings, self.questions + other.questions)

    @property
    def decision(self) -> Decision:
        """What the findings decide, no nearer than incomplete while a question is open that could forbid."""
        decided = [Decision.of(_standing(finding)) for finding in self.findings]
        return Decision.furthest(decided + [Decision.INCOMPLETE for _ in self.questions])

    @property
    def could_become(self) -> Decision:
        """The furthest from proceeding that the missing answers could still lead to."""
        return Decision.furthest([self.decision, *(question.could_become for question in self.questions)])


def evaluate(rules: Iterable[Rule], facts: Scope, sign_offs: tuple[SignOff, ...] = ()) -> Evaluation:
    """Ask every rule that is switched on. The order of rules and facts makes no difference."""
    findings: list[Finding] = []
    questions: list[Question] = []
    for rule in rules:
        if not rule.applies(sign_offs):
            continue
        for scope, verdict in _verdicts(rule, facts):
            if verdict.answer is Answer.YES:
                findings.append(_finding(rule, scope))
            elif rule.severity is not Severity.INFO:
                questions.extend(question(missing, rule.id, Decision.of(rule.severity)) for missing in verdict.missing)
    return Evaluation.of(findings, questions)


def _verdicts(rule: Rule, facts: Scope) -> Iterator[tuple[Scope, Verdict]]:
    if rule.each is None:
        yield facts, rule.condition.over(facts)
    elif facts[rule.each] is None:
        yield facts, Verdict(Answer.UNKNOWN, frozenset({Missing(rule.each)}))
    else:
        for member in facts[rule.each]:
            scope = {**facts, **member}
            yield scope, rule.condition.over(scope)


def _finding(rule: Rule, scope: Scope) -> Finding:
    say = _Words().vformat
    return Finding(
        rule_id=rule.id,
        severity=rule.severity,
        text=say(rule.text, (), scope),
        source=rule.source,
        provenance=rule.provenance,
        action=say(rule.action, (), scope) if rule.action else None,
        within=rule.within,
        conflict=rule.conflict,
        may_override=rule.may_override,
    )


def question(missing: Missing, rule_id: str, could_become: Decision) -> Question:
    """The question that a missing fact raises, in the words of the rule data."""
    return Question(
        fact=f"{missing.name} of {missing.of}" if missing.of else missing.name,
        ask=rule_data("questions")["ask"][missing.name].format(of=missing.of),
        rule_ids=(rule_id,),
        could_become=could_become,
    )


def _standing(finding: Finding) -> Severity:
    """A finding that a clinician has set aside still asks for a plan."""
    return min(finding.severity, Severity.WARN, key=lambda s: s.rank) if finding.overridden_by else finding.severity


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first, and among equals those that can't wait."""
    return tuple(sorted(set(findings), key=lambda f: (-f.severity.rank, f.within is None, f.rule_id, f.text)))


def _gathered(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Each question once, with every fact and rule that waits for its answer; the gravest first."""
    by_ask: dict[str, list[Question]] = {}
    for one in questions:
        by_ask.setdefault(one.ask, []).append(one)
    merged = [
        Question(
            fact=", ".join(sorted({fact for one in same for fact in one.fact.split(", ")})),
            ask=ask,
            rule_ids=tuple(sorted({rule_id for one in same for rule_id in one.rule_ids})),
            could_become=Decision.furthest(one.could_become for one in same),
        )
        for ask, same in by_ask.items()
    ]
    return tuple(sorted(merged, key=lambda one: (-one.could_become.rank, one.ask)))


class _Words(Formatter):
    """Facts in sentences: numbers without needless zeros, days and times as people write them, the unknown said."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return "unknown"
        if isinstance(value, datetime):
            return f"{value:%a %d %b %Y, %H:%M}"
        if isinstance(value, date):
            return f"{value:%d %b %Y}"
        if isinstance(value, float) and not format_spec:
            return f"{value:g}"
        return str(super().format_field(value, format_spec))
