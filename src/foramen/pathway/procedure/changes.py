"""What each accepted event changes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from foramen.pathway.injectate.anaesthetic import AnaestheticDose
from foramen.pathway.injectate.products import product
from foramen.pathway.procedure.events import (
    Abandoned,
    Advanced,
    Anaesthetised,
    Aspirated,
    ContrastGiven,
    Event,
    Injected,
    PainReported,
    Withdrawn,
)
from foramen.pathway.procedure.release import read_aspirate, release
from foramen.pathway.procedure.state import Interruption, Stage, State

_STAGE_AFTER = {
    "signed-in": Stage.SIGNED_IN,
    "positioned": Stage.POSITIONED,
    "skin-prepared": Stage.SKIN_PREPARED,
    "stop-moment": Stage.STOP_MOMENT_DONE,
    "tip-checked": Stage.AT_TARGET,
    "released": Stage.RELEASED,
}


def changed(state: State, event: Event) -> State:
    """The state after an event that was allowed."""
    change = _CHANGES.get(event.event)
    return change(state, event) if change else replace(state, stage=_STAGE_AFTER[event.event])


def anaesthetic_in(event: Event) -> tuple[AnaestheticDose, ...]:
    """The local anaesthetic that an event gives, whatever else is in the syringe."""
    if isinstance(event, Anaesthetised):
        return product(event.product).anaesthetic_in(event.volume_ml)
    if isinstance(event, Injected):
        return tuple(dose for part in event.given for dose in product(part.product).anaesthetic_in(part.volume_ml))
    return ()


def _anaesthetised(state: State, event: Anaesthetised) -> State:
    stage = state.stage if state.needle_is_in else Stage.ANAESTHETISED
    return replace(state, stage=stage, anaesthetic=(*state.anaesthetic, *anaesthetic_in(event)))


def _moved(state: State, needle: str | None, depth_mm: float) -> State:
    """A needle that has moved has shown nothing yet: what the contrast said before no longer holds."""
    return replace(
        state,
        stage=Stage.ADVANCING,
        interruption=Interruption.NONE,
        needle=needle,
        depths_mm=(*state.depths_mm, depth_mm),
        verdict=None,
        verdict_reason="",
        contrast_omitted=False,
    )


def _advanced(state: State, event: Advanced) -> State:
    return _moved(state, event.needle, event.depth_mm)


def _withdrawn(state: State, event: Withdrawn) -> State:
    return _moved(state, state.needle, event.depth_mm)


def _aspirated(state: State, event: Aspirated) -> State:
    if event.found == "nothing":
        return replace(state, stage=Stage.ASPIRATED)
    verdict, reason = read_aspirate(event.found)
    return replace(state, stage=Stage.READ, verdict=verdict, verdict_reason=reason)


def _contrast_given(state: State, event: ContrastGiven) -> State:
    verdict, reason = release(event.pattern, seen_during=event.seen_during, vessels_checked=event.vessels_checked)
    return replace(state, stage=Stage.READ, verdict=verdict, verdict_reason=reason, contrast_omitted=False)


def _contrast_omitted(state: State, _: Any) -> State:
    return replace(state, stage=Stage.READ, verdict=None, verdict_reason="", contrast_omitted=True)


def _injected(state: State, event: Injected) -> State:
    return replace(state, stage=Stage.INJECTED, anaesthetic=(*state.anaesthetic, *anaesthetic_in(event)))


def _pain_reported(state: State, event: PainReported) -> State:
    if event.kind == "extreme":
        return replace(state, interruption=Interruption.WITHDRAW)
    if state.interruption is not Interruption.NONE:
        return replace(state, slowly=True)
    return replace(state, interruption=Interruption.WAIT, slowly=True)


def _waited(state: State, _: Any) -> State:
    return replace(state, interruption=Interruption.NONE)


def _needle_removed(state: State, _: Any) -> State:
    return replace(state, stage=Stage.NEEDLE_OUT, interruption=Interruption.NONE)


def _dressed(state: State, _: Any) -> State:
    """Done is only what went the whole way; a procedure that ended before the medicine was abandoned."""
    ended_early = any(isinstance(event, Abandoned) for event in state.events)
    injected = any(isinstance(event, Injected) for event in state.events)
    return replace(state, stage=Stage.DONE if injected and not ended_early else Stage.ABANDONED)


def _abandoned(state: State, _: Any) -> State:
    if state.needle_is_in:
        return replace(state, interruption=Interruption.END)
    return replace(state, stage=Stage.ABANDONED)


_CHANGES: dict[str, Callable[[State, Any], State]] = {
    "anaesthetised": _anaesthetised,
    "advanced": _advanced,
    "withdrawn": _withdrawn,
    "aspirated": _aspirated,
    "contrast-given": _contrast_given,
    "contrast-omitted": _contrast_omitted,
    "injected": _injected,
    "pain-reported": _pain_reported,
    "waited": _waited,
    "needle-removed": _needle_removed,
    "dressed": _dressed,
    "abandoned": _abandoned,
}
