"""The CT alone on real scans: right names or a question, and foramina where a reader put them."""

import json
import shutil
import sys
from types import ModuleType

import numpy as np
import pytest

from foramen.anatomy import Root, Side, totalsegmentator
from foramen.anatomy.providers import find_anatomy
from foramen.imaging import read_ct
from support.real_data import real

ANNOTATED = [
    ("ct/torso_3mm/ct.nii.gz", None, "torso_3mm", True),
    ("ct/verse014/sub-verse014_ct.nii.gz", None, "verse014", False),
    ("dicom/lumbar_clinical.zip", "5.2", "lumbar_clinical", True),
]


def points(name):
    found = json.loads(real(f"annotations/{name}.json").read_text())["points"]
    return {p["name"]: np.array(p["mm"]) for p in found}


@pytest.mark.parametrize(("file", "series", "annotations", "certain"), ANNOTATED)
def test_levels_bodies_and_foramina(file, series, annotations, certain):
    anatomy = find_anatomy(read_ct(real(file), series=series), provider="geometric")
    placed = points(annotations)
    assert anatomy.levels.certain is certain
    for level in ("L1", "L2", "L3", "L4", "L5"):
        centroid = anatomy.spine.vertebra(level).centroid_mm
        assert np.linalg.norm(centroid - placed[f"{level}.body_centre"]) < 4, level
    errors = []
    for level in ("L1", "L2", "L3", "L4", "L5"):
        for side in Side:
            foramen = anatomy.spine.foramen(Root(level, side))
            if foramen.visible and f"{level}.foramen_{side}" in placed:
                errors.append(np.linalg.norm(foramen.centre_mm - placed[f"{level}.foramen_{side}"]))
    assert len(errors) >= 8
    assert np.median(errors) <= 4
    assert max(errors) <= 8


@pytest.mark.parametrize("file", ["ct/chest_to_L2/ct.nii.gz", "dicom/upper_abdomen_jpeg2000_no_sop_class.zip"])
def test_scans_without_a_sacrum_are_asked_about(file):
    anatomy = find_anatomy(read_ct(real(file)), provider="geometric")
    assert not anatomy.levels.certain
    assert "--anchor" in anatomy.warnings[0]


def test_totalsegmentators_own_output_is_taken(monkeypatch):
    """Only the call that needs weights is replaced; what it writes is its real output for this scan."""
    made = real("ct/torso_3mm/labels_totalsegmentator_v2_vertebrae.nii.gz")
    api = ModuleType("totalsegmentator.python_api")
    api.totalsegmentator = lambda source, target, **options: shutil.copy(made, target)
    monkeypatch.setitem(sys.modules, "totalsegmentator", ModuleType("totalsegmentator"))
    monkeypatch.setitem(sys.modules, "totalsegmentator.python_api", api)
    monkeypatch.setattr(totalsegmentator, "is_installed", lambda: True)
    anatomy = find_anatomy(read_ct(real("ct/torso_3mm/ct.nii.gz")), provider="auto")
    assert anatomy.provider == "totalsegmentator"
    assert anatomy.spine.vertebra("L5") is not None
    assert anatomy.levels is None
