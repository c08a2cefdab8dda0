"""The clock on the site's wall: the time zone that every page tells the time in."""

from contextvars import ContextVar
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from fastapi import FastAPI

ZONE: ContextVar[tzinfo] = ContextVar("ZONE", default=UTC)
"""The site's time zone while one request is answered."""


def take_zone(app: FastAPI) -> None:
    """Take the time zone over from the site's settings: at the start, and whenever they change."""
    app.state.zone = ZoneInfo(app.state.records.settings.current().settings.time_zone)
