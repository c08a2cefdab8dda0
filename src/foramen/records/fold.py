"""What the events of a case add up to. A pure function: the same events give the same case, anywhere, any time."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from foramen.errors import InputError
from foramen.records import events as e
from foramen.records.case import Case
from foramen.records.event import Event
from foramen.records.journey import whereabouts

_ROOT = re.compile(r"(L[1-6]|S1)-(left|right)")
_NEEDLE_OUT = ("needle-removed", "abandoned")

Change = Callable[[Case, Any, Event], dict[str, Any]]


def fold(events: Iterable[Event]) -> Case:
    """Add up the events of one case, in their order.

    Raises
    ------
    InputError
        If the first event is not the opening of a case.
    """
    history = tuple(events)
    case = _opened(history)
    out = corrected(history)
    for event in history[1:]:
        if event.number not in out:
            case = _after(case, event)
    last = history[-1]
    whole = {"version": last.number, "changed_at": last.at, "history": history, "corrected": out}
    case = case.model_copy(update=whole)
    stage, waits_for, next_role = whereabouts(case)
    return case.model_copy(update={"stage": stage, "waits_for": waits_for, "next_role": next_role})


def corrected(history: Sequence[Event]) -> frozenset[int]:
    """Numbers of the events that no longer count.

    Corrections only name what came before them, so going backwards each is settled before it is needed.
    """
    out: set[int] = set()
    for event in reversed(history):
        if isinstance(event.content, e.Corrected) and event.number not in out:
            out.add(event.content.number)
    return frozenset(out)


def _opened(history: tuple[Event, ...]) -> Case:
    if not history or not isinstance(history[0].content, e.CaseOpened):
        raise InputError("These events do not begin with the opening of a case.")
    first, content = history[0], history[0].content
    return Case(
        id=first.case_id,
        version=1,
        patient=content.patient,
        opened_at=first.at,
        changed_at=first.at,
        roots=content.roots,
        referrer=content.referrer,
        reason=content.reason,
    )


def _after(case: Case, event: Event) -> Case:
    change = CHANGES.get(type(event.content))
    return case.model_copy(update=change(case, event.content, event)) if change else case


def _latest(field: str) -> Change:
    return lambda case, content, event: {field: content}


def _added(field: str) -> Change:
    return lambda case, content, event: {field: (*getattr(case, field), content)}


def _by_root(field: str) -> Change:
    return lambda case, content, event: {field: {**getattr(case, field), content.root: content}}


def _referral(case: Case, content: e.ReferralRecorded, event: Event) -> dict[str, Any]:
    asked = tuple(str(target) for target in content.referral.request.targets or ())
    named = tuple(dict.fromkeys(root for root in asked if _ROOT.fullmatch(root)))
    return {"referral": content.referral, "roots": named or case.roots}


def _planned(case: Case, content: e.Planned, event: Event) -> dict[str, Any]:
    return {"planned": content, "moved": {}, "approvals": {}}


def _route_moved(case: Case, content: e.RouteMoved, event: Event) -> dict[str, Any]:
    kept = {root: approval for root, approval in case.approvals.items() if root != content.root}
    return {"moved": {**case.moved, content.root: content}, "approvals": kept}


def _approved(case: Case, content: e.PlanApproved, event: Event) -> dict[str, Any]:
    if case.planned is None or content.plan != case.planned.plan:
        return {}
    return {"approvals": {**case.approvals, content.root: content}}


def _step(case: Case, content: e.ProcedureStep, event: Event) -> dict[str, Any]:
    steps = (*case.procedures.get(content.root, ()), content.event)
    out = {"needle_out_at": content.event.at or event.at} if content.event.event in _NEEDLE_OUT else {}
    return {"procedures": {**case.procedures, content.root: steps}, **out}


def _observed(case: Case, content: e.Observed, event: Event) -> dict[str, Any]:
    if content.before_procedure:
        return {"observation_before": content.observation}
    return {"observations": (*case.observations, content.observation)}


def _link_revoked(case: Case, content: e.DiaryLinkRevoked, event: Event) -> dict[str, Any]:
    return {"diary_links": tuple(link for link in case.diary_links if link.link != content.link)}


def _diary(case: Case, content: e.DiaryAnswered, event: Event) -> dict[str, Any]:
    if content.key and content.key in case.diary_keys:
        return {}
    keys = case.diary_keys | ({content.key} if content.key else set())
    if content.baseline:
        return {"diary_baseline": content.entry, "diary_keys": keys}
    return {"diary": (*case.diary, content.entry), "diary_keys": keys}


CHANGES: dict[type[e.Content], Change] = {
    e.IdentityCorrected: lambda case, content, event: {"patient": content.patient},
    e.ReferralRecorded: _referral,
    e.PainDrawn: _latest("pain"),
    e.Screened: _latest("screened"),
    e.MedicationConfirmed: _latest("medication"),
    e.Consented: _by_root("consents"),
    e.ScanReceived: _added("scans"),
    e.AnatomyFound: _latest("anatomy"),
    e.Planned: _planned,
    e.RouteMoved: _route_moved,
    e.PlanApproved: _approved,
    e.ProcedureBooked: _by_root("bookings"),
    e.ProcedureStep: _step,
    e.NeedleRead: _added("needles"),
    e.SpreadRead: _added("spreads"),
    e.Observed: _observed,
    e.RecoveryChecked: _latest("recovery_checked"),
    e.Discharged: _latest("discharged"),
    e.DiaryInvited: _added("diary_links"),
    e.DiaryLinkRevoked: _link_revoked,
    e.DiaryAnswered: _diary,
    e.CallTaken: _added("calls"),
    e.OutcomeRead: _by_root("outcomes"),
    e.Stopped: lambda case, content, event: {"stopped": content.reason},
    e.Closed: lambda case, content, event: {"closed": True},
    e.Reopened: lambda case, content, event: {"stopped": None, "closed": False},
}
"""How each kind changes the case; what is not here (notes, corrections) is only part of its history."""
