"""Fronts give bone to whom they reach first; marrow goes to the bone around it."""

import numpy as np

from foramen.anatomy.geometric.fronts import WALL, spread
from foramen.anatomy.geometric.marrow import fill_marrow


def run(brightness, owner, reach_mm=100.0):
    spread(np.asarray(brightness, np.float32), owner, dark=100.0, bright=400.0, dim_penalty=8.0, reach_mm=reach_mm)
    return owner


def bar(length=41):
    brightness = np.full((length, 3, 3), 500.0)
    owner = np.zeros((length, 3, 3), np.int16)
    owner[0], owner[-1] = 1, 2
    return brightness, owner


def test_two_fronts_meet_in_the_middle_of_even_bone():
    brightness, owner = bar()
    run(brightness, owner)
    assert (owner[:20] == 1).all()
    assert (owner[21:] == 2).all()


def test_a_dim_joint_keeps_a_front_back():
    brightness, owner = bar()
    brightness[30:33] = 120.0
    run(brightness, owner)
    assert (owner[:30] == 1).all()
    assert (owner[33:] == 2).all()


def test_no_front_enters_soft_tissue_or_walls():
    brightness, owner = bar()
    brightness[10] = 50.0
    owner[20, :, :] = WALL
    run(brightness, owner)
    assert (owner[10:20] == 0).all()
    assert (owner[20] == WALL).all()


def test_a_front_ends_at_its_reach():
    brightness, owner = bar()
    run(brightness, owner, reach_mm=5.0)
    assert (owner[1:6] == 1).all()
    assert (owner[6:35] == 0).all()


def test_the_way_around_a_gap_counts_as_along_the_bone():
    """A U of bone: the far arm is nearer through the air, but belongs to whom bone connects it with."""
    brightness = np.zeros((21, 11, 1))
    brightness[:, 0] = brightness[0, :] = brightness[20, :] = 500.0
    owner = np.zeros(brightness.shape, np.int16)
    owner[0, 10] = 1
    run(brightness, owner)
    assert (owner[brightness > 0] == 1).all()


def shell():
    owner = np.zeros((21, 21, 21), np.int16)
    owner[5:16, 5:16, 5:16] = 7
    owner[7:14, 7:14, 7:14] = 0
    return owner


def test_marrow_belongs_to_the_shell_around_it():
    owner = shell()
    fill_marrow(owner, np.ones(owner.shape, bool), reach_mm=12.0, share=0.9)
    assert (owner[5:16, 5:16, 5:16] == 7).all()
    assert (owner == 7).sum() == 11**3


def test_a_tunnel_through_bone_stays_open():
    owner = np.zeros((21, 41, 21), np.int16)
    owner[4:17, :, 4:17] = 7
    owner[7:14, :, 7:14] = 0
    fill_marrow(owner, np.ones(owner.shape, bool), reach_mm=12.0, share=0.95)
    assert (owner[10, 15:26, 10] == 0).all()


def test_a_voxel_that_admits_only_higher_owners_stops_the_lower_ones():
    """As the midline behind the canal does: a lamina runs down from its own pedicle, never up from the one below."""
    brightness, owner = bar()
    least = np.zeros(owner.shape, np.int16)
    least[10:] = 2
    options = {"dark": 100.0, "bright": 400.0, "dim_penalty": 8.0, "reach_mm": 100.0}
    spread(np.asarray(brightness, np.float32), owner, **options, least=least)
    assert (owner[:10] == 1).all()
    assert (owner[10:] == 2).all()
