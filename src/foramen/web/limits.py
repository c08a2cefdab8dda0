"""How often something may be tried: a sliding window per caller, in this process's memory."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from foramen.web.faults import RequestError

MOST_CALLERS = 10_000
"""Beyond this many callers the oldest are forgotten, so that a flood can't fill the memory."""


class RateLimit:
    """At most `times` tries within `span` for each caller.

    Parameters
    ----------
    times : int
    span : timedelta
    """

    def __init__(self, times: int, span: timedelta) -> None:
        self._times = times
        self._span = span
        self._tries: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def spend(self, caller: str, at: datetime) -> None:
        """Count one try.

        Raises
        ------
        RequestError
            429, if the caller has had them all.
        """
        with self._lock:
            tries = self._tries.pop(caller, deque())
            while tries and tries[0] <= at - self._span:
                tries.popleft()
            self._tries[caller] = tries  # at the end: the caller seen last
            if len(tries) >= self._times:
                raise RequestError(429, f"That was tried too often. Wait {self._minutes()} and try again.")
            tries.append(at)
            while len(self._tries) > MOST_CALLERS:
                self._tries.pop(next(iter(self._tries)))

    def _minutes(self) -> str:
        minutes = max(1, round(self._span / timedelta(minutes=1)))
        return "a minute" if minutes == 1 else f"{minutes} minutes"


def _per_address() -> RateLimit:
    return RateLimit(30, timedelta(minutes=5))


@dataclass(frozen=True)
class Limits:
    """The limits of one running application.

    Attributes
    ----------
    sign_in : RateLimit
        By address. A department behind one address signs in at eight; who guesses passwords gets one in ten seconds.
    diary : RateLimit
        By address, for requests with a diary link that is not known: links can't be guessed, and this keeps it quiet.
    """

    sign_in: RateLimit = field(default_factory=_per_address)
    diary: RateLimit = field(default_factory=_per_address)
