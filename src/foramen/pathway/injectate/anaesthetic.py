"""Local anaesthetic: how much of the largest dose has been given, summed over agents.

The largest doses of different agents are not added to each other: each dose is a fraction of its own maximum and the
fractions are summed, so that at 1.0 there is no more of any (LA-7). Rarely reached in this procedure: the real hazard
is where the drug goes, not how much there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from foramen.errors import InputError
from foramen.pathway.findings import Provenance
from foramen.pathway.rule_data import rule_data

FULL_FRACTION = 1.0
"""No more of any agent from here on (LA-7)."""

EARLY_WARNING_FRACTION = 0.5
"""Where the running total begins to warn (LA-7)."""

FRAIL_SHARE = 0.7
"""Elderly, debilitated, with heart or liver disease: 30 % less (LA-6, secondary source)."""

IDEAL_WEIGHT_ABOVE_BMI = 30.0
"""Above it the ideal body weight counts: height in cm less 100 for men, less 105 for women (LA-5)."""


class Ceiling(StrEnum):
    """Which of the published maxima to hold to."""

    LOWEST = "lowest"
    HIGHEST = "highest"


@dataclass(frozen=True)
class AnaestheticDose:
    """One dose of one agent, in milligrams of the salt as the ampoule states it."""

    agent: str
    dose_mg: float
    adrenaline: bool = False


@dataclass(frozen=True)
class Build:
    """What a largest dose depends on."""

    weight_kg: float
    height_cm: float | None = None
    female: bool | None = None
    frail: bool = False


@dataclass(frozen=True)
class Maximum:
    """The largest dose of one agent for one patient, with the arithmetic in words."""

    agent: str
    dose_mg: float
    arithmetic: str
    ref: str
    provenance: Provenance


def agents() -> tuple[str, ...]:
    """Every local anaesthetic that has a maximum."""
    return tuple(name for name, row in rule_data("anaesthetics").items() if isinstance(row, dict))


def dosing_weight_kg(build: Build) -> float:
    """The weight that doses are reckoned from: ideal body weight above a BMI of 30, where height and sex are known."""
    if build.height_cm is None or build.female is None:
        return build.weight_kg
    bmi = build.weight_kg / (build.height_cm / 100) ** 2
    if bmi <= IDEAL_WEIGHT_ABOVE_BMI:
        return build.weight_kg
    return min(build.weight_kg, build.height_cm - (105 if build.female else 100))


def maximum(agent: str, build: Build, *, adrenaline: bool = False, ceiling: Ceiling = Ceiling.LOWEST) -> Maximum:
    """The largest dose of an agent for this patient.

    Raises
    ------
    InputError
        If no maximum is known for the agent, or the weight is not a weight.
    """
    if not build.weight_kg > 0:
        raise InputError("The largest dose of local anaesthetic needs the patient's weight in kg; add it.")
    row, with_adrenaline = _row(agent, adrenaline=adrenaline)
    weight, figures = dosing_weight_kg(build), row[ceiling]
    dose, arithmetic = figures["mg_per_kg"] * weight, f"{figures['mg_per_kg']:g} mg/kg × {weight:g} kg"
    if build.frail:
        dose, arithmetic = dose * FRAIL_SHARE, f"{arithmetic} × {FRAIL_SHARE:g} (illness or frailty)"
    if dose > figures.get("cap_mg", float("inf")):
        dose, arithmetic = figures["cap_mg"], f"{arithmetic}, at most {figures['cap_mg']:g} mg"
    name = f"{agent} with adrenaline" if with_adrenaline else agent
    return Maximum(name, dose, f"{arithmetic} = {dose:.4g} mg", row["ref"], Provenance(row["provenance"]))


def fraction(doses: Iterable[AnaestheticDose], build: Build, *, ceiling: Ceiling = Ceiling.LOWEST) -> float:
    """Sum of each dose over its own maximum; 1.0 is the most that may be given of all agents together."""
    return sum(
        dose.dose_mg / maximum(dose.agent, build, adrenaline=dose.adrenaline, ceiling=ceiling).dose_mg for dose in doses
    )


def remaining_mg(agent: str, doses: Iterable[AnaestheticDose], build: Build, *, adrenaline: bool = False) -> float:
    """How much of an agent may still be given after these doses, never below nothing."""
    left = max(0.0, FULL_FRACTION - fraction(doses, build))
    return left * maximum(agent, build, adrenaline=adrenaline).dose_mg


def _row(agent: str, *, adrenaline: bool) -> tuple[dict[str, Any], bool]:
    rows = rule_data("anaesthetics").get(agent)
    if not isinstance(rows, dict):
        raise InputError(f"No largest dose of '{agent}' is known; there are {', '.join(agents())}.")
    if adrenaline and "adrenaline" in rows:
        return rows["adrenaline"], True
    return rows["plain"], False
