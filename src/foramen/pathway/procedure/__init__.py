"""At the table: the order of the procedure, the stop moment, the release gate, and emergency cards."""

from foramen.pathway.procedure.booking import book
from foramen.pathway.procedure.cards import Card, card, cards
from foramen.pathway.procedure.events import Event, Given
from foramen.pathway.procedure.order import Course, Refusal, next_steps, run, step
from foramen.pathway.procedure.record import ProcedureRecord
from foramen.pathway.procedure.release import Pattern, Release, pattern_from_spread, release
from foramen.pathway.procedure.state import Booking, Interruption, Stage, State
from foramen.pathway.procedure.words import STEPS

__all__ = [
    "STEPS",
    "Booking",
    "Card",
    "Course",
    "Event",
    "Given",
    "Interruption",
    "Pattern",
    "ProcedureRecord",
    "Refusal",
    "Release",
    "Stage",
    "State",
    "book",
    "card",
    "cards",
    "next_steps",
    "pattern_from_spread",
    "release",
    "run",
    "step",
]
