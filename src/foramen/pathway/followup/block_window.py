"""How long each anaesthetic works at a root, and so how long relief by it may last."""

from collections.abc import Iterable

from foramen.pathway.engine import SignOff
from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Provenance
from foramen.pathway.rule_data import rule_data

SHORTEST_SHARE, LONGEST_SHARE = 0.5, 2.0
"""Relief that ends between half of the shortest and twice the longest duration fits the anaesthetic (§5.4)."""


class Window(Facts):
    """The hours that an anaesthetic works, as stated by one source."""

    id: str
    agent: str
    from_h: float
    to_h: float
    source: str
    ref: str
    provenance: Provenance

    @property
    def shortest_h(self) -> float:
        """Relief that ends before this does not fit."""
        return SHORTEST_SHARE * self.from_h

    @property
    def longest_h(self) -> float:
        """Relief that lasts beyond this has another cause: steroid, systemic effect, expectation."""
        return LONGEST_SHARE * self.to_h

    @property
    def text(self) -> str:
        """The window as a sentence's end."""
        return f"{self.agent} works {self.from_h:g} to {self.to_h:g} h ({self.source})"


def window_of(agent: str, sign_offs: Iterable[SignOff] = ()) -> Window | None:
    """The window of an anaesthetic, or None where none was read and the site has signed none on."""
    data = rule_data("block")
    signed = {sign_off.rule_id for sign_off in sign_offs if sign_off.rule_version == data["version"]}
    known = [Window.model_validate(row, strict=False) for row in data["window"] if row["agent"] == agent]
    usable = [window for window in known if window.provenance is not Provenance.M or window.id in signed]
    return next(iter(usable), None)
