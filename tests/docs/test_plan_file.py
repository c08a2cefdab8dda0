"""The page about `plan.json` names every field of the model, and no other."""

import re
from pathlib import Path

from foramen.planning.plan import Plan, PlannedRoot, Route

PAGE = Path(__file__).parents[2] / "docs" / "plan-file.md"


def first_column(heading: str) -> set[str]:
    section = PAGE.read_text(encoding="utf-8").split(heading)[1].split("\n\n| ")[1].split("\n\n")[0]
    cells = (line.split("|")[1] for line in ("| " + section).splitlines()[2:])
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_the_plan() -> None:
    assert first_column("Angles are in degrees.") == {field.alias or name for name, field in Plan.model_fields.items()}


def test_a_root() -> None:
    assert first_column("Each of `roots`:") == set(PlannedRoot.model_fields)


def test_a_route() -> None:
    assert first_column("Each of `routes`:") == set(Route.model_fields)
