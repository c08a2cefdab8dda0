"""The digital patient: anatomy and CT with known truth."""

from foramen.simulation.dicom import write_dicom
from foramen.simulation.parameters import PatientParameters
from foramen.simulation.patient import DigitalPatient, DigitalScan
from foramen.simulation.protocol import ScanProtocol

__all__ = ["DigitalPatient", "DigitalScan", "PatientParameters", "ScanProtocol", "write_dicom"]
