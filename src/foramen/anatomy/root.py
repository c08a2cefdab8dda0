"""The name of a nerve root: `L5-left`. Parsed here and nowhere else."""

import re
from dataclasses import dataclass
from enum import StrEnum

from foramen.errors import UsageError


class Side(StrEnum):
    """The patient's own left and right."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def sign(self) -> int:
        """Direction along the world's x axis: +1 toward the patient's left, −1 toward the right."""
        return 1 if self is Side.LEFT else -1

    @property
    def other(self) -> "Side":
        """The opposite side."""
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


LUMBAR_LEVELS = ("L1", "L2", "L3", "L4", "L5")
ROOT_LEVELS = (*LUMBAR_LEVELS, "S1")
"""The levels whose roots Foramen plans for; L6 exists in some patients and is planned where the labels name it."""

_ROOT = re.compile(r"\s*(L[1-6]|S1)[-_ ]?(left|right|l|r)\s*", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class Root:
    """One nerve root: root Ln leaves below the pedicle of vertebra Ln, S1 through the sacrum's first foramen.

    Examples
    --------
    >>> Root.parse("l5 Left")
    Root(level='L5', side=<Side.LEFT: 'left'>)
    >>> str(Root("S1", Side.RIGHT))
    'S1-right'
    """

    level: str
    side: Side

    @classmethod
    def parse(cls, text: str) -> "Root":
        """Read a root's name.

        Raises
        ------
        UsageError
            If it is not a lumbar root or S1 with a side.
        """
        match = _ROOT.fullmatch(text)
        if not match:
            raise UsageError(f"'{text}' is not a root that Foramen plans for; write it like L5-left or S1-right.")
        side = Side.LEFT if match[2].lower().startswith("l") else Side.RIGHT
        return cls(match[1].upper(), side)

    def __str__(self) -> str:
        return f"{self.level}-{self.side}"

    @property
    def title(self) -> str:
        """As it is burnt into pictures and headings: `L5 LEFT`."""
        return f"{self.level} {self.side.upper()}"


ALL_ROOTS = tuple(Root(level, side) for level in ROOT_LEVELS for side in Side)
