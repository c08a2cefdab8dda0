"""From the table to the door."""

from typing import Literal

from pydantic import Field

from foramen.pathway.recovery import AnalgesicPlan, DischargeReport, GoingHome, Observation, Visit
from foramen.records.events.base import Content


class Observed(Content):
    """One round at the bedside; the one before the procedure is what later ones are compared with."""

    kind: Literal["observed"] = "observed"
    observation: Observation
    before_procedure: bool = False


class RecoveryChecked(Content, GoingHome):
    """The answers before the patient may go home; the latest count."""

    kind: Literal["recovery-checked"] = "recovery-checked"


class Discharged(Content):
    """The patient left the recovery room, and for where."""

    kind: Literal["discharged"] = "discharged"
    report: DischargeReport
    visit: Visit | None = None
    analgesics: AnalgesicPlan | None = None
    leaflet_language: str = Field("en", description="of the leaflet given")
