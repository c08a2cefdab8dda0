"""Findings that a clinician sets aside: by the right role, with a reason and a time, and never all of them."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from foramen.pathway.engine import Evaluation, Override, Role
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Finding


class Overrides(Facts):
    """What clinicians have set aside for one patient, `foramen.overrides/1`."""

    schema_: Literal["foramen.overrides/1"] = Field("foramen.overrides/1", alias="schema")
    overrides: tuple[Override, ...] = ()


def set_aside(found: Evaluation, overrides: tuple[Override, ...], at: datetime) -> tuple[Evaluation, tuple[str, ...]]:
    """Mark the findings that are set aside, and say which overrides were refused and why."""
    refused = {words for override in overrides for words in _refusals(found.findings, override, at)}
    findings = [_overridden(finding, overrides, at) for finding in found.findings]
    return Evaluation.of(findings, found.questions), tuple(sorted(refused))


def _overridden(finding: Finding, overrides: tuple[Override, ...], at: datetime) -> Finding:
    valid = [override for override in overrides if _means(override, finding) and not _why_not(finding, override, at)]
    if not valid:
        return finding
    first = min(valid, key=lambda override: (override.at.timestamp(), override.role, override.reason))
    return finding.model_copy(update={"overridden_by": f"{first.role}, {first.at:%d %b %Y, %H:%M %Z}: {first.reason}"})


def _means(override: Override, finding: Finding) -> bool:
    return (override.rule_id, override.finding) == (finding.rule_id, finding.text)


def _refusals(findings: tuple[Finding, ...], override: Override, at: datetime) -> tuple[str, ...]:
    concerned = [finding for finding in findings if _means(override, finding)]
    if concerned:
        return tuple(why for finding in concerned if (why := _why_not(finding, override, at)))
    if any(finding.rule_id == override.rule_id for finding in findings):
        return (f"{override.rule_id}: the finding says something else by now; decide again.",)
    return (f"{override.rule_id}: there is no such finding to set aside.",)


def _why_not(finding: Finding, override: Override, at: datetime) -> str | None:
    if finding.may_override == "nobody":
        return f"{finding.rule_id}: nobody can set this aside."
    if override.role.rank < Role(finding.may_override).rank:
        return f"{finding.rule_id}: a {override.role} can't set this aside; it takes a {finding.may_override}."
    if override.at.timestamp() > at.timestamp():
        return f"{finding.rule_id}: the override is dated later than this screening."
    return None
