"""At home: the diary, calls, and what it all came to."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from foramen.pathway.followup import Block, BlockReport, Complaints, Entry, ResponseReport, TriageReport
from foramen.records.events.base import Content, RootName, Text


class DiaryInvited(Content):
    """The patient was given a link to the diary. The link's secret is not kept here nor anywhere."""

    kind: Literal["diary-invited"] = "diary-invited"
    link: str
    until: AwareDatetime


class DiaryLinkRevoked(Content):
    """A link to the diary was ended before its time."""

    kind: Literal["diary-link-revoked"] = "diary-link-revoked"
    link: str
    reason: Text


class DiaryAnswered(Content):
    """One entry of the diary; the baseline is the one noted before any anaesthetic."""

    adds_only: ClassVar[bool] = True
    kind: Literal["diary-answered"] = "diary-answered"
    entry: Entry
    baseline: bool = False
    link: str = Field("", description="the link it came by; empty where staff noted it")
    key: str = Field("", max_length=64, description="made on the phone for this entry: sent twice, it is kept once")


class CallTaken(Content):
    """Somebody called after the injection, and what that call means."""

    adds_only: ClassVar[bool] = True
    kind: Literal["call-taken"] = "call-taken"
    complaints: Complaints
    triage: TriageReport


class OutcomeRead(Content):
    """What the diary says of one root: the block's reading, the response, or both."""

    kind: Literal["outcome-read"] = "outcome-read"
    root: RootName
    block: Block | None = None
    block_report: BlockReport | None = None
    response: ResponseReport | None = None
    remark: str = ""
