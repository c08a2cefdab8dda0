"""Who may do what, told against the clinic's own words rather than the table's."""

import pytest

from foramen.records import Action, Role, may
from foramen.records.roles import MAY


def test_every_action_is_somebodys() -> None:
    assert set(MAY) == set(Action)
    assert all(MAY.values())


def test_every_role_has_something_to_do() -> None:
    assert {role for roles in MAY.values() for role in roles} == set(Role)


@pytest.mark.parametrize(
    "action", [Action.APPROVE_PLAN, Action.RELEASE_INJECTION, Action.SET_FINDING_ASIDE, Action.TAKE_CONSENT]
)
def test_only_a_radiologist_decides_about_the_needle(action: Action) -> None:
    assert [role for role in Role if may(role, action)] == [Role.RADIOLOGIST]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_runs_or_audits_the_system_reads_no_patient(role: Role) -> None:
    assert not may(role, Action.READ_CASE)
    assert not may(role, Action.SEE_WORKLIST)
    assert may(role, Action.SEE_AUDIT)


def test_only_an_administrator_manages_people() -> None:
    assert [role for role in Role if may(role, Action.MANAGE_PEOPLE)] == [Role.ADMINISTRATOR]


def test_a_clerk_writes_nothing_clinical() -> None:
    clinical = {
        Action.SCREEN,
        Action.CONFIRM_MEDICATION,
        Action.TAKE_CONSENT,
        Action.PLAN,
        Action.APPROVE_PLAN,
        Action.RUN_PROCEDURE,
        Action.OBSERVE,
        Action.DISCHARGE,
        Action.READ_OUTCOME,
        Action.TAKE_CALL,
    }
    assert not any(may(Role.CLERK, action) for action in clinical)
