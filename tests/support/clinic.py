"""A running site made into the clinic of the worked patients: its clock, its time zone, its policy."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from foramen.pathway.site import Site as SitePolicy
from foramen.records import SOFTWARE

BERLIN = ZoneInfo("Europe/Berlin")
PHONE_NUMBER = "01234 567890"


def moment(text: str) -> datetime:
    """`2025-03-13 08:20` on the clinic's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def set_clock(site: Any, at: datetime) -> None:
    """Let the site's clock show that moment, and go on from it."""
    site.clock.move(at - site.clock())


def set_policy(site: Any, policy: str = "insideradiology-2017", **changes: object) -> None:
    """Put the clinic in Berlin, give it a telephone, and one medication policy."""
    now = site.records.settings.current()
    settings = now.settings.model_copy(
        update={"time_zone": BERLIN.key, "phone": PHONE_NUMBER, "site": SitePolicy(policy=policy), **changes}
    )
    site.records.settings.change(settings, after=now.version, by=SOFTWARE, at=site.clock())
    site.app.state.zone = BERLIN
