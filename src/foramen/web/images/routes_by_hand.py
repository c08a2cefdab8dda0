"""A process that knows the surroundings of the roots people are planning, and judges a drawn route in milliseconds.

Measuring the surroundings takes seconds and a few hundred megabytes, so the last few roots stay in memory. It is one
process beside each web process, since a web process never plans, and Numba's threads and a web server's do not mix.
"""

import asyncio
import multiprocessing
import os
from collections import OrderedDict
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from foramen.planning.check_route import CheckedRoute, Surroundings
from foramen.planning.plan import Point
from foramen.planning.settings import PlanSettings

MOST_ROOTS = 3
"""Roots whose surroundings stay in memory: those of one patient, or of a change to the next."""


@dataclass(frozen=True)
class Where:
    """Which root of which scan, under which settings; digests of the store."""

    store: Path
    scan: str
    anatomy: str
    root: str
    settings: str


class RouteChecker:
    """The process, started when it is first needed and again if it died."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def check(self, where: Where, entry_mm: Point, target_mm: Point) -> CheckedRoute:
        """Judge a route; see `Surroundings.check`."""
        try:
            return await asyncio.wrap_future(self._ask(where, entry_mm, target_mm))
        except BrokenProcessPool:
            self.close()
            return await asyncio.wrap_future(self._ask(where, entry_mm, target_mm))

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _ask(self, where: Where, entry_mm: Point, target_mm: Point) -> "Future[CheckedRoute]":
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)
        return self._pool.submit(_check, where, entry_mm, target_mm)


_surroundings: "OrderedDict[Where, Surroundings]" = OrderedDict()


def _begin() -> None:
    """Leave signals meant for the web process to the web process, and the machine's cores to the worker."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")


def _check(where: Where, entry_mm: Point, target_mm: Point) -> CheckedRoute:
    return surroundings_of(where).check(entry_mm, target_mm)


def surroundings_of(where: Where) -> Surroundings:
    """The surroundings of a root: those in memory, or measured now."""
    if where not in _surroundings:
        _surroundings[where] = _measured(where)
    _surroundings.move_to_end(where)
    while len(_surroundings) > MOST_ROOTS:
        _surroundings.popitem(last=False)
    return _surroundings[where]


def _measured(where: Where) -> Surroundings:
    from foramen.anatomy.root import Root
    from foramen.planning.plan_routes import skin_behind
    from foramen.records.store import Store
    from foramen.web.images.kept import read_anatomy, read_ct_kept

    store, settings = Store(where.store), PlanSettings.model_validate_json(where.settings)
    ct, anatomy = read_ct_kept(store.path(where.scan)), read_anatomy(store.path(where.anatomy))
    return Surroundings.of(anatomy, skin_behind(ct, anatomy, settings), Root.parse(where.root), settings)
