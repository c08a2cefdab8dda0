"""Which areas of skin a drawing covers, and what that says about the roots."""

from collections.abc import Iterable
from itertools import pairwise
from math import ceil, hypot
from typing import TypeAlias

from foramen.pathway.facts import Area, Leg, Referral, Side
from foramen.pathway.localisation import RootEvidence, localise
from foramen.records.events import PainMark
from foramen.web.clinic.body_map.figure import HEIGHT, VIEWS, WIDTH, Region, regions

Felt: TypeAlias = frozenset[tuple[str, Side, Area]]
"""What is felt where: pain or numbness, the patient's side, the area of skin."""

STEP = 3.0
"""Least distance between looks along a stroke, in the drawing's units."""

FELT = {"pain": "pain_areas", "numbness": "numb_areas"}
"""Which list of a leg each feeling of a mark belongs to."""


def touched(marks: Iterable[PainMark]) -> Felt:
    """Every feeling, side and area that a mark names, or that one of its points lies in."""
    return frozenset(found for mark in marks for found in _touched(mark))


def drawn(referral: Referral, areas: Felt) -> Referral:
    """The referral with these areas of pain and numbness on both legs; a leg without any was asked for and has none."""
    legs = {side: _leg(referral.examination.leg(side), side, areas) for side in Side}
    examination = referral.examination.model_copy(update={side.value: leg for side, leg in legs.items()})
    return referral.model_copy(update={"examination": examination})


def areas_of(referral: Referral) -> Felt:
    """The areas of pain and numbness that a referral knows."""
    return frozenset(
        (feeling, side, area)
        for side in Side
        for feeling, name in FELT.items()
        for area in getattr(referral.examination.leg(side), name) or ()
    )


def roots_by_pain(areas: Felt, referral: Referral) -> tuple[RootEvidence, ...]:
    """What the drawing together with everything else known says about the roots, the best first."""
    return localise(drawn(referral, areas))


def _leg(leg: Leg, side: Side, areas: Felt) -> Leg:
    """The areas in the order of the body, so that one drawing always gives one record."""
    lists = {name: tuple(area for area in Area if (feeling, side, area) in areas) for feeling, name in FELT.items()}
    return leg.model_copy(update=lists)


def _touched(mark: PainMark) -> Iterable[tuple[str, Side, Area]]:
    if mark.area is not None and mark.side is not None:
        yield mark.feeling, Side(mark.side), mark.area
    if mark.view not in VIEWS:
        return
    way = tuple(_way([(x * WIDTH, y * HEIGHT) for x, y in mark.points]))
    for region in regions(mark.view):
        if any(_inside(x, y, region) for x, y in way):
            yield mark.feeling, region.side, region.area


def _way(points: list[tuple[float, float]]) -> Iterable[tuple[float, float]]:
    """A stroke without gaps: a quick finger leaves points that lie wider apart than a toe."""
    yield from points[:1]
    for (x1, y1), (x2, y2) in pairwise(points):
        pieces = max(1, ceil(hypot(x2 - x1, y2 - y1) / STEP))
        for piece in range(1, pieces + 1):
            yield x1 + (x2 - x1) * piece / pieces, y1 + (y2 - y1) * piece / pieces


def _inside(x: float, y: float, region: Region) -> bool:
    """Whether a point lies in a polygon: a ray to the right crosses its edge an odd number of times."""
    odd, corners = False, region.corners
    if not corners[0][1] <= y <= corners[len(corners) // 2][1]:
        return False  # above or below the whole of it
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            odd = not odd
    return odd
