"""Diary, response and curves: nothing has failed before day 21, and what matters is measured as published."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foramen.errors import InputError
from foramen.pathway.answer import Answer
from foramen.pathway.facts import Intent
from foramen.pathway.followup import (
    ONSETS,
    SCHEDULE,
    Analgesic,
    Change,
    Diary,
    Entry,
    Phase,
    Score,
    Verdict,
    cohort_curve,
    instrument,
    matters,
    missed,
    next_due,
    pain_change,
    pain_curve,
    phase_at,
    read_response,
    relief_percent,
)
from foramen.pathway.followup.curve import helpful_band
from foramen.pathway.followup.schedule import by_due_time, nearest
from support.journey import journey, part

NEEDLE = datetime(2025, 3, 13, 9, 30, tzinfo=UTC)


def entry(days: float, nrs: float | None, **more: Any) -> Entry:
    return Entry(at=NEEDLE + timedelta(days=days), leg_nrs=nrs, **more)


def diary(*entries: Entry, before: float | None = 8.0, **more: Any) -> Diary:
    baseline = Entry(at=NEEDLE - timedelta(hours=1), leg_nrs=before, **more)
    return Diary(
        pseudonym="P", root="L5-left", intent=Intent.THERAPEUTIC, injected_at=NEEDLE, baseline=baseline, entries=entries
    )


def verdict(*entries: Entry, day: float, before: float | None = 8.0) -> Verdict:
    return read_response(diary(*entries, before=before), NEEDLE + timedelta(days=day)).verdict


@pytest.mark.parametrize(
    ("nrs", "said"),
    [
        (4, Verdict.SUBSTANTIAL),
        (4.1, Verdict.MODERATE),
        (5.6, Verdict.MODERATE),
        (5.7, Verdict.MINIMAL),
        (7.2, Verdict.MINIMAL),
        (7.3, Verdict.NO_BENEFIT_REVIEW),
        (10, Verdict.NO_BENEFIT_REVIEW),
    ],
)
def test_relief_after_three_weeks_in_the_words_of_immpact(nrs: float, said: Verdict) -> None:
    assert verdict(entry(21, nrs), day=21) is said


def test_nothing_is_without_effect_before_day_21() -> None:
    assert verdict(entry(20.99, 10), day=20.99) is Verdict.TOO_EARLY
    assert verdict(entry(21, 10), day=21) is Verdict.NO_BENEFIT_REVIEW


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.02, 20.9), st.floats(0, 10)), max_size=8), st.floats(0, 20.999))
def test_whatever_is_rated_before_day_21_nobody_has_failed(ratings: list[tuple[float, float]], day: float) -> None:
    said = verdict(*(entry(*rating) for rating in ratings), day=day)
    assert said in (Verdict.TOO_EARLY, Verdict.RESPONDING)


def test_the_word_failure_is_only_ever_denied() -> None:
    report = read_response(diary(entry(30, 9)), NEEDLE + timedelta(days=30))
    assert report.summary == "No benefit so far: review with the patient. This is not yet called a failure."


def test_relief_in_the_anaesthetics_hours_is_not_yet_a_response() -> None:
    assert verdict(entry(0.05, 0), day=1) is Verdict.TOO_EARLY
    assert verdict(entry(2.99, 1), day=3) is Verdict.TOO_EARLY
    assert verdict(entry(3, 4), day=3) is Verdict.RESPONDING


def test_without_a_baseline_or_a_later_rating_nothing_is_said() -> None:
    assert verdict(entry(30, 1), day=30, before=None) is Verdict.NOT_RATED
    assert verdict(entry(10, 1), day=30) is Verdict.NOT_RATED
    report = read_response(diary(entry(20, 1), entry(100, 1), before=None), NEEDLE + timedelta(days=120))
    assert (report.early_response, report.late_response) == (Answer.UNKNOWN, Answer.UNKNOWN)
    assert [phase.ratings for phase in report.phases] == [0, 0, 0, 0]


def test_response_at_two_to_four_weeks_and_from_three_months() -> None:
    def response(*entries: Entry) -> tuple[Answer, Answer]:
        report = read_response(diary(*entries), NEEDLE + timedelta(days=400))
        return report.early_response, report.late_response

    assert response(entry(13.9, 1), entry(28.1, 1), entry(89.9, 1)) == (Answer.UNKNOWN, Answer.UNKNOWN)
    assert response(entry(14, 4), entry(90, 4)) == (Answer.YES, Answer.YES)
    assert response(entry(28, 4.1), entry(365, 4.1)) == (Answer.NO, Answer.NO)


def test_entries_of_the_future_are_left_out() -> None:
    report = read_response(diary(entry(22, 2), entry(60, 8)), NEEDLE + timedelta(days=30))
    assert report.latest_nrs == 2


def test_what_could_mislead_is_said() -> None:
    taken = (Analgesic(drug="paracetamol"),)
    late = read_response(diary(entry(5.1, 4, analgesics=taken)), NEEDLE + timedelta(days=30))
    assert "Analgesics were still taken after day 5" in late.cautions[0]
    assert not read_response(diary(entry(5, 4, analgesics=taken)), NEEDLE + timedelta(days=30)).cautions
    again = read_response(diary(entry(40, 4, retreated=Answer.YES)), NEEDLE + timedelta(days=50))
    assert "Another injection or an operation" in again.cautions[0]


def test_the_patients_own_impression_stands_beside_the_ratings() -> None:
    report = read_response(diary(entry(30, 2, impression=4), entry(40, 2)), NEEDLE + timedelta(days=50))
    assert report.impression is Change.NONE
    assert "the patient's own impression is 'none': ask" in report.cautions[0]
    later = read_response(diary(entry(30, 2, impression=4), entry(40, 2, impression=2)), NEEDLE + timedelta(days=50))
    assert later.impression is Change.MODERATE
    assert not later.cautions


def test_the_sources_disagree_about_the_onset_and_all_are_kept() -> None:
    kept = [(onset.from_day, onset.to_day) for onset in ONSETS]
    assert kept == [(1, 3), (2, 7), (2, 5), (3, 10), (3, 14), (0, 21), (0, 42)]


def test_scores_are_compared_with_their_own_least_change() -> None:
    scored = diary(
        entry(42, 3, scores=(Score(instrument="rmdq", value=9),)), scores=(Score(instrument="rmdq", value=14),)
    )
    report = read_response(scored, NEEDLE + timedelta(days=42))
    assert [(score.instrument, score.before, score.after, score.matters) for score in report.scores] == [
        ("rmdq", 14, 9, True)
    ]


@pytest.mark.parametrize(
    ("name", "before", "least", "less"),
    [
        ("nrs", 9, 7, 7.1),
        ("nrs", 5, 3.5, 3.6),
        ("vas", 80, 65, 65.1),
        ("rmdq", 20, 15, 15.1),
        ("rmdq", 10, 7, 7.1),
        ("odi", 60, 50, 50.1),
        ("odi", 20, 14, 14.1),
        ("quebec", 50, 30, 30.1),
        ("comi", 8, 5.8, 5.9),
        ("bpi", 5, 4, 4.1),
    ],
)
def test_the_least_change_that_matters(name: str, before: float, least: float, less: float) -> None:
    assert matters(name, before, least)
    assert not matters(name, before, less)


def test_an_unknown_instrument_is_refused() -> None:
    with pytest.raises(InputError, match="no outcome instrument 'eq5d'; there are nrs, vas, rmdq, odi"):
        instrument("eq5d")


def test_change_of_pain_from_nothing() -> None:
    assert pain_change(0, 0) is Change.NONE
    assert pain_change(0, 1) is Change.WORSE
    assert pain_change(5, 5.5) is Change.WORSE
    assert pain_change(5, 5.4) is Change.NONE
    assert relief_percent(0, 5) == 0


@pytest.mark.parametrize(
    ("hours", "phase"),
    [
        (0, Phase.ANAESTHETIC),
        (7.99, Phase.ANAESTHETIC),
        (8, Phase.REBOUND),
        (71.99, Phase.REBOUND),
        (72, Phase.STEROID_ONSET),
        (503.99, Phase.STEROID_ONSET),
        (504, Phase.SUSTAINED),
        (9000, Phase.SUSTAINED),
    ],
)
def test_phases(hours: float, phase: Phase) -> None:
    assert phase_at(hours) is phase


def test_the_schedule_is_the_published_one() -> None:
    names = [due.name for due in SCHEDULE]
    assert names[:5] == ["30 minutes", "1 h", "2 h", "4 h", "6 h"]
    assert names[5:19] == [f"day {day}" for day in range(1, 15)]
    assert names[19:] == ["day 21", "6 weeks", "3 months", "6 months", "12 months"]
    assert [due.hours for due in SCHEDULE] == sorted(due.hours for due in SCHEDULE)


def test_of_several_entries_the_one_nearest_to_the_due_time_counts() -> None:
    kept = diary(entry(13.6, 9), entry(14.1, 2), entry(14.4, 8), entry(0.9, 7))
    assert by_due_time(kept) == {"day 14": entry(14.1, 2), "day 1": entry(0.9, 7)}


def test_missed_times_and_the_next_one() -> None:
    kept = diary(entry(0.5 / 24, 2), entry(1.1 / 24, 2), entry(4 / 24, 5))
    assert [due.name for due in missed(kept, 6)] == ["2 h", "6 h"]
    due = next_due(kept, 6)
    assert due is not None
    assert due.name == "day 1"
    assert next_due(kept, 9000) is None


@given(st.floats(0, 9000))
def test_every_moment_belongs_to_one_due_time(hours: float) -> None:
    assert nearest(hours) in SCHEDULE


def test_a_baseline_after_the_needle_is_no_baseline() -> None:
    with pytest.raises(InputError, match="before any anaesthetic"):
        part(journey({"diary.baseline.at": "2025-03-13T09:30:01+01:00"}), "diary", Diary)
    with pytest.raises(InputError, match="only the baseline may"):
        part(journey({"diary.entries.0.at": "2025-03-13T09:29:59+01:00"}), "diary", Diary)


def test_the_curve_holds_what_was_rated_in_order() -> None:
    curve = pain_curve(diary(entry(2, 6), entry(1, None), entry(0.02, 1, leg_numb_or_weak=Answer.YES)))
    assert [round(point.hours, 2) for point in curve.points] == [0.48, 48.0]
    assert curve.points[0].numb_or_weak
    assert (curve.baseline, curve.half) == (8.0, 4.0)


@given(st.floats(0.5, 10))
def test_the_band_lies_on_the_scale_and_ends_at_half_the_pain(baseline: float) -> None:
    band = helpful_band(baseline)
    assert all(0 <= low <= high <= 10 for low, high in zip(band.lowest, band.highest, strict=True))
    assert list(band.hours) == sorted(band.hours)
    assert band.highest[-1] == baseline / 2


def test_the_band_of_a_block_lasts_as_long_as_the_anaesthetic() -> None:
    block = diary(entry(0.02, 1)).model_copy(update={"intent": Intent.DIAGNOSTIC})
    assert pain_curve(block).band is None
    band = pain_curve(block, window_hours=(0.25, 3.0)).band
    assert band is not None
    assert (band.hours, band.highest) == ((0.5, 3.0), (4.0, 4.0))


def test_a_cohort_by_hand() -> None:
    people = [diary(entry(21, after)) for after in (0, 2, 4, 8)]
    (point,) = cohort_curve(people).points
    assert (point.name, point.count, point.responders) == ("day 21", 4, 3)
    assert (point.lower_quartile, point.median, point.upper_quartile) == (37.5, 62.5, 81.25)
    assert cohort_curve(people[::-1]) == cohort_curve(people)
    assert cohort_curve([diary(entry(21, 3), before=None)]).patients == 0
