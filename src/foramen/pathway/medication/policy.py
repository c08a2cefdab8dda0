"""A medication policy: one source's rows on when to stop a drug and when to start it again.

One policy is active at a time, and its rows are never mixed with another's: where it has no row, there is no advice.
"""

import hashlib
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from foramen.errors import UsageError
from foramen.pathway.engine import Condition, SignOff, Sourced
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Provenance

_SPOKEN = (
    ("intensity == 'low'", "low dose"),
    ("intensity == 'high'", "high dose"),
    ("not kidney_disease", "kidneys well"),
    ("kidney_disease", "kidney disease"),
    ("crcl_ml_min", "CrCl (mL/min)"),
    (" and ", ", "),
)
_FOLDER = files("foramen.pathway") / "rules" / "policies"


class Row(Sourced):
    """What one source says about some drugs.

    `hold_days` counts full days without a dose before the day of the procedure, and none on that day, as AHA/ACC and
    NHS Lothian word it: 7 days means a last dose on day -8. Where a source gives a range, the longer end stands here.
    """

    drugs: tuple[str, ...]
    when: str = ""
    advice: Literal["hold", "continue", "shared", "operator", "level"]
    hold_hours: float | None = None
    hold_days: int | None = None
    last_dose_day: int | None = Field(None, lt=0, description="calendar day of the last dose, the procedure being 0")
    operator_days_max: int | None = None
    inr_max: float | None = None
    inr_open_upto: float | None = Field(None, description="up to here the source leaves it to the operator")
    inr_normal: bool = False
    restart_hours: float | None = None
    restart_hours_upto: float | None = None
    restart_next_day: bool = False
    note: str = ""

    @property
    def condition(self) -> Condition | None:
        """For whom the row holds; None for everyone."""
        return Condition.parse(self.when) if self.when else None

    @property
    def when_words(self) -> str:
        """For whom the row holds, in words."""
        words = self.when
        for name, spoken in _SPOKEN:
            words = words.replace(name, spoken)
        return words

    @property
    def last_day(self) -> int | None:
        """Calendar day of the last dose, the procedure being day 0; None where the source counts in hours alone."""
        if self.last_dose_day is not None:
            return self.last_dose_day
        return None if self.hold_days is None else -(self.hold_days + 1)

    @property
    def hold_words(self) -> str:
        """The hold in words, exactly as far as the source goes."""
        if self.advice == "continue":
            return "continue"
        if self.advice == "shared":
            return "decide with the prescriber"
        if self.advice == "level":
            return "no interval: by drug level"
        if self.advice == "operator":
            return f"0 to {self.operator_days_max} days, the operator chooses"
        parts = [f"{self.hold_hours:g} h" if self.hold_hours is not None else ""]
        parts += [f"{self.hold_days} full days" if self.hold_days is not None else ""]
        parts += [f"last dose on day {self.last_day}" if self.last_day is not None else ""]
        parts += [self.inr_words]
        return ", ".join(part for part in parts if part)

    @property
    def inr_words(self) -> str:
        """What the INR must be, or nothing."""
        if self.inr_normal:
            return "INR normal"
        if self.inr_max is None:
            return ""
        open_band = f" (up to {self.inr_open_upto:g} the operator decides)" if self.inr_open_upto else ""
        return f"INR {self.inr_max:g} or less{open_band}"

    @property
    def restart_words(self) -> str:
        """The restart in words."""
        if self.advice == "continue":
            return "not stopped"
        if self.restart_next_day:
            return "the day after, confirmed by the radiologist on that day"
        if self.restart_hours is None:
            return "not stated"
        upto = f" to {self.restart_hours_upto:g}" if self.restart_hours_upto else ""
        return f"{self.restart_hours:g}{upto} h after the needle is out"

    def applies(self, policy: "Policy", sign_offs: tuple[SignOff, ...]) -> bool:
        """Whether the row is switched on, by itself or by the site for this very edition."""
        wanted = (f"{policy.name}/{self.id}", policy.version)
        return self.enabled or any((signed.rule_id, signed.rule_version) == wanted for signed in sign_offs)


class Policy(Facts):
    """One source's medication rules, with the edition they come from."""

    name: str
    title: str
    version: str
    effective: date
    published: int | None = None
    procedure_class: str
    source: str
    platelets_min: float | None = Field(None, description="10^9/L")
    platelets_id: str = ""
    platelets_source: str = ""
    platelets_provenance: Provenance = Provenance.M
    row: tuple[Row, ...]
    checksum: str

    def rows_for(self, drug: str) -> tuple[Row, ...]:
        """Every row that speaks of a drug, switched on or not."""
        return tuple(row for row in self.row if drug in row.drugs)


def policy_names() -> tuple[str, ...]:
    """The policies that come with Foramen."""
    return tuple(sorted(path.name.removesuffix(".toml") for path in _FOLDER.iterdir() if path.name.endswith(".toml")))


@cache
def read_policy(name: str) -> Policy:
    """The policy of that name, with the SHA-256 of its file.

    Raises
    ------
    UsageError
        If there is no such policy; the message lists those there are.
    """
    if name not in policy_names():
        raise UsageError(f"There is no medication policy '{name}'; there are {', '.join(policy_names())}.")
    content = (_FOLDER / f"{name}.toml").read_bytes()
    checksum = hashlib.sha256(content).hexdigest()
    return Policy.model_validate({**tomllib.loads(content.decode()), "checksum": checksum}, strict=False)
