"""The background worker: separate processes that take long work from the record's table of jobs and do it.

huey runs the processes, starts one again that died, and stops them with their work done. Its queue is the table of
jobs itself, so there is one truth about what waits: a job whose worker was killed, with `kill -9` or the plug, is taken
up again when its lease has run out, and what it writes is whole because files and events are (see `Task`).

`python -m foramen.web.worker` runs it; `foramen serve` starts it beside the application.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from foramen.errors import ForamenError
from foramen.records import Job, LeaseLost, Records

log = logging.getLogger("foramen.worker")

RECORD, STORE, PROCESSES = "FORAMEN_RECORD", "FORAMEN_STORE", "FORAMEN_WORKERS"
"""What the worker is told, in its environment: an address with a password is not for the list of processes."""

LOOK_EVERY_S, REST_AT_MOST_S = 0.2, 1.0
BEAT_EVERY_S = 5.0
TELL_EVERY_S = 0.25
STOP_WITHIN_S = 10.0

OWN_FAULT = "Foramen met a fault of its own in this work and kept nothing of it. Tell whoever runs it, with the time."
TOO_LARGE = "This machine has too little memory for that scan. Send fewer or smaller slices."

Clock = Callable[[], datetime]


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def run_job(records: Records, job: Job, *, clock: Clock = now) -> None:
    """Do one job that this worker has claimed, and note how it ended: done, or why not in one sentence."""
    from foramen.web.images.work import JOBS, Task

    with _Heart(records, job, clock) as heart:
        try:
            result = JOBS[job.kind](Task(records, job, heart.tell, clock))
        except LeaseLost:
            log.warning("job %s was given to another worker", job.id)
        except ForamenError as error:
            records.jobs.fail(job.id, job.worker, str(error), at=clock())
        except MemoryError:
            records.jobs.fail(job.id, job.worker, TOO_LARGE, at=clock())
        except Exception as fault:
            _log_fault(fault)
            records.jobs.fail(job.id, job.worker, OWN_FAULT, at=clock())
        else:
            records.jobs.finish(job.id, job.worker, at=clock(), result=result)


def work_off(records: Records, *, clock: Clock = now) -> int:
    """Do all that waits, and what follows from it, in this process; gives the number of jobs."""
    count = 0
    while job := records.jobs.claim("here", at=clock()):
        run_job(records, job, clock=clock)
        count += 1
    return count


class _Heart:
    """Keeps a job's lease while its work goes on, and tells its page how far it is."""

    def __init__(self, records: Records, job: Job, clock: Clock) -> None:
        self._records, self._job, self._clock = records, job, clock
        self._stage, self._fraction, self._told_at = "", 0.0, 0.0
        self._stopped, self._lost = threading.Event(), False
        self._thread = threading.Thread(target=self._beat_on, daemon=True)

    def __enter__(self) -> "_Heart":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def tell(self, stage: str, fraction: float) -> None:
        """Say how far the work is. Ends it where the job is no longer this worker's."""
        if self._lost:
            raise LeaseLost
        changed = stage != self._stage
        self._stage, self._fraction = stage, fraction
        if changed or time.monotonic() - self._told_at > TELL_EVERY_S:
            self._beat()

    def _beat(self) -> None:
        self._told_at = time.monotonic()
        told = {"stage": self._stage, "fraction": self._fraction}
        self._records.jobs.beat(self._job.id, self._job.worker, at=self._clock(), **cast("Any", told))

    def _beat_on(self) -> None:
        while not self._stopped.wait(BEAT_EVERY_S):
            try:
                self._beat()
            except LeaseLost:
                self._lost = True
                return
            except Exception as fault:  # a busy database: the next beat comes in time
                _log_fault(fault)


def consumer(record_url: str, store: Path, processes: int) -> Any:
    """Huey's consumer over the table of jobs."""
    from huey import Huey
    from huey.storage import BlackHoleStorage

    opened: dict[int, Records] = {}

    def records() -> Records:
        """One record per process: a connection does not survive a fork."""
        if os.getpid() not in opened:
            opened[os.getpid()] = Records.open(record_url, store=store)
        return opened[os.getpid()]

    class JobsTable(BlackHoleStorage):  # type: ignore[misc]
        """The queue: what the table of jobs says is next."""

        def dequeue(self) -> bytes | None:
            job = records().jobs.claim(f"{os.uname().nodename}:{os.getpid()}", at=now())
            return None if job is None else cast("bytes", queue.serialize_task(do.s(job.id)))

    queue = Huey("foramen", results=False, storage_class=JobsTable)

    @queue.task()  # type: ignore[untyped-decorator]
    def do(job_id: str) -> None:
        run_job(records(), records().jobs.get(job_id))

    return queue.create_consumer(
        workers=processes,
        worker_type="process",
        periodic=False,
        initial_delay=LOOK_EVERY_S,
        max_delay=REST_AT_MOST_S,
    )


@contextmanager
def working(record_url: str, store: Path, *, processes: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """A worker beside this process, for as long as the block lasts."""
    threads = max(1, len(os.sched_getaffinity(0)) // processes)
    environment = {
        **os.environ,
        RECORD: record_url,
        STORE: str(store),
        PROCESSES: str(processes),
        "NUMBA_NUM_THREADS": os.environ.get("NUMBA_NUM_THREADS", str(threads)),
    }
    # In a session of its own, so that Ctrl-C at the terminal ends the application, which then ends the worker.
    process = subprocess.Popen([sys.executable, "-m", "foramen.web.worker"], env=environment, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def forget_old_uploads(records: Records, *, older_than: timedelta = timedelta(days=1)) -> None:
    """Delete uploads that no job will ever read."""
    from foramen.web.images.spool import Spool

    spool = Spool(records.store)
    for folder in (spool.folder / "uploads").iterdir():
        if time.time() - folder.stat().st_mtime > older_than.total_seconds():
            spool.forget(folder.name)


def main() -> None:
    """Run until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    url, store = os.environ[RECORD], Path(os.environ[STORE])
    records = Records.open(url, store=store)
    forget_old_uploads(records)
    records.close()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    consumer(url, store, int(os.environ.get(PROCESSES, "1"))).run()


def _end_with(parent: int) -> None:
    """End when the process that started this one is gone, even where it was killed and could not say so."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


def _log_fault(fault: BaseException) -> None:
    """Where a fault happened, but not what it was about, which could be a patient."""
    where = traceback.extract_tb(fault.__traceback__)[-1]
    log.error("%s in %s, line %s", type(fault).__name__, Path(where.filename).name, where.lineno)


if __name__ == "__main__":
    main()
