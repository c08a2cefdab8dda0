"""A form as it is typed: the answers already known as text in their fields, by name.

A field's name is the place of its answer, `infection.spinal`; in a list the row's number stands in it,
`medications.0.drug`, and `medications.there` says whether there are any.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from foramen.pathway.facts import Referral
from foramen.web.clinic.questions.fields import Field, Part, Rows

Typed: TypeAlias = dict[str, str]

MOST_ROWS = 100
"""Nobody has more of anything; a form that says so is not from the page."""

NONE, SOME = "none", "some"
"""What is chosen of a list: there are none, or these."""


def typed(parts: Iterable[Part], referral: Referral, zone: ZoneInfo) -> Typed:
    """What the referral already says, as the form would show it; what is unknown is left out."""
    return _typed(parts, referral.model_dump(mode="json", by_alias=True), zone)


def _typed(parts: Iterable[Part], facts: Mapping[str, Any], zone: ZoneInfo, prefix: str = "") -> Typed:
    shown: Typed = {}
    for part in parts:
        value = place(facts, part.path)
        if value is None:
            continue
        if isinstance(part, Rows):
            if part.none:
                shown[f"{prefix}{part.path}.there"] = SOME if value else NONE
            for number, row in enumerate(value):
                shown |= _typed(part.row, row, zone, f"{prefix}{part.path}.{number}.")
        elif value != part.unknown:
            shown[prefix + part.path] = _as_typed(part, value, zone)
    return shown


def place(facts: Mapping[str, Any], path: str) -> Any:
    """What stands at a path; None where nothing does."""
    value: Any = facts
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _as_typed(field: Field, value: Any, zone: ZoneInfo) -> str:
    if field.kind == "moment":
        return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%dT%H:%M}"
    if field.kind in ("number", "whole"):
        return f"{value:g}"
    return str(value)


def row_count(name: str, form: Mapping[str, str]) -> int:
    """How many rows of a list a form holds."""
    numbers = [int(found[1]) for key in form if (found := re.match(rf"{re.escape(name)}\.(\d+)\.", key))]
    return min(max(numbers, default=-1) + 1, MOST_ROWS)


def in_words(field: Field, text: str) -> str:
    """An answer as a person says it, with its unit."""
    said = dict(field.options).get(text, text)
    return f"{said} {field.unit}".rstrip()
