"""What the steps are called, and why an event that comes too early is refused."""

from foramen.pathway.procedure.release import Release
from foramen.pathway.procedure.state import Interruption, Stage, State

STEPS = {
    "signed-in": "go through identity, side, level, consent and allergies with the patient",
    "positioned": "position the patient",
    "skin-prepared": "disinfect the skin",
    "stop-moment": "stop: say side and level aloud and look at the mark",
    "anaesthetised": "give local anaesthetic and note the dose",
    "advanced": "move the needle by one stage and look",
    "tip-checked": "check the tip on an image",
    "aspirated": "aspirate",
    "contrast-given": "give a little contrast and look while it goes in",
    "contrast-omitted": "omit the contrast, if its contraindication is on record",
    "released": "a named clinician releases the medicine",
    "injected": "inject slowly through the same needle",
    "pain-reported": "note pain",
    "waited": "wait until the cramping has eased",
    "withdrawn": "withdraw the needle from where it hurts",
    "needle-removed": "remove the needle",
    "dressed": "cover the site",
    "abandoned": "end here",
}
"""Every event as the next thing to do."""

_NEEDLE = ("anaesthetised", "advanced", "tip-checked", "aspirated", "contrast-given")
_BEFORE_STOP = (Stage.BOOKED, Stage.SIGNED_IN, Stage.POSITIONED, Stage.SKIN_PREPARED)


def out_of_order(state: State, event: str, allowed: tuple[str, ...]) -> str:
    """Why this event may not come now, and what comes instead."""
    return f"{_why(state, event)} {_instead(allowed)}"


def _why(state: State, event: str) -> str:
    if state.is_over:
        return "The procedure is over."
    if state.interruption is Interruption.WITHDRAW:
        return "Extreme pain means that the needle may be in the root: nothing is injected there."
    if state.interruption is Interruption.WAIT:
        return "The patient has cramping pain: nothing goes in until it has eased."
    if state.interruption is Interruption.END:
        return "The procedure has been ended early, so nothing more goes in."
    if state.verdict not in (None, Release.GO) and event in (*_NEEDLE, "injected", "released"):
        return state.verdict_reason
    if event in ("injected", "released"):
        return _why_no_medicine(state, event)
    if event in _NEEDLE and state.stage in _BEFORE_STOP:
        return "No needle before the stop moment."
    return f"It is not yet, or no longer, time to {STEPS[event]}."


def _why_no_medicine(state: State, event: str) -> str:
    if event == "injected" and state.stage is Stage.READ:
        return "The contrast has been read, but no named clinician has released the medicine yet."
    return "No medicine before contrast has shown this needle, where it is now, beside the root."


def _instead(allowed: tuple[str, ...]) -> str:
    return f"Next: {STEPS[allowed[0]]}." if allowed else "Nothing follows."
