"""Long work is done once, tells how far it is, and outlives the worker that had it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from foramen.errors import InputError
from foramen.records import Actor, Job, JobState, LeaseLost, Records
from foramen.records.jobs import LEASE, MOST_ATTEMPTS


@pytest.fixture
def job(records: Records, case_id: str, doctor: Actor, now: datetime) -> Job:
    return records.jobs.queue("plan", case_id, {"roots": ["L5-left"]}, by=doctor, at=now)


def test_a_job_from_asked_to_done(records: Records, job: Job, case_id: str, doctor: Actor, now: datetime) -> None:
    assert (job.state, job.by, job.payload) == (JobState.QUEUED, doctor, {"roots": ["L5-left"]})

    taken = records.jobs.claim("worker", at=now)
    assert taken is not None
    assert (taken.id, taken.state, taken.attempts) == (job.id, JobState.RUNNING, 1)
    assert records.jobs.claim("other", at=now) is None

    records.jobs.beat(job.id, "worker", at=now, stage="searching routes", fraction=0.4)
    seen = records.jobs.get(job.id)
    assert (seen.stage, seen.fraction, seen.is_over) == ("searching routes", 0.4, False)

    records.jobs.finish(job.id, "worker", at=now + timedelta(seconds=5), result={"plan": "abc"})
    (done,) = records.jobs.of_case(case_id)
    assert (done.state, done.fraction, done.result, done.is_over) == (JobState.DONE, 1.0, {"plan": "abc"}, True)
    assert done.ended_at == now + timedelta(seconds=5)


def test_work_that_can_not_be_done_says_why(records: Records, job: Job, now: datetime) -> None:
    records.jobs.claim("worker", at=now)
    records.jobs.fail(job.id, "worker", "The scan has a gap of 12 slices.", at=now)

    assert records.jobs.get(job.id).message == "The scan has a gap of 12 slices."
    assert records.jobs.get(job.id).state is JobState.FAILED
    assert records.jobs.claim("worker", at=now + LEASE * 9) is None


def test_the_longest_waiting_comes_first_and_kinds_are_chosen(
    records: Records, job: Job, case_id: str, doctor: Actor, now: datetime
) -> None:
    later = records.jobs.queue("plan", case_id, {}, by=doctor, at=now + timedelta(seconds=1))
    other = records.jobs.queue("needle", case_id, {}, by=doctor, at=now + timedelta(seconds=2))

    claimed = [records.jobs.claim("w", at=now, kinds=["needle"]), records.jobs.claim("w", at=now)]
    assert [job.id for job in claimed if job] == [other.id, job.id]
    taken = records.jobs.claim_one(later.id, "w", at=now)
    assert (taken.id, taken.state, taken.attempts) == (later.id, JobState.RUNNING, 1)
    with pytest.raises(LeaseLost):
        records.jobs.claim_one(later.id, "x", at=now)


def test_a_killed_workers_job_is_queued_again(records: Records, job: Job, now: datetime) -> None:
    records.jobs.claim("killed", at=now)

    assert records.jobs.claim("next", at=now + LEASE) is None
    again = records.jobs.claim("next", at=now + LEASE + timedelta(seconds=1))
    assert again is not None
    assert (again.id, again.worker, again.attempts) == (job.id, "next", 2)
    for late in (
        lambda: records.jobs.beat(job.id, "killed", at=now),
        lambda: records.jobs.finish(job.id, "killed", at=now),
        lambda: records.jobs.fail(job.id, "killed", "x", at=now),
    ):
        with pytest.raises(LeaseLost):
            late()
    assert records.jobs.get(job.id).state is JobState.RUNNING


def test_a_beating_worker_keeps_its_job(records: Records, job: Job, now: datetime) -> None:
    records.jobs.claim("worker", at=now)
    for minute in range(1, 10):
        at = now + LEASE * minute
        records.jobs.beat(job.id, "worker", at=at)
        assert not records.jobs.requeue(at=at + LEASE / 2)


def test_after_a_restart_what_waits_is_told(records: Records, job: Job, now: datetime) -> None:
    records.jobs.claim("killed", at=now)
    records.jobs.beat(job.id, "killed", at=now, stage="half way", fraction=0.5)

    (waiting,) = records.jobs.requeue(at=now + LEASE * 2)

    assert (waiting.id, waiting.state, waiting.stage, waiting.fraction) == (job.id, JobState.QUEUED, "", 0.0)


def test_work_that_kills_every_worker_is_given_up(records: Records, job: Job, now: datetime) -> None:
    at = now
    for _ in range(MOST_ATTEMPTS):
        assert records.jobs.claim("worker", at=at) is not None
        at += LEASE * 2

    assert records.jobs.claim("worker", at=at) is None
    given_up = records.jobs.get(job.id)
    assert given_up.state is JobState.FAILED
    assert "stopped three times" in given_up.message


def test_a_cancelled_job_is_its_workers_no_more(records: Records, job: Job, now: datetime) -> None:
    records.jobs.claim("worker", at=now)
    records.jobs.cancel(job.id, at=now)

    with pytest.raises(LeaseLost):
        records.jobs.beat(job.id, "worker", at=now)
    records.jobs.cancel(job.id, at=now)
    assert records.jobs.get(job.id).state is JobState.CANCELLED


def test_many_workers_never_share_a_job(records: Records, case_id: str, doctor: Actor, now: datetime) -> None:
    for _ in range(12):
        records.jobs.queue("plan", case_id, {}, by=doctor, at=now)
    start = threading.Barrier(4)

    def work(number: int) -> list[str]:
        start.wait()
        taken = []
        while job := records.jobs.claim(f"worker {number}", at=now):
            taken.append(job.id)
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [job for some in pool.map(work, range(4)) for job in some]

    assert len(taken) == len(set(taken))
    left = len(records.jobs.requeue(at=now))
    assert len(taken) + left == 12


def test_there_is_no_such_job(records: Records) -> None:
    with pytest.raises(InputError, match="no such job"):
        records.jobs.get("x")
