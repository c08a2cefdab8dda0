"""The plan as it is kept: `plan.json`, schema `foramen.plan/1`.

Other programs read this file, so its names are an agreement (the design's §3); fields are added, never renamed.
All positions are LPS mm, all angles degrees: `axial_angle_deg` in the patient's axial plane from straight anterior,
positive toward the patient's left; `craniocaudal_angle_deg` out of that plane, positive toward the head; both of the
direction from entry to target.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from foramen.anatomy.corrections import Corrections

Millimetres = Annotated[float, PlainSerializer(lambda v: round(v, 2), return_type=float)]
Degrees = Annotated[float, PlainSerializer(lambda v: round(v, 2), return_type=float)]
Point = tuple[Millimetres, Millimetres, Millimetres]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Approach(StrEnum):
    """Where beside the root the tip is meant to lie."""

    PERIRADICULAR = "periradicular"
    SUBPEDICULAR = "subpedicular"
    INFRANEURAL = "infraneural"
    S1_DORSAL = "s1-dorsal"


class RootStatus(StrEnum):
    """What the planner has to say about a root."""

    PLANNED = "planned"
    NO_ACCEPTABLE_ROUTE = "no-acceptable-route"
    NOT_VISIBLE = "not-visible"


class PlannedScan(_Record):
    """Which scan the plan was made on."""

    fingerprint: str
    series_uid: str = ""
    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: Point
    direction: tuple[tuple[float, float, float], ...] = Field(description="Unit vectors of i, j, k as columns")
    frame_of_reference_uid: str = ""


class PlannedLevels(_Record):
    """How sure Foramen is of the levels it named itself; what is below certain was accepted by a person."""

    certain: bool
    confidence: float = Field(ge=0, le=1)
    evidence: tuple[str, ...] = ()


class PlannedAnatomy(_Record):
    """Who found the anatomy, and what was never looked for."""

    provider: str
    fingerprint: str
    scheme: str = ""
    not_checked: tuple[str, ...] = Field(default=(), description="Tissues or structures that no label could hold")
    estimated: tuple[str, ...] = Field(default=(), description="Structures drawn by Foramen, not labelled")
    levels: PlannedLevels | None = Field(default=None, description="Null where a label map named the levels")


class Software(_Record):
    """What made the plan."""

    name: str = "foramen"
    version: str


class Clearance(_Record):
    """Least distance from the needle's axis, skin to tip, to each tissue's surface; null where it was not checked."""

    bone: Millimetres | None
    thecal_sac: Millimetres | None
    vessel: Millimetres | None
    organ: Millimetres | None
    lung: Millimetres | None


class Needle(_Record):
    """A needle from the shelf."""

    gauge: int
    length_mm: float


class SkinMark(_Record):
    """Where on the skin: what the radiographer measures with the grid."""

    lateral_of_midline_mm: Millimetres = Field(description="Unsigned, to the root's own side; negative beyond midline")
    slice_index: int = Field(description="Index of the scan's slice nearest to the entry")
    z_mm: Millimetres


class Route(_Record):
    """One needle route that meets every hard constraint."""

    id: str
    approach: Approach
    recommended: bool
    entry_mm: Point
    target_mm: Point
    depth_mm: Millimetres
    axial_angle_deg: Degrees
    craniocaudal_angle_deg: Degrees
    clearance_mm: Clearance
    tolerance_deg: Degrees = Field(description="Largest cone of angular error at the skin that hits nothing forbidden")
    success_probability: float = Field(ge=0, le=1)
    needle: Needle
    skin: SkinMark
    costs: dict[str, float] = Field(description="Each soft cost, 0 best, and their weighted sum `total`")
    reasons: tuple[str, ...] = ()


class PlannedRoot(_Record):
    """What was found for one root."""

    root: str
    status: RootStatus
    reason: str = ""
    root_point_mm: Point | None = None
    root_uncertainty_mm: Millimetres | None = None
    root_evidence: str = ""
    routes: tuple[Route, ...] = ()
    rejected: dict[str, int] = Field(default_factory=dict)
    candidates: int = 0
    nearest_miss: str = ""
    scan_range_z_mm: tuple[Millimetres, Millimetres] | None = Field(
        default=None, description="Lowest and highest z that the control scans need"
    )
    warnings: tuple[str, ...] = ()


class Plan(_Record):
    """Everything `plan.json` holds."""

    schema_: Literal["foramen.plan/1"] = Field(default="foramen.plan/1", alias="schema")
    scan: PlannedScan
    anatomy: PlannedAnatomy
    settings: dict[str, Any]
    software: Software
    warnings: tuple[str, ...] = ()
    corrections: Corrections | None = Field(default=None, description="What a person corrected in the anatomy")
    roots: tuple[PlannedRoot, ...]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)
