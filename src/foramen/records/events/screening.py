"""From the facts to a patient who is ready: screened, medication confirmed, consented."""

from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.answer import Answer
from foramen.pathway.consent import Consent
from foramen.pathway.facts.base import Facts
from foramen.pathway.screening import Overrides, Screening
from foramen.records.events.base import Content, Digest


class Screened(Content):
    """The rules were applied to the referral."""

    kind: Literal["screened"] = "screened"
    screening: Screening
    policy: str = Field(description="the medication policy that was used")
    overrides: Overrides = Overrides()


class ConfirmedDrug(Facts):
    """One drug as the patient really took it."""

    drug: str
    last_dose: AwareDatetime | None = None
    as_planned: Answer = Answer.UNKNOWN
    remark: str = ""


class MedicationConfirmed(Content):
    """Somebody went through the medication calendar with the patient."""

    kind: Literal["medication-confirmed"] = "medication-confirmed"
    drugs: tuple[ConfirmedDrug, ...]
    told_by: Literal["patient", "relative", "prescriber"] = "patient"
    calendar_given: Answer = Answer.UNKNOWN


class Consented(Content):
    """The consent of one root as it stands: signed, refused or withdrawn."""

    kind: Literal["consented"] = "consented"
    consent: Consent
    signature: Digest | None = Field(None, description="PNG of the signature")
    signed_name: str = Field("", max_length=200)

    @property
    def root(self) -> str:
        """The root it was given for."""
        return self.consent.basis.root

    @property
    def given(self) -> bool:
        """Whether it was signed, and neither refused nor withdrawn."""
        ended = self.consent.refused_at or self.consent.withdrawn_at
        return self.consent.signed_at is not None and ended is None

    def digests(self) -> tuple[str, ...]:
        """The signature, where there is one."""
        return (self.signature,) if self.signature else ()
