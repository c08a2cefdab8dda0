"""The journey of one case as a person sees it: each step done, open or blocked, and why."""

from dataclasses import dataclass
from typing import Literal

from foramen.records import Case
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
from foramen.web.words import moment, roots

State = Literal["done", "open", "blocked", "stopped"]

OVER = ("dressed", "abandoned")


@dataclass(frozen=True)
class Step:
    """One step: what it is called, where its page is, how it stands, and why."""

    name: str
    path: str
    state: State
    words: str
    note: str = ""


def journey(case: Case) -> tuple[Step, ...]:
    """Every step from the referral to the outcome, in order."""
    steps = (
        _referral(case),
        _screening(case),
        *_medication(case),
        _consent(case),
        _plan(case),
        _procedure(case),
        _recovery(case),
        _discharge(case),
        _outcome(case),
    )
    return tuple(_ended(case, step) for step in steps)


def next_step(case: Case) -> Step | None:
    """The first step that is open."""
    return next((step for step in journey(case) if step.state == "open"), None)


def _step(case: Case, name: str, page: str, state: State, words: str, note: str = "") -> Step:
    return Step(name, f"/cases/{case.id}/{page}", state, words, note)


def _done(case: Case, name: str, page: str, kind: type[Content], note: str = "") -> Step:
    event = case.last(kind)
    return _step(case, name, page, "done", f"done {_by(event)}" if event else "done", note)


def _by(event: Event) -> str:
    return f"{moment(event.at)}, {event.by.name}"


def _referral(case: Case) -> Step:
    if case.referral is None:
        return _step(
            case, "Referral", "referral", "open", "open", "What is known of the patient, the pain and the request."
        )
    return _done(case, "Referral", "referral", ReferralRecorded)


def _screening(case: Case) -> Step:
    if case.referral is None:
        return _step(case, "Screening", "screening", "blocked", "after the referral")
    screened, referred = case.last(Screened), case.last(ReferralRecorded)
    if case.screened is None or screened is None:
        return _step(case, "Screening", "screening", "open", "open")
    if referred is not None and referred.number > screened.number:
        return _step(
            case, "Screening", "screening", "open", "open again", "The referral has changed since the screening."
        )
    decision = case.screened.screening.decision
    words = decision.value.replace("-", " ")
    if not decision.goes_ahead:
        return _step(case, "Screening", "screening", "open", f"{words}: a decision is needed")
    return _done(case, "Screening", "screening", Screened, f"Decision: {words}.")


def _medication(case: Case) -> tuple[Step, ...]:
    """Only where a drug has to be paused or changed."""
    if case.screened is None or not case.screened.screening.medication_plan:
        return ()
    drugs = len(case.screened.screening.medication_plan)
    if case.medication is None:
        note = f"{drugs} {'drug' if drugs == 1 else 'drugs'} to pause or change before the day."
        return (_step(case, "Medication", "medication", "open", "open", note),)
    return (_done(case, "Medication", "medication", MedicationConfirmed),)


def _consent(case: Case) -> Step:
    if case.screened is None or not case.screened.screening.decision.goes_ahead:
        return _step(case, "Consent", "consent", "blocked", "after the screening goes ahead")
    missing = [root for root in case.roots if root not in case.consents or not case.consents[root].given]
    if missing or not case.roots:
        return _step(case, "Consent", "consent", "open", "open", f"Not signed for {roots(missing)}." if missing else "")
    return _done(case, "Consent", "consent", Consented)


def _plan(case: Case) -> Step:
    """A plan may be made before the consent; it is approved by name."""
    if case.planned is None:
        return _step(
            case, "Scan and plan", "plan", "open", "open", "No scan yet." if not case.scans else "No plan yet."
        )
    missing = [root for root in case.roots if root not in case.approvals]
    if missing:
        return _step(
            case, "Scan and plan", "plan", "open", "planned, not approved", f"Not approved for {roots(missing)}."
        )
    return _done(case, "Scan and plan", "plan", PlanApproved)


def _procedure(case: Case) -> Step:
    name, page = "Procedure", "procedure"
    over = {root for root, steps in case.procedures.items() if steps and steps[-1].event in OVER}
    if over and over == {*case.bookings, *case.procedures}:
        return _done(case, name, page, ProcedureStep)
    if case.procedures:
        return _step(case, name, page, "open", "under way")
    waits = [step.name.lower() for step in (_screening(case), _consent(case), _plan(case)) if step.state != "done"]
    if waits:
        return _step(case, name, page, "blocked", f"after {' and '.join(waits)}")
    return _step(case, name, page, "open", "open")


def _recovery(case: Case) -> Step:
    if case.needle_out_at is None:
        return _step(case, "Recovery", "recovery", "blocked", "after the procedure")
    if case.discharged is not None:
        return _done(case, "Recovery", "recovery", Observed)
    rounds = len(case.observations)
    return _step(
        case, "Recovery", "recovery", "open", "open", f"{rounds} {'round' if rounds == 1 else 'rounds'} noted."
    )


def _discharge(case: Case) -> Step:
    if case.discharged is not None:
        return _done(case, "Discharge and leaflet", "discharge", Discharged)
    if not case.observations or case.needle_out_at is None:
        return _step(case, "Discharge and leaflet", "discharge", "blocked", "after the recovery")
    return _step(case, "Discharge and leaflet", "discharge", "open", "open")


def _outcome(case: Case) -> Step:
    if case.discharged is None:
        return _step(case, "Diary and outcome", "results", "blocked", "after the discharge")
    entries = len(case.diary)
    note = f"{entries} {'entry' if entries == 1 else 'entries'} in the diary."
    unread = [root for root in case.procedures if root not in case.outcomes]
    if unread:
        return _step(case, "Diary and outcome", "results", "open", f"outcome of {roots(unread)} not read", note)
    return _done(case, "Diary and outcome", "results", OutcomeRead, note)


def _ended(case: Case, step: Step) -> Step:
    """A stopped or closed case has no open step."""
    if step.state == "done" or not (case.closed or case.stopped is not None):
        return step
    state: State = "stopped" if case.stopped is not None and step.state == "open" else "blocked"
    return Step(
        step.name, step.path, state, "the case was stopped" if case.stopped is not None else "the case is closed"
    )
