"""The table of gate 10, row by row: only contrast along the root, all of it accounted for, lets the steroid through."""

from dataclasses import replace

import pytest

from foramen.guidance.compartments import FORBIDDEN, Compartment
from foramen.guidance.release import Evidence, Pattern, Release, decide, limits_of_sight

CLEAN = Evidence(
    compartments_ml={Compartment.ALONG_ROOT: 0.15, Compartment.FORAMEN: 0.12},
    injected_ml=0.3,
    length_along_root_mm=17.0,
    pfirrmann_type=2,
    vessel_into_canal=None,
    washed_out_ml=None,
    doubt="",
    saturated=0.0,
)


def of(**changes) -> tuple[Pattern, Release]:
    decision = decide(replace(CLEAN, **changes))
    assert decision.reasons
    return decision.pattern, decision.release


def only(compartment: Compartment, ml: float = 0.28) -> dict[Compartment, float]:
    return {compartment: ml}


def test_contrast_along_the_root_alone_is_released():
    assert of() == (Pattern.PERINEURAL, Release.GO)
    assert of(compartments_ml=CLEAN.compartments_ml | {Compartment.EPIDURAL: 0.05}) == (Pattern.PERINEURAL, Release.GO)


@pytest.mark.parametrize(
    ("compartment", "pattern", "release"),
    [
        (Compartment.INTRATHECAL, Pattern.INTRATHECAL, Release.ABORT),
        (Compartment.INTRADISCAL, Pattern.INTRADISCAL, Release.REPOSITION),
        (Compartment.FACET, Pattern.FACET, Release.REPOSITION),
        (Compartment.EPIDURAL, Pattern.EPIDURAL, Release.REPOSITION),
        (Compartment.MUSCLE, Pattern.MUSCLE, Release.REPOSITION),
        (Compartment.ELSEWHERE, Pattern.MUSCLE, Release.REPOSITION),
    ],
)
def test_each_other_place_has_its_row(compartment, pattern, release):
    assert of(compartments_ml=only(compartment), length_along_root_mm=0.0, pfirrmann_type=None) == (pattern, release)


@pytest.mark.parametrize(("into_canal", "release"), [(True, Release.ABORT), (False, Release.REPOSITION)])
def test_a_vessel_ends_it_where_it_may_feed_the_cord_and_moves_the_needle_elsewhere(into_canal, release):
    assert of(vessel_into_canal=into_canal) == (Pattern.MIXED, release)


def test_what_washed_out_was_in_a_vessel():
    assert of(washed_out_ml=0.1)[1] is Release.REPOSITION
    assert of(washed_out_ml=0.0)[1] is Release.GO


@pytest.mark.parametrize("ml", [0.007, 0.01, 0.02, 0.05, 0.2])
@pytest.mark.parametrize("forbidden", [c for c in FORBIDDEN if c is not Compartment.INTRAVASCULAR])
def test_contrast_where_none_may_be_never_releases_however_little(forbidden, ml):
    _, release = of(compartments_ml=CLEAN.compartments_ml | {forbidden: ml}, injected_ml=0.27)
    assert release is not Release.GO


@pytest.mark.parametrize(
    "changes",
    [
        {"compartments_ml": {}},
        {"compartments_ml": {Compartment.FORAMEN: 0.02}},
        {"injected_ml": None},
        {"injected_ml": 0.6},
        {"doubt": "the bones do not match"},
        {"length_along_root_mm": 4.0},
    ],
    ids=["nothing", "next to nothing", "amount not said", "half is missing", "not registered", "too short"],
)
def test_absent_or_ambiguous_contrast_asks_for_another_look(changes):
    pattern, release = of(**changes)
    assert release is Release.REPEAT
    assert pattern in (Pattern.NONE, Pattern.UNCERTAIN)


def test_contrast_beside_the_root_is_type_3_and_moves_the_needle():
    assert of(pfirrmann_type=3)[1] is Release.REPOSITION


def test_what_ct_cannot_see_is_always_said_and_a_second_scan_asked_for_once():
    assert len(limits_of_sight(second_scan=False)) == 2
    assert "second scan" in limits_of_sight(second_scan=False)[0]
    assert len(limits_of_sight(second_scan=True)) == 1
