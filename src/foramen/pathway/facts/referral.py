"""The referral: every fact that the pathway asks for, `foramen.referral/1`."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, field_validator

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.examination import Complaint, Examination
from foramen.pathway.facts.imaging import ImagingStudy
from foramen.pathway.facts.patient import Allergy, Conditions, Infection, Patient, Vaccination
from foramen.pathway.facts.treatment import Arrival, History, LabTest, LabValue, Medication
from foramen.pathway.facts.vocabulary import Intent, Level, Modality, Side


class Target(Facts):
    """A root that the referrer asks for."""

    level: Level
    side: Side | None = None

    def __str__(self) -> str:
        return f"{self.level}-{self.side or 'side unknown'}"


class Request(Facts):
    """What is asked for, when, and with what."""

    intent: Intent | None = None
    targets: tuple[Target, ...] | None = None
    guidance: Modality | None = None
    steroid: str | None = Field(None, description="product planned, or none")
    contrast: str | None = Field(None, description="product planned, or none")
    sedation: Answer = Answer.UNKNOWN
    exposure_justified: Answer = Field(Answer.UNKNOWN, description="for an injection in pregnancy")
    starts_at: AwareDatetime | None = None
    time_zone: str | None = Field(None, description="IANA name; without it the offset of starts_at is kept")
    site_can_resuscitate: Answer = Answer.UNKNOWN

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        try:
            ZoneInfo(name or "UTC")
        except (KeyError, ValueError, OSError):
            raise ValueError("is not a time zone of the IANA list, such as Europe/Berlin") from None
        return name


class Referral(Facts):
    """A patient referred for a lumbar nerve root injection."""

    schema_: Literal["foramen.referral/1"] = Field("foramen.referral/1", alias="schema")
    patient: Patient
    request: Request = Request()
    complaint: Complaint = Complaint()
    examination: Examination = Examination()
    imaging: tuple[ImagingStudy, ...] | None = None
    conditions: Conditions = Conditions()
    infection: Infection = Infection()
    allergies: tuple[Allergy, ...] | None = None
    medications: tuple[Medication, ...] | None = None
    labs: tuple[LabValue, ...] = ()
    vaccinations: tuple[Vaccination, ...] | None = None
    history: History = History()
    arrival: Arrival | None = None

    def latest(self, test: LabTest) -> LabValue | None:
        """The most recent result of a test; of two at one time the higher, so that order never matters."""
        results = [result for result in self.labs if result.test is test]
        return max(results, key=lambda result: (result.at, result.value), default=None)

    def takes(self, drugs: Iterable[str]) -> Answer:
        """Whether the patient takes any of these."""
        if self.medications is None:
            return Answer.UNKNOWN
        return Answer.of(any(medication.drug in set(drugs) for medication in self.medications))

    def local(self, at: datetime) -> datetime:
        """A moment as the clock on the wall of the procedure room shows it."""
        if self.request.time_zone:
            return at.astimezone(ZoneInfo(self.request.time_zone))
        return at.astimezone(self.request.starts_at.tzinfo if self.request.starts_at else at.tzinfo)

    @property
    def day(self) -> date | None:
        """The calendar day of the procedure; None while no appointment is made."""
        return self.local(self.request.starts_at).date() if self.request.starts_at else None
