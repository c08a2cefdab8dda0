"""A DICOM SEG that an archive takes: a checker of the standard passes it, and two readers find every voxel in place."""

import shutil
import subprocess

import highdicom as hd
import numpy as np
import pytest
from pydicom import dcmread

from foramen.anatomy.label_map import LabelMap
from foramen.anatomy.structures import Structure
from foramen.anatomy.write_dicom_seg import read_slices, write_dicom_seg
from foramen.errors import InputError
from foramen.imaging import read_ct
from support.dicom_series import Series

TILTED = Series(row=(1, 0, 0), column=(0, 0.8, 0.6))
"""Oblique, with pixels that are no squares."""


@pytest.fixture
def made(tmp_path):
    folder = TILTED.write(tmp_path / "scan")
    ct = read_ct(folder)
    voxels = np.zeros(ct.shape, np.uint8)
    rng = np.random.default_rng(5)
    for structure in (Structure.L4, Structure.L5, Structure.SACRUM, Structure.SPINAL_CANAL, Structure.OTHER_ORGAN):
        voxels[rng.random(ct.shape) < 0.12] = structure
    labels = LabelMap(voxels, ct.affine)
    path = tmp_path / "labels.dcm"
    write_dicom_seg(labels, read_slices(folder, ct), path)
    return labels, path


def places_of(frame):
    """LPS mm of every pixel of a frame of a segmentation, shape (rows, columns, 3)."""
    n = int(np.argmin([np.linalg.norm(TILTED.pixel_world_mm(k)[0, 0] - frame) for k in range(len(TILTED.slices_mm))]))
    return TILTED.pixel_world_mm(n)


def labelled(labels, world):
    index = np.rint(labels.to_index(world)).astype(int)
    return labels.voxels[tuple(np.moveaxis(index, -1, 0))]


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dicom3tools judges the file")
def test_the_standards_checker_finds_no_error(made):
    _, path = made
    judged = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
    assert "Segmentation" in judged.stderr
    assert [line for line in judged.stderr.splitlines() if line.startswith("Error")] == []


def test_pydicom_finds_every_voxel_where_the_map_has_it(made):
    labels, path = made
    data = dcmread(path)
    names = {s.SegmentNumber: s.SegmentLabel for s in data.SegmentSequence}
    assert set(names.values()) == {"L4", "L5", "sacrum", "spinal_canal"}
    found = dict.fromkeys(names.values(), 0)
    for pixels, group in zip(data.pixel_array, data.PerFrameFunctionalGroupsSequence, strict=True):
        name = names[group.SegmentIdentificationSequence[0].ReferencedSegmentNumber]
        world = places_of(np.array(group.PlanePositionSequence[0].ImagePositionPatient, float))
        structure = Structure[name.upper()]
        assert (pixels.astype(bool) == (labelled(labels, world) == structure)).all(), name
        found[name] += int(pixels.sum())
    assert found == {n: int(labels.mask(Structure[n.upper()]).sum()) for n in found}


def test_highdicom_ties_each_frame_to_its_own_slice(made):
    labels, path = made
    segmentation = hd.seg.segread(path)
    uids = [uid for _, _, uid in segmentation.get_source_image_uids()]
    assert len(uids) == len(TILTED.slices_mm)
    stack = segmentation.get_pixels_by_source_instance(uids, combine_segments=False)
    for uid, planes in zip(uids, stack, strict=True):
        slice_number = int(uid.rsplit(".", 1)[1]) - 1
        there = labelled(labels, TILTED.pixel_world_mm(slice_number))
        for description, plane in zip(segmentation.SegmentSequence, np.moveaxis(planes, -1, 0), strict=True):
            structure = Structure[description.SegmentLabel.upper()]
            assert (plane.astype(bool) == (there == structure)).all()


def test_a_scan_without_slices_of_its_own_is_refused_in_one_sentence(made, tmp_path):
    labels, _ = made
    with pytest.raises(InputError, match="Leave out --dicom-seg"):
        write_dicom_seg(labels, [], tmp_path / "none.dcm")
