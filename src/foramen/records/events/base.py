"""What the contents of all events have in common."""

from datetime import date
from typing import Annotated, ClassVar, TypeAlias

from pydantic import ConfigDict, Field

from foramen.pathway.facts.base import Facts
from foramen.pathway.procedure.events import RootName as RootName

Digest: TypeAlias = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of a file in the store")]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=20_000)]


class Content(Facts):
    """What happened. Every kind names itself in `kind`, and its format by `schema_name`.

    Attributes
    ----------
    edition : int
        Of the format; goes up when the meaning of a field changes, and the old one stays readable.
    adds_only : bool
        Whether it can be appended whatever others did in between: a diary entry or a reading contradicts nobody.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    edition: ClassVar[int] = 1
    adds_only: ClassVar[bool] = False
    kind: str

    @property
    def schema_name(self) -> str:
        """The name of the format, such as `foramen.event.noted/1`."""
        return f"foramen.event.{self.kind}/{self.edition}"

    def digests(self) -> tuple[str, ...]:
        """The files of the store that this speaks of."""
        return ()


class Identity(Facts):
    """Who the patient is, as the hospital knows them. Never in a log, a file's name or an address."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str = Field(min_length=1, max_length=200, description="family name, given names")
    born: date
    number: str = Field("", max_length=64, description="the hospital's number for the patient")
