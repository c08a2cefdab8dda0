"""What happens to the site itself: its settings, its people."""

from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.facts.base import Facts
from foramen.pathway.site import Site
from foramen.planning.settings import PlanSettings
from foramen.records.events.base import Content, Text


class ReferenceDose(Facts):
    """The site's own diagnostic reference levels for one procedure. Shipped unset: no source sets one for everybody."""

    ctdi_vol_mgy: float | None = Field(None, gt=0)
    dlp_mgy_cm: float | None = Field(None, gt=0)
    source: str = ""


class SiteSettings(Facts):
    """Everything a site sets for itself."""

    site: Site = Site()
    planning: PlanSettings = PlanSettings()
    reference_dose: ReferenceDose = ReferenceDose()
    phone: str = Field("", max_length=40, description="answered day and night; printed on the leaflet")
    time_zone: str = "UTC"
    language: str = "en"
    consent_valid_days: int | None = Field(None, gt=0)
    diary_days: int = Field(365, gt=0, le=1000, description="how long a diary link is good for")


class SettingsChanged(Content):
    """The site's settings as they are from now on."""

    kind: Literal["settings-changed"] = "settings-changed"
    settings: SiteSettings
    reason: str = ""


class RecordRestored(Content):
    """The record was brought back from a backup; what happened after the backup was made is not in it."""

    kind: Literal["record-restored"] = "record-restored"
    made_at: AwareDatetime = Field(description="when the backup was made")
    seal: str = Field(description="of the last event that came back")


class PersonChanged(Content):
    """An account was made, changed, locked, unlocked or ended. Passwords are never part of it."""

    kind: Literal["person-changed"] = "person-changed"
    person: str
    what: Text
