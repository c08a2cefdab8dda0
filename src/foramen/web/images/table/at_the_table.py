"""Everything the scanner room's screen shows of one root, read from the case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Self, TypeVar

import numpy as np

from foramen.guidance.needle_file import NeedleFile
from foramen.guidance.spread_file import SpreadFile
from foramen.pathway.consent import ConsentCheck, check_consent
from foramen.pathway.injectate.anaesthetic import (
    EARLY_WARNING_FRACTION,
    FULL_FRACTION,
    AnaestheticDose,
    fraction,
    remaining_mg,
)
from foramen.pathway.injectate.products import signed_products
from foramen.pathway.procedure import Booking, Pattern, State, book, next_steps, pattern_from_spread, run
from foramen.planning.plan import Plan, PlannedRoot, Route
from foramen.records import Case, Event, Records
from foramen.records.events import NeedleRead, PlanApproved, ProcedureStep, Purpose, SiteSettings, SpreadRead
from foramen.web.clinic.desk import referral_of
from foramen.web.images.work.task import route_of, with_moved


@dataclass(frozen=True)
class Anaesthetic:
    """The running total of local anaesthetic: doses by agent, and the share of the largest dose they add up to."""

    doses: tuple[tuple[str, float], ...]
    share: float
    left: tuple[tuple[str, float], ...]

    @property
    def warns(self) -> str:
        """Nothing, `early` from half of the largest dose, or `full`."""
        if self.share >= FULL_FRACTION:
            return "full"
        return "early" if self.share >= EARLY_WARNING_FRACTION else ""


File = TypeVar("File", NeedleFile, SpreadFile)


@dataclass(frozen=True)
class Read(Generic[File]):
    """A reading, when it was made, and how often the needle was noted as moved since."""

    said: File
    digest: str
    at: datetime
    moves_since: int

    @classmethod
    def of(cls, records: Records, event: Event | None, kind: type[File], *, moves_since: int) -> Self | None:
        """The reading of an event, from the store."""
        if event is None or not isinstance(event.content, (NeedleRead, SpreadRead)):
            return None
        digest = event.content.result
        return cls(kind.model_validate_json(records.store.read(digest)), digest, event.at, moves_since)


@dataclass(frozen=True)
class AtTheTable:
    """One root of one case, at one moment."""

    case: Case
    root: str
    booking: Booking | None
    state: State
    allowed: tuple[str, ...]
    approved: PlanApproved | None
    planned: PlannedRoot | None
    route: Route | None
    needle: "Read[NeedleFile] | None"
    spread: "Read[SpreadFile] | None"
    anaesthetic: Anaesthetic | None
    controls: int
    missing: tuple[str, ...]

    @property
    def pattern(self) -> Pattern | None:
        """What was read of the contrast that went through the needle where it is now, in the release gate's words."""
        if self.spread is None or self.spread.moves_since > 0:
            return None
        said = self.spread.said
        return pattern_from_spread(said.pattern, said.release, tuple(said.compartments))

    @property
    def depth_mm(self) -> float | None:
        """How deep the needle lies by the last control scan, from skin to tip."""
        found = self.needle.said if self.needle else None
        if found is None or found.tip_control_mm is None or found.entry_control_mm is None:
            return None
        return float(np.linalg.norm(np.subtract(found.tip_control_mm, found.entry_control_mm)))


def at_the_table(records: Records, case: Case, root: str, at: datetime) -> AtTheTable:
    """Read how a root stands: the procedure, the needle, the contrast, what was given."""
    site = records.settings.current().settings
    booking = booking_now(case, root, site, at)
    course = run(case.procedures.get(root, ()), booking) if booking else None
    state = course.state if course else State()
    approved = case.approvals.get(root)
    planned, route = _route(records, case, approved)
    needle, spread = case.last(NeedleRead, root), case.last(SpreadRead, root)
    moved = _moves(case, root)
    return AtTheTable(
        case=case,
        root=root,
        booking=booking,
        state=state,
        allowed=next_steps(state) if booking else (),
        approved=approved,
        planned=planned,
        route=route,
        needle=Read.of(records, needle, NeedleFile, moves_since=_after(moved, needle)),
        spread=Read.of(records, spread, SpreadFile, moves_since=_after(moved, spread)),
        anaesthetic=_anaesthetic(state, booking) if booking else None,
        controls=sum(scan.purpose is not Purpose.PLANNING for scan in case.scans),
        missing=_missing(case, root) if booking is None else (),
    )


