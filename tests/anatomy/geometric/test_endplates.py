"""Each endplate is found with its own tilt, wedge or not; where nothing brightens, the layer's own tilt stands."""

import numpy as np
import pytest

from foramen.anatomy.geometric.canal_track import CanalTrack
from foramen.anatomy.geometric.discs import Disc, Plate
from foramen.anatomy.geometric.endplates import with_endplates
from foramen.anatomy.geometric.straight_spine import LEFT_MM, POSTERIOR_MM, Curve, StraightSpine

CURVE = Curve.along(CanalTrack(np.stack([np.zeros(30), np.zeros(30), np.arange(30) * 2.0], 1), np.ones(30)))


def tilted(along_mm, forward_deg, sideways_deg=0.0):
    return Plate(along_mm, float(np.tan(np.radians(forward_deg))), float(np.tan(np.radians(sideways_deg))))


def column(lower, upper, noise_hu=25.0):
    """A disc of 80 HU between bodies of 280 HU."""
    left, posterior = np.meshgrid(LEFT_MM, POSTERIOR_MM, indexing="ij")
    along = np.arange(80.0)[:, None, None]
    in_disc = (along > lower.height_at(left, posterior)) & (along < upper.height_at(left, posterior))
    hu = np.where(in_disc, 80.0, 280.0) + np.random.default_rng(1).normal(0, noise_hu, in_disc.shape)
    return StraightSpine(CURVE, hu.astype(np.float32), np.ones(hu.shape, bool))


def degrees(plate):
    return np.degrees(np.arctan([plate.forward, plate.sideways]))


@pytest.mark.parametrize(
    ("lower", "upper"),
    [
        (tilted(35.0, 22.0), tilted(44.0, 4.0)),
        (tilted(36.0, 0.0), tilted(45.0, 0.0)),
        (tilted(36.0, 6.0, 5.0), tilted(45.0, -4.0, -3.0)),
    ],
)
def test_both_plates_are_found_to_a_few_degrees(lower, upper):
    parallel = Plate(40.0, (lower.forward + upper.forward) / 2, (lower.sideways + upper.sideways) / 2)
    guess = Disc(40.0, parallel.forward, parallel.sideways, 4.0, 100.0)
    (found,) = with_endplates(column(lower, upper), [guess])
    for plate, truth in ((found.lower, lower), (found.upper, upper)):
        assert degrees(plate) == pytest.approx(degrees(truth), abs=4.0)
        assert plate.along_mm == pytest.approx(truth.along_mm, abs=1.0)


def test_where_nothing_brightens_the_plates_stay_parallel():
    flat = StraightSpine(
        CURVE, np.full((80, len(LEFT_MM), len(POSTERIOR_MM)), 200, np.float32), np.ones((80, 121, 121), bool)
    )
    guess = Disc(40.0, 0.1, 0.0, 4.0, 100.0)
    (found,) = with_endplates(flat, [guess])
    assert (found.lower, found.upper) == (guess.lower, guess.upper)
    assert found.upper.along_mm - found.lower.along_mm == 8.0
