"""Every statement of the source documents leads to code or to a reason, and every citation in the code leads back."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATHWAY = ROOT / "src" / "foramen" / "pathway"
STATEMENTS = {"S0": 36, "S1": 48, "S2": 15, "S3": 23, "S4": 22}
ALL = [f"{source}-{number}" for source, count in STATEMENTS.items() for number in range(1, count + 1)]
CITATION = re.compile(r"(?<![A-Z-])S[0-4]-\d+")
LINES = (ROOT / "docs" / "traceability.md").read_text().splitlines()
TABLE = [line.strip("| ").split(" | ") for line in LINES if line.startswith("| S")]
PLACES = {row[0]: re.findall(r"`([^`]+)`", row[2]) for row in TABLE}


def records(data: Any) -> Iterator[dict[str, Any]]:
    """Every record with an id, however deep."""
    if isinstance(data, dict):
        if isinstance(data.get("id"), str):
            yield data
        data = list(data.values())
    if isinstance(data, list):
        for part in data:
            yield from records(part)


def rules() -> dict[str, dict[str, Any]]:
    """Every rule by its name; a policy's row by `policy/row`."""
    found = {}
    for file in PATHWAY.rglob("*.toml"):
        policy = f"{file.stem}/" if file.parent.name == "policies" else ""
        for record in records(tomllib.loads(file.read_text())):
            found[policy + record["id"]] = record
    return found


RULES = rules()


def test_every_statement_stands_in_the_table_once_and_in_order() -> None:
    assert [row[0] for row in TABLE] == ALL


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_a_statement_has_a_place_that_exists_or_a_reason(row: list[str]) -> None:
    assert len(row) == 3
    assert row[1].strip()
    assert PLACES[row[0]] or row[2].startswith("Not built: ")
    for place in PLACES[row[0]]:
        home = ROOT if place.startswith("docs/") else PATHWAY
        assert place in RULES or (home / place).is_file(), place


CITING = [file for file in sorted(PATHWAY.rglob("*")) if file.suffix in (".py", ".toml")]


@pytest.mark.parametrize("file", CITING, ids=lambda file: str(file.relative_to(PATHWAY)))
def test_a_file_that_cites_a_statement_stands_in_its_row(file: Path) -> None:
    for statement in CITATION.findall(file.read_text()):
        assert str(file.relative_to(PATHWAY)) in PLACES[statement], statement


@pytest.mark.parametrize("name", RULES)
def test_a_rule_that_cites_a_statement_stands_in_its_row(name: str) -> None:
    said = {key: value for key, value in RULES[name].items() if key != "id"}
    for statement in CITATION.findall(json.dumps(said, default=str)):
        assert name in PLACES[statement], statement
