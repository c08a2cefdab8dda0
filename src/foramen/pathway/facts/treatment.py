"""What the patient takes and has been given: drugs, laboratory values, steroids, operations."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.vocabulary import Interspace, Side


class Medication(Facts):
    """A drug the patient takes, by its international name, with the last dose actually taken."""

    drug: str = Field(min_length=2, pattern="^[a-z][a-z0-9 +-]*$", description="international name, lower case")
    dose_mg: float | None = Field(None, gt=0)
    times_per_day: float | None = Field(None, gt=0)
    purpose: str | None = None
    intensity: Literal["low", "high"] | None = Field(None, description="low: prophylactic dose; high: therapeutic")
    antithrombotic: Answer = Field(Answer.UNKNOWN, description="for a drug that Foramen does not know")
    last_dose: AwareDatetime | None = None


class LabTest(StrEnum):
    """A laboratory test; its unit is in its name."""

    INR = "inr"
    PLATELETS_E9_PER_L = "platelets-e9-per-l"
    CREATININE_UMOL_PER_L = "creatinine-umol-per-l"
    HBA1C_MMOL_PER_MOL = "hba1c-mmol-per-mol"
    GLUCOSE_MMOL_PER_L = "glucose-mmol-per-l"
    EGFR = "egfr-ml-per-min-1.73m2"


class LabValue(Facts):
    """One result and when its sample was taken."""

    test: LabTest
    value: float = Field(ge=0)
    at: AwareDatetime
    upper_limit_of_normal: float | None = Field(None, gt=0, description="by the laboratory that measured it")


class SteroidDose(Facts):
    """A steroid given anywhere, by anyone: spine, joint, trigger point, tablets, premedication."""

    product: str = Field(min_length=2)
    dose_mg: float | None = Field(None, gt=0)
    on: date
    site: Literal[
        "lumbar-spine", "other-spine", "joint", "soft-tissue", "oral", "intravenous", "intramuscular", "other"
    ]
    root: str | None = None
    relief_percent: float | None = Field(None, ge=0, le=100)
    relief_weeks: float | None = Field(None, ge=0)


class SpineSurgery(Facts):
    """An operation on the lumbar spine, past or planned."""

    kind: Literal["discectomy", "decompression", "fusion", "other"]
    on: date
    interspace: Interspace | None = None
    side: Side | None = None


class History(Facts):
    """What was done before and what is booked next."""

    steroids: tuple[SteroidDose, ...] | None = None
    past_surgery: tuple[SpineSurgery, ...] | None = None
    planned_surgery: tuple[SpineSurgery, ...] | None = None


class Arrival(Facts):
    """What is asked and measured on the day, before the patient is taken in."""

    at: AwareDatetime
    pain_nrs: float | None = Field(None, ge=0, le=10)
    analgesic_taken_today: Answer = Answer.UNKNOWN
    last_doses_confirmed: Answer = Field(
        Answer.UNKNOWN, description="the patient has said today when each blood thinner was last taken"
    )
    temperature_c: float | None = Field(None, ge=25, le=45)
    glucose_mmol_per_l: float | None = Field(None, ge=0)
