"""The clinic of the worked patients: in Berlin, with a telephone and the source document's policy."""

from typing import Any

import pytest

from support.clinic import set_policy


@pytest.fixture(scope="module")
def clinic(shared_site: Any) -> Any:
    """One clinic for all tests of a file."""
    set_policy(shared_site)
    return shared_site
