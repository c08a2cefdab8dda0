"""Where a signed-in person can go from any page, by role."""

from dataclasses import dataclass

from foramen.records import Action, Person


@dataclass(frozen=True)
class Entry:
    """One link of the masthead."""

    name: str
    path: str
    action: Action


ENTRIES = (
    Entry("Worklist", "/", Action.SEE_WORKLIST),
    Entry("Results", "/audit", Action.SEE_SERVICE_RESULTS),
    Entry("Who looked at what", "/reads", Action.SEE_AUDIT),
    Entry("Settings", "/settings", Action.SEE_SETTINGS),
    Entry("People", "/users", Action.MANAGE_PEOPLE),
)


def navigation(person: Person) -> list[Entry]:
    """The links that this person may follow."""
    return [entry for entry in ENTRIES if person.may(entry.action)]


def home(person: Person) -> str:
    """Where this person begins: the worklist, or the first page they may see."""
    return navigation(person)[0].path
