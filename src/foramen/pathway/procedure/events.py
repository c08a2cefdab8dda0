"""What happens at the table, as events: each says one thing that a person did or saw, with its time.

They are kept in the order they happened; `foramen.pathway.procedure.order` says which may come next and why not.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import AwareDatetime, Field

from foramen.pathway.facts.base import Facts
from foramen.pathway.procedure.release import Pattern

RootName: TypeAlias = Annotated[str, Field(pattern=r"^(L[1-6]|S1)-(left|right)$", description="such as L5-left")]


class _Event(Facts):
    at: AwareDatetime | None = None


class SignedIn(_Event):
    """Identity, side, level, consent and allergies are gone through with the patient, who says the side aloud."""

    event: Literal["signed-in"] = "signed-in"
    identifiers_matched: tuple[str, ...] = Field(description="such as name and date of birth; at least two")
    root_on_request: RootName
    root_on_consent: RootName
    side_said_by_patient: Literal["left", "right"]
    side_marked: Literal["left", "right"]
    consent_still_given: bool
    allergies_read_out: bool


class Positioned(_Event):
    """The patient lies as they will be treated (S0-13, S3-8 and S4-8 differ, so it is recorded)."""

    event: Literal["positioned"] = "positioned"
    position: Literal["prone", "prone-oblique", "lateral", "supine"]


class SkinPrepared(_Event):
    """The skin is disinfected."""

    event: Literal["skin-prepared"] = "skin-prepared"
    agent: str


class StopMoment(_Event):
    """Everyone stops; side and level are said aloud and the mark is seen, directly before the needle."""

    event: Literal["stop-moment"] = "stop-moment"
    root: RootName
    mark_seen: bool
    operator: str
    assistant: str


class Anaesthetised(_Event):
    """Local anaesthetic into skin or tract; counts toward the running total."""

    event: Literal["anaesthetised"] = "anaesthetised"
    product: str
    volume_ml: float = Field(gt=0)


class Advanced(_Event):
    """The needle is moved by one stage and looked at."""

    event: Literal["advanced"] = "advanced"
    needle: str
    depth_mm: float = Field(ge=0)
    image: str = Field(min_length=1, description="which image shows this stage")


class TipChecked(_Event):
    """An image shows the tip where it should be, at which root."""

    event: Literal["tip-checked"] = "tip-checked"
    needle: str
    root: RootName
    image: str = Field(min_length=1)
    in_position: bool


class Aspirated(_Event):
    """What came back; nothing coming back proves nothing (sensitivity 25 to 45 %)."""

    event: Literal["aspirated"] = "aspirated"
    needle: str
    found: Literal["nothing", "blood", "csf"]


class ContrastGiven(_Event):
    """A small volume of contrast, and where it went."""

    event: Literal["contrast-given"] = "contrast-given"
    needle: str
    product: str
    volume_ml: float = Field(gt=0)
    pattern: Pattern
    image: str = Field(min_length=1)
    seen_during: bool
    vessels_checked: bool
    slowly: bool = False


class ContrastOmitted(_Event):
    """No contrast, for a contraindication that is on record."""

    event: Literal["contrast-omitted"] = "contrast-omitted"
    reason: str = Field(min_length=1)


class Released(_Event):
    """A named clinician lets the medicine through."""

    event: Literal["released"] = "released"
    by: str = Field(min_length=1)


class Given(Facts):
    """One product of an injection; the dose of a local anaesthetic follows from its strength."""

    product: str
    volume_ml: float = Field(ge=0)
    dose_mg: float | None = Field(None, gt=0)


class Injected(_Event):
    """Medicine through the needle that the contrast went through."""

    event: Literal["injected"] = "injected"
    needle: str
    given: tuple[Given, ...] = Field(min_length=1)
    slowly: bool


class PainReported(_Event):
    """The patient reports pain: cramping down the leg is expected near the root, extreme pain is the root itself."""

    event: Literal["pain-reported"] = "pain-reported"
    kind: Literal["cramping", "extreme"]
    concordant: bool | None = Field(None, description="whether it is the patient's own pain")


class Waited(_Event):
    """A pause until the cramping has eased."""

    event: Literal["waited"] = "waited"


class Withdrawn(_Event):
    """The needle is drawn back from where it hurt."""

    event: Literal["withdrawn"] = "withdrawn"
    depth_mm: float = Field(ge=0)


class NeedleRemoved(_Event):
    """The needle is out."""

    event: Literal["needle-removed"] = "needle-removed"


class Dressed(_Event):
    """The site is covered."""

    event: Literal["dressed"] = "dressed"


class Abandoned(_Event):
    """The procedure ends early: the patient withdraws consent, or the team stops."""

    event: Literal["abandoned"] = "abandoned"
    by: Literal["patient", "clinician"]
    reason: str = Field(min_length=1)


Event: TypeAlias = Annotated[
    SignedIn
    | Positioned
    | SkinPrepared
    | StopMoment
    | Anaesthetised
    | Advanced
    | TipChecked
    | Aspirated
    | ContrastGiven
    | ContrastOmitted
    | Released
    | Injected
    | PainReported
    | Waited
    | Withdrawn
    | NeedleRemoved
    | Dressed
    | Abandoned,
    Field(discriminator="event"),
]
