"""The route: planned, moved by hand, approved by name."""

from typing import ClassVar, Literal

from pydantic import Field

from foramen.pathway.facts.base import Facts
from foramen.planning.plan import Route
from foramen.records.events.base import Content, Digest, RootName


class RootPlanned(Facts):
    """What the plan says about one root, in short."""

    root: RootName
    status: Literal["planned", "no-acceptable-route", "not-visible"]
    reason: str = ""
    routes: tuple[str, ...] = Field((), description="ids, best first")


class Planned(Content):
    """A plan was made; every approval of an earlier one ends with it."""

    adds_only: ClassVar[bool] = True
    kind: Literal["planned"] = "planned"
    plan: Digest = Field(description="foramen.plan/1")
    anatomy: Digest
    scan: Digest | None = None
    roots: tuple[RootPlanned, ...] = ()
    warnings: tuple[str, ...] = ()

    def digests(self) -> tuple[str, ...]:
        """The plan and what it rests on."""
        return tuple(d for d in (self.plan, self.anatomy, self.scan) if d)


class RouteMoved(Content):
    """A person moved a route of the plan; the approval of that root ends with it."""

    kind: Literal["route-moved"] = "route-moved"
    root: RootName
    route: Route
    checks: tuple[str, ...] = Field((), description="what the moved route runs into or could not be checked for")
    acceptable: bool | None = None


class PlanApproved(Content):
    """A clinician approves one route of one root, as it is drawn in one plan."""

    kind: Literal["plan-approved"] = "plan-approved"
    plan: Digest
    root: RootName
    route_id: str = Field(min_length=1)
    remark: str = ""

    def digests(self) -> tuple[str, ...]:
        """The plan."""
        return (self.plan,)
