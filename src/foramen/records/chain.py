"""The hash chains that make tampering visible.

Each event's `hash` covers the event and the hash before it in its case; its `seal` covers that hash and the seal before
it in the whole record. Who changes an old event must change every hash after it; who removes a case breaks the seals.
"""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
"""What stands before the first event."""


def canonical(value: Any) -> str:
    """JSON with one spelling: sorted names, no spaces, no escapes but the needed ones."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def moment(at: datetime) -> str:
    """A moment as it is kept: UTC, always to the microsecond, so that text sorts as time does."""
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone can't be kept")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_moment(text: str) -> datetime:
    """A kept moment."""
    return datetime.fromisoformat(text)


def link(previous: str, entry: dict[str, Any]) -> str:
    """The hash of an entry that follows another."""
    return hashlib.sha256(f"{previous}\n{canonical(entry)}".encode()).hexdigest()
