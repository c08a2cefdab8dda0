"""What the pictures show."""

from datetime import date

from pydantic import Field

from foramen.pathway.answer import Answer
from foramen.pathway.facts.base import Facts
from foramen.pathway.facts.vocabulary import Cause, Extent, Interspace, Modality, Side, Zone


class ImagingFinding(Facts):
    """One finding at one interspace. `side` is None for a finding in the midline or on both sides alike."""

    interspace: Interspace
    side: Side | None = None
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
