"""Where a signed-in person can go from any page, by role."""

from dataclasses import dataclass

from foramen.records.roles import Action, Role, may


@dataclass(frozen=True)
class Entry:
    """One link of the masthead."""

    name: str
    path: str
    action: Action


ENTRIES = (
    Entry("Worklist", "/", Action.READ_CASE),
    Entry("Results", "/audit", Action.READ_RESULTS),
    Entry("Who read what", "/reads", Action.READ_AUDIT),
    Entry("Settings", "/settings", Action.CHANGE_SETTINGS),
    Entry("People", "/users", Action.MANAGE_PEOPLE),
)


def navigation(role: Role) -> list[Entry]:
    """The links that this role may follow."""
    return [entry for entry in ENTRIES if may(role, entry.action)]
