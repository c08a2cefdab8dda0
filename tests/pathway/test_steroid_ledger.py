"""The ledger counts every steroid from every source over twelve months."""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from foramen.pathway.facts import SteroidDose
from foramen.pathway.screening import glucose_plan
from foramen.pathway.steroids import doses_within_months, ledger, ledger_mg, methylprednisolone_mg, session_days

DAY = date(2025, 3, 13)


def dose(product: str, mg: float | None, on: str, site: str = "joint") -> SteroidDose:
    given: dict[str, Any] = {"product": product, "dose_mg": mg, "on": date.fromisoformat(on), "site": site}
    return SteroidDose.model_validate(given, strict=False)


@pytest.mark.parametrize(
    ("steroid", "mg", "equivalent"),
    [
        ("methylprednisolone acetate", 40, 40),
        ("Triamcinolone", 40, 40),
        ("dexamethasone-phosphate", 4, 4 * 4 / 0.75),
        ("betamethasone", 6, 40),
        ("hydrocortisone", 100, 20),
        ("prednisolone", 50, 40),
    ],
)
def test_a_dose_in_methylprednisolone(steroid: str, mg: float, equivalent: float) -> None:
    assert methylprednisolone_mg(steroid, mg) == pytest.approx(equivalent)


def test_an_unknown_steroid_or_dose_is_unknown_not_nothing() -> None:
    assert methylprednisolone_mg("a shot of something", 40) is None
    assert methylprednisolone_mg("dexamethasone", None) is None
    assert (
        ledger_mg((dose("methylprednisolone", 40, "2025-01-01"), dose("cortisone shot", None, "2025-02-01")), DAY)
        is None
    )


def test_the_year_counts_joints_and_tablets_too() -> None:
    doses = (
        dose("methylprednisolone", 80, "2024-06-01", "lumbar-spine"),
        dose("triamcinolone", 40, "2024-09-01", "joint"),
        dose("prednisolone", 100, "2024-12-01", "oral"),
        dose("triamcinolone", 500, "2024-03-13", "joint"),  # a year ago to the day: no longer counted
    )
    assert ledger_mg(doses, DAY) == pytest.approx(80 + 40 + 80)
    assert [line.on.year for line in ledger(doses)] == [2024] * 4
    assert ledger(doses)[0].methylprednisolone_mg == 500
    assert len(doses_within_months(doses, DAY, 6)) == 1


def test_nobody_asked_is_unknown_and_none_given_is_nought() -> None:
    assert ledger_mg(None, DAY) is None
    assert ledger_mg((), DAY) == 0
    assert ledger_mg((), None) == 0
    assert ledger_mg((dose("dexamethasone", 4, "2025-01-01"),), None) is None


def test_two_roots_in_one_sitting_are_one_session() -> None:
    same = [dose("dexamethasone", 4, "2025-01-10"), dose("dexamethasone", 4, "2025-01-10")]
    assert session_days(same) == (date(2025, 1, 10),)


def test_the_glucose_plan_covers_two_weeks_without_a_gap() -> None:
    plan = glucose_plan(DAY)
    assert plan[0].first == DAY
    assert (plan[-1].last - DAY).days == 14
    for one, after in pairwise(plan):
        assert (after.first - one.last).days == 1


def test_the_ledger_is_in_order_whatever_order_it_came_in() -> None:
    doses = [
        dose("dexamethasone", 8, "2025-01-10"),
        dose("dexamethasone", 4, "2025-01-10"),
        dose("dexamethasone", None, "2025-01-10"),
        dose("betamethasone", 6, "2025-01-10"),
    ]
    assert [line.dose_mg for line in ledger(doses)] == [6, None, 4, 8]
    assert ledger(doses) == ledger(doses[::-1])
