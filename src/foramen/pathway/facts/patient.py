"""The patient: who they are, what they live with, and how they get here and home."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.vocabulary import Diabetes, Sex


class Patient(Facts):
    """Who the injection is for. `pseudonym` is a name for the case, never the person's own."""

    pseudonym: str = Field(min_length=1, max_length=64)
    age_years: int | None = Field(None, ge=0, le=120)
    sex: Sex = Sex.UNKNOWN
    weight_kg: float | None = Field(None, gt=0, le=400)
    height_cm: float | None = Field(None, gt=0, le=260)
    could_be_pregnant: Answer = Answer.UNKNOWN
    postmenopausal: Answer = Answer.UNKNOWN
    language: str | None = None
    needs_interpreter: Answer = Answer.UNKNOWN
    has_capacity: Answer = Answer.UNKNOWN
    has_representative: Answer = Answer.UNKNOWN
    representative: str | None = Field(None, description="who may sign where the patient cannot, as relationship")
    follows_instructions: Answer = Answer.UNKNOWN
    feels_unwell: Answer = Answer.UNKNOWN
    can_lie_prone_min: float | None = Field(None, ge=0)
    has_escort: Answer = Answer.UNKNOWN


class Thrombosis(Facts):
    """An event or implant that makes stopping antithrombotics dangerous."""

    kind: Literal[
        "elective-stent",
        "urgent-stent",
        "acute-coronary-syndrome",
        "stroke",
        "tia",
        "venous-thrombosis",
        "mechanical-valve",
    ]
    on: date | None = None


class Conditions(Facts):
    """What the patient lives with that changes the plan."""

    diabetes: Diabetes = Diabetes.UNKNOWN
    bleeding_disorder: Answer = Answer.UNKNOWN
    liver_disease: Answer = Answer.UNKNOWN
    kidney_disease: Answer = Answer.UNKNOWN
    stomach_bleeding: Answer = Answer.UNKNOWN
    alcohol_excess: Answer = Answer.UNKNOWN
    heart_disease: Answer = Answer.UNKNOWN
    immunosuppressed: Answer = Answer.UNKNOWN
    thromboses: tuple[Thrombosis, ...] | None = None
    implants: tuple[str, ...] | None = None


class Infection(Facts):
    """Infections, now or just over."""

    spinal: Answer = Answer.UNKNOWN
    fever_or_systemic: Answer = Answer.UNKNOWN
    skin_on_path: Answer = Answer.UNKNOWN
    on_antibiotics: Answer = Answer.UNKNOWN
    recent_antibiotics: Answer = Field(Answer.UNKNOWN, description="a course that has ended")
    antibiotics_finished_at: AwareDatetime | None = None
    fever_since_antibiotics: Answer = Answer.UNKNOWN


class Vaccination(Facts):
    """A vaccine given or booked."""

    kind: Literal["mrna", "adenovirus-vector", "other"]
    on: date


class Allergy(Facts):
    """A reaction to one named substance; a class such as "iodine" is not a substance."""

    to: Literal["local-anaesthetic", "steroid", "contrast", "chlorhexidine", "latex", "adhesive", "drug", "food"]
    agent: str | None = Field(None, description="the substance by its name, such as iohexol")
    severity: Literal["mild", "moderate", "severe"] | None = None
    reaction: str | None = None
    on: date | None = None
