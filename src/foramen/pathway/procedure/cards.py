"""Emergency cards: what to do when it goes wrong, one call away, with doses reckoned for the patient."""

from typing import Any

from foramen.errors import UsageError
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Provenance
from foramen.pathway.rule_data import rule_data

RECALLED = "{what} recalled, not verified: check against your own card."
"""Stands on every card whose steps or signs were not read in a source."""


class Card(Facts):
    """One emergency: how it shows, what to do in order, and how each is known."""

    id: str
    title: str
    signs: tuple[str, ...]
    steps: tuple[str, ...]
    source: str
    provenance: Provenance
    caution: str | None


def card(name: str, weight_kg: float | None = None) -> Card:
    """The card of that name; without a weight its doses stay per kilogram.

    Raises
    ------
    UsageError
        If there is no such card.
    """
    row = rule_data("emergency_cards").get(name)
    if not isinstance(row, dict):
        raise UsageError(f"There is no emergency card '{name}'; there are {', '.join(_names())}.")
    return Card(
        id=name,
        title=row["title"],
        signs=tuple(row["signs"]),
        steps=tuple(_dosed(step, weight_kg) for step in row["steps"]),
        source=row["source"],
        provenance=Provenance(row["provenance"]),
        caution=_caution(row),
    )


def cards(weight_kg: float | None = None) -> tuple[Card, ...]:
    """Every card."""
    return tuple(card(name, weight_kg) for name in _names())


def _caution(row: dict[str, Any]) -> str | None:
    recalled = [
        what for what, key in (("Steps", "provenance"), ("Signs", "signs_provenance")) if row[key] == Provenance.M
    ]
    return RECALLED.format(what=" and ".join(recalled).capitalize()) if recalled else None


def _names() -> list[str]:
    return [name for name, row in rule_data("emergency_cards").items() if isinstance(row, dict)]


def _dosed(step: dict[str, Any], weight_kg: float | None) -> str:
    text: str = step["text"]
    return text.format(
        amount=_millilitres(step.get("ml_per_kg"), weight_kg),
        rate=_millilitres(step.get("ml_per_kg_per_h"), weight_kg),
    )


def _millilitres(per_kg: float | None, weight_kg: float | None) -> str:
    if per_kg is None:
        return ""
    return f"{per_kg:g} mL/kg" if weight_kg is None else f"{per_kg * weight_kg:.0f} mL"
