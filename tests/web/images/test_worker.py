"""The worker: another process does the work, tells how far it is, and may be killed at any moment."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from foramen.errors import InputError
from foramen.records import Actor, JobState, LeaseLost, Role
from foramen.web import worker
from foramen.web.images import work
from foramen.web.images.work.kinds import Kind
from foramen.web.worker import forget_old_uploads, run_job, work_off, working

BY = Actor(name="R", role=Role.RADIOGRAPHER)


def now() -> datetime:
    return datetime.now(UTC)


def test_a_killed_worker_s_job_is_done_again_and_its_result_is_whole(fresh, patient):
    records, settings = fresh.site.records, fresh.site.settings
    fresh.site.clock.move(now() - fresh.site.clock())
    with working(settings.record_url, settings.store) as process:
        fresh.send([patient.ct], labels=[patient.labels])
        job = wait_for(lambda: running(fresh))
        assert str(process.pid) != job.worker.split(":")[1]
        for pid in (*children(process.pid), process.pid):
            os.kill(pid, signal.SIGKILL)
    killed = records.jobs.get(job.id)
    assert killed.state is JobState.RUNNING  # nobody was left to say otherwise

    assert records.jobs.claim("other", at=now()) is None  # its lease still holds
    later = timedelta(minutes=3)
    again = records.jobs.claim("other", at=now() + later, kinds=[Kind.READ_SCAN])
    assert again.id == job.id
    assert again.attempts == 2
    run_job(records, again, clock=lambda: now() + later)
    assert records.jobs.get(job.id).state is JobState.DONE
    (scan,) = fresh.case.scans
    assert records.store.path(scan.digest).is_file()
    waiting = [one for one in records.jobs.of_case(fresh.id) if not one.is_over]
    assert [one.kind for one in waiting] == [Kind.FIND_ANATOMY]


def running(at):
    return next((job for job in at.site.records.jobs.of_case(at.id) if job.state is JobState.RUNNING), None)


def wait_for(found, seconds=60):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (value := found()) is not None:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def job(fresh):
    """One claimed job, and what it does is up to the test."""
    records = fresh.site.records
    records.jobs.queue(Kind.PLAN, fresh.id, {}, by=BY, at=fresh.site.clock())
    return records.jobs.claim("w", at=fresh.site.clock())


def done(fresh, job, monkeypatch, what):
    monkeypatch.setitem(work.JOBS, Kind.PLAN, what)
    run_job(fresh.site.records, job, clock=fresh.site.clock)
    return fresh.site.records.jobs.get(job.id)


def test_progress_is_told_by_stage(fresh, job, monkeypatch):
    told = []

    def work_in_stages(task):
        for stage, fraction in (("one", 0.0), ("two", 0.5)):
            task.progress(stage, fraction)
            now_told = fresh.site.records.jobs.get(job.id)
            told.append((now_told.stage, now_told.fraction))
        return {"made": 1}

    ended = done(fresh, job, monkeypatch, work_in_stages)
    assert told == [("one", 0.0), ("two", 0.5)]
    assert (ended.state, ended.result) == (JobState.DONE, {"made": 1})


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (InputError("The scan is cut."), "The scan is cut."),
        (MemoryError(), worker.TOO_LARGE),
        (KeyError("Mueller, Hans"), worker.OWN_FAULT),
    ],
)
def test_what_goes_wrong_ends_in_one_sentence_without_the_patient(fresh, job, monkeypatch, caplog, fault, message):
    def fails(_):
        raise fault

    ended = done(fresh, job, monkeypatch, fails)
    assert (ended.state, ended.message) == (JobState.FAILED, message)
    assert "Mueller" not in caplog.text


def test_a_job_that_was_cancelled_is_dropped_at_its_next_word(fresh, job, monkeypatch):
    def cancelled_midway(task):
        fresh.site.records.jobs.cancel(job.id, at=fresh.site.clock())
        with pytest.raises(LeaseLost):
            task.progress("on", 0.1)
        raise LeaseLost

    assert done(fresh, job, monkeypatch, cancelled_midway).state is JobState.CANCELLED


def test_what_a_second_attempt_does_again_is_written_once(fresh, job):
    from foramen.records.events import Purpose, ScanReceived

    records = fresh.site.records
    digest = records.store.put(b"scan")
    task = work.Task(records, job, lambda stage, fraction: None, fresh.site.clock)
    for _ in range(2):
        task.keep(ScanReceived(digest=digest, purpose=Purpose.CONTROL, shape=(1, 1, 1), spacing=(1, 1, 1)))
        task.then(Kind.DRAW_VIEW, scan=digest)
    assert len(fresh.case.scans) == 1
    assert [one.kind for one in records.jobs.of_case(fresh.id)].count(Kind.DRAW_VIEW) == 1


def test_uploads_that_nobody_reads_are_forgotten_after_a_day(fresh):
    from foramen.web.images.spool import Spool

    spool = Spool(fresh.site.records.store)
    (old, folder), (young, _) = spool.new_upload(), spool.new_upload()
    os.utime(folder.parent, (0, time.time() - 2 * 86_400))
    forget_old_uploads(fresh.site.records)
    assert spool.upload(young).is_dir()
    with pytest.raises(InputError):
        spool.upload(old)
    assert work_off(fresh.site.records, clock=fresh.site.clock) == 0
