"""Outcome instruments and the least change that matters to a patient; lower scores are better in all of them."""

from enum import StrEnum
from functools import cache

from foramen.errors import InputError
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Provenance
from foramen.pathway.rule_data import rule_data

MINIMAL_PERCENT, MODERATE_PERCENT, SUBSTANTIAL_PERCENT = 10.0, 30.0, 50.0
"""IMMPACT benchmarks for change of pain (OM-7)."""

_DECIMALS = 9
"""So that 8 to 7.2 is 10 %, and not a hair less by the machine's arithmetic."""


class Change(StrEnum):
    """How much better, in IMMPACT's words."""

    WORSE = "worse"
    NONE = "none"
    MINIMAL = "minimal"
    MODERATE = "moderate"
    SUBSTANTIAL = "substantial"


class Instrument(Facts):
    """One instrument; `points` or `percent`, whichever is reached first, is a change that matters."""

    id: str
    name: str
    range: tuple[float, float]
    points: float
    percent: float | None = None
    worse_points: float | None = None
    ref: str
    source: str
    provenance: Provenance


IMPRESSION = {
    1: Change.SUBSTANTIAL,
    2: Change.MODERATE,
    3: Change.MINIMAL,
    4: Change.NONE,
    5: Change.WORSE,
    6: Change.WORSE,
    7: Change.WORSE,
}
"""The patient's own impression, 1 very much improved to 7 very much worse, in the same words (OM-8)."""


@cache
def instrument(name: str) -> Instrument:
    """The instrument of that name.

    Raises
    ------
    InputError
        If none is known by it.
    """
    row = rule_data("instruments").get(name)
    if not isinstance(row, dict):
        known = ", ".join(key for key, value in rule_data("instruments").items() if isinstance(value, dict))
        raise InputError(f"There is no outcome instrument '{name}'; there are {known}.")
    return Instrument.model_validate({"id": name, **row}, strict=False)


def matters(name: str, before: float, after: float) -> bool:
    """Whether an improvement is one that patients notice.

    Examples
    --------
    >>> matters("nrs", before=8, after=6), matters("nrs", before=8, after=6.5)
    (True, False)
    """
    what, gained = instrument(name), round(before - after, _DECIMALS)
    by_percent = what.percent is not None and before > 0 and relief_percent(before, after) >= what.percent
    return gained >= what.points or by_percent


def relief_percent(before: float, after: float) -> float:
    """How much less than before, in percent of before; negative where it is more, 0 where there was nothing before."""
    return round(100.0 * (before - after) / before, _DECIMALS) if before > 0 else 0.0


def pain_change(before: float, after: float) -> Change:
    """A change of pain in IMMPACT's words: 10 % minimal, 30 % moderate, 50 % substantial."""
    if before <= 0:
        return Change.WORSE if after > 0 else Change.NONE
    relief = relief_percent(before, after)
    if relief >= SUBSTANTIAL_PERCENT:
        return Change.SUBSTANTIAL
    if relief >= MODERATE_PERCENT:
        return Change.MODERATE
    if relief >= MINIMAL_PERCENT:
        return Change.MINIMAL
    return Change.NONE if relief > -MINIMAL_PERCENT else Change.WORSE
