"""The body map: which area a point lies in, on which side, and what that says about the roots."""

import pytest

from foramen.pathway.facts import Area, Patient, Referral, Side
from foramen.pathway.localisation import localise
from foramen.records.events import PainMark
from foramen.web.clinic.body_map.figure import HEIGHT, VIEWS, WIDTH, regions, side_at_left
from foramen.web.clinic.body_map.reading import areas_of, drawn, roots_by_pain, touched

NOBODY = Referral(patient=Patient(pseudonym="case"))


def stroke(view: str, *points: tuple[float, float], feeling: str = "pain") -> PainMark:
    """A stroke in the figure's own units: 200 wide, 500 high, the patient's midline at 100."""
    shares = [[x / 200, y / 500] for x, y in points]
    return PainMark.model_validate({"view": view, "feeling": feeling, "points": shares}, strict=False)


@pytest.mark.parametrize(
    ("view", "x", "side"),
    [("front", 60, Side.RIGHT), ("front", 140, Side.LEFT), ("back", 60, Side.LEFT), ("back", 140, Side.RIGHT)],
)
def test_from_the_front_the_right_leg_is_on_the_left_and_from_behind_the_left_one_is(view, x, side) -> None:
    assert {felt_side for _, felt_side, _ in touched([stroke(view, (x, 350))])} == {side}
    assert side_at_left(view) is (side if x < 100 else next(other for other in Side if other is not side))


@pytest.mark.parametrize(
    ("view", "point", "area"),
    [
        ("front", (70, 160), Area.UPPER_ANTERIOR_THIGH),
        ("front", (70, 230), Area.LOWER_ANTERIOR_THIGH),
        ("front", (84, 275), Area.MEDIAL_KNEE),
        ("front", (60, 350), Area.LATERAL_CALF),
        ("front", (83, 350), Area.MEDIAL_CALF),
        ("front", (70, 450), Area.DORSUM_OF_FOOT),
        ("front", (88, 484), Area.GREAT_TOE),
        ("front", (86, 110), Area.GROIN),
        ("back", (66, 100), Area.BUTTOCK),
        ("back", (70, 200), Area.POSTERIOR_THIGH),
        ("back", (72, 350), Area.POSTERIOR_CALF),
        ("back", (80, 470), Area.SOLE),
        ("back", (52, 470), Area.LATERAL_FOOT),
    ],
)
def test_a_point_lies_in_the_area_that_a_finger_means(view, point, area) -> None:
    assert {found for _, _, found in touched([stroke(view, point)])} == {area}


@pytest.mark.parametrize("view", VIEWS)
def test_the_two_legs_are_mirror_images(view) -> None:
    def by_side(side: Side) -> set[tuple[Area, tuple[tuple[float, float], ...]]]:
        return {(r.area, r.corners) for r in regions(view) if r.side is side}

    def mirrored(corners: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        return tuple((round(WIDTH - x, 1), y) for x, y in corners)

    assert {(area, mirrored(corners)) for area, corners in by_side(Side.LEFT)} == {
        (area, tuple((round(x, 1), y) for x, y in corners)) for area, corners in by_side(Side.RIGHT)
    }


def test_every_area_can_be_drawn_on_both_legs() -> None:
    assert {(r.side, r.area) for view in VIEWS for r in regions(view)} == {(s, a) for s in Side for a in Area}


def test_no_point_lies_in_two_areas() -> None:
    for view in VIEWS:
        for x in range(5, 200, 7):
            for y in range(25, 495, 7):
                assert len(touched([stroke(view, (x + 0.31, y + 0.17))])) <= 1, (view, x, y)


def test_a_quick_stroke_leaves_nothing_out() -> None:
    slow = [stroke("back", *((66.0, float(y)) for y in range(100, 400, 2)))]
    assert touched([stroke("back", (66, 100), (66, 398))]) == touched(slow)


def test_a_mark_beside_the_figure_touches_nothing() -> None:
    assert touched([stroke("front", (100, 300)), stroke("back", (5, 5))]) == frozenset()
    assert HEIGHT > 492


def test_an_area_ticked_by_name_counts_like_one_that_was_drawn() -> None:
    named = PainMark.model_validate(
        {"view": "front", "area": "great-toe", "side": "left", "feeling": "numbness"}, strict=False
    )
    assert touched([named]) == touched([stroke("front", (112, 484), feeling="numbness")])


def test_a_leg_without_a_mark_was_asked_for_and_has_none() -> None:
    referral = drawn(NOBODY, touched([stroke("front", (140, 350))]))
    assert referral.examination.left.pain_areas == (Area.LATERAL_CALF,)
    assert referral.examination.right.pain_areas == ()
    assert referral.examination.left.numb_areas == ()


def test_what_is_drawn_is_what_the_referral_then_knows() -> None:
    felt = touched([stroke("back", (66, 100), (66, 398)), stroke("front", (88, 484), feeling="numbness")])
    assert areas_of(drawn(NOBODY, felt)) == felt


def test_the_roots_are_those_of_the_pathway() -> None:
    felt = touched([stroke("back", (66, 100)), stroke("front", (140, 350)), stroke("front", (130, 450))])
    roots = roots_by_pain(felt, NOBODY)
    assert roots == localise(drawn(NOBODY, felt))
    assert (roots[0].level, roots[0].side) == ("L5", "left")
