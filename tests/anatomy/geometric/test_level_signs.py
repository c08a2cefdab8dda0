"""Windows along the column know what they don't see."""

import numpy as np
import pytest

from foramen.anatomy.geometric.level_signs import _window


@pytest.mark.parametrize("top", [500.0, -20.0])
def test_beyond_the_scan_nothing_is_known(top):
    assert np.isnan(_window(np.ones((2, 100)), top, (18, -3), least=False)).all()


def test_sides_are_judged_apart():
    profile = np.stack([np.full(100, 0.3), np.full(100, np.nan)])
    least = _window(profile, 60.0, (28, 10), least=True)
    assert least[0] == pytest.approx(0.3)
    assert np.isnan(least[1])
