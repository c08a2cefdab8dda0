"""Restart and calendar, and the policies side by side."""

from datetime import datetime

import pytest

from foramen.errors import UsageError
from foramen.pathway.findings import Provenance
from foramen.pathway.medication import (
    agenda,
    compare_policies,
    policy_names,
    read_policy,
)
from foramen.pathway.screening import screen
from support.drugs import taking
from support.patients import BEFORE, referral


@pytest.mark.parametrize(
    ("drug", "policy", "restart"),
    [
        ("warfarin", "insideradiology-2017", "2025-03-14T00:00:00+01:00"),
        ("warfarin", "asra-pain-2018", "2025-03-13T15:00:00+01:00"),
        ("heparin iv", "asra-pain-2018", "2025-03-13T11:00:00+01:00"),
        ("warfarin", "aagbi-2013", None),
    ],
)
def test_restart(drug: str, policy: str, restart: str | None) -> None:
    plan = taking(drug, policy, at=BEFORE).plans[0]
    assert plan.restart_not_before == (datetime.fromisoformat(restart) if restart else None)


def test_the_calendar_is_in_order_on_the_clock_of_the_room() -> None:
    about = referral({"medications": [{"drug": "warfarin"}]})
    result = screen(about, read_policy("asra-pain-2018"), datetime.fromisoformat(BEFORE))
    assert [entry.text.split(":")[-1].strip() for entry in result.calendar] == [
        "INR due, in a sample taken after the last dose",
        "last dose by now, none after",
        "the procedure",
        "restart not before",
    ]
    assert {f"{entry.at:%Z}" for entry in result.calendar} == {"CET"}
    assert agenda((), about)[0].text == "the procedure"


def test_every_policy_reads_and_its_recalled_rows_are_off() -> None:
    assert policy_names() == (
        "aagbi-2013",
        "asra-pain-2018",
        "esaic-2022",
        "insideradiology-2017",
        "nhs-lothian",
        "sir-2019",
    )
    for policy in map(read_policy, policy_names()):
        assert len(policy.checksum) == 64
        assert {row.id for row in policy.row if not row.enabled} == {
            row.id for row in policy.row if row.provenance is Provenance.M
        }
        assert len({row.id for row in policy.row}) == len(policy.row)


def test_an_unknown_policy_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="aagbi-2013"):
        read_policy("asra-2030")


@pytest.mark.parametrize("policy", policy_names())
def test_no_two_rows_hold_for_one_patient(policy: str) -> None:
    rows = read_policy(policy).row
    for drug in {drug for row in rows for drug in row.drugs}:
        for crcl in (10.0, 29.9, 30.0, 30.1, 49.9, 50.0, 50.1, 79.9, 80.0, 80.1, 120.0):
            for intensity in ("low", "high"):
                for kidney in ("yes", "no"):
                    scope = {"intensity": intensity, "crcl_ml_min": crcl, "kidney_disease": kidney}
                    fitting = [
                        row.id
                        for row in rows
                        if drug in row.drugs and (row.condition is None or row.condition.over(scope).answer == "yes")
                    ]
                    assert len(fitting) <= 1, (drug, scope)


def test_the_sources_differ_side_by_side() -> None:
    by_policy = {row.policy: row for row in compare_policies("Clopidogrel")}
    assert set(by_policy) == set(policy_names())
    assert by_policy["insideradiology-2017"].hold == "0 to 10 days, the operator chooses"
    assert by_policy["nhs-lothian"].hold == "7 full days, last dose on day -8"
    assert by_policy["sir-2019"].hold == "5 full days, last dose on day -6"
    assert not by_policy["sir-2019"].enabled
    assert compare_policies("apixaban")[-1].policy == "sir-2019"
    assert "low dose, CrCl (mL/min) >= 30" in {row.when for row in compare_policies("rivaroxaban")}
    assert {row.hold for row in compare_policies("phenprocoumon") if row.row_id is None} == {"says nothing"}


def test_a_drug_that_nobody_knows_can_not_be_compared() -> None:
    with pytest.raises(UsageError, match="international name"):
        compare_policies("eliquis")


def test_what_continues_is_not_restarted() -> None:
    assert {row.restart for row in compare_policies("aspirin") if row.hold == "continue"} == {"not stopped"}


def test_a_row_waits_for_a_sign_off_if_and_only_if_it_was_recalled() -> None:
    for row in (row for name in policy_names() for row in read_policy(name).row):
        assert row.needs_signoff is (row.provenance is Provenance.M)
        assert row.hold_words
        assert row.restart_words
