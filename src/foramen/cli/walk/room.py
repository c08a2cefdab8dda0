"""The scanner's room: the digital patient on the table, who moves, and the scanner, whose files are read back."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from foramen.anatomy import Anatomy, from_labels, read_labels, write_labels
from foramen.imaging import Ct, Volume, read_ct
from foramen.planning.plan import Route
from foramen.progress import Progress
from foramen.simulation import DigitalPatient, DigitalScan, ScanProtocol, write_dicom
from foramen.simulation.case_file import CaseFile
from foramen.simulation.control_scan import ControlScan, control_scan, motion
from foramen.simulation.dicom import Series
from foramen.simulation.needle import SimulatedNeedle

BACK_FROM_TIP_MM = 25.0
"""The control scan's middle lies this far behind the planned target, so that shaft and skin are in view."""
WIDER = 1.7
"""By how much a scan that could not be read is lengthened, in slices."""


@dataclass(frozen=True, eq=False)
class Taken:
    """One control scan: as it was read back from its files, and what is true of it."""

    name: str
    ct: Ct
    truth: ControlScan

    def registration_error_mm(self, matrix: NDArray[np.float64], at_mm: NDArray[np.float64]) -> float:
        """How far a point of the plan is from where a registration (control to planning) says it is."""
        there = np.linalg.inv(self.truth.to_planning) @ np.append(at_mm, 1.0)
        return float(np.linalg.norm((matrix @ there)[:3] - at_mm))


@dataclass(eq=False)
class Room:
    """Who lies there, how he was scanned for the plan, and every scan since.

    Parameters
    ----------
    case : CaseFile
    folder : Path
        Every scan is written below it and read back.
    """

    case: CaseFile
    folder: Path
    patient: DigitalPatient
    scan: DigitalScan
    planning: Ct
    anatomy: Anatomy
    random: np.random.Generator
    taken: list[Taken] = field(default_factory=list)

    @classmethod
    def prepared(cls, case: CaseFile, folder: Path, progress: Progress) -> "Room":
        """Put the patient on the table and make the planning scan."""
        progress("making the digital patient", 0.0)
        patient = DigitalPatient(case.parameters)
        scan = patient.scan(ScanProtocol(spacing_mm=case.scan.spacing_mm, noise_hu=case.scan.noise_hu, seed=case.seed))
        progress("writing the digital patient's files", 0.0)
        write_dicom(scan, folder / "patient" / "ct", Series(2, "Planning", _study(case)))
        write_labels(scan.labels, folder / "patient" / "labels.nii.gz")
        planning = read_ct(folder / "patient" / "ct", progress=progress)
        labels = read_labels(folder / "patient" / "labels.nii.gz", planning)
        anatomy = from_labels(planning, labels, progress=progress)
        return cls(case, folder, patient, scan, planning, anatomy, np.random.default_rng(case.seed))

    def control(
        self, needle: SimulatedNeedle, route: Route, name: str, *, contrast: Volume | None = None, wider: bool = False
    ) -> Taken:
        """A control scan around the planned target, the patient having moved a little since the last."""
        told = self.case.control
        target, entry = np.array(route.target_mm), np.array(route.entry_mm)
        moved = motion(self.random.normal(0, told.shift_mm, 3), self.random.normal(0, told.turn_deg, 3), target)
        centre = target + BACK_FROM_TIP_MM * (entry - target) / np.linalg.norm(entry - target)
        slices = round(told.slices * WIDER) if wider else told.slices
        protocol = ScanProtocol(
            spacing_mm=(told.pixel_mm, told.pixel_mm, told.thickness_mm),
            field_of_view_mm=(told.field_mm, told.field_mm, slices * told.thickness_mm),
            centre_mm=(float(centre[0]), float(centre[1]), float(target[2] + entry[2]) / 2),
            noise_hu=told.noise_hu,
            seed=int(self.random.integers(1_000_000)),
        )
        scan = control_scan(self.patient, protocol, [needle], moved=moved, contrast=contrast)
        place = self.folder / name / "scan"
        write_dicom(scan, place, Series(len(self.taken) + 3, name.replace("-", " ").capitalize(), _study(self.case)))
        self.taken.append(Taken(name, read_ct(place), scan))
        return self.taken[-1]


def _study(case: CaseFile) -> str:
    return f"{case.root} {case.seed} {sorted(case.patient.items())}"
