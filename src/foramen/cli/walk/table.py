"""What happens at the table goes through the pathway's own order: an event out of order would be refused."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from foramen.errors import ForamenError
from foramen.pathway.procedure import Booking, Event, ProcedureRecord, Refusal, State, step
from foramen.pathway.procedure.events import Dressed, NeedleRemoved, Positioned, SignedIn, SkinPrepared, StopMoment

OPERATOR, ASSISTANT = "Dr A. Example", "Radiographer B. Example"
MINUTES_BETWEEN = 2
"""Between two events; nominal."""


class OrderBroken(ForamenError):
    """The walk itself did something that the procedure's order forbids: a fault of the walk."""


@dataclass
class Table:
    """The procedure as it goes, event by event.

    Parameters
    ----------
    booking : Booking
    began_at : datetime
        With its time zone.
    """

    booking: Booking
    began_at: datetime
    state: State = field(default_factory=State)

    def happens(self, event: Event) -> State:
        """Let an event happen at its time.

        Raises
        ------
        OrderBroken
            If the procedure's order refuses it.
        """
        at = self.began_at + timedelta(minutes=MINUTES_BETWEEN * len(self.state.events))
        outcome = step(self.state, event.model_copy(update={"at": at}), self.booking)
        if isinstance(outcome, Refusal):
            raise OrderBroken(f"The simulated procedure came to '{event.event}' out of order: {outcome.reason}")
        self.state = outcome
        return outcome

    def begin(self) -> None:
        """From the door to the moment before the needle."""
        root = self.booking.root
        side: Literal["left", "right"] = "left" if self.booking.side == "left" else "right"
        self.happens(
            SignedIn(
                identifiers_matched=("name", "date of birth"),
                root_on_request=root,
                root_on_consent=root,
                side_said_by_patient=side,
                side_marked=side,
                consent_still_given=True,
                allergies_read_out=True,
            )
        )
        self.happens(Positioned(position="prone"))
        self.happens(SkinPrepared(agent="chlorhexidine 0.5 % in alcohol"))
        self.happens(StopMoment(root=root, mark_seen=True, operator=OPERATOR, assistant=ASSISTANT))

    def end(self) -> None:
        """Needle out, site covered."""
        self.happens(NeedleRemoved())
        self.happens(Dressed())

    @property
    def record(self) -> ProcedureRecord:
        """Booking and events, as they are kept."""
        return ProcedureRecord(booking=self.booking, events=self.state.events)
