"""One event as it is kept: what happened, to which case, when, by whom, with which software."""

from pydantic import AwareDatetime, Field

from foramen.pathway.facts.base import Facts
from foramen.records.actor import Actor
from foramen.records.events import AnyContent


class Event(Facts):
    """An entry of the record. It is never changed.

    Attributes
    ----------
    position : int
        Place in the whole record, from 1.
    number : int
        Place in its case, from 1.
    hash : str
        SHA-256 over this event and the hash of the one before it in the case.
    seal : str
        SHA-256 over this event and the seal of the one before it in the whole record.
    """

    position: int = Field(ge=1)
    case_id: str
    number: int = Field(ge=1)
    at: AwareDatetime
    by: Actor
    software: str
    content: AnyContent
    hash: str
    seal: str

    @property
    def kind(self) -> str:
        """What kind of thing happened."""
        return self.content.kind
