"""After the needle: who is watched for what, and what was seen, `foramen.recovery/1`."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.vocabulary import Side

Power = Annotated[int, Field(ge=0, le=5, description="MRC grade of the weakest movement, 5 normal")]


class Sensation(StrEnum):
    """Feeling of a leg."""

    NORMAL = "normal"
    REDUCED = "reduced"
    ABSENT = "absent"


class LegCheck(Facts):
    """One leg at one moment."""

    power: Power | None = None
    sensation: Sensation | None = None
    heel_off_bed: Answer = Answer.UNKNOWN


class Observation(Facts):
    """One round at the bedside: pulse and pressure, pain, both legs, the site, glucose where it matters."""

    at: AwareDatetime
    stable: Answer = Field(Answer.UNKNOWN, description="pulse, blood pressure, oxygen and breathing as before")
    pain_nrs: float | None = Field(None, ge=0, le=10)
    left: LegCheck = LegCheck()
    right: LegCheck = LegCheck()
    site_clean: Answer = Answer.UNKNOWN
    glucose_mmol_per_l: float | None = Field(None, ge=0)

    def leg(self, side: Side) -> LegCheck:
        """The leg of one side."""
        return self.left if side is Side.LEFT else self.right


class GoingHome(Facts):
    """What is asked once, or again, before the patient may go home."""

    may_get_up: Answer = Field(Answer.UNKNOWN, description="said by the clinician in charge")
    walks_safely: Answer = Answer.UNKNOWN
    wheelchair: Answer = Answer.UNKNOWN
    intrathecal_suspected: Answer = Answer.UNKNOWN
    has_passed_water: Answer = Answer.UNKNOWN
    escort_present: Answer = Answer.UNKNOWN
    will_drive_today: Answer = Answer.UNKNOWN
    leaflet_given: Answer = Answer.UNKNOWN
    phone_number_given: Answer = Answer.UNKNOWN
    takes_antithrombotic: Answer = Answer.UNKNOWN
    restart_confirmed_by: str | None = None
    discharged_by: str | None = None


class Recovery(GoingHome):
    """The recovery room: what was seen, and what stands ready for the way home."""

    schema_: Literal["foramen.recovery/1"] = Field("foramen.recovery/1", alias="schema")
    needle_out_at: AwareDatetime
    before: Observation = Field(description="the same round before the procedure, to compare with")
    rounds: tuple[Observation, ...] = ()

    @property
    def in_order(self) -> tuple[Observation, ...]:
        """The rounds by time, whatever their order in the file."""
        return tuple(sorted(self.rounds, key=lambda seen: (seen.at, seen.model_dump_json())))


OBSERVE_AT_MIN = (0, 15, 30)
"""Rounds after the needle is out: 15 to 30 min (S4-19, S2-12; observation 20 to 30 min, §7.2)."""

THEN_EVERY_MIN = 30
"""Our own choice while a leg is not yet as before; no source sets it."""

BLOCK_REVIEW_H = 4
"""A motor block that lasts longer needs a review (§7.2, secondary source)."""


def observation_times(needle_out_at: datetime) -> tuple[datetime, ...]:
    """When to go round: at once, at 15 and 30 min, then half-hourly up to the review of a lasting block at 4 h."""
    minutes = (*OBSERVE_AT_MIN, *range(OBSERVE_AT_MIN[-1] + THEN_EVERY_MIN, BLOCK_REVIEW_H * 60 + 1, THEN_EVERY_MIN))
    return tuple(needle_out_at + timedelta(minutes=minute) for minute in minutes)
