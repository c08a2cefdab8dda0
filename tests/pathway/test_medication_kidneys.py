"""The row is chosen by creatinine clearance to the millilitre, and by nothing that the source does not say."""

import pytest

from foramen.pathway.findings import Decision
from foramen.pathway.medication import (
    advise,
    creatinine_clearance_ml_min,
    read_policy,
)
from support.drugs import NEEDLE, kidneys, lab, taking
from support.patients import BEFORE, referral


def test_creatinine_clearance_by_cockcroft_and_gault() -> None:
    man = referral({"labs": [lab("creatinine-umol-per-l", 100)]})
    assert creatinine_clearance_ml_min(man) == pytest.approx((140 - 47) * 82 * 1.23 / 100)
    woman = referral({"patient.sex": "female", "labs": [lab("creatinine-umol-per-l", 100)]})
    assert creatinine_clearance_ml_min(woman) == pytest.approx((140 - 47) * 82 * 1.04 / 100)
    # the same in mg/dL, as Cockcroft and Gault wrote it: (140 - age) * weight / (72 * creatinine)
    assert creatinine_clearance_ml_min(man) == pytest.approx((140 - 47) * 82 / (72 * 100 / 88.4), rel=0.003)


@pytest.mark.parametrize("path", ["patient.age_years", "patient.weight_kg", "patient.sex", "labs"])
def test_without_any_part_there_is_no_clearance_and_no_row(path: str) -> None:
    about = referral(
        {"medications": [{"drug": "apixaban"}], "labs": [lab("creatinine-umol-per-l", 100)]}, forgotten=[path]
    )
    assert creatinine_clearance_ml_min(about) is None
    assert advise(about, read_policy("nhs-lothian"), NEEDLE).evaluation.decision is Decision.INCOMPLETE


@pytest.mark.parametrize(
    ("crcl", "row"),
    [(30.1, "nhs-lothian/AC-024"), (29.9, "nhs-lothian/AC-024-renal"), (30.0, "nhs-lothian/no-row")],
)
def test_at_exactly_30_the_lothian_table_gives_no_row_and_none_is_inferred(crcl: float, row: str) -> None:
    advice = taking("apixaban", "nhs-lothian", at=BEFORE, **kidneys(crcl))
    assert {found.rule_id for found in advice.evaluation.findings} == {row}


@pytest.mark.parametrize(
    ("drug", "policy", "crcl", "hold"),
    [
        ("dabigatran", "nhs-lothian", 50.0, "48 h, last dose on day -3"),
        ("dabigatran", "nhs-lothian", 49.9, "96 h, last dose on day -5"),
        ("dabigatran", "nhs-lothian", 30.0, "96 h, last dose on day -5"),
        ("edoxaban", "nhs-lothian", 30.1, "48 h, last dose on day -3"),
        ("edoxaban", "nhs-lothian", 29.9, "72 h, last dose on day -4"),
        ("rivaroxaban", "nhs-lothian", 30.1, "48 h, last dose on day -3"),
        ("rivaroxaban", "nhs-lothian", 29.9, "72 h, last dose on day -4"),
        ("fondaparinux", "sir-2019", 50.1, "3 full days, last dose on day -4"),
        ("fondaparinux", "sir-2019", 49.9, "5 full days, last dose on day -6"),
    ],
)
def test_a_row_is_chosen_by_the_kidneys(drug: str, policy: str, crcl: float, hold: str) -> None:
    plan = taking(drug, policy, at=BEFORE, **kidneys(crcl)).plans[0]
    assert plan.text.startswith(hold)


@pytest.mark.parametrize(
    ("drug", "intensity", "crcl", "hold"),
    [
        ("apixaban", "low", 30.0, "36 h"),
        ("apixaban", "high", 30.0, "72 h"),
        ("apixaban", "high", 29.9, "no interval"),
        ("rivaroxaban", "low", 30.0, "24 h"),
        ("rivaroxaban", "low", 29.9, "30 h"),
        ("edoxaban", "low", 30.0, "24 h"),
        ("edoxaban", "low", 29.9, "30 h"),
        ("edoxaban", "high", 29.9, "72 h"),
        ("dabigatran", "high", 50.0, "72 h"),
        ("dabigatran", "high", 49.9, "no interval"),
        ("dabigatran", "low", 49.9, "48 h"),
        ("enoxaparin", "low", 30.0, "12 h"),
        ("enoxaparin", "low", 29.9, "24 h"),
        ("dalteparin", "high", 30.0, "24 h"),
        ("dalteparin", "high", 29.9, "48 h"),
    ],
)
def test_the_esaic_rows_by_dose_and_kidneys(drug: str, intensity: str, crcl: float, hold: str) -> None:
    advice = taking(drug, "esaic-2022", at=BEFORE, intensity=intensity, **kidneys(crcl))
    assert advice.plans[0].text.startswith(hold)
    assert advice.evaluation.decision is (Decision.DEFER if hold == "no interval" else Decision.PROCEED_WITH_PLAN)


def test_low_or_high_is_asked_never_read_off_the_milligrams() -> None:
    advice = taking("enoxaparin", "aagbi-2013", at=BEFORE)
    assert advice.evaluation.decision is Decision.INCOMPLETE
    assert "low (prophylactic) or a high (therapeutic)" in advice.evaluation.questions[0].ask


def test_a_row_that_waits_for_kidneys_could_only_defer() -> None:
    advice = taking("apixaban", "nhs-lothian", at=BEFORE)
    assert (advice.evaluation.decision, advice.evaluation.could_become) == (Decision.INCOMPLETE, Decision.DEFER)
