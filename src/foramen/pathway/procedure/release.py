"""The release gate: what the contrast showed decides whether any medicine may follow it.

Source: the pathway's hard order, step 10, after S0-18 (medicine only once the needle is known to be placed), S1-26
(extreme pain: in the root), S1-30 (particulate steroid without contrast) and S4-15 (contrast runs along the root).
An image made after the contrast alone is not enough: on CT fluoroscopy 14 % of vascular injections had washed out
and 30 % showed their vessel away from the needle (Kranz, AJNR).
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Literal


class Pattern(StrEnum):
    """Where the contrast went, in the radiologist's words."""

    ALONG_ROOT = "along-root"
    VASCULAR_ARTERIAL = "vascular-arterial"
    VASCULAR_VENOUS = "vascular-venous"
    VASCULAR_UNKNOWN = "vascular-unknown"
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
    Pattern.VASCULAR_UNKNOWN: Release.ABORT,
    Pattern.INTRATHECAL: Release.ABORT,
    Pattern.INTRANEURAL: Release.WITHDRAW,
    Pattern.EPIDURAL_ONLY: Release.REPOSITION,
    Pattern.ELSEWHERE: Release.REPOSITION,
    Pattern.UNCERTAIN: Release.REPEAT,
}
"""One answer for every pattern; only contrast along the root lets medicine through, and a vessel that may be an artery
counts as one."""

REASONS = {
    Pattern.ALONG_ROOT: "The contrast runs along the root.",
    Pattern.VASCULAR_ARTERIAL: "The contrast is in an artery: no steroid and no local anaesthetic; remove the needle.",
    Pattern.VASCULAR_VENOUS: "The contrast is in a vein: move the needle, then give contrast again.",
    Pattern.VASCULAR_UNKNOWN: (
        "The contrast is in a vessel that may be an artery to the cord: no steroid and no local anaesthetic; remove "
        "the needle."
    ),
    Pattern.INTRATHECAL: (
        "The contrast is in the thecal sac: no steroid and no local anaesthetic; remove the needle, watch for a spinal "
        "block."
    ),
    Pattern.INTRANEURAL: "The needle is in the root: withdraw at once, inject nothing there.",
    Pattern.EPIDURAL_ONLY: "The contrast is in the epidural space only: move the needle, then give contrast again.",
    Pattern.ELSEWHERE: "The contrast reaches neither root nor foramen: move the needle, then give contrast again.",
    Pattern.UNCERTAIN: "The pattern is not certain: repeat with subtraction angiography or a second CT pass.",
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


def pattern_from_spread(name: str, release: str, places: Collection[str] = ()) -> Pattern:
    """Read what a `spread.json` says in the words of this gate: never more lenient than the file's own release.

    Parameters
    ----------
    name, release : str
        Its `pattern` and `release`. A vessel that the needle may be moved away from counts as a vein; one that ended it
        may be an artery.
    places : collection of str
        The names of its `compartments`: what else a mixed pattern holds.

    Examples
    --------
    >>> pattern_from_spread("intravascular", "abort")
    <Pattern.VASCULAR_UNKNOWN: 'vascular-unknown'>
    """
    held = {name, *places} if name == "mixed" else {name}
    if release == Release.GO and name == "perineural":
        return Pattern.ALONG_ROOT
    if release == Release.ABORT:
        return Pattern.INTRATHECAL if "intrathecal" in held else Pattern.VASCULAR_UNKNOWN
    if release != Release.REPOSITION:
        return Pattern.UNCERTAIN
    if "intravascular" in held:
        return Pattern.VASCULAR_VENOUS
    return Pattern.EPIDURAL_ONLY if name == "epidural" else Pattern.ELSEWHERE
