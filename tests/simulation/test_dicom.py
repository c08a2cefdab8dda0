"""The DICOM series says where every voxel lies; the oracle is DICOM's own equation (PS3.3 C.7.6.2.1.1)."""

import numpy as np
import pydicom
import pytest

from foramen.simulation import DigitalPatient, ScanProtocol, write_dicom


@pytest.mark.parametrize(("tilt", "position"), [(0.0, "HFS"), (18.5, "HFP"), (-18.5, "HFS"), (0.0, "FFDL")])
def test_every_voxel_lies_where_dicom_says(tmp_path, patient: DigitalPatient, tilt, position):
    protocol = ScanProtocol(
        spacing_mm=(4.0, 5.0, 6.0), field_of_view_mm=(120, 100, 60), gantry_tilt_deg=tilt, position=position
    )
    scan = patient.scan(protocol)
    files = sorted(write_dicom(scan, tmp_path / "series").iterdir())
    assert len(files) == scan.ct.shape[2]
    for k in (0, 4, len(files) - 1):
        image = pydicom.dcmread(files[k])
        across, down = np.reshape(image.ImageOrientationPatient, (2, 3)).astype(float)
        i, j = 7, 3
        where = np.array(image.ImagePositionPatient, float)
        where = where + across * image.PixelSpacing[1] * i + down * image.PixelSpacing[0] * j
        assert where == pytest.approx(scan.ct.to_world([i, j, k]), abs=1e-3)
        hu = image.pixel_array[j, i] * float(image.RescaleSlope) + float(image.RescaleIntercept)
        assert hu == scan.ct.voxels[i, j, k]
    assert image.GantryDetectorTilt == pytest.approx(tilt)
    assert image.PatientPosition == position
    assert str(image.PatientName) == "Digital^Patient"


def test_one_series_with_unique_slices_and_the_same_uids_again(tmp_path, patient: DigitalPatient):
    scan = patient.scan(ScanProtocol(spacing_mm=(6, 6, 8), field_of_view_mm=(120, 90, 40)))
    sets = []
    for folder in ("first", "second"):
        images = [
            pydicom.dcmread(f, stop_before_pixels=True) for f in sorted(write_dicom(scan, tmp_path / folder).iterdir())
        ]
        assert len({i.SeriesInstanceUID for i in images}) == 1
        sets.append([i.SOPInstanceUID for i in images])
    assert len(set(sets[0])) == len(sets[0])
    assert sets[0] == sets[1]
