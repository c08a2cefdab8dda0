"""Steroid in methylprednisolone equivalents: one dose, one session, one rolling year over all sources (SI-7, SI-8).

The equivalents are recalled (SD-5): a load built on them is an estimate, and betamethasone, given as 0.6 to 0.75 mg,
counts at its stronger reading.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from foramen.pathway.facts.treatment import SteroidDose
from foramen.pathway.injectate.products import catalogue
from foramen.pathway.rule_data import rule_data

YEAR = timedelta(days=365)
"""A rolling year: a dose counts until the day a year after it."""


def steroid_agent(name: str) -> str | None:
    """The steroid that a product or a written name stands for, or None where no word of it is a known steroid.

    Examples
    --------
    >>> steroid_agent("Triamcinolone acetonide 40 mg")
    'triamcinolone'
    """
    if name in catalogue():
        return catalogue()[name].agent
    known = [agent for agent, row in rule_data("steroids").items() if isinstance(row, dict)]
    found = [agent for agent in known if agent in name.lower()]
    return max(found, key=len, default=None)


def methylprednisolone_mg(agent: str, dose_mg: float) -> float:
    """A dose of a known steroid in mg of methylprednisolone."""
    rows = rule_data("steroids")
    equivalent: float = rows["methylprednisolone"]["equivalent_mg"] / rows[agent]["equivalent_mg"]
    return dose_mg * equivalent


def year_load_mg(ledger: Iterable[SteroidDose], until: date) -> float | None:
    """Methylprednisolone equivalents given in the year up to and including a day.

    Returns
    -------
    float or None
        None where a dose of that year has no amount or no steroid that is known: such a sum would be too small.
    """
    total = 0.0
    for dose in ledger:
        if not until - YEAR < dose.on <= until:
            continue
        agent = steroid_agent(dose.product)
        if agent is None or dose.dose_mg is None:
            return None
        total += methylprednisolone_mg(agent, dose.dose_mg)
    return total
