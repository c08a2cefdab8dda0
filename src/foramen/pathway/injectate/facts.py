"""What the injectate rules speak of: sums and comparisons over the syringes and the patient, unknown where unknown."""

from collections.abc import Set as AbstractSet
from datetime import date

from foramen.pathway.answer import Answer
from foramen.pathway.engine import Scope
from foramen.pathway.facts import Diabetes, Intent, Referral, Sex
from foramen.pathway.injectate.anaesthetic import Build, fraction
from foramen.pathway.injectate.mixing import mixtures
from foramen.pathway.injectate.products import Role
from foramen.pathway.injectate.selectivity import expected_selectivity
from foramen.pathway.injectate.syringe import Component, Injectate, Where
from foramen.pathway.rule_data import rule_data
from foramen.pathway.steroids import ledger_mg, methylprednisolone_mg

FRAIL_FROM = ("liver_disease", "heart_disease")
"""Conditions that lower the largest dose (LA-6); for age and general state no source gave a limit."""

HELPED_PERCENT = 50.0
"""Relief that counts as significant (SI-1, OM-12)."""


def injectate_facts(injectate: Injectate, referral: Referral, on: date | None, signed: AbstractSet[str]) -> Scope:
    """Every fact that a rule of `rules/injectate.toml` may name."""
    contrasted = {component.root for component in injectate.of(Role.CONTRAST)}
    totals = steroid_totals(injectate)
    return {
        "diagnostic": Answer.of(injectate.intent is Intent.DIAGNOSTIC),
        "anaesthetic_share": anaesthetic_share(injectate, referral),
        "anaesthetics_near_sac": _anaesthetics_near_sac(injectate),
        "steroids": tuple(_steroid(c, c.root in contrasted, signed) for c in injectate.of(Role.STEROID)),
        "steroid_totals": tuple(_steroid_total(agent, mg) for agent, mg in totals.items()),
        "steroid_near_sac": Answer.of(any(component.near_sac for component in injectate.of(Role.STEROID))),
        "mixtures": mixtures(injectate),
        "contrasts": tuple(_contrast(component, signed) for component in injectate.of(Role.CONTRAST)),
        "contrast_planned": Answer.of(injectate.has_contrast),
        "contrast_contraindicated": Answer.of(injectate.contrast_contraindication is not None),
        "iodine_near_sac_mg": iodine_near_sac_mg(injectate),
        "roots": tuple(_root(injectate, root) for root in injectate.roots),
        "root_count": len(injectate.roots),
        "with_caudal": Answer.of(any(component.where is Where.CAUDAL for component in injectate.components)),
        "agents": tuple(_agent(agent, referral) for agent in sorted({c.what.agent for c in injectate.components})),
        "earlier_relief": _earlier_relief(referral),
        "diabetic": _diabetic(referral),
        "takes_cyp3a_inhibitor": referral.takes(rule_data("drugs")["class"]["cyp3a-inhibitor"]),
        "postmenopausal": _postmenopausal(referral),
        "year_load_mg": year_load_with(injectate, referral, on),
    }


def build_of(referral: Referral) -> Build | None:
    """What largest doses depend on; None where the weight is not known. An unknown illness counts as present."""
    patient, conditions = referral.patient, referral.conditions
    if patient.weight_kg is None:
        return None
    frail = any(getattr(conditions, name) is not Answer.NO for name in FRAIL_FROM)
    female = None if patient.sex is Sex.UNKNOWN else patient.sex is Sex.FEMALE
    return Build(patient.weight_kg, patient.height_cm, female, frail)


def anaesthetic_share(injectate: Injectate, referral: Referral) -> float | None:
    """The sum of every anaesthetic dose over its maximum; None where the weight is not known."""
    build = build_of(referral)
    return None if build is None else round(fraction(injectate.anaesthetics, build), 6)


def steroid_totals(injectate: Injectate) -> dict[str, float]:
    """Milligrams of each steroid in the session, of the components whose dose is known."""
    totals: dict[str, float] = {}
    for component in injectate.of(Role.STEROID):
        if component.dose_mg is not None:
            totals[component.what.agent] = totals.get(component.what.agent, 0.0) + component.dose_mg
    return dict(sorted(totals.items()))


