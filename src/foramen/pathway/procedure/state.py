"""What was agreed before the procedure, and where it stands."""

from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import Field

from foramen.pathway.facts.base import Facts
from foramen.pathway.injectate.anaesthetic import AnaestheticDose, Build
from foramen.pathway.procedure.events import Event, RootName
from foramen.pathway.procedure.release import Release


class Booking(Facts):
    """What the team must find again at the table: agreed before, never changed during the procedure.

    One booking is for one root; a second root of the same session has its own, with its own stop moment, and carries
    what has been given so far in `anaesthetic_before`.
    """

    root: RootName
    consent_valid: bool = Field(description="as `foramen.pathway.consent` finds it")
    weight_kg: float = Field(gt=0)
    height_cm: float | None = Field(None, gt=0)
    female: bool | None = None
    frail: bool = Field(False, description="elderly, debilitated, heart or liver disease")
    allergic_to: tuple[str, ...] = Field((), description="agents by name, such as iohexol or chlorhexidine")
    contrast_contraindication: str | None = Field(None, description="the documented reason to give none")
    anaesthetic_before: tuple[AnaestheticDose, ...] = ()
    signed: frozenset[str] = Field(frozenset(), description="recalled rules that the site has taken over")

    @property
    def side(self) -> str:
        """The side, as a word."""
        return self.root.split("-")[1]

    @property
    def build(self) -> Build:
        """What doses depend on."""
        return Build(self.weight_kg, self.height_cm, self.female, self.frail)


class Stage(StrEnum):
    """How far the procedure has come; the order is the hard order of §7.1.

    `READ` is where something came back that decides what may follow: the contrast's pattern, or blood or fluid.
    """

    BOOKED = "booked"
    SIGNED_IN = "signed-in"
    POSITIONED = "positioned"
    SKIN_PREPARED = "skin-prepared"
    STOP_MOMENT_DONE = "stop-moment-done"
    ANAESTHETISED = "anaesthetised"
    ADVANCING = "advancing"
    AT_TARGET = "at-target"
    ASPIRATED = "aspirated"
    READ = "read"
    RELEASED = "released"
    INJECTED = "injected"
    NEEDLE_OUT = "needle-out"
    DONE = "done"
    ABANDONED = "abandoned"


class Interruption(StrEnum):
    """What must happen before anything else may."""

    NONE = "none"
    WAIT = "wait"
    WITHDRAW = "withdraw"
    END = "end"


@dataclass(frozen=True)
class State:
    """Where the procedure stands: what the events so far add up to."""

    stage: Stage = Stage.BOOKED
    interruption: Interruption = Interruption.NONE
    slowly: bool = False
    needle: str | None = None
    depths_mm: tuple[float, ...] = ()
    verdict: Release | None = None
    verdict_reason: str = ""
    contrast_omitted: bool = False
    anaesthetic: tuple[AnaestheticDose, ...] = ()
    events: tuple[Event, ...] = field(default=())

    @property
    def needle_is_in(self) -> bool:
        """Whether a needle is in the patient."""
        return self.needle is not None and self.stage not in (Stage.NEEDLE_OUT, Stage.DONE, Stage.ABANDONED)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen."""
        return self.stage in (Stage.DONE, Stage.ABANDONED)
