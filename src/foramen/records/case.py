"""One case as it stands: what all its events add up to."""

from typing import TypeVar

from pydantic import AwareDatetime, Field

from foramen.pathway.facts import Referral
from foramen.pathway.facts.base import Facts
from foramen.pathway.followup import Entry, Response
from foramen.pathway.procedure import Event as ProcedureEvent
from foramen.pathway.recovery import Observation, Recovery
from foramen.records.event import Event
from foramen.records.events import (
    AnatomyFound,
    CallTaken,
    Consented,
    Content,
    DiaryInvited,
    Discharged,
    Identity,
    MedicationConfirmed,
    NeedleRead,
    OutcomeRead,
    PainDrawn,
    PlanApproved,
    Planned,
    ProcedureBooked,
    Purpose,
    RecoveryChecked,
    RouteMoved,
    ScanReceived,
    Screened,
    SpreadRead,
)
from foramen.records.roles import Role
from foramen.records.stage import Stage

Kind = TypeVar("Kind", bound=Content)

URGENT = (Response.EMERGENCY, Response.SAME_DAY, Response.ASK_FIRST)


class Case(Facts):
    """A case at one version. Whatever was corrected away has no part in it; `history` holds every event all the same.

    Attributes
    ----------
    version : int
        The number of its last event; give it to `Records.append` as `after`.
    waits_for : str
        What has to happen next, in words.
    next_role : Role or None
        Who is next; None where nobody of the staff is.
    roots : tuple of str
        The roots asked for, such as `L5-left`: the referral's, where it names them with their sides.
    consents, moved, approvals, bookings, procedures, outcomes : dict
        By root. `approvals` holds only those that still stand: a new plan or a moved route ends them.
    history : tuple of Event
        Everything that ever happened, corrected or not.
    corrected : frozenset of int
        Numbers of the events that no longer count.
    """

    id: str
    version: int
    patient: Identity
    opened_at: AwareDatetime
    changed_at: AwareDatetime
    roots: tuple[str, ...] = ()
    referrer: str = ""
    reason: str = ""
    stage: Stage = Stage.REFERRED
    waits_for: str = ""
    next_role: Role | None = None

    referral: Referral | None = None
    pain: PainDrawn | None = None
    screened: Screened | None = None
    medication: MedicationConfirmed | None = None
    consents: dict[str, Consented] = Field(default_factory=dict)
    scans: tuple[ScanReceived, ...] = ()
    anatomy: AnatomyFound | None = None
    planned: Planned | None = None
    moved: dict[str, RouteMoved] = Field(default_factory=dict)
    approvals: dict[str, PlanApproved] = Field(default_factory=dict)
    bookings: dict[str, ProcedureBooked] = Field(default_factory=dict)
    procedures: dict[str, tuple[ProcedureEvent, ...]] = Field(default_factory=dict)
    needles: tuple[NeedleRead, ...] = ()
    spreads: tuple[SpreadRead, ...] = ()
    observation_before: Observation | None = None
    observations: tuple[Observation, ...] = ()
    recovery_checked: RecoveryChecked | None = None
    needle_out_at: AwareDatetime | None = None
    discharged: Discharged | None = None
    diary_links: tuple[DiaryInvited, ...] = ()
    diary_baseline: Entry | None = None
    diary: tuple[Entry, ...] = ()
    diary_keys: frozenset[str] = frozenset()
    calls: tuple[CallTaken, ...] = ()
    outcomes: dict[str, OutcomeRead] = Field(default_factory=dict)
    stopped: str | None = None
    closed: bool = False

    history: tuple[Event, ...] = ()
    corrected: frozenset[int] = frozenset()

    @property
    def standing(self) -> tuple[Event, ...]:
        """The events that count, in their order."""
        return tuple(event for event in self.history if event.number not in self.corrected)

    def last(self, kind: type[Kind], root: str | None = None) -> Event | None:
        """The last event of a kind that counts (of one root, where asked): it says who and when."""
        for event in reversed(self.standing):
            if isinstance(event.content, kind) and root in (None, getattr(event.content, "root", None)):
                return event
        return None

    def scan(self, purpose: Purpose) -> ScanReceived | None:
        """The last scan received for a purpose."""
        return next((scan for scan in reversed(self.scans) if scan.purpose is purpose), None)

    @property
    def urgent_call(self) -> str | None:
        """What the last call or diary entry means, where somebody must act on it; a later, calmer one ends it."""
        if not self.calls or self.calls[-1].triage.response not in URGENT:
            return None
        return self.calls[-1].triage.response.replace("-", " ")

    @property
    def recovery(self) -> Recovery | None:
        """The recovery as the pathway reads it; None while the needle is in or no round before it was noted."""
        if self.needle_out_at is None or self.observation_before is None:
            return None
        said = self.recovery_checked.model_dump(exclude={"kind"}) if self.recovery_checked else {}
        return Recovery(
            needle_out_at=self.needle_out_at, before=self.observation_before, rounds=self.observations, **said
        )
