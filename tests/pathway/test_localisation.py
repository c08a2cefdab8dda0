"""Which root explains the picture: traversing or exiting, ranked by signs, compared with the root asked for."""

from typing import Any

import pytest

from foramen.pathway.answer import Answer
from foramen.pathway.facts import Area, ImagingFinding, Movement, Reflex, Target
from foramen.pathway.facts.vocabulary import Interspace, Level, Side
from foramen.pathway.localisation import agreement, level_met, localise, meets
from foramen.pathway.localisation.roots import LEVELS
from foramen.pathway.rule_data import rule_data
from support.patients import referral

LEFT, RIGHT = Side.LEFT, Side.RIGHT


def finding(interspace: str, zone: str, side: str | None = "left") -> ImagingFinding:
    shown = {"interspace": interspace, "zone": zone, "cause": "herniation", "side": side}
    return ImagingFinding.model_validate(shown, strict=False)


def imaging(*findings: tuple[str, str, str | None]) -> list[dict[str, Any]]:
    shown = [{"interspace": i, "zone": z, "cause": "herniation", "side": s} for i, z, s in findings]
    return [{"modality": "mr", "on": "2025-02-03", "findings": shown}]


@pytest.mark.parametrize(
    ("interspace", "zone", "level"),
    [
        ("L4/5", "lateral-recess", "L5"),
        ("L4/5", "central", "L5"),
        ("L4/5", "foraminal", "L4"),
        ("L4/5", "extraforaminal", "L4"),
        ("L5/S1", "lateral-recess", "S1"),
        ("L5/S1", "foraminal", "L5"),
        ("L1/2", "foraminal", "L1"),
        ("L1/2", "lateral-recess", "L2"),
    ],
)
def test_the_recess_holds_the_traversing_root_and_the_foramen_the_exiting_one(
    interspace: str, zone: str, level: str
) -> None:
    assert level_met(finding(interspace, zone)) == level


def test_the_traversing_root_is_always_the_next_below_the_exiting_one() -> None:
    tables = rule_data("localisation")
    for interspace in Interspace:
        exiting, traversing = (LEVELS.index(Level(tables[name][interspace])) for name in ("exiting", "traversing"))
        assert traversing == exiting + 1


@pytest.mark.parametrize(
    ("side", "left", "right"),
    [
        ("left", Answer.YES, Answer.NO),
        ("right", Answer.NO, Answer.YES),
        ("both", Answer.YES, Answer.YES),
        (None, Answer.UNKNOWN, Answer.UNKNOWN),
    ],
)
def test_a_finding_meets_the_root_of_its_side(side: str | None, left: Answer, right: Answer) -> None:
    shown = finding("L4/5", "lateral-recess", side)
    assert (meets(shown, Level.L5, LEFT), meets(shown, Level.L5, RIGHT)) == (left, right)
    assert meets(shown, Level.L4, LEFT) is Answer.NO


def test_the_tables_cover_every_word_of_the_examination() -> None:
    tables = rule_data("localisation")
    assert set(tables["area"]) == set(Area)
    assert set(tables["movement"]) == set(Movement)
    rows = [row for name in ("area", "movement", "reflex", "stretch") for row in tables[name].values()]
    assert {level for row in rows for level in row} == set(LEVELS)


def test_the_straightforward_patient_points_to_one_root() -> None:
    roots = localise(referral())
    assert (roots[0].level, roots[0].side, roots[0].concordance) == ("L5", "left", "strong")
    assert roots[0].words.startswith("signs agree: 1 of 1 in numbness, 3 of 3 in pain, 1 of 1 in stretch")
    assert roots[0].words.endswith("imaging shows L4/5 lateral recess herniation")
    assert roots[1].concordance == "weak"


@pytest.mark.parametrize(
    ("changes", "level", "kind"),
    [
        (
            {"examination.right.knee_reflex": "absent", "examination.right.femoral_stretch_positive": "yes"},
            "L4",
            "stretch",
        ),
        ({"examination.right.ankle_reflex": "reduced"}, "S1", "reflex"),
        ({"examination.right.power.great-toe-extension": 4}, "L5", "power"),
        ({"examination.right.power.ankle-plantarflexion": 4}, "S1", "power"),
        ({"examination.right.power.hip-flexion": 4}, "L2", "power"),
        ({"examination.right.pain_areas": ["groin"]}, "L1", "pain"),
        ({"examination.right.numb_areas": ["sole"]}, "S1", "numbness"),
    ],
)
def test_each_kind_of_sign_speaks_for_its_root(changes: dict[str, Any], level: str, kind: str) -> None:
    found = {(root.level, root.side): root for root in localise(referral(changes))}
    assert any(sign.startswith(kind) for sign in found[Level(level), RIGHT].signs)


