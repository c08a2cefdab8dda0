"""Who sees contrast along the root where the scans were read otherwise says why, and that stays beside it."""

from foramen.errors import InputError
from foramen.pathway.procedure import Event, Pattern
from foramen.pathway.procedure.events import ContrastGiven
from foramen.pathway.procedure.release import GATE, Release
from foramen.records.events import Noted

WHY = "otherwise"
"""The field of the reason."""


def may_overrule(read: Pattern | None) -> bool:
    """Whether there is a reading that would hold the medicine back."""
    return read is not None and GATE[read] is not Release.GO


def note_of_overruling(read: Pattern | None, event: Event, why: str) -> Noted | None:
    """The note that an entry more lenient than the reading leaves, or None where it is not.

    Raises
    ------
    InputError
        If no reason is given.
    """
    if not isinstance(event, ContrastGiven) or GATE[event.pattern] is not Release.GO or not may_overrule(read):
        return None
    assert read is not None
    if not why.strip():
        raise InputError(f"The scans were read as {_words(read)}: say in a few words why you see it otherwise.")
    return Noted(text=f"Contrast noted as {_words(event.pattern)}, read as {_words(read)}: {why.strip()}")


def _words(pattern: Pattern) -> str:
    return pattern.value.replace("-", " ")
