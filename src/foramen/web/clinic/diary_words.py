"""What the diary asks, in the patient's words: one question a screen, short words, short sentences."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from foramen.pathway.followup import DueTime, Response

NRS = tuple((str(rating), str(rating)) for rating in range(11))
YES_NO = (("yes", "Yes"), ("no", "No"))
IMPRESSIONS = (
    ("1", "Very much better"),
    ("2", "Much better"),
    ("3", "A little better"),
    ("4", "The same"),
    ("5", "A little worse"),
    ("6", "Much worse"),
    ("7", "Very much worse"),
)


@dataclass(frozen=True)
class Screen:
    """One question of the diary.

    `asked_at` names what the schedule asks for at a due time; without it the question is asked every time.
    """

    name: str
    words: str
    kind: Literal["scale", "choice", "drugs", "number", "alarms"]
    options: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    asked_at: str = ""


SCREENS = (
    Screen("leg_nrs", "How strong is the pain in your leg now?", "scale", NRS, "0 is no pain. 10 is the worst pain."),
    Screen("back_nrs", "How strong is the pain in your back now?", "scale", NRS, "0 is no pain. 10 is the worst pain."),
    Screen(
        "provoked_nrs",
        "Now make the move that most often brings on your leg pain. How strong is it?",
        "scale",
        NRS,
        "Only if you can do it safely. If not, go on.",
        asked_at="the movement that brings it on",
    ),
    Screen("in_usual_area", "Is this the pain you know, in the place you know?", "choice", YES_NO),
    Screen(
        "leg_numb_or_weak",
        "Is your leg numb or weak now?",
        "choice",
        YES_NO,
        asked_at="power and feeling of both legs",
    ),
    Screen("analgesics", "Which painkillers did you take since your last answer?", "drugs", asked_at="analgesics"),
    Screen(
        "impression", "How are you now, next to before the injection?", "choice", IMPRESSIONS, asked_at="own impression"
    ),
    Screen(
        "retreated",
        "Have you had one more injection or an operation since then?",
        "choice",
        YES_NO,
        asked_at="another injection or operation",
    ),
)
GLUCOSE = Screen(
    "glucose_mmol_per_l", "What is your blood sugar now?", "number", hint="In mmol/L. If you did not measure, go on."
)
ALARMS = Screen("alarms", "Do you have any of these now?", "alarms")

SIGNS = (
    ("cannot_pass_water", "I can't pass water as usual"),
    ("saddle_numbness", "I feel numb between my legs"),
    ("both_legs_numb_or_weak", "Both my legs are numb or weak"),
    ("new_weakness", "My leg or foot is weaker than before the injection"),
    ("hard_to_breathe", "It is hard to breathe"),
    ("vision_or_speech_change", "I can't see or speak as usual"),
    ("fainted", "I have fainted"),
    ("severe_back_pain", "I have a new, strong pain in my back"),
    ("fever", "I have a fever"),
    ("rash_or_swelling", "I have a rash or a swelling"),
    ("headache_when_upright", "I have a headache when I stand that goes when I lie down"),
    ("pain_worse", "My pain is worse than before the injection"),
    ("site_bleeding_or_weeping", "The place of the injection bleeds or is wet"),
    ("flushed_or_sleepless", "My face is hot and red, or I sleep badly"),
    ("no_benefit", "The injection has not helped at all"),
)
KETONES = ("ketones", "I have found ketones")
"""Asked of a patient with diabetes."""

HEADINGS = {
    Response.EMERGENCY: "Call the emergency number now",
    Response.SAME_DAY: "Call us today",
    Response.CALL: "Please call us this week",
    Response.ASK_FIRST: "Please call us",
    Response.REASSURE: "Thank you",
}
ADVICE = {
    Response.EMERGENCY: "Say that you had an injection in your lower back. Do not drive yourself. Do not wait.",
    Response.SAME_DAY: "What you told us should be looked at today.",
    Response.CALL: "We want to talk with you about what you told us.",
    Response.ASK_FIRST: "We need one more answer from you.",
    Response.REASSURE: "We have your answers. Nothing in them needs a call. If you feel worse, call us at any time.",
}
ORDER = (Response.REASSURE, Response.CALL, Response.ASK_FIRST, Response.SAME_DAY, Response.EMERGENCY)
"""How urgent, least first."""


def screens(due: DueTime | None, *, diabetic: bool, signs: bool) -> Iterator[Screen]:
    """The questions of one time: those of every time, those that the schedule asks for now, and the signs of danger.

    Before the injection (`due` is None) the pain is asked for with the movement that brings it on.
    """
    wanted: Iterable[str] = due.asks if due else ("the movement that brings it on",)
    yield from (one for one in SCREENS if not one.asked_at or one.asked_at in wanted)
    if diabetic and signs:
        yield GLUCOSE
    if signs:
        yield ALARMS
