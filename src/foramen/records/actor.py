"""Who did something: a person in a role, the patient, or the software itself."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from foramen.pathway.facts.base import Facts
from foramen.records.roles import Role

Plain: TypeAlias = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=120)]
"""One line of text."""


class Actor(Facts):
    """Who acts, as it is kept with everything they do or read.

    `person` is the account's id, so that two people of one name stay apart; empty for the patient and the software.
    """

    name: Plain
    role: Role | Literal["patient", "software"]
    person: str = ""


PATIENT = Actor(name="patient", role="patient")
"""Whoever holds the diary link of a case; the case says who that is."""

SOFTWARE = Actor(name="Foramen", role="software")
"""Work that runs by itself, such as segmentation in the background."""
