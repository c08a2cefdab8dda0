"""From referral and consent to the booking that the team must find again at the table."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from foramen.errors import InputError
from foramen.pathway.consent import ConsentCheck
from foramen.pathway.facts import Referral
from foramen.pathway.injectate.anaesthetic import AnaestheticDose
from foramen.pathway.injectate.facts import build_of
from foramen.pathway.procedure.state import Booking


def book(
    referral: Referral,
    root: str,
    consent: ConsentCheck,
    *,
    contrast_contraindication: str | None = None,
    anaesthetic_before: Iterable[AnaestheticDose] = (),
    signed: AbstractSet[str] = frozenset(),
) -> Booking:
    """Book one root of one patient.

    Raises
    ------
    InputError
        If weight or allergies are not known: without them no dose and no substance can be checked at the table.
    """
    build = build_of(referral)
    if build is None:
        raise InputError("The weight is not known; weigh the patient before booking the table.")
    if referral.allergies is None:
        raise InputError("Nobody has asked for allergies; ask before booking the table.")
    return Booking(
        root=root,
        consent_valid=consent.holds,
        weight_kg=build.weight_kg,
        height_cm=build.height_cm,
        female=build.female,
        frail=build.frail,
        allergic_to=tuple(sorted(allergy.agent for allergy in referral.allergies if allergy.agent)),
        contrast_contraindication=contrast_contraindication,
        anaesthetic_before=tuple(anaesthetic_before),
        signed=frozenset(signed),
    )
