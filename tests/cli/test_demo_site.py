"""The demo's application: its patients moved in time, told by the real functions, and a stop that ends only its own."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foramen.cli.demo_site.ada import tell_ada
from foramen.cli.demo_site.background import PID, stop
from foramen.cli.demo_site.staff import hire
from foramen.cli.demo_site.worked import moved, worked
from foramen.errors import InputError
from foramen.pathway.facts import Referral
from foramen.records import Records, Role, Stage

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_every_date_and_time_is_moved_and_nothing_else():
    told = {"at": "2025-03-13T09:00:00+01:00", "on": "2025-02-03", "list": ["2025-02-03", "L5-left"], "dose": 2025}
    assert moved(told, timedelta(days=2, hours=1)) == {
        "at": "2025-03-15T10:00:00+01:00",
        "on": "2025-02-05",
        "list": ["2025-02-05", "L5-left"],
        "dose": 2025,
    }


def test_a_worked_patient_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="give --examples"):
        worked(tmp_path, "01-straightforward", "referral", Referral, timedelta(0))


def test_ada_is_screened_with_a_calendar_for_her_blood_thinner_and_waits_for_consent(tmp_path):
    records = Records.open(f"sqlite:///{tmp_path / 'record.sqlite'}", store=tmp_path)
    accounts, staff = hire(records, NOW)
    case = records.case(tell_ada(records, staff, EXAMPLES, NOW))
    assert case.stage is Stage.SCREENING
    assert case.waits_for == "consent for L5 LEFT"
    assert case.screened is not None
    assert [plan.drug for plan in case.screened.screening.medication_plan] == ["warfarin"]
    assert case.referral is not None
    assert case.referral.day == (NOW + timedelta(days=14)).date()
    assert {account.login for account in accounts} == set(Role)
    for account in accounts[:1]:
        assert records.people.verify(account.login, account.password, at=NOW).roles == (Role.RADIOLOGIST,)
    records.close()


def test_stop_ends_no_other_process_that_has_the_number_now(tmp_path):
    (tmp_path / PID).write_text(str(os.getpid()))
    assert not stop(tmp_path)
    assert not (tmp_path / PID).exists()
    assert not stop(tmp_path), "nothing is running"
