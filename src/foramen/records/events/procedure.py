"""At the table."""

from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.procedure import Booking, Event
from foramen.records.events.base import Content, RootName


class ProcedureBooked(Content):
    """What was agreed for one root before the patient lies down."""

    kind: Literal["procedure-booked"] = "procedure-booked"
    booking: Booking
    starts_at: AwareDatetime | None = None
    room: str = Field("", max_length=80)

    @property
    def root(self) -> str:
        """The root it is for."""
        return self.booking.root


class ProcedureStep(Content):
    """One step of the procedure, as the order of `foramen.pathway.procedure` allowed it."""

    kind: Literal["procedure-step"] = "procedure-step"
    root: RootName
    event: Event
