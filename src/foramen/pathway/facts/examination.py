"""The complaint and the examination, leg by leg."""

from typing import Annotated

from pydantic import Field

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.vocabulary import Area, Course, Movement, Reflex, Side

Grade = Annotated[int, Field(ge=0, le=5, description="MRC grade of muscle power, 5 normal")]


class Leg(Facts):
    """What one leg feels and shows.

    `pain_areas` and `numb_areas` are None where nobody asked, empty where there is no pain or numbness.
    """

    pain_areas: tuple[Area, ...] | None = None
    numb_areas: tuple[Area, ...] | None = None
    power: dict[Movement, Grade] = Field(default_factory=dict, description="movements not tested are left out")
    weakness_course: Course = Course.UNKNOWN
    weakness_days: float | None = Field(None, ge=0)
    knee_reflex: Reflex = Reflex.UNKNOWN
    ankle_reflex: Reflex = Reflex.UNKNOWN
    straight_leg_raise_positive: Answer = Answer.UNKNOWN
    femoral_stretch_positive: Answer = Answer.UNKNOWN


class Complaint(Facts):
    """What brings the patient."""

    radicular_leg_pain: Answer = Field(Answer.UNKNOWN, description="pain down a leg along the path of a root")
    neurogenic_claudication: Answer = Answer.UNKNOWN
    duration_weeks: float | None = Field(None, ge=0)
    pain_nrs: float | None = Field(None, ge=0, le=10)
    conservative_care_weeks: float | None = Field(None, ge=0)
    awaits_decompression: Answer = Answer.UNKNOWN
    wishes_to_avoid_surgery: Answer = Answer.UNKNOWN


class RedFlags(Facts):
    """Signs that the cauda equina or the cord is in danger."""

    saddle_numbness: Answer = Answer.UNKNOWN
    bladder_bowel_or_sexual_change: Answer = Answer.UNKNOWN
    deficit_in_both_legs: Answer = Answer.UNKNOWN
    days: float | None = Field(None, ge=0, description="since they began or grew worse")
    residual_measured: Answer = Answer.UNKNOWN
    post_void_residual_ml: float | None = Field(None, ge=0)
    cord_compression_signs: Answer = Answer.UNKNOWN


class Examination(Facts):
    """Both legs and the red flags."""

    left: Leg = Leg()
    right: Leg = Leg()
    red_flags: RedFlags = RedFlags()

    def leg(self, side: Side) -> Leg:
        """The leg of one side."""
        return self.left if side is Side.LEFT else self.right
