"""The pain diary: what the patient notes, from before the needle to a year after, `foramen.diary/1`."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, model_validator

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.vocabulary import Intent

Nrs = Annotated[float, Field(ge=0, le=10, description="0 no pain, 10 the worst imaginable")]


class Analgesic(Facts):
    """An analgesic taken since the entry before."""

    drug: str = Field(min_length=2)
    dose_mg: float | None = Field(None, gt=0)


class Score(Facts):
    """An instrument's score; its questions are asked elsewhere."""

    instrument: str
    value: float


class Entry(Facts):
    """One moment of the diary. Leg and back are rated apart; what was not asked stays unknown."""

    at: AwareDatetime
    leg_nrs: Nrs | None = None
    back_nrs: Nrs | None = None
    provoked_nrs: Nrs | None = Field(None, description="leg pain in the movement that usually brings it on")
    in_usual_area: Answer = Field(Answer.UNKNOWN, description="whether the rating is of the patient's own, usual pain")
    leg_numb_or_weak: Answer = Answer.UNKNOWN
    analgesics: tuple[Analgesic, ...] | None = None
    glucose_mmol_per_l: float | None = Field(None, ge=0)
    impression: int | None = Field(None, ge=1, le=7, description="1 very much improved to 7 very much worse")
    scores: tuple[Score, ...] = ()
    retreated: Answer = Field(Answer.UNKNOWN, description="another injection or an operation since")


class Diary(Facts):
    """One patient's diary around one injection."""

    schema_: Literal["foramen.diary/1"] = Field("foramen.diary/1", alias="schema")
    pseudonym: str = Field(min_length=1, max_length=64)
    root: str = Field(pattern=r"^(L[1-6]|S1)-(left|right)$")
    intent: Intent
    injected_at: AwareDatetime
    baseline: Entry
    entries: tuple[Entry, ...] = ()

    @model_validator(mode="after")
    def _baseline_comes_first(self) -> "Diary":
        if self.baseline.at > self.injected_at:
            raise ValueError("the baseline is noted after the injection; it must be noted before any anaesthetic")
        if any(entry.at < self.injected_at for entry in self.entries):
            raise ValueError("an entry lies before the injection; only the baseline may")
        return self

    @property
    def in_order(self) -> tuple[Entry, ...]:
        """The entries by time, whatever their order in the file."""
        return tuple(sorted(self.entries, key=lambda entry: (entry.at, entry.model_dump_json())))

    @property
    def rated(self) -> tuple[Entry, ...]:
        """The entries with a rating of the leg, by time."""
        return tuple(entry for entry in self.in_order if entry.leg_nrs is not None)

    def hours(self, entry: Entry) -> float:
        """Hours from the injection to an entry; negative for the baseline."""
        return (entry.at - self.injected_at) / timedelta(hours=1)

    def days(self, entry: Entry) -> float:
        """Days from the injection to an entry."""
        return self.hours(entry) / 24
