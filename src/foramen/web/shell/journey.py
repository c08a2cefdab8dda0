"""The journey of one case as a person sees it: each step done, open or blocked, and why."""

from dataclasses import dataclass, replace
from typing import Literal

from foramen.records import Action, Case
from foramen.records.event import Event
from foramen.records.events import (
    Consented,
    Content,
    Discharged,
    MedicationConfirmed,
    Observed,
    OutcomeRead,
    PlanApproved,
    ProcedureStep,
    ReferralRecorded,
    Screened,
)
from foramen.web.words import moment, plain, roots

State = Literal["done", "open", "blocked", "stopped"]

OVER = ("dressed", "abandoned")


@dataclass(frozen=True)
class Step:
    """One step of the journey.

    Attributes
    ----------
    name : str
        What it is called; `do` is the same as a request.
    page : str
        Its page under the case's address.
    action : Action
        Who does it: everybody whose role may.
    state : str
        done, open, blocked or stopped; `words` says it to a person, `note` says more.
    """

    name: str
    do: str
    page: str
    action: Action
    state: State = "open"
    words: str = "open"
    note: str = ""


REFERRAL = Step("Referral", "Record the referral", "referral", Action.RECORD_REFERRAL)
SCREENING = Step("Screening", "Screen the patient", "screening", Action.SCREEN)
MEDICATION = Step("Medication", "Go through the medication", "medication", Action.CONFIRM_MEDICATION)
CONSENT = Step("Consent", "Take consent", "consent", Action.TAKE_CONSENT)
PLAN = Step("Scan and plan", "Plan the route", "plan", Action.PLAN)
PROCEDURE = Step("Procedure", "Go to the procedure", "procedure", Action.RUN_PROCEDURE)
BEFORE = Step("Round before the needle", "Note the round before the needle", "recovery", Action.OBSERVE)
RECOVERY = Step("Recovery", "Note a round", "recovery", Action.OBSERVE)
DISCHARGE = Step("Discharge and leaflet", "Discharge", "discharge", Action.DISCHARGE)
OUTCOME = Step("Diary and outcome", "Look at the diary", "results", Action.READ_OUTCOME)


def journey(case: Case) -> tuple[Step, ...]:
    """Every step from the referral to the outcome, in order."""
    steps = (
        _referral(case),
        _screening(case),
        *_medication(case),
        _consent(case),
        _plan(case),
        _before(case),
        _procedure(case),
        _recovery(case),
        _discharge(case),
        _outcome(case),
    )
    return tuple(_ended(case, step) for step in steps)


def next_step(case: Case) -> Step | None:
    """The first step that is open."""
    return next((step for step in journey(case) if step.state == "open"), None)


def _done(case: Case, step: Step, kind: type[Content], note: str = "") -> Step:
    event = case.last(kind)
    return replace(step, state="done", words=f"done {_by(event)}" if event else "done", note=note)


def _by(event: Event) -> str:
    return f"{moment(event.at)}, {event.by.name}"


def _blocked(step: Step, why: str) -> Step:
    return replace(step, state="blocked", words=why)


def _open(step: Step, words: str = "open", note: str = "") -> Step:
    return replace(step, words=words, note=note)


def _referral(case: Case) -> Step:
    if case.referral is None:
        return _open(REFERRAL, note="The patient, the pain, and what is asked for.")
    return _done(case, REFERRAL, ReferralRecorded)


def _screening(case: Case) -> Step:
    if case.referral is None:
        return _blocked(SCREENING, "after the referral")
    screened, referred = case.last(Screened), case.last(ReferralRecorded)
    if case.screened is None or screened is None:
        return _open(SCREENING)
    if referred is not None and referred.number > screened.number:
        return _open(SCREENING, "open again", "The referral has changed since.")
    decision = case.screened.screening.decision
    if not decision.goes_ahead:
        return _open(SCREENING, f"{plain(decision)}: a decision is needed")
    return _done(case, SCREENING, Screened, f"Decision: {plain(decision)}.")


def _medication(case: Case) -> tuple[Step, ...]:
    """Only where a drug has to be paused or changed."""
    if case.screened is None or not case.screened.screening.medication_plan:
        return ()
    drugs = len(case.screened.screening.medication_plan)
    if case.medication is None:
        return (_open(MEDICATION, note=f"{_count(drugs, 'drug')} to pause or change before the day."),)
    return (_done(case, MEDICATION, MedicationConfirmed),)


def _consent(case: Case) -> Step:
    if case.screened is None or not case.screened.screening.decision.goes_ahead:
        return _blocked(CONSENT, "after the screening goes ahead")
    missing = [root for root in case.roots if root not in case.consents or not case.consents[root].given]
    if missing or not case.roots:
        return _open(CONSENT, note=f"Not signed for {roots(missing)}." if missing else "")
    return _done(case, CONSENT, Consented)


def _plan(case: Case) -> Step:
    """A plan may be made before the consent; it is approved by name."""
    if case.planned is None:
        return _open(PLAN, note="No plan yet." if case.scans else "No scan yet.")
    missing = [root for root in case.roots if root not in case.approvals]
    if missing:
        return _open(PLAN, "planned, not approved", f"Not approved for {roots(missing)}.")
    return _done(case, PLAN, PlanApproved)


def _before(case: Case) -> Step:
    """What recovery and diary compare with."""
    if case.observation_before is not None:
        return _done(case, BEFORE, Observed)
    if case.needle_out_at is None and not (case.consents and all(one.given for one in case.consents.values())):
        return _blocked(BEFORE, "after the consent")
    return _open(BEFORE, note="Power and feeling of both legs, and the pain, to compare with afterwards.")


def _procedure(case: Case) -> Step:
    over = {root for root, steps in case.procedures.items() if steps and steps[-1].event in OVER}
    if over and over == {*case.bookings, *case.procedures}:
        return _done(case, PROCEDURE, ProcedureStep)
    if case.procedures:
        return _open(PROCEDURE, "under way")
    waits = [step.name.lower() for step in (_screening(case), _consent(case), _plan(case)) if step.state != "done"]
    return _blocked(PROCEDURE, f"after {', '.join(waits)}") if waits else _open(PROCEDURE)


def _recovery(case: Case) -> Step:
    if case.needle_out_at is None:
        return _blocked(RECOVERY, "after the procedure")
    if case.discharged is not None:
        return _done(case, RECOVERY, Observed)
    return _open(RECOVERY, note=f"{_count(len(case.observations), 'round')} noted.")


def _discharge(case: Case) -> Step:
    if case.discharged is not None:
        return _done(case, DISCHARGE, Discharged)
    if not case.observations or case.needle_out_at is None:
        return _blocked(DISCHARGE, "after the recovery")
    return _open(DISCHARGE)


def _outcome(case: Case) -> Step:
    if case.discharged is None:
        return _blocked(OUTCOME, "after the discharge")
    note = f"{_count(len(case.diary), 'diary entry', 'diary entries')}."
    unread = [root for root in case.procedures if root not in case.outcomes]
    if unread:
        return _open(OUTCOME, f"outcome of {roots(unread)} not read", note)
    return _done(case, OUTCOME, OutcomeRead, note)


def _ended(case: Case, step: Step) -> Step:
    """A stopped or closed case has no open step."""
    if step.state == "done" or not (case.closed or case.stopped is not None):
        return step
    if case.stopped is None:
        return replace(step, state="blocked", words="the case is closed", note="")
    return replace(step, state="stopped" if step.state == "open" else "blocked", words="the case was stopped", note="")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
