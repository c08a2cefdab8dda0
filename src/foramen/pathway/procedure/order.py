"""The order of the procedure: which events may come next, and what each one changes.

A pure state machine of the pathway's hard order (§7.1). It knows nothing of screens or clocks: events go in,
the new state comes out, or a refusal with its reason. Two properties hold whatever the order of the events is, and
tests try to break them: no medicine passes before contrast along the root was seen through the same, unmoved needle
(or its omission is on record and the steroid is non-particulate), and no needle passes before the stop moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from foramen.pathway.procedure.changes import changed
from foramen.pathway.procedure.events import Event
from foramen.pathway.procedure.guards import objection
from foramen.pathway.procedure.release import Release
from foramen.pathway.procedure.state import Booking, Interruption, Stage, State
from foramen.pathway.procedure.words import out_of_order

NEXT: dict[Stage, tuple[str, ...]] = {
    Stage.BOOKED: ("signed-in",),
    Stage.SIGNED_IN: ("positioned",),
    Stage.POSITIONED: ("skin-prepared", "positioned"),
    Stage.SKIN_PREPARED: ("stop-moment", "skin-prepared", "positioned"),
    Stage.STOP_MOMENT_DONE: ("anaesthetised", "stop-moment", "skin-prepared", "positioned"),
    Stage.ANAESTHETISED: ("advanced", "anaesthetised"),
    Stage.ADVANCING: ("tip-checked", "advanced", "anaesthetised"),
    Stage.AT_TARGET: ("aspirated", "advanced"),
    Stage.ASPIRATED: ("contrast-given", "contrast-omitted", "advanced"),
    Stage.READ: (),
    Stage.RELEASED: ("injected", "advanced"),
    Stage.INJECTED: ("needle-removed", "injected"),
    Stage.NEEDLE_OUT: ("dressed",),
    Stage.DONE: (),
    Stage.ABANDONED: (),
}
"""What may follow each stage, the usual step first; positions and preparations may be repeated until the needle."""

AFTER_VERDICT: dict[Release | None, tuple[str, ...]] = {
    None: ("released", "advanced"),
    Release.GO: ("released", "advanced"),
    Release.REPOSITION: ("advanced",),
    Release.REPEAT: ("contrast-given", "advanced"),
    Release.WITHDRAW: ("withdrawn",),
    Release.ABORT: (),
}
"""What may follow the contrast; None is contrast that was omitted with a reason on record."""

AFTER_INTERRUPTION: dict[Interruption, tuple[str, ...]] = {
    Interruption.WAIT: ("waited",),
    Interruption.WITHDRAW: ("withdrawn",),
    Interruption.END: ("needle-removed",),
}
"""What must come before anything else may: cramping waits, extreme pain withdraws (S1-26, S4-17)."""


@dataclass(frozen=True)
class Refusal:
    """An event that may not happen now, and why."""

    event: str
    reason: str
    instead: tuple[str, ...]


@dataclass(frozen=True)
class Course:
    """A whole run: the state it led to, and what was refused on the way, by the event's place in the list."""

    state: State
    refused: tuple[tuple[int, Refusal], ...] = ()


def next_steps(state: State) -> tuple[str, ...]:
    """The events that may come next, the usual one first; ending early is always among them until it is over."""
    if state.is_over:
        return ()
    always = ("needle-removed", "pain-reported", "abandoned") if state.needle_is_in else ("abandoned",)
    return tuple(dict.fromkeys((*_steps(state), *always)))


def _steps(state: State) -> tuple[str, ...]:
    if state.interruption is not Interruption.NONE:
        return AFTER_INTERRUPTION[state.interruption]
    if state.stage is Stage.READ:
        return AFTER_VERDICT[state.verdict]
    return NEXT[state.stage]


def step(state: State, event: Event, booking: Booking) -> State | Refusal:
    """Let one event happen, or refuse it and say why.

    A refused event leaves the state as it was.
    """
    allowed = next_steps(state)
    if event.event not in allowed:
        return Refusal(event.event, out_of_order(state, event.event, allowed), allowed)
    if reason := objection(state, event, booking):
        return Refusal(event.event, reason, allowed)
    return replace(changed(state, event), events=(*state.events, event))


def run(events: Iterable[Event], booking: Booking) -> Course:
    """Let events happen in their order; what is refused is kept with its reason and changes nothing."""
    state, refused = State(), []
    for place, event in enumerate(events):
        outcome = step(state, event, booking)
        if isinstance(outcome, Refusal):
            refused.append((place, outcome))
        else:
            state = outcome
    return Course(state, tuple(refused))
