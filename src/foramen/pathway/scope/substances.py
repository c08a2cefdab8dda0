"""Allergies and the substances planned, by the names that the rules use."""

from foramen.errors import InputError
from foramen.pathway.answer import Answer
from foramen.pathway.engine import Scope
from foramen.pathway.facts.patient import Allergy
from foramen.pathway.facts.referral import Referral
from foramen.pathway.injectate.products import Product, product

NOT_A_SUBSTANCE = frozenset({"iodine", "iodinated contrast", "contrast", "contrast medium", "dye", "x-ray dye"})
"""Names that say which class reacted, never which substance; iodine itself is no allergen (Macy, Perm J 2018)."""

NONE_PLANNED = "none"


def substance_scope(referral: Referral) -> Scope:
    """What is to be injected, and what the patient reacts to."""
    steroid, contrast = _planned(referral.request.steroid), _planned(referral.request.contrast)
    allergies = referral.allergies
    return {
        "steroid_agent": _agent(referral.request.steroid, steroid),
        "steroid_is_particulate": _particulate(referral.request.steroid, steroid),
        "contrast_agent": _agent(referral.request.contrast, contrast),
        "allergies": None if allergies is None else tuple(_allergy(allergy) for allergy in allergies),
        "has_contrast_allergy": Answer.of(
            None if allergies is None else any(allergy.to == "contrast" for allergy in allergies)
        ),
    }


def _planned(name: str | None) -> Product | None:
    if name is None or name == NONE_PLANNED:
        return None
    try:
        return product(name)
    except InputError:
        return None


def _agent(name: str | None, found: Product | None) -> str | None:
    if name == NONE_PLANNED:
        return NONE_PLANNED
    return found.agent if found else None


def _particulate(name: str | None, found: Product | None) -> Answer:
    if name == NONE_PLANNED:
        return Answer.NO
    return Answer.of(found.counts_as_particulate() if found else None)


def _allergy(allergy: Allergy) -> Scope:
    agent = (allergy.agent or "").lower()
    return {
        "of": f"the {allergy.to.replace('-', ' ')} reaction",
        "allergy_to": allergy.to,
        "agent": None if not agent or agent in NOT_A_SUBSTANCE else agent,
        "called_iodine": Answer.of(agent in NOT_A_SUBSTANCE),
        "reaction_severity": allergy.severity,
    }
