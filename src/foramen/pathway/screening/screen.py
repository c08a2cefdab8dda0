"""All rules over one referral."""

import hashlib
import json
from datetime import datetime
from functools import cache

from foramen import __version__
from foramen.pathway.engine import Evaluation, Missing, Override, Rule, SignOff, evaluate, question, read_rules
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.vocabulary import Diabetes
from foramen.pathway.findings import Decision
from foramen.pathway.localisation import localise
from foramen.pathway.medication import Policy, advise, agenda
from foramen.pathway.rule_data import rule_data
from foramen.pathway.scope import scope_of
from foramen.pathway.screening.glucose import glucose_plan
from foramen.pathway.screening.overrides import set_aside
from foramen.pathway.screening.result import PolicyStamp, Screening
from foramen.pathway.steroids import ledger, ledger_mg

RULE_FILES = tuple(
    f"screening/{name}"
    for name in ("red_flags", "indication", "infection", "fitness", "diabetes", "steroid", "allergy", "timing")
)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every screening rule, switched on or not."""
    return tuple(rule for name in RULE_FILES for rule in read_rules(name))


def screen(
    referral: Referral,
    policy: Policy,
    at: datetime,
    *,
    overrides: tuple[Override, ...] = (),
    sign_offs: tuple[SignOff, ...] = (),
) -> Screening:
    """Decide about one referral.

    Parameters
    ----------
    referral : Referral
        What is known.
    policy : Policy
        The one medication policy of the site.
    at : datetime
        The moment of asking, with a time zone. Rules of the day are asked from the day of the procedure on; before it
        they are listed in `on_the_day`.
    overrides : tuple of Override
        Findings that a clinician has set aside for this patient; those that nobody may set aside stay.
    sign_offs : tuple of SignOff
        Recalled rules that the site has switched on.
    """
    facts, due = scope_of(referral), _is_the_day(referral, at)
    today = [rule for rule in all_rules() if rule.stage == "referral" or due]
    advice = advise(referral, policy, at, sign_offs)
    found = evaluate(today, facts, sign_offs) | advice.evaluation | _appointment(referral)
    found, refused = set_aside(found, overrides, at)
    later = Evaluation() if due else evaluate([r for r in all_rules() if r.stage == "day"], facts, sign_offs)
    day, steroids = referral.day, referral.history.steroids
    return Screening(
        decision=found.decision,
        could_become=found.could_become,
        at=at,
        policy=PolicyStamp(name=policy.name, version=policy.version, checksum=policy.checksum),
        findings=found.findings,
        questions=found.questions,
        on_the_day=tuple(sorted({open_question.ask for open_question in later.questions})),
        refused_overrides=refused,
        roots=localise(referral),
        medication_plan=advice.plans,
        calendar=agenda(advice.plans, referral),
        glucose_plan=glucose_plan(day) if day and _needs_glucose_plan(referral) else (),
        steroid_ledger=ledger(steroids or ()),
        steroid_year_mg=ledger_mg(steroids, day),
        procedure_day=day,
        procedure_at=referral.local(referral.request.starts_at) if referral.request.starts_at else None,
        rules={name: rule_data(name)["version"] for name in (*RULE_FILES, "medication", "localisation")},
        referral_fingerprint=_fingerprint(referral),
        software={"name": "foramen", "version": __version__},
    )


def _is_the_day(referral: Referral, at: datetime) -> bool:
    return referral.day is not None and referral.local(at).date() >= referral.day


def _appointment(referral: Referral) -> Evaluation:
    """Without an appointment nothing that counts days can be decided."""
    missing = [
        name
        for name, value in (("starts_at", referral.request.starts_at), ("time_zone", referral.request.time_zone))
        if value is None
    ]
    return Evaluation.of((), [question(Missing(name), "SC-appointment", Decision.STOP) for name in missing])


def _needs_glucose_plan(referral: Referral) -> bool:
    diabetes = referral.conditions.diabetes
    return diabetes not in (Diabetes.NONE, Diabetes.UNKNOWN) and referral.request.steroid != "none"


def _fingerprint(referral: Referral) -> str:
    canonical = json.dumps(referral.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
