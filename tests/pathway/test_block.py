"""Reading a diagnostic block: validity, the four readings, and words that never claim proof."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foramen.pathway.answer import Answer
from foramen.pathway.engine import SignOff
from foramen.pathway.followup import Block, BlockReport, Diary, Reading, read_block
from support.journey import journey, part

HOURS = ("2025-03-13T10:00", "2025-03-13T10:30", "2025-03-13T11:30", "2025-03-13T13:30", "2025-03-13T15:30")
"""Half an hour, 1, 2, 4 and 6 hours after the block at 09:30."""


def ratings(*values: float | None, numb: str = "yes", area: str = "yes") -> list[dict[str, Any]]:
    return [
        {"at": f"{at}:00+01:00", "leg_nrs": value, "in_usual_area": area, "leg_numb_or_weak": numb}
        for at, value in zip(HOURS, values, strict=False)
    ]


def block(entries: list[dict[str, Any]], changes: dict[str, Any] | None = None, **how: Any) -> BlockReport:
    facts = journey({"diary.baseline.leg_nrs": 10, "diary.entries": entries, **(changes or {})})
    return read_block(part(facts, "diary", Diary), part(facts, "block", Block), **how)


@pytest.mark.parametrize(
    ("peak", "reading"),
    [
        (0, Reading.POSITIVE_STRICT),
        (2, Reading.POSITIVE_STRICT),
        (2.1, Reading.POSITIVE_STANDARD),
        (5, Reading.POSITIVE_STANDARD),
        (5.1, Reading.INDETERMINATE),
        (7, Reading.INDETERMINATE),
        (7.1, Reading.NEGATIVE),
        (10, Reading.NEGATIVE),
    ],
)
def test_relief_at_its_peak(peak: float, reading: Reading) -> None:
    assert block(ratings(peak, peak, 10, 10, 10)).reading is reading


def test_little_relief_without_a_sign_that_the_root_was_reached_is_no_negative() -> None:
    report = block(ratings(9, 9, 10, 10, 10, numb="no"))
    assert report.reading is Reading.INDETERMINATE
    assert "no numbness or weakness shows that the root was reached" in report.reason


def test_relief_that_outlasts_the_anaesthetic_twice_is_indeterminate() -> None:
    late = "2025-03-13T12:30:00+01:00"
    fits = [*ratings(1, 1, 1), {"at": late, "leg_nrs": 1, "in_usual_area": "yes"}]
    assert block(fits).reading is Reading.POSITIVE_STRICT  # 3.0 h, twice 90 min
    longer = [*ratings(1, 1, 1), {"at": "2025-03-13T12:30:36+01:00", "leg_nrs": 1, "in_usual_area": "yes"}]
    report = block(longer)
    assert report.reading is Reading.INDETERMINATE
    assert "longer than twice" in report.reason


def test_relief_that_is_over_too_soon_is_indeterminate() -> None:
    quick = [
        {"at": "2025-03-13T09:32:00+01:00", "leg_nrs": 1, "in_usual_area": "yes"},
        {"at": "2025-03-13T09:44:59+01:00", "leg_nrs": 9, "in_usual_area": "yes"},
    ]
    assert block(quick).reading is Reading.INDETERMINATE
    quick[1]["at"] = "2025-03-13T09:45:00+01:00"
    assert block(quick).reading is Reading.POSITIVE_STRICT


def test_relief_of_another_pain_does_not_count() -> None:
    report = block(ratings(0, 0, 0, 0, 0, area="no"))
    assert report.reading is Reading.NOT_READABLE
    assert report.valid is Answer.NO


def test_relief_of_a_pain_that_nobody_named_is_asked_about() -> None:
    report = block(ratings(1, 1, 10, 10, 10, area="unknown"))
    assert report.valid is Answer.UNKNOWN
    assert "Were the ratings of the patient's own, usual pain?" in [question.ask for question in report.questions]


def test_a_recalled_duration_judges_only_where_the_site_signs_it_on() -> None:
    bupivacaine = {"block.agent": "bupivacaine"}
    assert block(ratings(1, 1, 1, 1, 9), bupivacaine).reading is Reading.INDETERMINATE
    signed = SignOff.from_json(
        '{"rule_id": "BW-bupivacaine", "rule_version": "1.0.0", "role": "consultant", "at": "2025-01-01T00:00:00Z"}'
    )
    assert block(ratings(1, 1, 1, 1, 9), bupivacaine, sign_offs=(signed,)).reading is Reading.POSITIVE_STRICT


def test_an_invalid_test_keeps_its_reading_and_says_what_limits_it() -> None:
    report = block(ratings(1, 1, 10, 10, 10), {"block.volume_ml": 1.0, "block.pattern": "epidural-only"})
    assert report.reading is Reading.POSITIVE_STRICT
    assert report.valid is Answer.NO
    assert report.summary.endswith("The test was not valid, so this carries little weight.")
    assert [finding.rule_id for finding in report.limits] == ["DB-02", "DB-03"]


def test_sensitivity_and_specificity_are_always_printed() -> None:
    for values in ([0] * 5, [9] * 5, []):
        report = block(ratings(*values))
        assert "93.5 % sensitive (84.0 to 97.6) and 50.0 % specific (16.8 to 83.2)" in report.accuracy
        assert "specificity from 10 to 86 %" in report.accuracy
        assert "Beynon" in report.accuracy_source


@settings(deadline=None)
@given(st.lists(st.none() | st.floats(0, 10), max_size=5), st.sampled_from(["yes", "no", "unknown"]))
def test_a_block_never_proves_and_never_hides_its_figures(values: list[float | None], numb: str) -> None:
    report = block(ratings(*values, numb=numb))
    text = f"{report.summary} {report.reason} {report.accuracy}".lower()
    assert not any(word in text for word in ("confirm", "prove", "certain", "safe"))
    assert "support" in report.summary or report.reading in (Reading.INDETERMINATE, Reading.NOT_READABLE)


@settings(deadline=None)
@given(st.permutations(ratings(1, 2, 6, 9, 10)))
def test_the_order_of_entries_does_not_matter(entries: list[dict[str, Any]]) -> None:
    assert block(entries) == block(ratings(1, 2, 6, 9, 10))
