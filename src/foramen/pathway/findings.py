"""What a rule says about a patient, and what all the rules together decide."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal, TypeAlias

from foramen.pathway.facts.base import Facts


class Severity(StrEnum):
    """How much a finding matters, least first."""

    INFO = "info"
    WARN = "warn"
    DEFER = "defer"
    STOP = "stop"

    @property
    def rank(self) -> int:
        """Place in the order, 0 for the least."""
        return tuple(Severity).index(self)


class Decision(StrEnum):
    """What to do with the patient, nearest to the needle first.

    The first two let the procedure go ahead, the last three do not. `INCOMPLETE` says that an answer is missing which
    could still forbid it.
    """

    PROCEED = "proceed"
    PROCEED_WITH_PLAN = "proceed-with-plan"
    INCOMPLETE = "incomplete"
    DEFER = "defer"
    STOP = "stop"

    @property
    def rank(self) -> int:
        """Distance from proceeding, 0 for proceed."""
        return tuple(Decision).index(self)

    @property
    def goes_ahead(self) -> bool:
        """Whether the procedure may go ahead."""
        return self in (Decision.PROCEED, Decision.PROCEED_WITH_PLAN)

    @classmethod
    def of(cls, severity: Severity) -> "Decision":
        """What one finding of this severity decides by itself."""
        return {
            Severity.INFO: cls.PROCEED,
            Severity.WARN: cls.PROCEED_WITH_PLAN,
            Severity.DEFER: cls.DEFER,
            Severity.STOP: cls.STOP,
        }[severity]

    @classmethod
    def furthest(cls, decisions: Iterable["Decision"]) -> "Decision":
        """The decision furthest from proceeding; proceed where there is none."""
        return max(decisions, key=lambda decision: decision.rank, default=cls.PROCEED)


class Provenance(StrEnum):
    """How a statement is known."""

    S = "S"
    """Stated in one of the five source documents S0 to S4."""
    R = "R"
    """Read in the primary, or on an official or peer-reviewed page."""
    R2 = "R2"
    """Read in a secondary copy or summary."""
    C = "C"
    """Read in public source code."""
    M = "M"
    """Recalled and not verified: ships switched off until a site signs it on."""
    OWN = "own"
    """Our own reasoning, for the site to judge."""


MayOverride: TypeAlias = Literal["nobody", "doctor", "consultant"]
"""The least role that may set a finding aside, with a reason."""


class Finding(Facts):
    """What one rule says about this patient, and why."""

    rule_id: str
    severity: Severity
    text: str
    source: str
    provenance: Provenance
    action: str | None = None
    within: str | None = None
    conflict: str | None = None
    may_override: MayOverride = "nobody"
    overridden_by: str | None = None


class Question(Facts):
    """A fact that is missing, and what hangs on it."""

    fact: str
    ask: str
    rule_ids: tuple[str, ...]
    could_become: Decision
