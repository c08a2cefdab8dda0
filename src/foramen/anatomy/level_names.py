"""Which vertebra is which, how sure that is, and why."""

import re
from dataclasses import dataclass

import numpy as np

from foramen.anatomy.spine import Vector
from foramen.anatomy.structures import VERTEBRAE, Structure
from foramen.errors import UsageError

CERTAIN = 0.8
"""Below this confidence the levels are asked for, never silently numbered."""


@dataclass(frozen=True, eq=False)
class Anchor:
    """A vertebra named by a person: any point within its body, LPS mm."""

    level: str
    point_mm: Vector

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """Read ``L5=12.5,-40,210``.

        Raises
        ------
        UsageError
            If it is not a level from T1 to L6 and three numbers.
        """
        match = re.fullmatch(r"\s*([TL]\d{1,2})\s*=\s*([^,]+),([^,]+),([^,]+)", text, re.IGNORECASE)
        try:
            if match and Structure[match[1].upper()] in VERTEBRAE:
                return cls(match[1].upper(), np.array([float(match[n]) for n in (2, 3, 4)]))
        except (KeyError, ValueError):
            pass
        raise UsageError(f"'{text}' names no vertebra and place; write it like L5=12.5,-40,210 (LPS mm).")


@dataclass(frozen=True)
class LevelNames:
    """How the vertebrae got their names.

    Attributes
    ----------
    confidence
        That every name is right, 0 to 1.
    evidence
        What was seen for and against it, in sentences.
    question
        What to ask the user where the names are not certain; empty otherwise.
    """

    confidence: float
    evidence: tuple[str, ...]
    question: str = ""

    @property
    def certain(self) -> bool:
        """Whether a plan may be made on these names."""
        return self.confidence >= CERTAIN

    @property
    def warnings(self) -> tuple[str, ...]:
        """What stands at the top of everything made with these names."""
        if not self.certain:
            return (f"LEVEL NOT CERTAIN: {self.question}", *self.evidence)
        return tuple(sentence for sentence in self.evidence if sentence.startswith(CAUTION))


CAUTION = "Levels: "
"""Evidence that begins so is a warning, however sure the names are."""
