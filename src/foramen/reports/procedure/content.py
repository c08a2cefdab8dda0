"""What a procedure report says, as data: `foramen.procedure-report/1`.

Whatever is not known stays None and is printed as "not recorded"; a list that nobody took is None, an empty one says
that there was nothing. A report without a signature is a draft and says so on every sheet.
"""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class PatientPart(_Part):
    """Who."""

    name: str | None = None
    number: str | None = Field(None, description="The hospital's patient number")
    birth_date: str | None = Field(None, description="YYYYMMDD")
    sex: str | None = None


class RequestPart(_Part):
    """Who asked for what."""

    root: str = Field(description="such as L5-left", pattern=r"^(L[1-6]|S1)-(left|right)$")
    accession_number: str | None = None
    referrer: str | None = None
    requested_at: AwareDatetime | None = None
    institution: str | None = None
    text: str | None = None


class IndicationPart(_Part):
    """Why."""

    text: str | None = None
    intent: str | None = Field(None, description="therapeutic, diagnostic or both")
    imaging: str | None = Field(None, description="What the imaging shows at this root")


class ConsentPart(_Part):
    """What the patient agreed to, and what was checked before the needle."""

    consent_by: str | None = None
    consent_at: AwareDatetime | None = None
    identifiers: tuple[str, ...] | None = None
    side_said_by_patient: str | None = None
    side_marked: str | None = None
    allergies_read_out: bool | None = None
    stop_moment_at: AwareDatetime | None = None
    stop_moment_by: tuple[str, ...] | None = Field(None, description="Who stopped and said side and level aloud")


class TechniquePart(_Part):
    """How."""

    guidance: str | None = None
    position: str | None = None
    skin_preparation: str | None = None
    approach: str | None = None
    needle: str | None = Field(None, description="Gauge and length")
    entry: str | None = Field(None, description="Distance and side from the midline")
    angles: str | None = None
    depth_mm: float | None = None
    control_scans: int | None = None
    corrections: int | None = Field(None, description="Control scans after which the needle was withdrawn or turned")


class Medicine(_Part):
    """One product that was given."""

    product: str
    purpose: str
    volume_ml: float | None = None
    dose_mg: float | None = None
    batch: str | None = None
    expires: str | None = None
    at: AwareDatetime | None = None


class MedicationPart(_Part):
    """Everything that was given, contrast included."""

    given: tuple[Medicine, ...] | None = None
    anaesthetic_share: float | None = Field(None, description="Of the largest dose, summed over agents")


class ContrastPart(_Part):
    """Where the contrast ran, and what it allowed."""

    pattern: str | None = None
    release: str | None = None
    reasons: tuple[str, ...] = ()
    pfirrmann_type: int | None = None
    length_along_root_mm: float | None = None
    compartments_ml: dict[str, float] = Field(default_factory=dict)
    also_reached: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    injections: int | None = Field(None, description="How often contrast was given")


class FindingsPart(_Part):
    """What was found."""

    tip: str | None = Field(None, description="Where the tip lay when the medicine went in")
    text: str | None = None


class Complication(_Part):
    """Something that went wrong."""

    what: str
    at: AwareDatetime | None = None
    done: str | None = None


class RadiationPart(_Part):
    """The dose, where the scanner's report was read."""

    dlp_mgy_cm: float | None = None
    ctdi_vol_mgy: float | None = None
    scans: int | None = None


class ResponsePart(_Part):
    """What the patient felt, during and directly after."""

    pain_before_nrs: float | None = None
    pain_after_nrs: float | None = None
    minutes_after: float | None = None
    pain_during: str | None = None
    power: str | None = Field(None, description="Of the legs, before going home")


class AftercarePart(_Part):
    """What follows."""

    plan: tuple[str, ...] | None = None
    anticoagulant: str | None = None
    review: str | None = None
    discharged_at: AwareDatetime | None = None
    discharged_by: str | None = None


class Approval(_Part):
    """A named person who decided something, and when."""

    what: str
    by: str | None = None
    at: AwareDatetime | None = None


class Step(_Part):
    """One line of the record of the table."""

    what: str
    at: AwareDatetime | None = None
    detail: str = ""


class Picture(_Part):
    """A picture of one step; its pixels are handed over beside the content, by name."""

    name: str
    title: str
    words: str = ""


class Provenance(_Part):
    """What the report was made from."""

    software: str
    scan_fingerprint: str | None = None
    study_uid: str | None = Field(None, description="Of the planning CT: the report joins that study in the archive")
    sources: tuple[str, ...] = ()


class ProcedureReport(_Part):
    """Everything a procedure report says, in the order in which it says it."""

    schema_: Literal["foramen.procedure-report/1"] = Field(default="foramen.procedure-report/1", alias="schema")
    outcome: Literal["completed", "ended-early", "under-way"]
    outcome_words: str = ""
    made_at: AwareDatetime
    simulated: bool = Field(False, description="The patient does not exist")
    patient: PatientPart = PatientPart()
    request: RequestPart
    indication: IndicationPart = IndicationPart()
    consent: ConsentPart = ConsentPart()
    technique: TechniquePart = TechniquePart()
    medication: MedicationPart = MedicationPart()
    contrast: ContrastPart = ContrastPart()
    findings: FindingsPart = FindingsPart()
    complications: tuple[Complication, ...] | None = Field(None, description="None where nobody said; empty: none")
    radiation: RadiationPart = RadiationPart()
    response: ResponsePart = ResponsePart()
    aftercare: AftercarePart = AftercarePart()
    approvals: tuple[Approval, ...] = ()
    signed_by: str | None = None
    signed_at: AwareDatetime | None = None
    warnings: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    pictures: tuple[Picture, ...] = ()
    provenance: Provenance

    @property
    def is_signed(self) -> bool:
        """Whether a named clinician has put their name under it."""
        return self.signed_by is not None and self.signed_at is not None
