"""What is as bright as bone and unlabelled stops a needle; nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import Structure
from foramen.anatomy.unlabelled_bone import with_unlabelled_bone
from foramen.imaging.ct import Ct
from foramen.imaging.volume import Volume

AFFINE = np.array([[0.0, 0, 2.0, -40], [-1.0, 0, 0, 60], [0, 1.0, 0, -30], [0, 0, 0, 1]])
"""Stored as sagittal slices of 2 mm: axes swapped and one turned round."""

VERTEBRA, RIB, VESSEL = np.s_[20:40, 20:40, 10:20], np.s_[50:56, 20:30, 24:28], np.s_[5:12, 5:12, 2:6]
SPECK = (42, 30, 15)


@pytest.fixture
def scan():
    rng = np.random.default_rng(3)
    hu = rng.normal(50, 30, (64, 60, 32))
    hu[VERTEBRA], hu[RIB], hu[VESSEL] = 300, 320, 280
    hu[SPECK] = 400
    labels = np.zeros(hu.shape, np.uint8)
    labels[VERTEBRA], labels[VESSEL] = Structure.L4, Structure.AORTA
    labels[50:60] = np.where(labels[50:60] == 0, Structure.BACK_MUSCLE_LEFT, labels[50:60])
    return Ct(hu.astype(np.int16), AFFINE), LabelMap(labels, AFFINE), Volume(np.ones(hu.shape, bool), AFFINE)


def test_a_rib_that_no_label_holds_becomes_bone_even_where_a_label_says_muscle(scan):
    ct, labels, body = scan
    found = with_unlabelled_bone(ct, labels, body)
    inner = found.voxels[51:55, 21:29, 25:27]
    assert (inner == Structure.OTHER_BONE).all()


def test_noise_labels_and_what_is_an_obstacle_already_stay(scan):
    ct, labels, body = scan
    found = with_unlabelled_bone(ct, labels, body)
    changed = found.voxels != labels.voxels
    rib = np.zeros(changed.shape, bool)
    rib[RIB] = True
    assert (changed & ~rib).sum() <= 12
    assert (found.voxels[VESSEL] == Structure.AORTA).all()
    assert (found.voxels[VERTEBRA] == Structure.L4).all()


def test_outside_the_skin_nothing_is_bone(scan):
    ct, labels, body = scan
    assert with_unlabelled_bone(ct, labels, replace(body, voxels=~body.voxels)) is labels


def test_a_map_without_vertebrae_says_nothing_of_how_bright_bone_is(scan):
    ct, labels, body = scan
    none = replace(labels, voxels=np.zeros_like(labels.voxels))
    assert with_unlabelled_bone(ct, none, body) is none


def test_much_of_it_is_said():
    hu = np.full((60, 60, 30), 50, np.int16)
    hu[5:25, 5:25, 5:15], hu[35:55, 35:55, 5:15] = 300, 300
    labels = np.zeros(hu.shape, np.uint8)
    labels[5:25, 5:25, 5:15] = Structure.L3
    found = with_unlabelled_bone(
        Ct(hu, np.eye(4)), LabelMap(labels, np.eye(4)), Volume(np.ones(hu.shape, bool), np.eye(4))
    )
    assert found.warnings == (
        "4 ml as bright as bone (bone, calcium, contrast or metal) lie outside the labels and count as an obstacle.",
    )
