"""What can go wrong with the record, each in one sentence without a word about the patient."""

from foramen.errors import ForamenError, InputError
from foramen.records.event import Event


class Conflict(ForamenError):
    """Somebody else wrote to the case first; nothing was written.

    Attributes
    ----------
    missed : tuple of Event
        What happened since the version that was built on.
    """

    def __init__(self, missed: tuple[Event, ...]) -> None:
        super().__init__(
            f"Somebody else changed this case meanwhile ({len(missed)} entries); look at them, then go on."
        )
        self.missed = missed


class NoSuchCase(InputError):
    """There is no such case."""

    def __init__(self) -> None:
        super().__init__("There is no case with this number; look for it in the worklist.")


class Refused(InputError):
    """The event can't follow what is in the record."""


class Damaged(ForamenError):
    """The record is not what was written: an event or a file was changed or is missing."""

    exit_code = 4
