"""A digital patient small enough that a browser without a graphics card draws it in seconds, as files to upload."""

import json
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from foramen.anatomy import write_labels
from foramen.imaging import write_nifti
from foramen.simulation import DigitalPatient, ScanProtocol

PROTOCOL = ScanProtocol(spacing_mm=(2.0, 2.0, 2.0), field_of_view_mm=(320, 300, 170), centre_mm=(0, -10, -50))


@dataclass(frozen=True)
class SmallPatient:
    """The files, and where two things of known side truly are, LPS mm."""

    folder: Path

    @property
    def ct(self) -> Path:
        return self.folder / "ct.nii.gz"

    @property
    def labels(self) -> Path:
        return self.folder / "labels.nii.gz"

    @cached_property
    def truth(self) -> dict[str, list[float]]:
        return json.loads((self.folder / "truth.json").read_text())


def small_patient(cache: Path) -> SmallPatient:
    """The patient, made once for all processes of a test run that share a folder."""
    folder = cache / "small-patient"
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        for _ in range(1200):
            if (folder / "truth.json").exists():
                return SmallPatient(folder)
            time.sleep(0.1)
    scan = DigitalPatient().scan(PROTOCOL)
    write_nifti(scan.ct, folder / "ct.nii.gz")
    write_labels(scan.labels, folder / "labels.nii.gz")
    places = {str(nerve.root): nerve.point_mm.tolist() for nerve in scan.truth.roots}
    places |= {vertebra.level: vertebra.centroid_mm.tolist() for vertebra in scan.truth.vertebrae}
    (folder / "truth.part").write_text(json.dumps(places))
    (folder / "truth.part").rename(folder / "truth.json")
    return SmallPatient(folder)
