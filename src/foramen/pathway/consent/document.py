"""The consent document of one case: what is planned, felt, gained, risked, and what else could be done."""

from foramen.pathway.answer import Answer
from foramen.pathway.consent.basis import consent_facts
from foramen.pathway.consent.risks import risk_lines, risks_for
from foramen.pathway.facts import Referral
from foramen.pathway.texts import Document, compose, root_in_words, words


def consent_document(referral: Referral, root: str, language: str = "en") -> Document:
    """Put the consent document together for this patient and this root.

    Parameters
    ----------
    referral : Referral
        The patient and the plan.
    root : str
        Such as `L5-left`.
    language : str
        Of the document; where the patient has another, an interpreter goes through it with them.

    Raises
    ------
    UsageError
        If there is no consent text in that language.
    """
    facts, known = consent_facts(referral), words(language)
    with_steroid = facts["with_steroid"] is not Answer.NO
    values = {
        "root": root_in_words(root, language),
        "modality": known["modality"][referral.request.guidance or "unknown"],
        "given": known["to_give"]["with_steroid" if with_steroid else "without_steroid"],
        "risk_lines": risk_lines(risks_for(facts), language),
    }
    return compose("consent", language, facts, values)
