"""Where the real scans are: `FORAMEN_DATA`, or `shared/data` beside the project."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("FORAMEN_DATA", Path(__file__).parents[3] / "shared" / "data"))


def real(name: str) -> Path:
    """The file or folder of that name in the data folder; the test is skipped, by name, where it is missing."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real data missing: {name} (set FORAMEN_DATA to the folder that holds it)")
    return path
