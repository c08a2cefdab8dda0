"""Rule data that come with the package: TOML files under `rules/`, read once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def rule_data(name: str) -> dict[str, Any]:
    """The rule file of that name, without its ending; its `version` says which edition it is."""
    return tomllib.loads((files("foramen.pathway") / "rules" / f"{name}.toml").read_text(encoding="utf-8"))
