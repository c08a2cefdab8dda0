"""The demo's application in the background: started, waited for, and ended by its own process id or by the clock."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from foramen.errors import InputError

HOURS = 2
STARTS_WITHIN_S = 90.0
ENDS_WITHIN_S = 20.0
PID, LOG = "serve.pid", "serve.log"
_ADDRESS = re.compile(r"Foramen is at (http://\S+?);")


def start(store: Path, port: int) -> str:
    """Start `foramen serve` for two hours and give its address once it answers.

    Raises
    ------
    InputError
        If it does not.
    """
    foramen = Path(sys.executable).with_name("foramen")
    command = [
        "timeout",
        "--signal=TERM",
        f"{HOURS}h",
        str(foramen),
        "serve",
        "--store",
        str(store),
        "--port",
        str(port),
    ]
    with (store / LOG).open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    (store / PID).write_text(str(process.pid), encoding="ascii")
    until = time.monotonic() + STARTS_WITHIN_S
    while process.poll() is None and time.monotonic() < until:
        found = _ADDRESS.search((store / LOG).read_text(encoding="utf-8", errors="replace"))
        if found and _answers(found[1]):
            return found[1]
        time.sleep(0.1)
    said = (store / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise InputError(f"The application did not start: {said[-1] if said else 'it said nothing'}")


def stop(store: Path) -> bool:
    """End the application that was started on this store; whether one was running."""
    try:
        pid = int((store / PID).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    (store / PID).unlink()
    if not _is_ours(pid, store):
        return False
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + ENDS_WITHIN_S
    while _is_ours(pid, store) and time.monotonic() < until:
        time.sleep(0.1)
    return True


def _is_ours(pid: int, store: Path) -> bool:
    """Whether this process is still the one that was started, and not another under its number."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"serve" in words and str(store).encode() in words
    return False


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/api/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False
