"""The chain of discs fits the evidence with a spacing that changes slowly."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from foramen.anatomy.geometric.sequence import best_chain


def evidence(heights, length=260, weight=2.5):
    peaks = np.zeros(length)
    peaks[list(heights)] = weight * 3.8
    return gaussian_filter1d(peaks, 1.5)


def near(found, expected):
    return len(found) == len(expected) and np.abs(np.array(found) - expected).max() <= 2


def test_clear_discs_are_found():
    expected = [40, 74, 108, 143, 178, 211]
    assert near(best_chain(evidence(expected)), expected)


def test_one_faint_disc_is_carried_by_its_neighbours():
    expected = [40, 74, 108, 143, 178, 211]
    curve = evidence(expected)
    curve[100:116] *= 0.35
    assert near(best_chain(curve), expected)


def test_a_false_disc_in_mid_body_does_not_break_the_rhythm():
    expected = [40, 74, 108, 143, 178, 211]
    curve = np.maximum(evidence(expected), evidence([125], weight=1.6))
    assert near(best_chain(curve), expected)


def test_no_evidence_gives_no_chain_of_discs():
    assert len(best_chain(np.zeros(30))) == 0


def test_reversing_the_spine_reverses_the_chain():
    expected = [41, 70, 101, 134, 169]
    curve = evidence(expected, 211)
    turned = [210 - h for h in best_chain(curve[::-1])][::-1]
    assert near(best_chain(curve), turned)
