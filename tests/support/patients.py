"""A patient whom nothing keeps from the needle, and the same patient with some facts changed or forgotten."""

import copy
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from foramen.pathway.facts import Referral

EXAMPLES = Path(__file__).parents[2] / "examples"
STRAIGHTFORWARD: dict[str, Any] = json.loads((EXAMPLES / "01-straightforward" / "referral.json").read_text())
DAY = "2025-03-13T08:30:00+01:00"
"""Half an hour before the straightforward patient's appointment."""
BEFORE = "2025-02-27T10:00:00+01:00"
"""Two weeks earlier."""


def facts(
    changes: Mapping[str, Any] | None = None,
    forgotten: Iterable[str] = (),
    base: Mapping[str, Any] = STRAIGHTFORWARD,
) -> dict[str, Any]:
    """The straightforward patient's facts with some changed and some taken away, named by paths with dots."""
    changed = copy.deepcopy(dict(base))
    for path, value in (changes or {}).items():
        *above, last = path.split(".")
        place = changed
        for step in above:
            place = place.setdefault(step, {})
        place[last] = value
    for path in forgotten:
        *above, last = path.split(".")
        place = changed
        for step in above:
            place = place.get(step, {})
        place.pop(last, None)
    return changed


def referral(changes: Mapping[str, Any] | None = None, forgotten: Iterable[str] = ()) -> Referral:
    """The same as a referral."""
    return Referral.from_json(json.dumps(facts(changes, forgotten), default=str))
