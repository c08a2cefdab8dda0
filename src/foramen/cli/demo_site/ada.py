"""Ada takes warfarin: screened today, with a calendar of when to stop it, and waiting for her consent."""

from datetime import date, datetime, timedelta
from pathlib import Path

from foramen.cli.demo_site.story import Staff, Story
from foramen.cli.demo_site.worked import DAY, worked
from foramen.pathway.facts import Referral
from foramen.records import Records
from foramen.records.events import Identity, Noted
from foramen.records.roles import Role

ADA = Identity(name="Digital, Ada", born=date(1958, 3, 14), number="DEMO-1")
IN_DAYS = 14


def tell_ada(records: Records, staff: Staff, examples: Path, now: datetime) -> str:
    """Her case up to now."""
    her_day = (now + timedelta(days=IN_DAYS)).replace(hour=9, minute=0, second=0, microsecond=0)
    referral = worked(examples, "02-warfarin", "referral", Referral, her_day - DAY)
    story = Story.begins(records, staff, ADA, referral, now - timedelta(days=1), "Leg pain since a herniated disc")
    called = Noted(text="Called her: takes warfarin, her INR is checked on Mondays.")
    story.tell(called, by=Role.NURSE, at=now - timedelta(hours=2))
    story.is_screened(now - timedelta(hours=1))
    return story.case_id
