"""Where a case stands: its stage, what it waits for, and who is next.

Up to the approved plan a stage is reached when everything before it is done too: a plan made before the consent does
not make a case ready. From the table on, the stage is what happened.
"""

from foramen.pathway.findings import Decision
from foramen.records.case import Case
from foramen.records.events import Purpose, ReferralRecorded, Screened
from foramen.records.roles import Role
from foramen.records.stage import Stage

Whereabouts = tuple[Stage, str, Role | None]

_OVER = ("dressed", "abandoned")


def whereabouts(case: Case) -> Whereabouts:
    """Stage, what is waited for, and the role that is next."""
    if case.stopped is not None:
        return Stage.STOPPED, "", None
    if case.closed:
        return Stage.FINISHED, "", None
    return _at_home(case) or _at_the_table(case) or _before(case)


def _at_home(case: Case) -> Whereabouts | None:
    if case.discharged is None:
        return None
    if case.urgent_call is not None:
        return Stage.AT_HOME, f"a call back: the patient's signs mean {case.urgent_call}", Role.NURSE
    if not case.diary_links and not case.diary:
        return Stage.AT_HOME, "a diary link for the patient", Role.NURSE
    unread = [root for root in _done(case) if root not in case.outcomes]
    if unread and not case.diary:
        return Stage.AT_HOME, "the patient's diary", None
    if unread:
        return Stage.AT_HOME, f"the outcome of {_all(unread)}", Role.RADIOLOGIST
    return Stage.AT_HOME, "the end of the follow-up, then closing", Role.RADIOLOGIST


def _at_the_table(case: Case) -> Whereabouts | None:
    if not case.procedures:
        return None
    running = [root for root, steps in case.procedures.items() if steps and steps[-1].event not in _OVER]
    if running:
        return Stage.ON_TABLE, f"the procedure at {_all(running)}", Role.RADIOLOGIST
    left = [root for root in case.bookings if root not in case.procedures]
    if left and not case.observations:
        return Stage.ON_TABLE, f"the procedure at {_all(left)}", Role.RADIOLOGIST
    waits = "discharge" if case.observations else "the first round of observation"
    return Stage.RECOVERY, waits, Role.NURSE


def _before(case: Case) -> Whereabouts:
    if case.referral is None:
        return Stage.REFERRED, "the referral's details", Role.NURSE
    return _unscreened(case) or _unready(case) or _unplanned(case) or _approved(case)


def _unscreened(case: Case) -> Whereabouts | None:
    screened, referred = case.last(Screened), case.last(ReferralRecorded)
    if case.screened is None or screened is None or referred is None:
        return Stage.SCREENING, "screening", Role.NURSE
    if referred.number > screened.number:
        return Stage.SCREENING, "screening again: the referral has changed since", Role.NURSE
    decision = case.screened.screening.decision
    if decision is Decision.INCOMPLETE:
        return Stage.SCREENING, "answers that screening still needs", Role.NURSE
    if not decision.goes_ahead:
        return Stage.SCREENING, f"a radiologist's decision: screening says {decision}", Role.RADIOLOGIST
    return None


def _unready(case: Case) -> Whereabouts | None:
    if not case.roots:
        return Stage.SCREENING, "the root and side to inject", Role.RADIOLOGIST
    without = [root for root in case.roots if root not in case.consents or not case.consents[root].given]
    if without:
        return Stage.SCREENING, f"consent for {_all(without)}", Role.RADIOLOGIST
    return None


def _unplanned(case: Case) -> Whereabouts | None:
    if case.planned is None:
        if case.scan(Purpose.PLANNING) is None:
            return Stage.READY, "a planning scan", Role.RADIOGRAPHER
        waits = "a plan" if case.anatomy else "the anatomy of the planning scan"
        return Stage.READY, waits, Role.RADIOGRAPHER
    to_approve = [root for root in case.roots if root not in case.approvals]
    if to_approve:
        return Stage.PLANNED, f"approval of the route to {_all(to_approve)}", Role.RADIOLOGIST
    return None


def _approved(case: Case) -> Whereabouts:
    unbooked = [root for root in case.roots if root not in case.bookings]
    if unbooked:
        return Stage.APPROVED, f"booking of {_all(unbooked)}", Role.RADIOLOGIST
    if case.screened and case.screened.screening.medication_plan and case.medication is None:
        return Stage.APPROVED, "the medicines gone through with the patient", Role.NURSE
    return Stage.APPROVED, "the patient on the table", Role.RADIOGRAPHER


def _done(case: Case) -> list[str]:
    return [root for root, steps in case.procedures.items() if any(step.event == "injected" for step in steps)]


def _all(roots: list[str]) -> str:
    return " and ".join(root.replace("-", " ").upper() for root in roots)
