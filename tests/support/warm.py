"""What the server of processes imports: everything, and used once, so that each fork begins at once."""

import random
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg  # noqa: F401

from support.killing import write


class Enough(Exception):
    """The first piece was acknowledged."""


def _stop(_: object) -> None:
    raise Enough


with tempfile.TemporaryDirectory() as folder, suppress(Enough):
    write(_stop, random.Random(0), f"sqlite:///{Path(folder) / 'record.sqlite'}", folder)
