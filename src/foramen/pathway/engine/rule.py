"""A rule as data: a condition, what to say when it holds, how that is known, and who may set it aside."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.engine.condition import Condition
from foramen.pathway.engine.sourced import Sourced
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import MayOverride, Severity
from foramen.pathway.rule_data import rule_data


class Role(StrEnum):
    """Who acts, in rising order of what they may decide."""

    NURSE = "nurse"
    RADIOGRAPHER = "radiographer"
    DOCTOR = "doctor"
    CONSULTANT = "consultant"

    @property
    def rank(self) -> int:
        """Place in the order, 0 for the first."""
        return tuple(Role).index(self)


class Rule(Sourced):
    """One rule of one edition of the rule data."""

    severity: Severity
    when: str
    each: str | None = Field(None, description="collection whose every member is asked")
    text: str
    action: str | None = None
    within: str | None = Field(None, description="how fast the action must happen")
    conflict: str | None = Field(None, description="where the sources disagree")
    stage: Literal["referral", "day"] = "referral"
    may_override: MayOverride = "nobody"
    version: str
    effective: date

    @property
    def condition(self) -> Condition:
        """The condition, read."""
        return Condition.parse(self.when)

    def applies(self, sign_offs: Iterable["SignOff"]) -> bool:
        """Whether the rule is switched on, by itself or by the site."""
        return self.enabled or any(
            sign_off.rule_id == self.id and sign_off.rule_version == self.version for sign_off in sign_offs
        )


class SignOff(Facts):
    """A site's clinical safety officer switches on a rule of one version."""

    rule_id: str
    rule_version: str
    role: Role
    at: AwareDatetime


class Override(Facts):
    """A clinician sets a finding aside for this patient, and says why.

    `finding` quotes the finding's text: once the facts behind it change, so does the text, and the override is spent.
    """

    rule_id: str
    finding: str
    role: Role
    reason: str = Field(min_length=10)
    at: AwareDatetime


@cache
def read_rules(name: str) -> tuple[Rule, ...]:
    """The rules of one file under `rules/`; each carries the file's version and date."""
    data = rule_data(name)
    edition = {"version": data["version"], "effective": data["effective"]}
    return tuple(Rule.model_validate({**edition, **row}, strict=False) for row in data["rule"])
