"""The people of the demo: one of every role, each with a password made for this record."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from foramen.cli.demo_site.story import Staff
from foramen.pathway.site import Site
from foramen.records import SOFTWARE, Records, Role
from foramen.records.events import SiteSettings
from foramen.web.shell.people import new_password

NAMES = {
    Role.RADIOLOGIST: "Dr Iris Example",
    Role.RADIOGRAPHER: "Tom Example",
    Role.NURSE: "Nora Example",
    Role.CLERK: "Kim Example",
    Role.AUDITOR: "Otto Example",
    Role.ADMINISTRATOR: "Mia Example",
}


@dataclass(frozen=True)
class Account:
    """What somebody signs in with."""

    login: str
    password: str = field(repr=False)


def hire(records: Records, now: datetime) -> tuple[tuple[Account, ...], Staff]:
    """Make the accounts and the site's first settings; gives the passwords, which are kept nowhere."""
    began = now - timedelta(days=90)
    accounts, staff = [], {}
    for role, name in NAMES.items():
        account = Account(str(role), new_password())
        person = records.people.add(
            login=account.login, name=name, roles=[role], password=account.password, by=SOFTWARE, at=began
        )
        accounts.append(account)
        staff[role] = person.actor
    zone = getattr(now.tzinfo, "key", None) or "UTC"
    settings = SiteSettings(site=Site(name="The digital hospital"), phone="01234 567890", time_zone=zone)
    records.settings.change(settings, after=0, by=staff[Role.ADMINISTRATOR], at=began, reason="first settings")
    return tuple(accounts), staff
