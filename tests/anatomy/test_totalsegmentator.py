"""TotalSegmentator is called as it documents, without its statistics, and its failures are sentences."""

import json
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from foramen.anatomy import totalsegmentator
from foramen.errors import InputError, UsageError
from foramen.imaging.ct import Ct

SCAN = Ct(np.zeros((8, 8, 8), np.int16), np.eye(4))


@pytest.fixture
def stand_in(monkeypatch, tmp_path):
    """A package of that name whose call does what the test says, and its settings file."""
    calls = []
    monkeypatch.setenv("TOTALSEG_HOME_DIR", str(tmp_path))

    def install(behaviour):
        def call(source, made, **options):
            settings = json.loads((tmp_path / "config.json").read_text())
            calls.append(SimpleNamespace(options=options, statistics=settings["send_usage_stats"]))
            behaviour(source, made)

        package, api = ModuleType("totalsegmentator"), ModuleType("totalsegmentator.python_api")
        api.totalsegmentator = call
        monkeypatch.setitem(sys.modules, "totalsegmentator", package)
        monkeypatch.setitem(sys.modules, "totalsegmentator.python_api", api)
        monkeypatch.setattr(totalsegmentator, "is_installed", lambda: True)
        return calls

    return install


def no_network(source, made):
    raise ConnectionError("no route to host")


def out_of_memory(source, made):
    raise RuntimeError("CUDA out of memory")


def test_not_installed_says_how_to_install():
    with pytest.raises(UsageError, match="pip install"):
        totalsegmentator.segment(SCAN)


def test_weights_that_cannot_be_fetched_are_one_sentence(stand_in):
    calls = stand_in(no_network)
    with pytest.raises(InputError, match="weights can't be fetched"):
        totalsegmentator.segment(SCAN)
    assert calls[0].statistics is False
    assert calls[0].options["ml"] is True


def test_the_users_own_settings_are_put_back(stand_in, tmp_path):
    own = json.dumps({"totalseg_id": "mine", "send_usage_stats": True, "prediction_counter": 3})
    (tmp_path / "config.json").write_text(own)
    calls = stand_in(no_network)
    with pytest.raises(InputError):
        totalsegmentator.segment(SCAN)
    assert calls[0].statistics is False
    assert (tmp_path / "config.json").read_text() == own


def test_other_failures_name_a_way_on(stand_in):
    stand_in(out_of_memory)
    with pytest.raises(InputError, match="--anatomy geometric"):
        totalsegmentator.segment(SCAN)
