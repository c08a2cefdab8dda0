"""How far a case has come."""

from enum import StrEnum


class Stage(StrEnum):
    """The stages of the journey, in their order; `stopped` may follow any of them."""

    REFERRED = "referred"
    SCREENING = "screening"
    READY = "ready"
    PLANNED = "planned"
    APPROVED = "approved"
    ON_TABLE = "on-table"
    RECOVERY = "recovery"
    AT_HOME = "at-home"
    FINISHED = "finished"
    STOPPED = "stopped"
