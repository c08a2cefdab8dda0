"""The signed consent, `foramen.consent/1`, and whether it holds: who signed, for what, and what has changed since."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.answer import Answer
from foramen.pathway.consent.basis import Basis, basis_of
from foramen.pathway.engine import Scope, SignOff, evaluate, read_rules
from foramen.pathway.facts import Referral
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Finding, Question


class Consent(Facts):
    """What was explained, asked, answered and signed. Refusal and withdrawal are part of it and end it at any time."""

    schema_: Literal["foramen.consent/1"] = Field("foramen.consent/1", alias="schema")
    basis: Basis
    explained_by: str | None = None
    risks_gone_through: tuple[str, ...] = Field((), description="ids of the risks, each gone through by itself")
    questions_answered: Answer = Answer.UNKNOWN
    questions: str = Field("", description="what the patient asked, and the answers")
    interpreter: str | None = None
    has_capacity: Answer = Field(Answer.UNKNOWN, description="found by whoever explained")
    signed_by: Literal["patient", "representative"] | None = None
    representative: str | None = Field(None, description="the relationship, such as daughter or guardian")
    signed_at: AwareDatetime | None = None
    confirmed_on_the_day_at: AwareDatetime | None = None
    refused_at: AwareDatetime | None = None
    withdrawn_at: AwareDatetime | None = None
    reason: str = ""


class ConsentCheck(Facts):
    """Whether the consent holds now, and every reason why not."""

    holds: bool
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]


def check_consent(
    consent: Consent,
    referral: Referral,
    now: datetime,
    *,
    root: str | None = None,
    with_caudal: bool = False,
    valid_days: int | None = None,
    sign_offs: Iterable[SignOff] = (),
) -> ConsentCheck:
    """Ask whether a consent holds for what is planned now.

    Parameters
    ----------
    consent : Consent
        As it was signed.
    referral : Referral
        The plan as it is now.
    now : datetime
        With its time zone.
    root : str, optional
        The root planned now; by default the first that the referral asks for.
    valid_days : int, optional
        The site's own limit; none by default, because no source sets one.
    """
    planned = basis_of(
        referral, root or _first_root(referral), with_caudal=with_caudal, language=consent.basis.language
    )
    facts = consent_scope(consent, referral, planned, now, valid_days)
    found = evaluate(read_rules("consent"), facts, tuple(sign_offs))
    stops = [finding for finding in found.findings if finding.severity == "stop"]
    return ConsentCheck(holds=not stops and not found.questions, findings=found.findings, questions=found.questions)


def changes_since(consent: Consent, planned: Basis) -> tuple[tuple[str, str, str], ...]:
    """What was agreed to and is now planned otherwise: the part, what it was, what it is."""
    then, now = consent.basis.model_dump(mode="json"), planned.model_dump(mode="json")
    return tuple((name, _said(then[name]), _said(now[name])) for name in then if then[name] != now[name])


def _first_root(referral: Referral) -> str:
    targets = referral.request.targets or ()
    return str(targets[0]) if targets else "unknown"


def consent_scope(consent: Consent, referral: Referral, planned: Basis, now: datetime, valid_days: int | None) -> Scope:
    """Every fact that a rule of `rules/consent.toml` may name."""
    missing = [risk for risk in planned.risks if risk not in consent.risks_gone_through]
    signed_at = consent.signed_at if consent.signed_at and consent.signed_at <= now else None
    return {
        "refused": _by(consent.refused_at, now),
        "withdrawn": _by(consent.withdrawn_at, now),
        "signed": Answer.of(signed_at is not None and consent.signed_by is not None),
        "signed_by_patient": Answer.of(consent.signed_by == "patient"),
        "representative_named": Answer.of(bool(consent.representative)),
        "has_capacity": consent.has_capacity,
        "needs_interpreter": referral.patient.needs_interpreter,
        "explainer_named": Answer.of(bool(consent.explained_by)),
        "interpreter_present": Answer.of(consent.interpreter is not None),
        "risks_not_gone_through": len(missing),
        "risks_missing": ", ".join(missing),
        "questions_answered": consent.questions_answered,
        "changes": tuple(_change(*change) for change in changes_since(consent, planned)),
        "has_limit": Answer.of(valid_days is not None),
        "valid_days": valid_days,
        "days_since_signing": (now - signed_at) / timedelta(days=1) if signed_at else 0.0,
        "confirmed_on_the_day": _by(consent.confirmed_on_the_day_at, now),
    }


def _by(at: datetime | None, now: datetime) -> Answer:
    return Answer.of(at is not None and at <= now)


def _change(what: str, was: str, now: str) -> Scope:
    return {"of": what, "what": what.replace("_", " "), "was": was, "now": now, "changed": Answer.YES}


def _said(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "not said" if value is None else str(value)
