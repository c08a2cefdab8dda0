"""Long work that runs in the background: who asked for it, how far it is, and that it is not lost with its worker.

A worker holds a job by a lease that it renews while it works. Where the lease runs out, since the worker was killed or
the machine restarted, the job is queued again.
"""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Connection, insert, select, update

from foramen.errors import InputError
from foramen.pathway.facts.base import Facts
from foramen.records.actor import Actor
from foramen.records.chain import moment, read_moment
from foramen.records.database import Database
from foramen.records.database.tables import jobs
from foramen.records.ledger import actor_of
from foramen.records.names import new_id

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 3


class JobState(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.QUEUED, JobState.RUNNING)


class Job(Facts):
    """One piece of long work. `message` is one sentence for a person; `result` is for the page that asked."""

    id: str
    kind: str
    case_id: str
    payload: dict[str, Any]
    state: JobState
    stage: str
    fraction: float
    message: str
    result: dict[str, Any]
    worker: str
    attempts: int
    queued_at: AwareDatetime
    ended_at: AwareDatetime | None
    by: Actor

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state not in OPEN


class LeaseLost(InputError):
    """The job was given to another worker, or cancelled; whoever had it must drop its work."""

    def __init__(self) -> None:
        super().__init__("This job is no longer this worker's; its work was dropped.")


class Jobs:
    """The table of long jobs. Payloads and results hold digests and roots, never a patient's name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def queue(self, kind: str, case_id: str, payload: dict[str, Any], *, by: Actor, at: datetime) -> Job:
        """Ask for some work."""
        row = {
            "id": new_id(),
            "kind": kind,
            "case_id": case_id,
            "payload": json.dumps(payload),
            "state": JobState.QUEUED,
            "stage": "",
            "fraction": 0.0,
            "message": "",
            "result": "{}",
            "worker": "",
            "attempts": 0,
            "lease_until": "",
            "queued_at": moment(at),
            "ended_at": "",
            "by_name": by.name,
            "by_role": str(by.role),
            "by_person": by.person,
        }
        with self._database.writing() as connection:
            connection.execute(insert(jobs), row)
        return _job(row)

    def claim(
        self, worker: str, *, at: datetime, kinds: Collection[str] | None = None, lease: timedelta = LEASE
    ) -> Job | None:
        """Take the job that has waited longest, one whose worker is gone included; None where there is none."""
        with self._database.writing() as connection:
            _requeue(connection, at)
            query = select(jobs).where(jobs.c.state == JobState.QUEUED).order_by(jobs.c.queued_at, jobs.c.id).limit(1)
            if kinds is not None:
                query = query.where(jobs.c.kind.in_(kinds))
            row = connection.execute(query.with_for_update(skip_locked=True)).mappings().first()
            if row is None:
                return None
            values = {
                "state": JobState.RUNNING,
                "worker": worker,
                "attempts": row["attempts"] + 1,
                "lease_until": moment(at + lease),
            }
            connection.execute(update(jobs).where(jobs.c.id == row["id"]).values(**values))
            return _job({**row, **values})

    def claim_one(self, job: str, worker: str, *, at: datetime, lease: timedelta = LEASE) -> Job:
        """Take one job by its id, where another queue has said that it is its turn.

        Raises
        ------
        LeaseLost
            If it is not waiting.
        """
        values = {
            "state": JobState.RUNNING,
            "worker": worker,
            "attempts": jobs.c.attempts + 1,
            "lease_until": moment(at + lease),
        }
        with self._database.writing() as connection:
            _requeue(connection, at)
            which = (jobs.c.id == job, jobs.c.state == JobState.QUEUED)
            if not connection.execute(update(jobs).where(*which).values(**values)).rowcount:
                raise LeaseLost
        return self.get(job)

    def beat(
        self, job: str, worker: str, *, at: datetime, stage: str = "", fraction: float = 0.0, lease: timedelta = LEASE
    ) -> None:
        """Say how far the work is, and keep it.

        Raises
        ------
        LeaseLost
            If the job is not this worker's any more.
        """
        self._write(job, worker, {"stage": stage, "fraction": fraction, "lease_until": moment(at + lease)})

    def finish(self, job: str, worker: str, *, at: datetime, result: dict[str, Any] | None = None) -> None:
        """The work is done."""
        values = {"state": JobState.DONE, "fraction": 1.0, "result": json.dumps(result or {}), "ended_at": moment(at)}
        self._write(job, worker, values)

    def fail(self, job: str, worker: str, message: str, *, at: datetime) -> None:
        """The work can't be done; `message` says why in one sentence."""
        self._write(job, worker, {"state": JobState.FAILED, "message": message, "ended_at": moment(at)})

    def cancel(self, job: str, *, at: datetime) -> None:
        """Nobody wants it any more; a worker that has it finds out at its next beat."""
        values = {"state": JobState.CANCELLED, "ended_at": moment(at)}
        with self._database.writing() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job, jobs.c.state.in_(OPEN)).values(**values))

    def requeue(self, *, at: datetime) -> tuple[Job, ...]:
        """Queue again every job whose worker is gone; gives what waits now, the longest first."""
        with self._database.writing() as connection:
            _requeue(connection, at)
            query = select(jobs).where(jobs.c.state == JobState.QUEUED).order_by(jobs.c.queued_at, jobs.c.id)
            return tuple(_job(row) for row in connection.execute(query).mappings())

    def get(self, job: str) -> Job:
        """One job.

        Raises
        ------
        InputError
            If there is none of this id.
        """
        with self._database.reading() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job)).mappings().first()
        if row is None:
            raise InputError("There is no such job.")
        return _job(row)

    def of_case(self, case_id: str) -> tuple[Job, ...]:
        """The jobs of a case, the last first."""
        query = select(jobs).where(jobs.c.case_id == case_id).order_by(jobs.c.queued_at.desc(), jobs.c.id)
        with self._database.reading() as connection:
            return tuple(_job(row) for row in connection.execute(query).mappings())

    def _write(self, job: str, worker: str, values: dict[str, Any]) -> None:
        which = (jobs.c.id == job, jobs.c.worker == worker, jobs.c.state == JobState.RUNNING)
        with self._database.writing() as connection:
            if not connection.execute(update(jobs).where(*which).values(**values)).rowcount:
                raise LeaseLost


def _requeue(connection: Connection, at: datetime) -> None:
    gone = (jobs.c.state == JobState.RUNNING, jobs.c.lease_until < moment(at))
    given_up = {
        "state": JobState.FAILED,
        "message": "This work stopped three times without an end; ask whoever runs this machine to look at it.",
        "ended_at": moment(at),
    }
    connection.execute(update(jobs).where(*gone, jobs.c.attempts >= MOST_ATTEMPTS).values(**given_up))
    connection.execute(update(jobs).where(*gone).values(state=JobState.QUEUED, worker="", stage="", fraction=0.0))


def _job(row: Any) -> Job:
    return Job(
        id=row["id"],
        kind=row["kind"],
        case_id=row["case_id"],
        payload=json.loads(row["payload"]),
        state=JobState(row["state"]),
        stage=row["stage"],
        fraction=row["fraction"],
        message=row["message"],
        result=json.loads(row["result"]),
        worker=row["worker"],
        attempts=row["attempts"],
        queued_at=read_moment(row["queued_at"]),
        ended_at=read_moment(row["ended_at"]) if row["ended_at"] else None,
        by=actor_of(row),
    )
