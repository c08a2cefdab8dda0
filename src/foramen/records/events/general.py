"""What can happen at any time."""

from typing import ClassVar, Literal

from pydantic import Field

from foramen.records.events.base import Content, Text


class Noted(Content):
    """A remark in free words."""

    adds_only: ClassVar[bool] = True
    kind: Literal["noted"] = "noted"
    text: Text


class Corrected(Content):
    """One earlier event no longer counts. It stays in the record, and so does this.

    To correct a correction brings the event back.
    """

    kind: Literal["corrected"] = "corrected"
    number: int = Field(ge=1, description="of the event in its case")
    reason: Text


class Stopped(Content):
    """The case ends here without an injection, or with what was done so far."""

    kind: Literal["stopped"] = "stopped"
    reason: Text


class Closed(Content):
    """Nothing more is expected."""

    kind: Literal["closed"] = "closed"
    reason: str = ""


class Reopened(Content):
    """A stopped or closed case goes on."""

    kind: Literal["reopened"] = "reopened"
    reason: Text
