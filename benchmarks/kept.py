"""What takes long to simulate is made once and kept in `out/injections` (`FORAMEN_INJECTIONS_AT` puts it elsewhere).

Remove the folder after a change to the simulation, the registration or the needle reading.
"""

import gzip
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
FOLDER = Path(os.environ.get("FORAMEN_INJECTIONS_AT", "out/injections"))


def kept(name: str, make: Callable[[], T]) -> T:
    """What was made under a name, now or earlier; a file appears whole or not at all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.pkl.gz"
    if not path.exists():
        part = FOLDER / f"{name}.{os.getpid()}"
        with gzip.open(part, "wb", compresslevel=1) as file:
            pickle.dump(make(), file)
        part.rename(path)
    with gzip.open(path, "rb") as file:
        made: T = pickle.load(file)
    return made
