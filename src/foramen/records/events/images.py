"""Scans and what is found in them."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from foramen.records.events.base import Content, Digest, RootName


class Purpose(StrEnum):
    """What a scan is for."""

    PLANNING = "planning"
    CONTROL = "control"
    BEFORE_CONTRAST = "before-contrast"
    AFTER_CONTRAST = "after-contrast"


class ScanReceived(Content):
    """A scan was read and stored."""

    adds_only: ClassVar[bool] = True
    kind: Literal["scan-received"] = "scan-received"
    digest: Digest
    purpose: Purpose
    series: str = Field("", description="series instance UID")
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float] = Field(description="mm along the scan's own axes")
    fingerprint: str = Field("", description="as plan.json names the scan")
    warnings: tuple[str, ...] = ()

    def digests(self) -> tuple[str, ...]:
        """The scan."""
        return (self.digest,)


class AnatomyFound(Content):
    """Vertebrae, canal, foramina and roots were found in a scan, or corrected by a person."""

    adds_only: ClassVar[bool] = True
    kind: Literal["anatomy-found"] = "anatomy-found"
    digest: Digest
    scan: Digest | None = None
    provider: str
    warnings: tuple[str, ...] = ()
    levels_certain: bool | None = None
    corrections: Digest | None = Field(None, description="foramen.corrections/1, where a person corrected it")

    def digests(self) -> tuple[str, ...]:
        """The anatomy, its scan, and what was corrected."""
        return tuple(d for d in (self.digest, self.scan, self.corrections) if d)


class NeedleRead(Content):
    """A control scan was read: where the tip is, as far as that can be told."""

    adds_only: ClassVar[bool] = True
    kind: Literal["needle-read"] = "needle-read"
    scan: Digest
    result: Digest = Field(description="foramen.needle/1")
    root: RootName | None = None
    route: str = ""
    status: str
    summary: str = ""

    def digests(self) -> tuple[str, ...]:
        """The scan and its reading."""
        return (self.scan, self.result)


class SpreadRead(Content):
    """Two scans were compared: where the contrast ran."""

    adds_only: ClassVar[bool] = True
    kind: Literal["spread-read"] = "spread-read"
    before: Digest
    after: Digest
    result: Digest = Field(description="foramen.spread/1")
    root: RootName | None = None
    route: str = ""
    pattern: str
    release: str
    summary: str = ""

    def digests(self) -> tuple[str, ...]:
        """Both scans and the reading."""
        return (self.before, self.after, self.result)
