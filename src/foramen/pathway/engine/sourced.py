"""What every row of rule data carries: where it was read, how that is known, and whether it is switched on."""

from typing import Self

from pydantic import model_validator

from foramen.pathway.facts.base import Facts
from foramen.pathway.findings import Provenance


class Sourced(Facts):
    """A row with its source; what was only recalled ships switched off until a site signs it."""

    id: str
    source: str
    provenance: Provenance
    needs_signoff: bool = False
    enabled: bool = True

    @model_validator(mode="after")
    def _recalled_ships_off(self) -> Self:
        if self.provenance is Provenance.M and (self.enabled or not self.needs_signoff):
            raise ValueError(f"{self.id} is recalled, so it needs a sign-off and ships switched off")
        return self
