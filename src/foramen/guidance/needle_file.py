"""The reading of a control scan as it is kept: `needle.json`, schema `foramen.needle/1`.

Positions are LPS mm: `tip_mm` and `direction` in the planning CT's frame, `..._control` in the control scan's own.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from foramen.guidance.advice import Action
from foramen.guidance.needle import NeedleStatus
from foramen.guidance.registration import Trust

Number = Annotated[float, PlainSerializer(lambda v: round(v, 2), return_type=float)]
Fine = Annotated[float, PlainSerializer(lambda v: round(v, 6), return_type=float)]
Point = tuple[Number, Number, Number]
UnitVector = tuple[Fine, Fine, Fine]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Registration(_Record):
    """How the control scan lies on the planning CT."""

    status: Trust
    reason: str = ""
    matrix: tuple[tuple[Fine, Fine, Fine, Fine], ...] | None = Field(default=None, description="Control to planning")
    translation_mm: Number | None = Field(default=None, description="How far the target moved")
    rotation_deg: Number | None = None
    residual_mm: Number | None = None


class DeviationRecord(_Record):
    """The needle against its route."""

    tip_to_target_mm: Number
    lateral_mm: Number
    depth_remaining_mm: Number
    angle_deg: Number
    miss_mm: Number = Field(description="Of the target from the needle's own line")
    cranial_mm: Number = Field(description="Part of lateral_mm toward the head; negative toward the feet")
    outward_mm: Number = Field(description="Part of lateral_mm away from the midline; negative toward it")
    reachable_without_withdrawing: bool | None = None


class AheadRecord(_Record):
    """The first structure in the needle's way; an empty name where nothing labelled lies ahead."""

    structure: str
    distance_mm: Number
    not_checked: tuple[str, ...] = ()


class AdviceRecord(_Record):
    """One step to take."""

    action: Action
    text: str
    distance_mm: Number = 0.0
    cranial_deg: Number = 0.0
    lateral_deg: Number = 0.0


class WayRecord(_Record):
    """The way that the advice takes, in the planning CT's frame."""

    start_mm: Point = Field(description="Where the tip lies after withdrawing")
    target_mm: Point


class OtherNeedle(_Record):
    """Another thing that looks like a needle, in the control scan's frame."""

    tip_control_mm: Point
    direction_control: UnitVector


class NeedleFile(_Record):
    """Everything `needle.json` holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    schema_: Literal["foramen.needle/1"] = Field(default="foramen.needle/1", alias="schema")
    route: str
    status: NeedleStatus
    reason: str = ""
    tip_mm: Point | None = None
    direction: UnitVector | None = None
    tip_control_mm: Point | None = None
    direction_control: UnitVector | None = None
    entry_control_mm: Point | None = None
    tip_uncertainty_mm: Number | None = None
    bend_mm: Number | None = None
    registration: Registration
    deviation: DeviationRecord | None = None
    ahead: AheadRecord | None = None
    advice: tuple[AdviceRecord, ...] = ()
    way: WayRecord | None = None
    others: tuple[OtherNeedle, ...] = ()
    control_fingerprint: str
    plan_fingerprint: str
    software: dict[str, str]
    warnings: tuple[str, ...] = ()

    @property
    def advice_text(self) -> str:
        """The whole advice in one line."""
        return ", ".join(step.text for step in self.advice)

    @property
    def headline(self) -> str:
        """What a person must know first: the advice, or why there is none."""
        if self.advice:
            return self.advice_text
        if self.status is NeedleStatus.FOUND:
            return f"needle found, but not compared with the plan: {self.registration.reason}"
        return self.reason or str(self.status)
