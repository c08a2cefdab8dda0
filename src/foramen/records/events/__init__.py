"""What can happen to a case, one file per stage of the journey."""

from typing import Annotated, TypeAlias

from pydantic import Field, TypeAdapter

from foramen.records.events.base import Content, Digest, Identity
from foramen.records.events.followup import CallTaken, DiaryAnswered, DiaryInvited, DiaryLinkRevoked, OutcomeRead
from foramen.records.events.general import Closed, Corrected, Noted, Reopened, Stopped
from foramen.records.events.images import AnatomyFound, NeedleRead, Purpose, ScanReceived, SpreadRead
from foramen.records.events.planning import PlanApproved, Planned, RootPlanned, RouteMoved
from foramen.records.events.procedure import ProcedureBooked, ProcedureStep
from foramen.records.events.recovery import Discharged, Observed, RecoveryChecked
from foramen.records.events.referral import CaseOpened, IdentityCorrected, PainDrawn, PainMark, ReferralRecorded
from foramen.records.events.screening import ConfirmedDrug, Consented, MedicationConfirmed, Screened
from foramen.records.events.site import PersonChanged, RecordRestored, ReferenceDose, SettingsChanged, SiteSettings

AnyContent: TypeAlias = Annotated[
    CaseOpened
    | IdentityCorrected
    | ReferralRecorded
    | PainDrawn
    | Screened
    | MedicationConfirmed
    | Consented
    | ScanReceived
    | AnatomyFound
    | Planned
    | RouteMoved
    | PlanApproved
    | ProcedureBooked
    | ProcedureStep
    | NeedleRead
    | SpreadRead
    | Observed
    | RecoveryChecked
    | Discharged
    | DiaryInvited
    | DiaryLinkRevoked
    | DiaryAnswered
    | CallTaken
    | OutcomeRead
    | Noted
    | Corrected
    | Stopped
    | Closed
    | Reopened
    | SettingsChanged
    | PersonChanged
    | RecordRestored,
    Field(discriminator="kind"),
]

_ANY: TypeAdapter[AnyContent] = TypeAdapter(AnyContent)


def read_content(text: str) -> AnyContent:
    """The content of an event from the JSON that is kept of it."""
    return _ANY.validate_json(text)


__all__ = [
    "AnatomyFound",
    "AnyContent",
    "CallTaken",
    "CaseOpened",
    "Closed",
    "ConfirmedDrug",
    "Consented",
    "Content",
    "Corrected",
    "DiaryAnswered",
    "DiaryInvited",
    "DiaryLinkRevoked",
    "Digest",
    "Discharged",
    "Identity",
    "IdentityCorrected",
    "MedicationConfirmed",
    "NeedleRead",
    "Noted",
    "Observed",
    "OutcomeRead",
    "PainDrawn",
    "PainMark",
    "PersonChanged",
    "PlanApproved",
    "Planned",
    "ProcedureBooked",
    "ProcedureStep",
    "Purpose",
    "RecordRestored",
    "RecoveryChecked",
    "ReferenceDose",
    "ReferralRecorded",
    "Reopened",
    "RootPlanned",
    "RouteMoved",
    "ScanReceived",
    "Screened",
    "SettingsChanged",
    "SiteSettings",
    "SpreadRead",
    "Stopped",
    "read_content",
]
