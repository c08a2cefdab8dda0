"""The release gate: what the contrast showed decides whether any medicine may follow it.

Source: the pathway's hard order, step 10, after S0-18 (medicine only once the needle is known to be placed), S1-26
(extreme pain: in the root), S1-30 (particulate steroid without contrast) and S4-15 (contrast runs along the root).
An image made after the contrast alone is not enough: on CT fluoroscopy 14 % of vascular injections had washed out
and 30 % showed their vessel away from the needle (Kranz, AJNR).
"""

from enum import StrEnum
from typing import Literal


class Pattern(StrEnum):
    """Where the contrast went, in the radiologist's words."""

    ALONG_ROOT = "along-root"
    VASCULAR_ARTERIAL = "vascular-arterial"
    VASCULAR_VENOUS = "vascular-venous"
    INTRATHECAL = "intrathecal"
    INTRANEURAL = "intraneural"
    EPIDURAL_ONLY = "epidural-only"
    ELSEWHERE = "elsewhere"
    UNCERTAIN = "uncertain"


class Release(StrEnum):
    """What follows from the pattern."""

    GO = "go"
    REPOSITION = "reposition"
    REPEAT = "repeat"
    WITHDRAW = "withdraw"
    ABORT = "abort"


GATE = {
    Pattern.ALONG_ROOT: Release.GO,
    Pattern.VASCULAR_ARTERIAL: Release.ABORT,
    Pattern.VASCULAR_VENOUS: Release.REPOSITION,
    Pattern.INTRATHECAL: Release.ABORT,
    Pattern.INTRANEURAL: Release.WITHDRAW,
    Pattern.EPIDURAL_ONLY: Release.REPOSITION,
    Pattern.ELSEWHERE: Release.REPOSITION,
    Pattern.UNCERTAIN: Release.REPEAT,
}
"""One answer for every pattern; only contrast along the root lets medicine through."""

REASONS = {
    Pattern.ALONG_ROOT: "The contrast runs along the root.",
    Pattern.VASCULAR_ARTERIAL: "The contrast is in an artery: no steroid and no local anaesthetic; remove the needle.",
    Pattern.VASCULAR_VENOUS: "The contrast is in a vein: move the needle, then give contrast again.",
    Pattern.INTRATHECAL: (
        "The contrast is in the thecal sac: no steroid and no local anaesthetic; remove the needle, watch for a spinal "
        "block."
    ),
    Pattern.INTRANEURAL: "The needle is in the root: withdraw at once, inject nothing there.",
    Pattern.EPIDURAL_ONLY: "The contrast is in the epidural space only: move the needle, then give contrast again.",
    Pattern.ELSEWHERE: "The contrast reaches neither root nor foramen: move the needle, then give contrast again.",
    Pattern.UNCERTAIN: "The pattern is not certain: repeat with subtraction angiography or a second CT pass.",
}

_FROM_SPREAD_FILE = {
    "perineural": Pattern.ALONG_ROOT,
    "epidural": Pattern.EPIDURAL_ONLY,
    "intrathecal": Pattern.INTRATHECAL,
    "intravascular": Pattern.VASCULAR_ARTERIAL,
    "intradiscal": Pattern.ELSEWHERE,
    "facet": Pattern.ELSEWHERE,
    "muscle": Pattern.ELSEWHERE,
    "none": Pattern.ELSEWHERE,
}


def release(pattern: Pattern, *, seen_during: bool, vessels_checked: bool) -> tuple[Release, str]:
    """Decide what may follow this contrast, and say why.

    Parameters
    ----------
    pattern : Pattern
        Where the contrast went.
    seen_during : bool
        An image was made during the contrast or directly after it, not only later.
    vessels_checked : bool
        Someone looked for vessels away from the needle as well and says so.
    """
    decision = GATE[pattern]
    if decision is not Release.GO:
        return decision, REASONS[pattern]
    if not seen_during:
        return Release.REPEAT, "No image was made while the contrast went in, so a vessel may have washed out: repeat."
    if not vessels_checked:
        return Release.REPEAT, "Nobody has looked for contrast in vessels away from the needle: look, or repeat."
    return decision, REASONS[pattern]


def read_aspirate(found: Literal["blood", "csf"]) -> tuple[Release, str]:
    """What follows when something comes back; that nothing comes back releases nothing (§7.4)."""
    if found == "csf":
        return Release.ABORT, "Spinal fluid comes back: no steroid and no local anaesthetic; remove the needle."
    return Release.REPOSITION, "Blood comes back: move the needle before anything goes in."


def pattern_from_spread(name: str) -> Pattern:
    """Read the pattern of a `spread.json`; a vessel of unknown kind counts as an artery, anything mixed as uncertain.

    Examples
    --------
    >>> pattern_from_spread("intravascular")
    <Pattern.VASCULAR_ARTERIAL: 'vascular-arterial'>
    """
    return _FROM_SPREAD_FILE.get(name, Pattern.UNCERTAIN)
