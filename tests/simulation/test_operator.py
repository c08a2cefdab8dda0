"""A simulated operator comes nearer with advice than by eye, looks at every stage, and never for ever."""

import numpy as np
import pytest

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import Structure, Tissue
from foramen.errors import InputError
from foramen.simulation.case_file import read_case
from foramen.simulation.operator import MOST_LOOKS, STAGES, Seen, insert

ENTRY, TARGET = np.array([60.0, 90.0, 0.0]), np.array([20.0, 15.0, 2.0])


def exactly(needle):
    return Seen(needle.tip_mm, needle.axis)


def errors(advised: bool, look=exactly) -> np.ndarray:
    return np.array([insert(ENTRY, TARGET, look, advised=advised, seed=n).tip_error_mm for n in range(60)])


def test_advice_brings_the_tip_nearer():
    advised, alone, blind = errors(True), errors(False), errors(True, look=lambda needle: None)
    assert np.median(advised) < 2.0
    assert np.median(advised) < np.median(alone) < np.median(blind)
    # Without looking, 2.8° and 6.5° over 85 mm.
    assert 4.0 < np.median(blind) < 14.0


def test_every_stage_is_looked_at_and_looking_ends():
    for seed in range(20):
        done = insert(ENTRY, TARGET, exactly, advised=False, seed=seed)
        assert len(STAGES) <= len(done.needles) <= MOST_LOOKS
        assert done.needles[0].depth_mm < done.needles[-1].depth_mm
        assert done.tip_error_mm == pytest.approx(np.linalg.norm(done.needles[-1].tip_mm - TARGET))


def test_what_the_needle_touches_is_named():
    voxels = np.zeros((60, 60, 20), np.uint8)
    voxels[:, 20:24] = Structure.L4
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = (-20, 0, -20)
    done = insert(ENTRY, TARGET, exactly, advised=True, seed=1, labels=LabelMap(voxels, affine))
    assert done.touched == {Tissue.BONE}


def test_a_case_says_what_it_means_or_is_refused(tmp_path):
    case = tmp_path / "case.toml"
    case.write_text('root = "L5-right"\n[contrast]\nvolume_ml = 0.4\n')
    told = read_case(case)
    assert (str(told.target), told.contrast.volume_ml, told.operator.advised) == ("L5-right", 0.4, True)
    case.write_text('root = "L5-right"\n[contrast]\nvolume = 0.4\n')
    with pytest.raises(InputError, match=r"contrast\.volume"):
        read_case(case)
    with pytest.raises(InputError, match="can't be read"):
        read_case(tmp_path / "none.toml")
