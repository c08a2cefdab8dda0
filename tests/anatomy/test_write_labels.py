"""What Foramen writes, it reads again without being told how."""

from pathlib import Path

import numpy as np
import pytest

from foramen.anatomy import LabelMap, Structure, write_labels
from foramen.anatomy.schemes import structure_named
from foramen.anatomy.stored_labels import stored_labels
from foramen.anatomy.write_labels import spelled
from foramen.imaging import read_image


@pytest.mark.parametrize("structure", [s for s in Structure if s is not Structure.BACKGROUND], ids=spelled)
def test_every_name_is_understood(structure: Structure) -> None:
    assert structure_named(spelled(structure)) is structure


def test_names_of_present_and_possible_structures_are_kept(tmp_path: Path) -> None:
    voxels = np.zeros((3, 4, 5), np.uint8)
    voxels[1, 2, 3] = Structure.L5
    written = LabelMap(voxels, np.diag([1.0, 2.0, 3.0, 1.0]), can_hold=frozenset({Structure.KIDNEY_LEFT}))

    write_labels(written, tmp_path / "labels.nii.gz")
    stored = stored_labels(read_image(tmp_path / "labels.nii.gz"), "labels.nii.gz")

    assert stored.names == {int(Structure.L5): "L5", int(Structure.KIDNEY_LEFT): "kidney_left"}
