"""From the table to the door."""

from typing import Literal

from pydantic import Field

from foramen.pathway.answer import Answer
from foramen.pathway.recovery import AnalgesicPlan, DischargeReport, Observation, Visit
from foramen.records.events.base import Content


class Observed(Content):
    """One round at the bedside; the one before the procedure is what later ones are compared with."""

    kind: Literal["observed"] = "observed"
    observation: Observation
    before_procedure: bool = False


class RecoveryChecked(Content):
    """What is asked once, or again, before the patient may go home; the latest answers count."""

    kind: Literal["recovery-checked"] = "recovery-checked"
    may_get_up: Answer = Answer.UNKNOWN
    walks_safely: Answer = Answer.UNKNOWN
    wheelchair: Answer = Answer.UNKNOWN
    intrathecal_suspected: Answer = Answer.UNKNOWN
    has_passed_water: Answer = Answer.UNKNOWN
    escort_present: Answer = Answer.UNKNOWN
    will_drive_today: Answer = Answer.UNKNOWN
    leaflet_given: Answer = Answer.UNKNOWN
    phone_number_given: Answer = Answer.UNKNOWN
    takes_antithrombotic: Answer = Answer.UNKNOWN
    restart_confirmed_by: str | None = None
    discharged_by: str | None = None


class Discharged(Content):
    """The patient left the recovery room, and for where."""

    kind: Literal["discharged"] = "discharged"
    report: DischargeReport
    visit: Visit | None = None
    analgesics: AnalgesicPlan | None = None
    leaflet_language: str = Field("en", description="of the leaflet given")
