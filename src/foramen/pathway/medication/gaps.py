"""Where a policy gives no row, and what it asks of the platelets."""

from collections.abc import Iterable

from foramen.pathway.answer import Answer
from foramen.pathway.engine import Evaluation, Missing, question
from foramen.pathway.facts.referral import Referral
from foramen.pathway.facts.treatment import LabTest, Medication
from foramen.pathway.findings import Decision, Finding, Provenance, Severity
from foramen.pathway.medication.drugs import is_antithrombotic
from foramen.pathway.medication.policy import Policy, Row


def no_row(policy: Policy, medication: Medication, stated: Iterable[Row], rows: Iterable[Row]) -> Evaluation:
    """Why there is no advice on a drug: never a go by silence, and nothing borrowed from another policy."""
    kind = is_antithrombotic(medication)
    if kind is Answer.UNKNOWN:
        return Evaluation.of((), [question(Missing("antithrombotic", medication.drug), policy.name, Decision.DEFER)])
    if kind is Answer.NO:
        return Evaluation()
    if tuple(rows):
        why = "has rows for it, but none that holds for this patient"
    elif tuple(stated):
        why = "has only recalled rows for it, switched off until the site signs them on"
    else:
        why = "says nothing about it"
    return Evaluation.of(
        [
            Finding(
                rule_id=f"{policy.name}/no-row",
                severity=Severity.DEFER,
                text=f"No automatic advice for {medication.drug}: {policy.name} {why}.",
                action="A consultant decides, with haematology where needed, and records why.",
                source=policy.source,
                provenance=Provenance.OWN,
                may_override="consultant",
            )
        ],
        (),
    )


def platelets(referral: Referral, policy: Policy) -> Evaluation:
    """The platelet count against the policy's limit, where it has one."""
    if policy.platelets_min is None:
        return Evaluation()
    count, rule_id = referral.latest(LabTest.PLATELETS_E9_PER_L), f"{policy.name}/{policy.platelets_id}"
    if count is None:
        return Evaluation.of((), [question(Missing("platelets"), rule_id, Decision.DEFER)])
    if count.value >= policy.platelets_min:
        return Evaluation()
    return Evaluation.of(
        [
            Finding(
                rule_id=rule_id,
                severity=Severity.DEFER,
                text=f"Platelets {count.value:g} × 10⁹/L are below {policy.platelets_min:g}.",
                action="Correct them first, with haematology.",
                source=policy.platelets_source,
                provenance=policy.platelets_provenance,
                may_override="consultant",
            )
        ],
        (),
    )
