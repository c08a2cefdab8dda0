"""How long work tells its caller where it stands, without knowing who is listening."""

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str, float], None]
"""Called with the stage's name, as a person would say it, and the fraction of that stage done, 0 to 1."""


def silent(stage: str, fraction: float) -> None:
    """Listen to nothing: the default of every `progress` argument."""
