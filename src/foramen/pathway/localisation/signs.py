"""What each sign on a leg says about the roots."""

from collections.abc import Iterator
from dataclasses import dataclass

from foramen.pathway.answer import Answer
from foramen.pathway.facts.examination import Leg
from foramen.pathway.facts.vocabulary import Level, Reflex
from foramen.pathway.rule_data import rule_data

NORMAL_POWER = 5
"""MRC grade of full power."""


@dataclass(frozen=True, order=True)
class Sign:
    """One abnormal finding: its kind (pain, numbness, power, reflex, stretch), what it is, the roots it speaks for."""

    kind: str
    what: str
    levels: tuple[Level, ...]


def signs_on(leg: Leg) -> tuple[Sign, ...]:
    """Every abnormal sign of one leg. What was not asked or not tested says nothing."""
    return tuple(sorted({*_felt(leg), *_weak(leg), *_reflexes(leg), *_stretched(leg)}))


def _felt(leg: Leg) -> Iterator[Sign]:
    for kind, areas in (("pain", leg.pain_areas), ("numbness", leg.numb_areas)):
        for area in areas or ():
            yield Sign(kind, area, _levels("area", area))


def _weak(leg: Leg) -> Iterator[Sign]:
    for movement, grade in leg.power.items():
        if grade < NORMAL_POWER:
            yield Sign("power", movement, _levels("movement", movement))


def _reflexes(leg: Leg) -> Iterator[Sign]:
    for name, found in (("knee", leg.knee_reflex), ("ankle", leg.ankle_reflex)):
        if found in (Reflex.REDUCED, Reflex.ABSENT):
            yield Sign("reflex", name, _levels("reflex", name))


def _stretched(leg: Leg) -> Iterator[Sign]:
    tests = (
        ("straight-leg-raise", leg.straight_leg_raise_positive),
        ("femoral-stretch", leg.femoral_stretch_positive),
    )
    for name, positive in tests:
        if positive is Answer.YES:
            yield Sign("stretch", name, _levels("stretch", name))


def _levels(table: str, sign: str) -> tuple[Level, ...]:
    return tuple(Level(level) for level in rule_data("localisation")[table][sign])
