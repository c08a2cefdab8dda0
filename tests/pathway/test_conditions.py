"""The language of conditions, and Kleene's logic beneath it."""

import itertools

import pytest

from foramen.pathway.answer import Answer, either, every
from foramen.pathway.engine import Condition, Missing

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def over(text: str, **facts: object) -> Answer:
    return Condition.parse(text).over(facts).answer


def test_kleene_logic_agrees_with_asking_every_way_the_unknown_could_turn_out() -> None:
    def could_be(answer: Answer) -> tuple[bool, ...]:
        return {YES: (True,), NO: (False,), UNKNOWN: (True, False)}[answer]

    for one, two in itertools.product(Answer, repeat=2):
        pairs = list(itertools.product(could_be(one), could_be(two)))
        for kleene, classical in ((one & two, all), (one | two, any)):
            outcomes = {classical(pair) for pair in pairs}
            assert kleene is (Answer.of(outcomes.pop()) if len(outcomes) == 1 else UNKNOWN)
    assert (~YES, ~NO, ~UNKNOWN) == (NO, YES, UNKNOWN)


def test_of_nothing_all_is_yes_and_any_is_no() -> None:
    assert every([]) is YES
    assert either([]) is NO


def test_an_answer_has_no_truth_value_so_that_unknown_never_passes_for_a_no() -> None:
    with pytest.raises(TypeError, match="may be unknown"):
        bool(NO)


@pytest.mark.parametrize(
    ("text", "facts", "answer"),
    [
        ("inr > 1.5", {"inr": 1.6}, YES),
        ("inr > 1.5", {"inr": 1.5}, NO),
        ("inr > 1.5", {"inr": None}, UNKNOWN),
        ("30 <= crcl < 50", {"crcl": 30.0}, YES),
        ("30 <= crcl < 50", {"crcl": 50.0}, NO),
        ("-7 < days < 14", {"days": -7}, NO),
        ("course in ('new', 'worsening')", {"course": "worsening"}, YES),
        ("course not in ('new', 'worsening')", {"course": "stable"}, YES),
        ("course == 'new'", {"course": "unknown"}, UNKNOWN),
        ("agent != other", {"agent": "a", "other": "b"}, YES),
        ("agent != other", {"agent": "a", "other": None}, UNKNOWN),
        ("fever and inr > 1.5", {"fever": NO, "inr": None}, NO),
        ("fever or inr > 1.5", {"fever": YES, "inr": None}, YES),
        ("not fever", {"fever": UNKNOWN}, UNKNOWN),
        ("any(legs, grade <= 3)", {"legs": ({"grade": 4}, {"grade": 3})}, YES),
        ("any(legs, grade <= 3)", {"legs": ({"grade": 4}, {"grade": None})}, UNKNOWN),
        ("any(legs, grade <= limit)", {"legs": ({"grade": 4},), "limit": 4}, YES),
        ("any(legs, grade <= 3)", {"legs": ()}, NO),
        ("any(legs, grade <= 3)", {"legs": None}, UNKNOWN),
        ("any(legs, any(moves, grade < 5) and new)", {"legs": ({"moves": ({"grade": 4},), "new": YES},)}, YES),
    ],
)
def test_a_condition_over_facts(text: str, facts: dict[str, object], answer: Answer) -> None:
    assert over(text, **facts) is answer


def test_what_is_missing_is_named_and_whose_it_is() -> None:
    legs = ({"of": "the left leg", "grade": None}, {"of": "the right leg", "grade": 5})
    verdict = Condition.parse("any(legs, grade <= 3)").over({"legs": legs})
    assert verdict.missing == {Missing("grade", "the left leg")}


def test_what_does_not_matter_is_not_missing() -> None:
    assert not Condition.parse("fever or inr > 1.5").over({"fever": YES, "inr": None}).missing


def test_one_question_at_a_time_after_an_and_all_at_once_after_an_or() -> None:
    facts = {"diabetic": UNKNOWN, "hba1c": None}
    assert Condition.parse("diabetic and hba1c > 69").over(facts).missing == {Missing("diabetic")}
    assert Condition.parse("diabetic or hba1c > 69").over(facts).missing == {Missing("diabetic"), Missing("hba1c")}


def test_the_names_of_a_condition() -> None:
    assert Condition.parse("any(legs, grade < 5) and course in ('new',)").names == {"legs", "grade", "course"}


def test_a_name_that_nobody_defined_is_a_fault_of_the_rules() -> None:
    with pytest.raises(KeyError):
        over("fevre", fever=YES)


@pytest.mark.parametrize(
    "text",
    [
        "inr >",
        "__import__('os')",
        "inr + 1 > 2",
        "facts.inr > 1",
        "[x for x in legs]",
        "any(legs)",
        "inr is 2",
        "1 if a else 2",
    ],
)
def test_anything_else_is_refused_when_it_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"condition|compares"):
        Condition.parse(text)
