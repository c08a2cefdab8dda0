"""Widths of pedicles are told, ask where they speak loudly against the names, and never name anything."""

import numpy as np
import pytest

from foramen.anatomy.geometric.level_sizes import with_sizes
from foramen.anatomy.level_names import LevelNames
from foramen.anatomy.root import Side
from foramen.anatomy.spine import Frame, Pedicle, Vertebra

SURE = LevelNames(0.97, ("The sacrum's wings begin below the disc named L5/S1.",))
AXES = np.eye(3)


def spine(widths):
    """Vertebrae of these levels and widths, from head to foot."""
    return tuple(
        Vertebra(
            level,
            Frame(np.array([0.0, 0.0, -30.0 * n]), *AXES),
            np.zeros(3),
            27.0,
            {side: Pedicle(side, np.zeros(3), mm, 14.0) for side in Side},
        )
        for n, (level, mm) in enumerate(widths.items())
    )


def test_published_mean_widths_fit():
    """Torun 2008: 8.4 mm at L1, 17.1 mm at L5."""
    told = with_sizes(SURE, spine({"L1": 8.4, "L2": 10.5, "L3": 12.8, "L4": 15.0, "L5": 17.1}))
    assert told.certain
    assert not told.warnings
    assert "fit the names" in told.evidence[-1]


@pytest.mark.parametrize(
    ("widths", "where"),
    [
        ({"L1": 13.0, "L2": 15.5, "L3": 17.5, "L4": 20.0, "L5": 22.0}, "lower"),
        ({"L2": 5.5, "L3": 7.0, "L4": 8.0, "L5": 9.5}, "higher"),
    ],
)
def test_widths_far_from_their_levels_ask(widths, where):
    told = with_sizes(SURE, spine(widths))
    assert not told.certain
    assert "--anchor L5=x,y,z" in told.question
    assert told.warnings[-1].endswith(f"if every level were one {where}.")


def test_a_level_named_by_a_person_stands_and_is_warned_about():
    named = LevelNames(1.0, ("Levels: L5 was named by the user; the others are counted from it.",))
    told = with_sizes(named, spine({"L2": 5.5, "L3": 7.0, "L4": 8.0, "L5": 9.5}))
    assert told.certain
    assert len(told.warnings) == 2


def test_two_vertebrae_say_too_little():
    assert with_sizes(SURE, spine({"L4": 3.0, "L5": 3.0})) is SURE
