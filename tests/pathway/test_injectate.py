"""The injectate check as a whole: sums, refusals, and that harm never helps."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foramen.errors import InputError
from foramen.pathway.facts import Referral
from foramen.pathway.findings import Decision, Severity
from foramen.pathway.injectate import (
    Injectate,
    InjectateReport,
    Role,
    catalogue,
    check_injectate,
    expected_selectivity,
    product,
)
from support.journey import JOURNEY, journey, part


def checked(changes: dict[str, Any] | None = None, forgotten: tuple[str, ...] = ()) -> InjectateReport:
    facts = journey(changes, forgotten)
    return check_injectate(part(facts, "injectate", Injectate), part(facts, "referral", Referral))


def test_a_usual_injectate_is_let_through_with_its_sums() -> None:
    report = checked()
    assert report.decision is Decision.PROCEED
    assert report.anaesthetic_share == pytest.approx(50 / 246, abs=1e-6)
    assert report.steroids_mg == {"dexamethasone": 4.0}
    assert report.session_load_mg == pytest.approx(21.3)  # 4 mg × 4 / 0.75
    assert report.year_load_mg == pytest.approx(21.3)
    assert report.iodine_near_sac_mg == 72.0
    assert [(root.root, root.volume_ml) for root in report.roots] == [("L5-left", 2.3)]
    assert all(finding.severity is Severity.INFO for finding in report.findings)


def test_a_caudal_epidural_of_the_same_session_counts() -> None:
    caudal = {"product": "bupivacaine-0-25", "volume_ml": 20, "where": "caudal"}
    report = checked({"injectate.components": [*JOURNEY["injectate"]["components"], caudal]})
    assert report.anaesthetic_share == pytest.approx(50 / 246 + 50 / 150, abs=1e-6)
    assert "IJ-02" in {finding.rule_id for finding in report.findings}


def test_the_classic_wrong_syringe() -> None:
    wrong = {
        "injectate.components.2.product": "ropivacaine-0-75",
        "injectate.components.3.product": "celestone-soluspan",
        "injectate.components.1.product": "iohexol-350",
    }
    report = checked(wrong)
    stops = {finding.rule_id for finding in report.findings if finding.severity is Severity.STOP}
    assert stops == {"IJ-11", "IJ-20", "IJ-30"}
    said = " ".join(finding.text for finding in report.findings)
    assert "ropivacaine with betamethasone sodium phosphate in one syringe makes crystals of over 50 µm" in said


def test_what_is_in_no_named_syringe_is_not_taken_for_mixed() -> None:
    apart = {"injectate.components.2.product": "ropivacaine-0-2"}
    assert "IJ-20" in {finding.rule_id for finding in checked(apart).findings}
    unnamed = ("injectate.components.2.syringe", "injectate.components.3.syringe")
    assert "IJ-20" not in {finding.rule_id for finding in checked(apart, unnamed).findings}


def test_what_is_unknown_is_asked_and_never_taken_for_harmless() -> None:
    report = checked(forgotten=("referral.patient.weight_kg", "referral.allergies"))
    assert report.decision is Decision.INCOMPLETE
    assert report.anaesthetic_share is None
    asked = [question.ask for question in report.questions]
    assert "What does the patient weigh?" in asked
    assert "Is the patient allergic to iohexol?" in asked


def test_an_illness_that_nobody_asked_about_lowers_the_largest_dose() -> None:
    assert checked(forgotten=("referral.conditions.heart_disease",)).anaesthetics[0].maximum_mg == pytest.approx(172.2)


def test_the_day_decides_which_steroids_count() -> None:
    year_ago = [{"product": "triamcinolone", "dose_mg": 40, "on": "2024-03-14", "site": "joint"}]
    facts = journey({"referral.history.steroids": year_ago})
    drawn, who = part(facts, "injectate", Injectate), part(facts, "referral", Referral)
    assert check_injectate(drawn, who, on=date(2025, 3, 13)).year_load_mg == pytest.approx(61.3)
    assert check_injectate(drawn, who, on=date(2025, 3, 14)).year_load_mg == pytest.approx(21.3)


@pytest.mark.parametrize(
    ("volume_ml", "words"),
    [
        (0.1, "78.8 % reached one root alone with 0.2 mL"),
        (0.2, "78.8 % reached one root alone with 0.2 mL"),
        (0.4, "78.8 % and 33.3 % reached one root alone with 0.2 and 0.6 mL"),
        (0.6, "33.3 % reached one root alone with 0.6 mL"),
        (1.2, "6 % reached one root alone with 1.2 mL"),
        (3.0, "6 % reached one root alone with 1.2 mL"),
    ],
)
def test_selectivity_is_quoted_and_not_interpolated(volume_ml: float, words: str) -> None:
    assert expected_selectivity(volume_ml) == words


def test_an_unknown_product_is_refused_with_those_that_look_like_it() -> None:
    with pytest.raises(InputError, match="no 'iohexol-270'; there are iohexol-140, iohexol-180"):
        product("iohexol-270")
    with pytest.raises(InputError, match="product catalogue has no 'water'"):
        checked({"injectate.components.0.product": "water"})


def test_a_component_at_a_root_names_it() -> None:
    with pytest.raises(InputError, match="not which root, such as L5-left"):
        Injectate.from_json(
            json.dumps({"intent": "diagnostic", "components": [{"product": "saline", "volume_ml": 1, "where": "root"}]})
        )


def test_a_recalled_class_tightens_and_never_loosens() -> None:
    for what in catalogue().values():
        if what.provenance == "M" and what.role is Role.STEROID:
            assert what.counts_as_particulate()
            assert what.counts_as_particulate({what.sign_on_id}) is what.particulate
        if what.provenance == "M" and what.role is Role.CONTRAST:
            assert not what.allowed_near_sac()


def test_every_steroid_says_how_its_class_is_known() -> None:
    for what in catalogue().values():
        assert what.role in (Role.ANAESTHETIC, Role.DILUENT) or what.ref


components = st.fixed_dictionaries(
    {
        "product": st.sampled_from(sorted(catalogue())),
        "volume_ml": st.floats(0.1, 30),
        "where": st.sampled_from(["skin", "root", "caudal"]),
        "root": st.sampled_from(["L5-left", "L4-left"]),
        "syringe": st.sampled_from(["A", "B"]),
        "dose_mg": st.floats(1, 80),
    }
)


def rank(parts: list[dict[str, Any]]) -> tuple[int, int, float]:
    report = checked({"injectate.components": parts})
    stops = sum(finding.severity is Severity.STOP for finding in report.findings)
    return report.decision.rank, stops, report.anaesthetic_share or 0.0


@settings(max_examples=150, deadline=None)
@given(st.lists(components, min_size=1, max_size=4), components)
def test_one_more_anaesthetic_or_steroid_never_makes_it_safer(
    parts: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    if product(more["product"]).role in (Role.CONTRAST, Role.DILUENT):
        return  # contrast before steroid is what makes it safer
    before, after = rank(parts), rank([*parts, more])
    assert after[0] >= before[0]
    assert after[2] >= before[2]


@settings(max_examples=100, deadline=None)
@given(st.lists(components, min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_syringes_does_not_matter(parts: list[dict[str, Any]], chance: Any) -> None:
    shuffled = chance.sample(parts, len(parts))
    one, other = checked({"injectate.components": parts}), checked({"injectate.components": shuffled})
    assert one.findings == other.findings
    assert one.decision is other.decision
