"""What the contrast allows: the pattern it makes, whether the steroid may follow, and why.

The table is gate 10 of the procedure's order (`clinical.md` §7.1): only contrast along the target root lets the steroid
through; a vessel that may be an artery, or the thecal sac, ends it; everything else is moved or looked at again. What
CT can't see is said every time (Kranz 2015, AJNR 36:1000: 14 % of vascular uptake washed out rapidly and 30 % of the
vessels lay away from the needle).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from foramen.guidance.compartments import Compartment

LEAST_FOUND_ML = 0.03
LEAST_FOUND_SHARE = 0.85
"""With less than this of what was injected in view, the rest may be in a vessel."""
SURE_ML, SURE_SHARE = 0.015, 0.05
FAINT_ML, FAINT_SHARE = 0.006, 0.025
"""How much, in millilitres and as a share of what was found, is surely in a forbidden compartment, or may be."""
ROOT_SHARE, ASTRAY_SHARE = 0.5, 0.35
LEAST_LENGTH_MM = 8.0
MOST_SATURATED = 0.25


class Pattern(StrEnum):
    """Where the contrast went."""

    PERINEURAL = "perineural"
    EPIDURAL = "epidural"
    INTRATHECAL = "intrathecal"
    INTRAVASCULAR = "intravascular"
    INTRADISCAL = "intradiscal"
    FACET = "facet"
    MUSCLE = "muscle"
    MIXED = "mixed"
    NONE = "none"
    UNCERTAIN = "uncertain"


class Release(StrEnum):
    """What may follow."""

    GO = "go"
    REPOSITION = "reposition"
    REPEAT = "repeat"
    ABORT = "abort"


@dataclass(frozen=True)
class Evidence:
    """What was found, as the table needs it.

    Attributes
    ----------
    compartments_ml
        Volumes of the syringe's fluid.
    injected_ml
        What was injected; none where nobody said.
    length_along_root_mm
    pfirrmann_type
        1, 2, 3, or none where it can't be told.
    vessel_into_canal
        A vessel leads into the canal; `None` where no vessel was seen.
    washed_out_ml
        Gone between the first and the second scan; `None` without a second scan.
    doubt
        Why the comparison itself can't be trusted; empty where it can.
    saturated
        Share of the contrast too bright to be measured.
    """

    compartments_ml: Mapping[Compartment, float]
    injected_ml: float | None
    length_along_root_mm: float
    pfirrmann_type: int | None
    vessel_into_canal: bool | None
    washed_out_ml: float | None
    doubt: str
    saturated: float

    @property
    def found_ml(self) -> float:
        """All that was found."""
        return sum(self.compartments_ml.values())

    def share(self, *compartments: Compartment) -> float:
        """Of what was found."""
        return sum(self.compartments_ml.get(c, 0.0) for c in compartments) / max(self.found_ml, 1e-9)

    def surely_in(self, compartment: Compartment) -> bool:
        """More than partial volume can feign."""
        return self._exceeds(compartment, SURE_ML, SURE_SHARE)

    def perhaps_in(self, compartment: Compartment) -> bool:
        """Too much to be ignored."""
        return self._exceeds(compartment, FAINT_ML, FAINT_SHARE)

    def _exceeds(self, compartment: Compartment, least_ml: float, least_share: float) -> bool:
        return self.compartments_ml.get(compartment, 0.0) > max(least_ml, least_share * self.found_ml)


@dataclass(frozen=True)
class Decision:
    """Pattern, release and reasons, the weightiest first."""

    pattern: Pattern
    release: Release
    reasons: tuple[str, ...]


_OF_COMPARTMENT = {
    Compartment.INTRATHECAL: Pattern.INTRATHECAL,
    Compartment.INTRAVASCULAR: Pattern.INTRAVASCULAR,
    Compartment.INTRADISCAL: Pattern.INTRADISCAL,
    Compartment.FACET: Pattern.FACET,
    Compartment.EPIDURAL: Pattern.EPIDURAL,
    Compartment.MUSCLE: Pattern.MUSCLE,
    Compartment.SKIN_TRACK: Pattern.MUSCLE,
    Compartment.ELSEWHERE: Pattern.MUSCLE,
}


def decide(evidence: Evidence) -> Decision:
    """Apply the table.

    Returns
    -------
    Decision
        `go` only where contrast lies along the target root and nowhere it must not be, all of it accounted for.
    """
    for rule in (_untrusted, _absent, _forbidden, _missing, _suspected):
        if decision := rule(evidence):
            return decision
    return _placed(evidence)


def _untrusted(e: Evidence) -> Decision | None:
    if not e.doubt:
        return None
    return Decision(Pattern.UNCERTAIN, Release.REPEAT, (f"The two scans can't be compared: {e.doubt}.",))


def _absent(e: Evidence) -> Decision | None:
    if e.found_ml >= LEAST_FOUND_ML and (e.injected_ml is None or e.found_ml > 0.1 * e.injected_ml):
        return None
    words = (
        "No contrast was found. It may lie outside the slices, or a vessel may have carried it away: scan again while "
        "injecting."
    )
    return Decision(Pattern.NONE, Release.REPEAT, (words,))


def _forbidden(e: Evidence) -> Decision | None:
    """Contrast where none may be; the worst decides, and beside other contrast the pattern is mixed."""
    found: list[tuple[Pattern, Release, str]] = []
    if e.surely_in(Compartment.INTRATHECAL):
        words = "Contrast lies in the thecal sac: no steroid and no local anaesthetic; watch for a spinal block."
        found.append((Pattern.INTRATHECAL, Release.ABORT, words))
    elif e.vessel_into_canal:
        words = "A vessel leads into the canal, and CT can't tell a vein from an artery to the cord: no steroid."
        found.append((Pattern.INTRAVASCULAR, Release.ABORT, words))
    if e.vessel_into_canal is False or e.washed_out_ml:
        gone = f" {e.washed_out_ml:.2f} ml were gone on the second scan." if e.washed_out_ml else ""
        words = f"Contrast lies in a vessel: move the needle and give contrast again.{gone}"
        found.append((Pattern.INTRAVASCULAR, Release.REPOSITION, words))
    if e.surely_in(Compartment.INTRADISCAL):
        words = "Contrast lies in the disc: withdraw the needle and give contrast again."
        found.append((Pattern.INTRADISCAL, Release.REPOSITION, words))
    if e.surely_in(Compartment.FACET):
        words = "Contrast lies in the facet joint: move the needle and give contrast again."
        found.append((Pattern.FACET, Release.REPOSITION, words))
    if not found:
        return None
    release = Release.ABORT if any(r is Release.ABORT for _, r, _ in found) else Release.REPOSITION
    found.sort(key=lambda item: item[1] is not Release.ABORT)
    beside = e.share(Compartment.ALONG_ROOT, Compartment.FORAMEN, Compartment.EPIDURAL) > 0.25
    pattern = Pattern.MIXED if len(found) > 1 or beside else found[0][0]
    return Decision(pattern, release, tuple(words for _, _, words in found))


def _missing(e: Evidence) -> Decision | None:
    if e.injected_ml is None:
        words = (
            "How much was injected was not said, and contrast that a vessel carried away shows only by being missing: "
            "the steroid can't be released."
        )
        return Decision(Pattern.UNCERTAIN, Release.REPEAT, (words,))
    if e.found_ml >= LEAST_FOUND_SHARE * e.injected_ml or e.saturated > MOST_SATURATED:
        return None
    words = (
        f"Only {e.found_ml:.2f} of {e.injected_ml:.2f} ml was found; the rest may be in a vessel or outside the "
        "slices: scan again while injecting, with more slices."
    )
    return Decision(Pattern.UNCERTAIN, Release.REPEAT, (words,))


def _suspected(e: Evidence) -> Decision | None:
    words = {
        Compartment.INTRATHECAL: "A little contrast may lie in the thecal sac",
        Compartment.INTRADISCAL: "A little contrast may lie in the disc",
        Compartment.FACET: "A little contrast may lie in the facet joint",
    }
    reasons = tuple(f"{text}: scan again in thinner slices." for c, text in words.items() if e.perhaps_in(c))
    return Decision(Pattern.UNCERTAIN, Release.REPEAT, reasons) if reasons else None


def _placed(e: Evidence) -> Decision:
    """Decide where nothing is forbidden: by whether the contrast lies along the root."""
    astray = e.share(Compartment.MUSCLE, Compartment.SKIN_TRACK, Compartment.ELSEWHERE)
    on_root = e.share(Compartment.ALONG_ROOT, Compartment.FORAMEN)
    enough = e.length_along_root_mm >= LEAST_LENGTH_MM
    if e.pfirrmann_type == 3:
        words = "Contrast lies beside the root and does not outline it (type 3): move the needle to the root."
        return Decision(Pattern.MIXED if on_root > 0.2 else Pattern.MUSCLE, Release.REPOSITION, (words,))
    if on_root >= ROOT_SHARE and astray <= ASTRAY_SHARE and enough:
        words = (
            f"Contrast runs along the root for {e.length_along_root_mm:.0f} mm and none was found where it must not be."
        )
        return Decision(Pattern.PERINEURAL, Release.GO, (words,))
    if on_root >= ROOT_SHARE and not enough:
        words = f"Contrast reaches only {e.length_along_root_mm:.0f} mm of the root: give a little more and scan again."
        return Decision(Pattern.UNCERTAIN, Release.REPEAT, (words,))
    largest = max(e.compartments_ml, key=lambda c: e.compartments_ml[c])
    if e.share(Compartment.EPIDURAL) > 0.5:
        words = "Contrast lies in the epidural space and hardly along the root: move the needle outward."
        return Decision(Pattern.EPIDURAL, Release.REPOSITION, (words,))
    pattern = _OF_COMPARTMENT.get(largest, Pattern.MIXED) if e.share(largest) > 0.5 else Pattern.MIXED
    words = "Most of the contrast does not lie along the target root: move the needle and give contrast again."
    return Decision(pattern, Release.REPOSITION, (words,))


def limits_of_sight(*, second_scan: bool) -> tuple[str, ...]:
    """What CT can't see, in words for the person who decides."""
    words = ["About a third of vessels lie away from the needle, beyond what these slices show: look for them."]
    if not second_scan:
        words.insert(
            0, "A vessel can wash out before the scan: a second scan, right after more contrast, would show it."
        )
    return tuple(words)
