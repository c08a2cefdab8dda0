"""What each event of a case is called in its history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foramen.records import events as e
from foramen.records.event import Event
from foramen.web.words import root, roots

Words = Callable[[Any], str]


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the history: what, when, by whom, and whether and why it no longer counts."""

    number: int
    words: str
    at: datetime
    who: str
    corrected: str = ""
    correctable: bool = False
    is_correction: bool = False


def history(case_events: tuple[Event, ...], corrected: frozenset[int] = frozenset()) -> tuple[HistoryEntry, ...]:
    """The events in words, newest first."""
    reasons = {
        event.content.number: f"{event.content.reason} ({event.by.name})"
        for event in case_events
        if isinstance(event.content, e.Corrected) and event.number not in corrected
    }
    return tuple(
        HistoryEntry(
            number=event.number,
            words=in_words(event),
            at=event.at,
            who=_who(event),
            corrected=reasons.get(event.number, ""),
            correctable=event.number > 1 and event.number not in corrected,
            is_correction=isinstance(event.content, e.Corrected),
        )
        for event in reversed(case_events)
    )


def _who(event: Event) -> str:
    if event.by.role in ("software", "patient"):
        return f"by the {event.by.role}"
    return f"{event.by.name}, {event.by.role}"


def in_words(event: Event) -> str:
    """One event, short."""
    words = WORDS.get(type(event.content))
    return words(event.content) if words else event.kind.replace("-", " ")


def _screened(content: e.Screened) -> str:
    return f"screened: {content.screening.decision.value.replace('-', ' ')}"


def _consented(content: e.Consented) -> str:
    if content.given:
        return f"consent signed for {root(content.root)}"
    ended = "withdrawn" if content.consent.withdrawn_at else "refused" if content.consent.refused_at else "begun"
    return f"consent {ended} for {root(content.root)}"


def _planned(content: e.Planned) -> str:
    planned = [part.root for part in content.roots if part.status == "planned"]
    return f"routes planned for {roots(planned)}" if planned else "planned, without an acceptable route"


def _step(content: e.ProcedureStep) -> str:
    return f"{root(content.root)}: {content.event.event.replace('-', ' ')}"


def _diary(content: e.DiaryAnswered) -> str:
    pain = content.entry.leg_nrs
    return ("diary before the injection" if content.baseline else "diary") + (
        f": leg pain {pain:g} of 10" if pain is not None else " answered"
    )


WORDS: dict[type[e.Content], Words] = {
    e.CaseOpened: lambda c: f"case opened{f' for {roots(c.roots)}' if c.roots else ''}",
    e.IdentityCorrected: lambda c: f"identity corrected: {c.reason}",
    e.ReferralRecorded: lambda c: "referral recorded",
    e.PainDrawn: lambda c: "pain drawn on the body map",
    e.Screened: _screened,
    e.MedicationConfirmed: lambda c: "medication gone through with the patient",
    e.Consented: _consented,
    e.ScanReceived: lambda c: f"{c.purpose.value.replace('-', ' ')} scan received",
    e.AnatomyFound: lambda c: "anatomy corrected by hand" if c.corrections else f"anatomy found ({c.provider})",
    e.Planned: _planned,
    e.RouteMoved: lambda c: f"route to {root(c.root)} moved by hand",
    e.PlanApproved: lambda c: f"route {c.route_id} to {root(c.root)} approved",
    e.ProcedureBooked: lambda c: f"procedure booked for {root(c.root)}",
    e.ProcedureStep: _step,
    e.NeedleRead: lambda c: f"control scan read: {str(c.status).replace('-', ' ')}",
    e.SpreadRead: lambda c: f"contrast read: {c.pattern}, {c.release}",
    e.Observed: lambda c: "observed before the procedure" if c.before_procedure else "observed in recovery",
    e.RecoveryChecked: lambda c: "recovery questions answered",
    e.Discharged: lambda c: f"discharged: {str(c.report.destination).replace('-', ' ')}",
    e.DiaryInvited: lambda c: "diary link given to the patient",
    e.DiaryLinkRevoked: lambda c: f"diary link ended: {c.reason}",
    e.DiaryAnswered: _diary,
    e.CallTaken: lambda c: f"call taken: {str(c.triage.response).replace('-', ' ')}",
    e.OutcomeRead: lambda c: f"outcome read for {root(c.root)}",
    e.Noted: lambda c: c.text,
    e.Corrected: lambda c: f"entry {c.number} corrected: {c.reason}",
    e.Stopped: lambda c: f"case stopped: {c.reason}",
    e.Closed: lambda c: f"case closed{f': {c.reason}' if c.reason else ''}",
    e.SettingsChanged: lambda c: f"settings changed{f': {c.reason}' if c.reason else ''}",
    e.RecordRestored: lambda c: "record brought back from a backup",
    e.PersonChanged: lambda c: f"account {c.person}: {c.what}",
    e.Reopened: lambda c: f"case reopened: {c.reason}",
}
"""Every kind of event; a test holds this to the record's own list."""
