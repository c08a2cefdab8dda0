"""The result of a screening, `foramen.screening/1`."""

from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Decision, Finding, Question
from foramen.pathway.localisation import RootEvidence
from foramen.pathway.medication import Agenda, DrugPlan
from foramen.pathway.screening.glucose import GlucoseDay
from foramen.pathway.steroids import LedgerLine


class PolicyStamp(Facts):
    """Which medication policy was used: the name, the edition, the SHA-256 of its file."""

    name: str
    version: str
    checksum: str


class Screening(Facts):
    """What was decided about one referral at one moment, and everything it rests on.

    `could_become` is the furthest from proceeding that the open questions may still lead to. `on_the_day` lists what is
    left for the day of the procedure and therefore has no part in the decision yet.
    """

    schema_: Literal["foramen.screening/1"] = Field("foramen.screening/1", alias="schema")
    decision: Decision
    could_become: Decision
    at: AwareDatetime
    policy: PolicyStamp
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    on_the_day: tuple[str, ...]
    refused_overrides: tuple[str, ...]
    roots: tuple[RootEvidence, ...]
    medication_plan: tuple[DrugPlan, ...]
    calendar: tuple[Agenda, ...]
    glucose_plan: tuple[GlucoseDay, ...]
    steroid_ledger: tuple[LedgerLine, ...]
    steroid_year_mg: float | None
    procedure_day: date | None
    procedure_at: datetime | None
    rules: dict[str, str] = Field(description="edition of every rule file")
    referral_fingerprint: str
    software: dict[str, str]
