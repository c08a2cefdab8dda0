"""What a rule says, taken from its rule file: text, severity, source and provenance travel together."""

from collections.abc import Set as AbstractSet
from typing import Any

from foramen.pathway.findings import Finding, Provenance, Severity
from foramen.pathway.rule_data import rule_data


def remark(rules: str, rule_id: str, *, signed: AbstractSet[str] = frozenset(), **values: Any) -> tuple[Finding, ...]:
    """The finding of one rule, its placeholders filled; nothing where the rule is recalled and not signed on.

    Parameters
    ----------
    rules : str
        The rule file, such as `injectate`.
    rule_id : str
        The rule's id in it.
    signed : set of str
        Recalled rules (provenance M) that the site has taken over.
    **values
        What the text's placeholders stand for.

    Returns
    -------
    tuple of Finding
        One finding or none, so that remarks can be strung together.
    """
    row = rule_data(rules)[rule_id]
    provenance = Provenance(row["provenance"])
    if provenance is Provenance.M and rule_id not in signed:
        return ()
    return (
        Finding(
            rule_id=rule_id,
            severity=Severity(row["severity"]),
            text=row["text"].format(**values),
            source=row["source"],
            provenance=provenance,
            action=row.get("action"),
            within=row.get("within"),
        ),
    )
