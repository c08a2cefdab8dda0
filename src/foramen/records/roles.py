"""Who may do what, as one table."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is here to do."""

    RADIOLOGIST = "radiologist"
    RADIOGRAPHER = "radiographer"
    NURSE = "nurse"
    CLERK = "clerk"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Action(StrEnum):
    """What a person can do, named as the journey goes."""

    SEE_WORKLIST = "see-worklist"
    READ_CASE = "read-case"
    OPEN_CASE = "open-case"
    CORRECT_IDENTITY = "correct-identity"
    RECORD_REFERRAL = "record-referral"
    SCREEN = "screen"
    SET_FINDING_ASIDE = "set-finding-aside"
    CONFIRM_MEDICATION = "confirm-medication"
    TAKE_CONSENT = "take-consent"
    ADD_SCAN = "add-scan"
    PLAN = "plan"
    APPROVE_PLAN = "approve-plan"
    BOOK_PROCEDURE = "book-procedure"
    RUN_PROCEDURE = "run-procedure"
    RELEASE_INJECTION = "release-injection"
    OBSERVE = "observe"
    DISCHARGE = "discharge"
    INVITE_TO_DIARY = "invite-to-diary"
    TAKE_CALL = "take-call"
    READ_OUTCOME = "read-outcome"
    NOTE = "note"
    CORRECT = "correct"
    STOP_CASE = "stop-case"
    CLOSE_CASE = "close-case"
    SEE_SERVICE_RESULTS = "see-service-results"
    SEE_AUDIT = "see-audit"
    SEE_SETTINGS = "see-settings"
    CHANGE_SETTINGS = "change-settings"
    MANAGE_PEOPLE = "manage-people"


_R, _T, _N, _C, _A, _M = Role

MAY: dict[Action, tuple[Role, ...]] = {
    Action.SEE_WORKLIST: (_R, _T, _N, _C),
    Action.READ_CASE: (_R, _T, _N, _C),
    Action.OPEN_CASE: (_R, _N, _C),
    Action.CORRECT_IDENTITY: (_R, _N, _C),
    Action.RECORD_REFERRAL: (_R, _N, _C),
    Action.SCREEN: (_R, _N),
    Action.SET_FINDING_ASIDE: (_R,),
    Action.CONFIRM_MEDICATION: (_R, _N),
    Action.TAKE_CONSENT: (_R,),
    Action.ADD_SCAN: (_R, _T),
    Action.PLAN: (_R, _T),
    Action.APPROVE_PLAN: (_R,),
    Action.BOOK_PROCEDURE: (_R, _T, _N, _C),
    Action.RUN_PROCEDURE: (_R, _T, _N),
    Action.RELEASE_INJECTION: (_R,),
    Action.OBSERVE: (_R, _T, _N),
    Action.DISCHARGE: (_R, _N),
    Action.INVITE_TO_DIARY: (_R, _N, _C),
    Action.TAKE_CALL: (_R, _N),
    Action.READ_OUTCOME: (_R, _N),
    Action.NOTE: (_R, _T, _N, _C),
    Action.CORRECT: (_R, _T, _N),
    Action.STOP_CASE: (_R, _N),
    Action.CLOSE_CASE: (_R, _N),
    Action.SEE_SERVICE_RESULTS: (_R, _N, _A),
    Action.SEE_AUDIT: (_A, _M),
    Action.SEE_SETTINGS: (_R, _T, _N, _A, _M),
    Action.CHANGE_SETTINGS: (_R, _M),
    Action.MANAGE_PEOPLE: (_M,),
}
"""All of who may do what. An administrator runs the system and reads no patient; an auditor reads who did what."""


def may(role: Role, action: Action) -> bool:
    """Whether a role may do something."""
    return role in MAY[action]
