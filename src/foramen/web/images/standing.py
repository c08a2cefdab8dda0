"""How the long work of a case stands: what is under way, and what went wrong last."""

from collections.abc import Collection
from dataclasses import dataclass

from foramen.records import Job, JobState, Records
from foramen.web.images.work.kinds import Kind

FOR_PLANNING = (Kind.READ_SCAN, Kind.FIND_ANATOMY, Kind.PLAN, Kind.DRAW_VIEW)
FOR_THE_TABLE = (Kind.READ_SCAN, Kind.DRAW_ROUTE, Kind.CHECK_NEEDLE, Kind.READ_SPREAD)


@dataclass(frozen=True)
class Underway:
    """One job that is not over, in words: what is done, which stage of it, and how much of that stage is done."""

    title: str
    stage: str
    fraction: float
    waits: bool


@dataclass(frozen=True)
class Standing:
    """What is under way, the first to end first; and why the last job ended without a result, if it did."""

    underway: tuple[Underway, ...] = ()
    fault: str = ""

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return bool(self.underway)


def standing(records: Records, case_id: str, kinds: Collection[Kind]) -> Standing:
    """How the jobs of some kinds stand."""
    jobs = [job for job in records.jobs.of_case(case_id) if job.kind in kinds]
    waiting = [job for job in reversed(jobs) if not job.is_over]
    if waiting:
        return Standing(tuple(map(_underway, waiting)))
    last = max(jobs, key=lambda job: job.ended_at or job.queued_at, default=None)
    return Standing(fault=last.message if last is not None and last.state is JobState.FAILED else "")


def _underway(job: Job) -> Underway:
    return Underway(
        title=Kind(job.kind).words,
        stage=job.stage or "waiting for its turn",
        fraction=job.fraction,
        waits=job.state is JobState.QUEUED,
    )
