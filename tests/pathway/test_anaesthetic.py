"""Largest doses: hand-computed, and sums over agents that only ever grow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foramen.errors import InputError
from foramen.pathway.injectate import AnaestheticDose, Build, Ceiling, fraction, maximum, product, remaining_mg
from foramen.pathway.injectate.anaesthetic import agents, dosing_weight_kg

SEVENTY = Build(70.0)


@pytest.mark.parametrize(
    ("agent", "adrenaline", "weight", "lowest", "highest"),
    [
        ("lidocaine", False, 70, 210, 300),
        ("lidocaine", False, 100, 300, 300),
        ("lidocaine", False, 100.1, 300, 300),
        ("lidocaine", True, 70, 490, 490),
        ("lidocaine", True, 72, 500, 500),
        ("bupivacaine", False, 70, 140, 175),
        ("bupivacaine", False, 75, 150, 175),
        ("bupivacaine", False, 75.1, 150, 175),
        ("bupivacaine", True, 76, 225, 225),
        ("levobupivacaine", False, 80, 200, 200),
        ("levobupivacaine", True, 80, 200, 200),
        ("ropivacaine", False, 80, 150, 240),
        ("ropivacaine", True, 60, 180, 180),
    ],
)
def test_the_largest_dose(agent: str, adrenaline: bool, weight: float, lowest: float, highest: float) -> None:
    build = Build(weight)
    assert maximum(agent, build, adrenaline=adrenaline).dose_mg == pytest.approx(lowest)
    assert maximum(agent, build, adrenaline=adrenaline, ceiling=Ceiling.HIGHEST).dose_mg == pytest.approx(highest)


def test_the_arithmetic_is_shown() -> None:
    assert maximum("lidocaine", SEVENTY).arithmetic == "3 mg/kg × 70 kg = 210 mg"
    assert maximum("lidocaine", Build(120.0)).arithmetic == "3 mg/kg × 120 kg, at most 300 mg = 300 mg"
    assert "× 0.7" in maximum("bupivacaine", Build(60.0, frail=True)).arithmetic


def test_frailty_takes_thirty_percent_off() -> None:
    assert maximum("lidocaine", Build(70.0, frail=True)).dose_mg == pytest.approx(147)


def test_above_a_bmi_of_thirty_the_ideal_weight_counts() -> None:
    assert dosing_weight_kg(Build(120.0, height_cm=200.0, female=False)) == 120.0  # BMI 30.0 exactly
    assert dosing_weight_kg(Build(120.1, height_cm=200.0, female=False)) == 100.0
    assert dosing_weight_kg(Build(100.0, height_cm=165.0, female=True)) == 60.0
    assert dosing_weight_kg(Build(100.0, height_cm=165.0)) == 100.0


def test_fractions_are_summed_over_agents() -> None:
    doses = [AnaestheticDose("lidocaine", 105.0), AnaestheticDose("bupivacaine", 70.0)]
    assert fraction(doses, SEVENTY) == pytest.approx(1.0)
    assert remaining_mg("ropivacaine", doses, SEVENTY) == pytest.approx(0.0)
    assert remaining_mg("ropivacaine", doses[:1], SEVENTY) == pytest.approx(70.0)


def test_no_weight_and_no_such_agent_are_refused() -> None:
    with pytest.raises(InputError, match="needs the patient's weight in kg"):
        maximum("lidocaine", Build(0.0))
    with pytest.raises(InputError, match="No largest dose of 'cocaine' is known; there are lidocaine"):
        maximum("cocaine", SEVENTY)


def test_a_percentage_is_ten_milligrams_in_a_millilitre() -> None:
    assert product("lidocaine-2").anaesthetic_in(3.0) == (AnaestheticDose("lidocaine", 60.0, False),)
    assert product("saline").anaesthetic_in(3.0) == ()


doses = st.builds(AnaestheticDose, st.sampled_from(agents()), st.floats(0, 500), st.booleans())
builds = st.builds(Build, st.floats(30, 200), st.none() | st.floats(120, 210), st.none() | st.booleans(), st.booleans())


@given(st.lists(doses, max_size=5), doses, builds)
def test_another_dose_never_lowers_the_share(
    given_so_far: list[AnaestheticDose], more: AnaestheticDose, build: Build
) -> None:
    assert fraction([*given_so_far, more], build) >= fraction(given_so_far, build)


@given(st.permutations([AnaestheticDose(agent, 10.0 * i) for i, agent in enumerate(agents())]), builds)
def test_the_order_of_doses_does_not_matter(given_so_far: list[AnaestheticDose], build: Build) -> None:
    assert fraction(given_so_far, build) == pytest.approx(fraction(sorted(given_so_far, key=str), build))


@given(st.sampled_from(agents()), st.booleans(), st.floats(30, 100), st.floats(0, 100))
def test_a_heavier_patient_never_gets_less_and_the_lowest_is_never_above_the_highest(
    agent: str, adrenaline: bool, weight: float, more: float
) -> None:
    light, heavy = Build(weight), Build(weight + more)
    assert maximum(agent, heavy, adrenaline=adrenaline).dose_mg >= maximum(agent, light, adrenaline=adrenaline).dose_mg
    lowest, highest = (maximum(agent, light, adrenaline=adrenaline, ceiling=c).dose_mg for c in Ceiling)
    assert lowest <= highest
