"""How the sources differ on one drug."""

from foramen.errors import UsageError
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Provenance
from foramen.pathway.medication.drugs import classes_of
from foramen.pathway.medication.policy import policy_names, read_policy


class ComparedRow(Facts):
    """What one policy says about the drug; `row_id` is None where it says nothing."""

    policy: str
    row_id: str | None = None
    when: str = ""
    hold: str = "says nothing"
    restart: str = ""
    note: str = ""
    provenance: Provenance | None = None
    enabled: bool = False


def compare_policies(drug: str) -> tuple[ComparedRow, ...]:
    """Every policy's rows on a drug, side by side, the silent ones too.

    Raises
    ------
    UsageError
        If Foramen does not know the drug.
    """
    name = drug.strip().lower()
    if not classes_of(name):
        raise UsageError(f"Foramen does not know the drug '{drug}'; write its international name, such as warfarin.")
    compared: list[ComparedRow] = []
    for policy in map(read_policy, policy_names()):
        rows = policy.rows_for(name)
        compared += [
            ComparedRow(
                policy=policy.name,
                row_id=row.id,
                when=row.when_words,
                hold=row.hold_words,
                restart=row.restart_words,
                note=row.note,
                provenance=row.provenance,
                enabled=row.enabled,
            )
            for row in rows
        ] or [ComparedRow(policy=policy.name)]
    return tuple(compared)