def new_booking(case: Case, root: str, site: SiteSettings, at: datetime) -> Booking:
    """What is agreed for a root, from the referral and the consent as they stand.

    Raises
    ------
    InputError
        If weight or allergies are not known.
    """
    referral = referral_of(case, at)
    consented = case.consents.get(root)
    check = ConsentCheck(holds=False, findings=(), questions=())
    if consented is not None and consented.given:
        check = check_consent(
            consented.consent,
            referral,
            at,
            root=root,
            valid_days=site.consent_valid_days,
            sign_offs=site.site.sign_offs,
        )
    to_contrast = [allergy for allergy in referral.allergies or () if allergy.to == "contrast"]
    return book(
        referral,
        root,
        check,
        contrast_contraindication=f"allergy to contrast ({to_contrast[0].agent})" if to_contrast else None,
        signed=signed_products(site.site.sign_offs),
    )


def booking_now(case: Case, root: str, site: SiteSettings, at: datetime) -> Booking | None:
    """The booking as agreed, with what was given at the other roots since, and only while the consent still holds."""
    booked = case.bookings.get(root)
    if booked is None:
        return None
    elsewhere = tuple(
        dose
        for other, events in case.procedures.items()
        if other != root and other in case.bookings
        for dose in run(events, case.bookings[other].booking).state.anaesthetic
    )
    consented = case.consents.get(root)
    before = (*booked.booking.anaesthetic_before, *elsewhere)
    holds = booked.booking.consent_valid and consented is not None and consented.given
    return booked.booking.model_copy(update={"anaesthetic_before": before, "consent_valid": holds})


def _anaesthetic(state: State, booking: Booking) -> Anaesthetic:
    doses = (*booking.anaesthetic_before, *state.anaesthetic)
    agents = tuple(dict.fromkeys(dose.agent for dose in doses))
    return Anaesthetic(
        doses=tuple((agent, _sum(doses, agent)) for agent in agents),
        share=fraction(doses, booking.build),
        left=tuple((agent, remaining_mg(agent, doses, booking.build)) for agent in agents or ("lidocaine",)),
    )


def _sum(doses: tuple[AnaestheticDose, ...], agent: str) -> float:
    return sum(dose.dose_mg for dose in doses if dose.agent == agent)


def _route(records: Records, case: Case, approved: PlanApproved | None) -> tuple[PlannedRoot | None, Route | None]:
    if approved is None:
        return None, None
    plan = with_moved(Plan.model_validate_json(records.store.read(approved.plan)), case)
    return route_of(plan, approved.root, approved.route_id)


def _moves(case: Case, root: str) -> tuple[int, ...]:
    """The numbers of the events that note a move of the needle."""
    return tuple(
        event.number
        for event in case.standing
        if isinstance(event.content, ProcedureStep)
        and event.content.root == root
        and event.content.event.event in ("advanced", "withdrawn")
    )


def _after(moves: tuple[int, ...], event: Event | None) -> int:
    return sum(number > event.number for number in moves) if event else 0


def _missing(case: Case, root: str) -> tuple[str, ...]:
    """What has to be there before the table can be booked."""
    missing = []
    if root not in case.approvals:
        missing.append("an approved route")
    if root not in case.consents or not case.consents[root].given:
        missing.append("a signed consent")
    if case.referral is None:
        missing.append("the referral")
    return tuple(missing)
