"""How long each anaesthetic works at a root, and so how long relief by it may last."""

from collections.abc import Iterable
from dataclasses import dataclass

from foramen.pathway.engine import SignOff
from foramen.pathway.findings import Provenance

SHORTEST_SHARE, LONGEST_SHARE = 0.5, 2.0
"""Relief that ends between half of the shortest and twice the longest duration fits the anaesthetic (§5.4)."""


@dataclass(frozen=True)
class Window:
    """The hours that an anaesthetic works, as stated by one source."""

    id: str
    agent: str
    from_h: float
    to_h: float
    source: str
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


WINDOWS = (
    Window("BW-lidocaine", "lidocaine", 0.5, 1.5, "trainer site: 30 to 90 min at this dose", Provenance.R),
    Window("BW-lidocaine-recalled", "lidocaine", 1.0, 3.0, "recalled", Provenance.M),
    Window("BW-bupivacaine", "bupivacaine", 2.0, 8.0, "recalled", Provenance.M),
)
"""What was read first; what was only recalled speaks where the site has signed it on."""


def window_of(agent: str, sign_offs: Iterable[SignOff] = ()) -> Window | None:
    """The window of an anaesthetic, or None where none was read and the site has signed none on."""
    signed = {sign_off.rule_id for sign_off in sign_offs}
    usable = [w for w in WINDOWS if w.agent == agent and (w.provenance is not Provenance.M or w.id in signed)]
    return next(iter(usable), None)
