"""How a case begins: opened, described by the referral, the pain drawn."""

from typing import Annotated, Literal

from pydantic import Field

from foramen.pathway.facts import Area, Referral
from foramen.pathway.facts.base import Facts
from foramen.records.events.base import Content, Identity, RootName, Text

Share = Annotated[float, Field(ge=0, le=1, description="of the view's width or height, from the top left corner")]


class CaseOpened(Content):
    """A patient is referred. It is the first event of every case, and only the first."""

    kind: Literal["case-opened"] = "case-opened"
    patient: Identity
    roots: tuple[RootName, ...] = ()
    referrer: str = Field("", max_length=200)
    reason: str = Field("", max_length=20_000)


class IdentityCorrected(Content):
    """The patient's name, date of birth or number was wrong; this is right."""

    kind: Literal["identity-corrected"] = "identity-corrected"
    patient: Identity
    reason: Text


class ReferralRecorded(Content):
    """The facts of the referral as far as they are known now; the latest is the one that counts."""

    kind: Literal["referral-recorded"] = "referral-recorded"
    referral: Referral


class PainMark(Facts):
    """One stroke or patch on the body map; left and right are the patient's own."""

    view: Literal["front", "back", "left", "right"]
    feeling: Literal["pain", "numbness", "tingling", "other"] = "pain"
    area: Area | None = None
    side: Literal["left", "right"] | None = None
    points: tuple[tuple[Share, Share], ...] = ()


class PainDrawn(Content):
    """Where the patient feels it."""

    kind: Literal["pain-drawn"] = "pain-drawn"
    marks: tuple[PainMark, ...]
    drawn_by: Literal["patient", "staff"] = "patient"
