"""What the site has set for itself, as events of the stream `site`."""

from datetime import datetime

from sqlalchemy import select

from foramen.errors import UsageError
from foramen.pathway.facts.base import Facts
from foramen.records.actor import Actor
from foramen.records.database import Database
from foramen.records.database.tables import events
from foramen.records.event import Event
from foramen.records.events import SettingsChanged, SiteSettings
from foramen.records.ledger import SITE, append, events_of


class CurrentSettings(Facts):
    """The settings at one version; give the version to `Settings.change` as `after`."""

    version: int
    settings: SiteSettings


class Settings:
    """The site's settings and who changed them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self) -> CurrentSettings:
        """As they are now; the shipped defaults before anybody changed them."""
        query = select(events.c.content, events.c.number).where(
            events.c.case_id == SITE, events.c.kind == "settings-changed"
        )
        with self._database.reading() as connection:
            last = connection.execute(query.order_by(events.c.number.desc()).limit(1)).first()
        if last is None:
            return CurrentSettings(version=0, settings=SiteSettings())
        return CurrentSettings(version=last.number, settings=SettingsChanged.model_validate_json(last.content).settings)

    def change(self, settings: SiteSettings, *, after: int, by: Actor, at: datetime, reason: str = "") -> None:
        """Set everything anew, on top of the version that was looked at.

        Raises
        ------
        UsageError
            If somebody else changed the settings meanwhile.
        """
        with self._database.writing() as connection:
            query = select(events.c.number).where(events.c.case_id == SITE, events.c.kind == "settings-changed")
            last = connection.execute(query.order_by(events.c.number.desc()).limit(1)).scalar() or 0
            if last != after:
                raise UsageError("Somebody else changed the settings meanwhile; look at them, then go on.")
            append(connection, SITE, None, [SettingsChanged(settings=settings, reason=reason)], by, at)

    def history(self) -> tuple[Event, ...]:
        """Everything that happened to the site: settings and people."""
        with self._database.reading() as connection:
            return tuple(events_of(connection, SITE))
