"""What the pictures show."""

from datetime import date
from typing import Literal

from pydantic import Field

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.vocabulary import Cause, Extent, Interspace, Modality, Side, Zone


class ImagingFinding(Facts):
    """One finding at one interspace; in the midline, or on both sides alike, its side is `both`."""

    interspace: Interspace
    side: Literal[Side.LEFT, Side.RIGHT] | Literal["both"] | None = None
    zone: Zone
    cause: Cause
    extent: Extent | None = None
    touches_root: Answer = Answer.UNKNOWN


class ImagingStudy(Facts):
    """One CT or MR study, as reported."""

    modality: Modality
    on: date
    reviewed: Answer = Field(Answer.UNKNOWN, description="seen by whoever will inject")
    findings: tuple[ImagingFinding, ...] | None = None
    scan_fingerprint: str | None = None