def session_load_mg(injectate: Injectate) -> float:
    """The session's steroid in mg of methylprednisolone equivalent."""
    return sum(methylprednisolone_mg(agent, mg) or 0.0 for agent, mg in steroid_totals(injectate).items())


def year_load_with(injectate: Injectate, referral: Referral, on: date | None) -> float | None:
    """The year's steroid with this session, over all sources; None where the ledger or the day is not known."""
    before = ledger_mg(referral.history.steroids, on)
    return None if before is None else round(before + session_load_mg(injectate), 1)


def iodine_near_sac_mg(injectate: Injectate) -> float:
    """Iodine given where it could enter the thecal sac."""
    near = [component for component in injectate.of(Role.CONTRAST) if component.near_sac]
    return round(sum(component.volume_ml * (component.what.mg_iodine_per_ml or 0) for component in near), 1)


def _anaesthetics_near_sac(injectate: Injectate) -> tuple[Scope, ...]:
    totals: dict[str, float] = {}
    for component in injectate.components:
        for dose in component.anaesthetic if component.near_sac else ():
            totals[dose.agent] = totals.get(dose.agent, 0.0) + dose.dose_mg
    return tuple({"agent": agent, "dose_mg": round(mg, 3)} for agent, mg in sorted(totals.items()))


def _steroid(component: Component, contrast_first: bool, signed: AbstractSet[str]) -> Scope:
    what = component.what
    return {
        "of": what.name,
        "name": what.name,
        "label": what.label,
        "sign_on_id": what.sign_on_id,
        "near_sac": Answer.of(component.near_sac),
        "at_root": Answer.of(component.where is Where.ROOT),
        "contrast_first": Answer.of(contrast_first),
        "counts_as_particulate": Answer.of(what.counts_as_particulate(signed)),
        "class_is_recalled": Answer.of(not what.is_relied_on(signed) and not what.particulate),
        "has_label_warning": Answer.of(bool(what.label)),
        "dose_known": Answer.of(component.dose_mg is not None),
    }


def _steroid_total(agent: str, dose_mg: float) -> Scope:
    row, without_limit = rule_data("steroids").get(agent, {}), float("inf")
    enough, cap = row.get("enough_mg", without_limit), row.get("cap_mg", without_limit)
    return {"of": agent, "agent": agent, "dose_mg": dose_mg, "enough_mg": enough, "cap_mg": cap}


def _contrast(component: Component, signed: AbstractSet[str]) -> Scope:
    what = component.what
    return {
        "of": what.name,
        "name": what.name,
        "near_sac": Answer.of(component.near_sac),
        "gadolinium": Answer.of(what.agent == "gadolinium"),
        "allowed_near_sac": Answer.of(what.allowed_near_sac(signed)),
    }


def _root(injectate: Injectate, root: str) -> Scope:
    volume = round(injectate.volume_at_root_ml(root), 3)
    return {"of": root, "root": root, "volume_ml": volume, "expected": expected_selectivity(volume)}


def _agent(agent: str, referral: Referral) -> Scope:
    if referral.allergies is None:
        return {"of": agent, "agent": agent, "allergic": Answer.UNKNOWN}
    named = {allergy.agent.lower() for allergy in referral.allergies if allergy.agent}
    return {"of": agent, "agent": agent, "allergic": Answer.of(agent in named)}


def _diabetic(referral: Referral) -> Answer:
    kind = referral.conditions.diabetes
    return Answer.UNKNOWN if kind is Diabetes.UNKNOWN else Answer.of(kind is not Diabetes.NONE)


def _postmenopausal(referral: Referral) -> Answer:
    return Answer.NO if referral.patient.sex is Sex.MALE else referral.patient.postmenopausal


def _earlier_relief(referral: Referral) -> Answer:
    """Whether an earlier non-particulate injection near the spine helped well; its being brief is why it is asked."""
    ledger = referral.history.steroids
    if ledger is None:
        return Answer.UNKNOWN
    return Answer.of(
        any(
            dose.site == "lumbar-spine"
            and "dexamethasone" in dose.product.lower()
            and dose.relief_percent is not None
            and dose.relief_percent >= HELPED_PERCENT
            for dose in ledger
        )
    )
