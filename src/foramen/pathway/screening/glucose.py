"""What diabetes asks for after a steroid, day by day."""

from datetime import date, timedelta

from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Provenance
from foramen.pathway.rule_data import rule_data


class GlucoseDay(Facts):
    """What to expect and do on some days after the steroid."""

    first: date
    last: date
    text: str
    source: str
    provenance: Provenance


def glucose_plan(day: date) -> tuple[GlucoseDay, ...]:
    """The glucose plan of a diabetic patient who gets a steroid on that day."""
    return tuple(
        GlucoseDay(
            first=day + timedelta(days=row["first"]),
            last=day + timedelta(days=row["last"]),
            text=row["text"],
            source=row["source"],
            provenance=Provenance(row["provenance"]),
        )
        for row in rule_data("glucose")["day"]
    )
