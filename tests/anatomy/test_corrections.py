"""What a person corrected is honoured, kept, and refused where it can't be meant."""

import json

import numpy as np
import pytest

from foramen.anatomy import Side, Structure, from_labels
from foramen.anatomy.corrections import Corrections, corrected
from foramen.anatomy.providers import find_anatomy
from foramen.anatomy.root import Root
from foramen.anatomy.spine_file import SpineFile
from foramen.errors import InputError, UsageError
from foramen.simulation import DigitalPatient, ScanProtocol

ROOT = Root("L4", Side.LEFT)


@pytest.fixture(scope="module")
def scan():
    view = {"field_of_view_mm": (150.0, 170.0, 150.0), "centre_mm": (0.0, 10.0, -30.0)}
    return DigitalPatient().scan(ScanProtocol(spacing_mm=(1.6, 1.6, 2.5), **view))


@pytest.fixture(scope="module")
def anatomy(scan):
    return from_labels(scan.ct, scan.labels)


def written(tmp_path, content):
    path = tmp_path / "corrections.json"
    path.write_text(json.dumps(content))
    return path


def test_a_moved_target_takes_its_root_along(anatomy):
    nerve = anatomy.spine.nerve(ROOT)
    there = nerve.point_mm + np.array([2.0, -1.0, 3.0])
    changed = corrected(anatomy, Corrections(targets=({"root": "l4 left", "point_mm": tuple(there)},)))
    moved = changed.spine.nerve(ROOT)
    assert np.allclose(moved.point_mm, there)
    assert np.allclose(moved.path_mm - nerve.path_mm, (2.0, -1.0, 3.0))
    assert anatomy.spine.nerve(ROOT) is nerve
    assert any("L4-left" in warning for warning in changed.warnings)


def test_a_forbidden_point_becomes_an_organ_and_spares_bone(anatomy):
    place = anatomy.spine.foramen(ROOT).lateral_mm
    changed = corrected(anatomy, Corrections(forbidden=({"point_mm": tuple(place), "radius_mm": 6},)))
    before, after = anatomy.structures.voxels, changed.structures.voxels
    marked = (after == Structure.OTHER_ORGAN) & (before != Structure.OTHER_ORGAN)
    volume = marked.sum() * np.prod(anatomy.structures.spacing_mm)
    assert 100 < volume < 4 / 3 * np.pi * 8**3
    vertebra = before == Structure.L4
    assert (after[vertebra] == Structure.L4).all()


def test_points_outside_the_scan_are_refused(anatomy):
    with pytest.raises(InputError, match="outside the scan"):
        corrected(anatomy, Corrections(forbidden=({"point_mm": (9999, 0, 0)},)))


def test_the_file_is_checked(tmp_path):
    good = {"schema": "foramen.corrections/1", "level": {"level": "L5", "point_mm": [1, 2, 3]}}
    assert Corrections.read(written(tmp_path, good)).anchor.level == "L5"
    for bad in ({"targets": [{"root": "C7-left", "point_mm": [0, 0, 0]}]}, {"forbiden": []}, [1, 2]):
        with pytest.raises(InputError, match="corrections"):
            Corrections.read(written(tmp_path, bad))
    with pytest.raises(InputError, match="can't be read"):
        Corrections.read(tmp_path / "missing.json")


def test_the_spine_file_keeps_them_and_comes_back(scan, anatomy):
    corrections = Corrections(forbidden=({"point_mm": (0.0, 0.0, 0.0)},))
    kept = SpineFile.of(scan.ct, anatomy, corrections)
    again = SpineFile.model_validate_json(kept.model_dump_json())
    assert again.corrections == corrections
    assert {v.level for v in again.vertebrae} == {v.level for v in anatomy.spine.vertebrae}
    assert again.provider == "labels"


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"provider": "oracle"}, "choose one of"),
        ({"provider": "labels"}, "--labels"),
        ({"provider": "totalsegmentator"}, "not installed"),
    ],
)
def test_choices_that_cannot_be_are_refused(scan, choice, message):
    with pytest.raises(UsageError, match=message):
        find_anatomy(scan.ct, **choice)


def test_labels_and_an_anchor_contradict_each_other(scan, tmp_path):
    anchored = Corrections(level={"level": "L5", "point_mm": (0, 0, 0)})
    with pytest.raises(UsageError, match="anchor"):
        find_anatomy(scan.ct, labels=tmp_path / "labels.nii.gz", corrections=anchored)
