"""Which numbering a label map is written in, decided by what lies where, never by a guess."""

from foramen.anatomy.label_evidence import Evidence
from foramen.anatomy.schemes import BUILT_IN, Scheme, scheme_named
from foramen.anatomy.spine_check import Fault, fault, sides, vertebrae_of
from foramen.anatomy.structures import VERTEBRAE, Structure
from foramen.errors import InputError

LEAST_KNOWN = 0.85
"""Share of the values that occur that a numbering must know. A real map of TotalSegmentator 2 had 1 in 43 unknown."""
TOUCH_MM = 3.0
FUSED, PARTED = 3.0, 1.5
"""S1 is fused with the sacrum and parted from L5 by a disc; L6 is parted from both. Contact below over contact above
was 16 for S1 and 0.6 for a lumbar vertebra on a real scan."""
MOST_SURE = 0.99
"""Only names in the file and the user are certain."""
DISPUTED = 26
"""S1 in TotalSegmentator 2, L6 in version 3."""
BODY_PARTS = frozenset(range(41, 51))
"""The parts of a vertebra in TPTBox and SPINEPS: arch, processes, facets, body."""


def recognise(evidence: Evidence, name: str) -> tuple[Scheme, float]:
    """The numbering, and how sure it is: every finding that agrees halves the doubt.

    Raises
    ------
    InputError
        If no numbering fits, or several do that call a vertebra by different names.
    """
    _refuse_levelless(evidence, name)
    known = [scheme for scheme in map(scheme_named, BUILT_IN) if _knows(evidence, scheme)]
    faults = {scheme.name: fault(evidence, scheme) for scheme in known}
    fitting = [scheme for scheme in known if faults[scheme.name] is None]
    if not fitting:
        raise InputError(_why_none(name, known, faults))
    readings = {_vertebra_names(evidence, scheme): scheme for scheme in reversed(fitting)}
    if len(readings) > 1 and DISPUTED in evidence.looks:
        readings = _without_the_wrong_26(evidence, readings)
    if len(readings) > 1:
        choices = " or ".join(f"{s.name} ({_in_words(evidence, s)})" for s in reversed(readings.values()))
        raise InputError(f"{name} could be {choices}; say which with --label-scheme.")
    (scheme,) = readings.values()
    agreeing = len(vertebrae_of(evidence, scheme)) - 1 + sides(evidence, scheme)[0]
    return scheme, min(round(1.0 - 0.5 ** (agreeing + 1), 3), MOST_SURE)


def _refuse_levelless(evidence: Evidence, name: str) -> None:
    values = set(evidence.looks)
    if values <= {1, 2} or values <= BODY_PARTS:
        parts = "vertebral bodies and discs" if values <= {1, 2} else "the parts of vertebrae (values 41 to 50)"
        raise InputError(
            f"{name} seems to hold {parts} without their levels; give the map that names the vertebrae (L1 to L5), "
            "or say what its values mean with --label-scheme."
        )


def _knows(evidence: Evidence, scheme: Scheme) -> bool:
    known = sum(value in scheme.values for value in evidence.looks)
    return known >= LEAST_KNOWN * len(evidence.looks)


def _vertebra_names(evidence: Evidence, scheme: Scheme) -> tuple[tuple[int, Structure], ...]:
    return tuple((v, s) for v in sorted(evidence.looks) if (s := scheme.values.get(v)) is not None and s in VERTEBRAE)


def _in_words(evidence: Evidence, scheme: Scheme) -> str:
    return ", ".join(f"{value} = {level.name}" for value, level in _vertebra_names(evidence, scheme)[:3])


def _without_the_wrong_26(
    evidence: Evidence, readings: dict[tuple[tuple[int, Structure], ...], Scheme]
) -> dict[tuple[tuple[int, Structure], ...], Scheme]:
    """Keep the reading of value 26 that its contact with L5 (27) above and the sacrum (25) below speaks for."""
    wanted = _look_of_26(evidence)
    if wanted is None:
        return readings
    return {
        reading: scheme
        for reading, scheme in readings.items()
        if scheme.values.get(27) is not Structure.L5 or scheme.values.get(DISPUTED) is wanted
    }


def _look_of_26(evidence: Evidence) -> Structure | None:
    """S1 or L6 by how it joins its neighbours; None where they are not in view or it is not clear."""
    if not {25, 27} <= set(evidence.looks):
        return None
    above, below = evidence.touch(DISPUTED, 27, TOUCH_MM), evidence.touch(DISPUTED, 25, TOUCH_MM)
    if below > FUSED * above:
        return Structure.S1
    return Structure.L6 if below <= PARTED * above else None


def _why_none(name: str, known: list[Scheme], faults: dict[str, Fault | None]) -> str:
    if known and any(faults[scheme.name] is Fault.DISORDER for scheme in known):
        what = "in no numbering that knows its values do the vertebrae follow each other from head to foot"
    elif known and any(faults[scheme.name] is Fault.NOT_BONE for scheme in known):
        what = "its vertebrae do not lie on bone of this CT; it may belong to another scan"
    else:
        what = "its values are those of no numbering that Foramen knows"
    return f"{name} is not recognised: {what}. Give the CT's own map, or say what its values mean with --label-scheme."
