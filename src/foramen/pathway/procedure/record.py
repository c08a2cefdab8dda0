"""The procedure as it is kept: what was agreed, and what happened in its order, `foramen.procedure/1`."""

from typing import Literal

from pydantic import Field

from foramen.pathway.facts.base import Facts
from foramen.pathway.procedure.events import Event
from foramen.pathway.procedure.order import Course, run
from foramen.pathway.procedure.state import Booking


class ProcedureRecord(Facts):
    """One procedure at one root."""

    schema_: Literal["foramen.procedure/1"] = Field("foramen.procedure/1", alias="schema")
    booking: Booking
    events: tuple[Event, ...] = ()

    def course(self) -> Course:
        """Where these events lead, and which of them should have been refused."""
        return run(self.events, self.booking)