@pytest.mark.parametrize("reflex", [Reflex.NORMAL, Reflex.BRISK, Reflex.UNKNOWN])
def test_a_reflex_that_is_not_weak_speaks_for_no_root(reflex: Reflex) -> None:
    roots = localise(referral({"examination.right.ankle_reflex": reflex.value}))
    assert {root.side for root in roots} == {LEFT}


def test_mirroring_the_patient_mirrors_the_roots() -> None:
    there = referral()
    mirrored = referral(
        {
            "examination.left": there.examination.right.model_dump(mode="json"),
            "examination.right": there.examination.left.model_dump(mode="json"),
            "imaging": imaging(("L4/5", "lateral-recess", "right")),
        }
    )
    assert [(r.level, r.side.value, r.score) for r in localise(mirrored)] == [
        (r.level, {"left": "right", "right": "left"}[r.side], r.score) for r in localise(there)
    ]


@pytest.mark.parametrize(
    ("changes", "target", "expected"),
    [
        ({}, ("L5", "left"), "yes yes yes no"),
        ({}, ("L5", "right"), "no no no yes"),
        ({}, ("L4", "left"), "yes no no yes"),
        ({"imaging": imaging(("L4/5", "foraminal", "left"))}, ("L5", "left"), "yes yes no yes"),
        ({"imaging": imaging(("L4/5", "lateral-recess", "both"))}, ("L5", "left"), "yes yes yes yes"),
        ({"imaging": imaging(("L4/5", "lateral-recess", None))}, ("L5", "left"), "yes yes unknown unknown"),
        ({"imaging": imaging()}, ("L5", "left"), "yes yes no no"),
        ({"imaging": []}, ("L5", "left"), "yes yes no no"),
        ({"imaging": None}, ("L5", "left"), "yes yes unknown unknown"),
        ({"examination.left.pain_areas": None}, ("L5", "left"), "unknown yes yes no"),
        ({"examination.left": {}}, ("L5", "left"), "unknown unknown yes no"),
        ({}, ("L5", None), "unknown unknown unknown unknown"),
    ],
)
def test_how_a_root_asked_for_fits_side_symptoms_imaging_and_what_else_is_shown(
    changes: dict[str, Any], target: tuple[str, str | None], expected: str
) -> None:
    wanted = Target.model_validate({"level": target[0], "side": target[1]}, strict=False)
    fit = agreement(referral(changes), wanted)
    assert " ".join((fit.side, fit.symptoms, fit.imaging, fit.imaging_elsewhere)) == expected


@pytest.mark.parametrize(
    ("areas", "stretch", "shown", "concordance", "score"),
    [
        (["lateral-calf"], "yes", True, "strong", 3.0),
        (["lateral-calf"], "no", True, "moderate", 2.0),
        ([], "no", True, "weak", 1.0),
        (["lateral-calf"], "yes", False, "weak", 2.0),
        (["lateral-calf", "sole"], "no", True, "moderate", 1.5),
    ],
)
def test_concordance_asks_for_imaging_and_two_kinds_of_sign(
    areas: list[str], stretch: str, shown: bool, concordance: str, score: float
) -> None:
    changes = {
        "examination.left.pain_areas": areas,
        "examination.left.numb_areas": [],
        "examination.left.straight_leg_raise_positive": stretch,
        "imaging": imaging(("L4/5", "lateral-recess", "left")) if shown else [],
    }
    root = {root.level: root for root in localise(referral(changes))}[Level.L5]
    assert (root.concordance, root.score) == (concordance, score)
    assert root.words.endswith("lateral recess herniation" if shown else "no imaging findings are on record")
    assert areas or root.words.startswith("no sign on that leg speaks for it")


def test_only_imaging_that_was_read_shows_nothing() -> None:
    """No scan, or one nobody has reported yet, is not the same as a scan that shows nothing."""

    def words(studies: list[dict[str, object]]) -> str:
        changes = {"examination.left.straight_leg_raise_positive": "yes", "imaging": studies}
        return next(root.words for root in localise(referral(changes)) if root.level == Level.L5)

    read = imaging(("L1/2", "foraminal", "right"))
    assert words(read).endswith("imaging shows nothing there")
    assert words([{**read[0], "findings": None}]).endswith("no imaging findings are on record")
