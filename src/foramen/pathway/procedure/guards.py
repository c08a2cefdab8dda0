"""Why an event that comes at the right moment is refused all the same: wrong side, another needle, too much."""

from collections.abc import Callable, Iterable
from itertools import product as pairs
from typing import Any

from foramen.errors import InputError
from foramen.pathway.injectate.anaesthetic import FULL_FRACTION, fraction
from foramen.pathway.injectate.mixing import CRYSTALS
from foramen.pathway.injectate.products import Product, Role, product
from foramen.pathway.procedure.changes import anaesthetic_in
from foramen.pathway.procedure.events import (
    Anaesthetised,
    Aspirated,
    ContrastGiven,
    ContrastOmitted,
    Event,
    Injected,
    SignedIn,
    SkinPrepared,
    StopMoment,
    TipChecked,
    Withdrawn,
)
from foramen.pathway.procedure.state import Booking, State

NEEDED_IDENTIFIERS = 2
"""Name alone is not enough; two that the patient says themselves."""


def objection(state: State, event: Event, booking: Booking) -> str | None:
    """The reason to refuse this event, or None."""
    guard = _GUARDS.get(event.event)
    try:
        return guard(state, event, booking) if guard else None
    except InputError as error:  # a product that the catalogue does not know can't be checked, so it can't be given
        return str(error)


def _signed_in(state: State, event: SignedIn, booking: Booking) -> str | None:
    if len(set(event.identifiers_matched)) < NEEDED_IDENTIFIERS:
        return "Identity needs two identifiers that match, such as name and date of birth."
    if not booking.consent_valid or not event.consent_still_given:
        return "There is no valid consent: it is missing, out of date, refused or withdrawn."
    for place, root in (("request", event.root_on_request), ("consent", event.root_on_consent)):
        if wrong := _wrong_root(f"the {place} says", root, booking):
            return wrong
    for place, side in (("The patient says", event.side_said_by_patient), ("The mark is on", event.side_marked)):
        if side != booking.side:
            return f"{place} {side}, the plan says {booking.side}: stop until the side is settled."
    return None if event.allergies_read_out else "The allergies have not been read out."


def _skin_prepared(state: State, event: SkinPrepared, booking: Booking) -> str | None:
    return _allergy((event.agent,), booking)


def _stop_moment(state: State, event: StopMoment, booking: Booking) -> str | None:
    if wrong := _wrong_root("the team says", event.root, booking):
        return wrong
    if event.operator == event.assistant:
        return "The stop moment needs two people."
    return None if event.mark_seen else "The mark has not been seen in the field: look again before the needle."


def _anaesthetised(state: State, event: Anaesthetised, booking: Booking) -> str | None:
    if product(event.product).role is not Role.ANAESTHETIC:
        return f"{product(event.product).name} is not a local anaesthetic."
    return _allergy((product(event.product).agent,), booking) or _too_much(state, event, booking)


def _withdrawn(state: State, event: Withdrawn, booking: Booking) -> str | None:
    if state.depths_mm and event.depth_mm >= state.depths_mm[-1]:
        return f"The needle was at {state.depths_mm[-1]:g} mm; withdrawn means less deep than that."
    return None


def _tip_checked(state: State, event: TipChecked, booking: Booking) -> str | None:
    if wrong := _wrong_root("the image shows the tip at", event.root, booking):
        return wrong
    if event.needle != state.needle:
        return _another_needle(event.needle, state)
    return None if event.in_position else "The tip is not where it should be: move the needle and look again."


def _aspirated(state: State, event: Aspirated, booking: Booking) -> str | None:
    return None if event.needle == state.needle else _another_needle(event.needle, state)


def _contrast_given(state: State, event: ContrastGiven, booking: Booking) -> str | None:
    if event.needle != state.needle:
        return _another_needle(event.needle, state)
    contrast = product(event.product)
    if contrast.role is not Role.CONTRAST:
        return f"{contrast.name} is not a contrast agent."
    if booking.contrast_contraindication:
        return f"A reason against contrast is on record: {booking.contrast_contraindication}."
    return (
        _contrast_near_sac((contrast,), booking)
        or _allergy((contrast.agent,), booking)
        or _too_fast(event, asked=state.slowly)
    )


def _contrast_omitted(state: State, event: ContrastOmitted, booking: Booking) -> str | None:
    if booking.contrast_contraindication:
        return None
    return "Contrast may be left out only for a contraindication that was on record before the procedure."


def _injected(state: State, event: Injected, booking: Booking) -> str | None:
    if event.needle != state.needle:
        return _another_needle(event.needle, state)
    products = [product(part.product) for part in event.given]
    particulate = [what.name for what in products if what.counts_as_particulate(booking.signed)]
    if state.contrast_omitted and particulate:
        return f"{particulate[0]} counts as particulate, and no contrast was given: use a non-particulate steroid."
    return (
        _crystals(products)
        or _contrast_near_sac(products, booking)
        or _allergy((what.agent for what in products), booking)
        or _too_fast(event, asked=True)
        or _too_much(state, event, booking)
    )


def _contrast_near_sac(products: Iterable[Product], booking: Booking) -> str | None:
    for what in products:
        if what.role is Role.CONTRAST and not what.allowed_near_sac(booking.signed):
            return f"{what.name} is not known to be labelled for use where it could enter the thecal sac."
    return None


def _crystals(products: Iterable[Product]) -> str | None:
    together = tuple(products)
    for anaesthetic, steroid in pairs(together, together):
        for salt in steroid.salts:
            particles = CRYSTALS.get((anaesthetic.agent, salt))
            if particles is not None and particles.kind == "crystals":
                return f"{anaesthetic.agent} with {salt} makes crystals of {particles.size}: use lidocaine."
    return None


def _wrong_root(who: str, root: str, booking: Booking) -> str | None:
    if root == booking.root:
        return None
    what = "side" if root.split("-")[1] != booking.side else "level"
    return f"Wrong {what}: {who} {root}, the plan is for {booking.root}."


def _another_needle(needle: str, state: State) -> str:
    return (
        f"Needle {needle} is not the needle that was checked ({state.needle}): contrast and medicine use the same one."
    )


def _allergy(agents: Iterable[str], booking: Booking) -> str | None:
    known = {agent.lower() for agent in booking.allergic_to}
    met = sorted(agent for agent in agents if agent.lower() in known)
    return f"The patient is allergic to {met[0]}." if met else None


def _too_fast(event: ContrastGiven | Injected, *, asked: bool) -> str | None:
    return "Inject slowly, and more slowly still after cramping pain." if asked and not event.slowly else None


def _too_much(state: State, event: Event, booking: Booking) -> str | None:
    doses = (*booking.anaesthetic_before, *state.anaesthetic, *anaesthetic_in(event))
    share = fraction(doses, booking.build)
    if share <= FULL_FRACTION:
        return None
    return f"With this dose the local anaesthetics reach {share:.0%} of the largest dose, summed over agents."


_GUARDS: dict[str, Callable[[State, Any, Booking], str | None]] = {
    "signed-in": _signed_in,
    "skin-prepared": _skin_prepared,
    "stop-moment": _stop_moment,
    "anaesthetised": _anaesthetised,
    "withdrawn": _withdrawn,
    "tip-checked": _tip_checked,
    "aspirated": _aspirated,
    "contrast-given": _contrast_given,
    "contrast-omitted": _contrast_omitted,
    "injected": _injected,
}
